/**
 * Several models that answer as one, after sharded training: `shards.json` names their folders. Documents:
 * the mean of the probabilities of each label (one that a model never met counts as zero there). Spans: one
 * is kept where at least half of the models mark exactly it, with the mean of its probabilities; of two that
 * overlap the likelier stays. Tags for reports are those of the spans kept.
 */
import { z } from 'zod';
import { tagNames } from '../architectures/tagger/index.ts';
import { fault } from '../fault.ts';
import type {
  ModelBundle,
  PredictJob,
  PredictResult,
  PredictedDocument,
  PredictedSpan,
} from '../protocol.ts';
import type { LoopHooks } from './hooks.ts';

export const SHARDS_FILE = 'shards.json';

const List = z.object({
  version: z.literal(1),
  labels: z.array(z.string()),
  shards: z
    .array(z.object({ shard: z.int(), folder: z.string().regex(/^shard-\d+\/$/) }))
    .min(1)
    .max(64),
});

type Predict = (job: PredictJob, hooks: LoopHooks) => Promise<PredictResult>;

export const isSharded = ({ files }: ModelBundle): boolean => files[SHARDS_FILE] !== undefined;

/** @throws Fault 'bad-model', 'canceled'. @param one how a single model answers. */
export async function predictShards(
  job: PredictJob,
  hooks: LoopHooks,
  one: Predict,
): Promise<PredictResult> {
  const { labels, shards } = readList(job.model);
  const total = job.documents.length;
  const answers: PredictResult[] = [];
  for (const [index, { folder }] of shards.entries()) {
    const files = Object.fromEntries(
      Object.entries(job.model.files).flatMap(([path, bytes]) =>
        path.startsWith(folder) ? [[path.slice(folder.length), bytes]] : [],
      ),
    );
    answers.push(
      await one(
        { ...job, model: { files } },
        {
          ...hooks,
          progress: (progress) =>
            hooks.progress(
              progress.kind === 'predict'
                ? {
                    ...progress,
                    documents: Math.floor((index * total + progress.documents) / shards.length),
                  }
                : progress,
            ),
        },
      ),
    );
  }
  const [first] = answers as [PredictResult, ...PredictResult[]];
  return {
    kind: 'predict',
    labels,
    documents: first.documents.map((document, at) =>
      together(
        answers.map((answer) => answer.documents[at] as PredictedDocument),
        document,
        labels,
      ),
    ),
    seconds: answers.reduce((sum, { seconds }) => sum + seconds, 0),
    runtime: first.runtime,
  };
}

function readList({ files }: ModelBundle): z.output<typeof List> {
  try {
    const text = new TextDecoder().decode(files[SHARDS_FILE]);
    return List.parse(JSON.parse(text));
  } catch {
    throw fault('bad-model', `The ${SHARDS_FILE} of the model is not readable.`);
  }
}

function together(
  answers: readonly PredictedDocument[],
  first: PredictedDocument,
  labels: readonly string[],
): PredictedDocument {
  if (first.classes) {
    const classes = labels
      .map((label) => ({
        label,
        score: mean(
          answers.map(
            ({ classes: own = [] }) => own.find((each) => each.label === label)?.score ?? 0,
          ),
        ),
      }))
      .toSorted((a, b) => b.score - a.score);
    return { id: first.id, spans: [], classes };
  }
  const spans = voteSpans(answers.map((answer) => answer.spans));
  if (!first.tokens) return { id: first.id, spans };
  const { tokens } = first;
  return { id: first.id, spans, tokens: { ...tokens, tags: tagsOf(tokens, spans, labels) } };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** @param answers the spans of each model, none of them overlapping another of the same model. */
export function voteSpans(answers: readonly (readonly PredictedSpan[])[]): PredictedSpan[] {
  const votes = new Map<string, { span: PredictedSpan; count: number; sum: number }>();
  for (const spans of answers) {
    for (const span of spans) {
      const key = `${span.start} ${span.end} ${span.label}`;
      const known = votes.get(key) ?? { span, count: 0, sum: 0 };
      votes.set(key, { span, count: known.count + 1, sum: known.sum + span.score });
    }
  }
  const kept: PredictedSpan[] = [];
  const elected = [...votes.values()]
    .filter(({ count }) => 2 * count >= answers.length)
    .map(({ span, sum }) => ({ ...span, score: sum / answers.length }))
    .sort((a, b) => b.score - a.score || a.start - b.start || (a.label < b.label ? -1 : 1));
  for (const span of elected) {
    if (kept.every(({ start, end }) => end <= span.start || span.end <= start)) kept.push(span);
  }
  return kept.sort((a, b) => a.start - b.start);
}

function tagsOf(
  { starts, ends }: NonNullable<PredictedDocument['tokens']>,
  spans: readonly PredictedSpan[],
  labels: readonly string[],
): readonly string[] {
  const names = tagNames(labels);
  const outside = names[0] as string;
  const tags = Array.from(starts, () => outside);
  for (const { start, end, label } of spans) {
    let begins = true;
    for (let at = 0; at < starts.length; at++) {
      if ((starts[at] as number) < start || (ends[at] as number) > end) continue;
      tags[at] = `${begins ? 'B' : 'I'}-${label}`;
      begins = false;
    }
  }
  return tags;
}
