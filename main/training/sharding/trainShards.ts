/*
 * A run in shards, one after another, each an ordinary training of its own; what comes out is one folder
 * with a folder per shard and a small list of them. A checkpoint holds the shards that are done and where
 * the one at work stands, so a run cut short loses no shard.
 */
import type { TrainResult } from '../../models/index.ts';
import { hashOfFiles, sha256Of } from '../../models/index.ts';
import type { Checkpoints } from '../checkpoints.ts';
import { trainThrough, type Stretch, type StretchDeps } from '../stretch.ts';
import { readFrame, writeFrame, type DoneShard } from './frame.ts';
import { canTeach, constituentRecipe, type Shard, type ShardFacts } from './shards.ts';

export type ShardedResult = TrainResult & { readonly shards: readonly ShardFacts[] };

type Files = Readonly<Record<string, Uint8Array>>;

export interface ShardedStretch extends Omit<Stretch, 'part' | 'pauseAfterEpoch'> {
  readonly shards: readonly Shard[];
  /** Constituents of an earlier model whose documents are the very same, by number of the shard. */
  readonly kept: ReadonlyMap<number, Files>;
}

/** The file that names the shards of a model; compute reads it to let them answer together. */
export const SHARDS_FILE = 'shards.json';
export const folderOf = (number: number): string => `shard-${number}/`;

/** Throws the fault that ended it. */
export async function trainShards(
  deps: StretchDeps,
  stretch: ShardedStretch,
): Promise<ShardedResult> {
  const { checkpoints } = deps;
  const { runId, recipe, shards, kept } = stretch;
  const teaching = shards.filter((shard) => canTeach(shard, recipe));
  const saved = checkpoints.read(runId);
  const before = saved && readFrame(saved);
  const done: DoneShard[] = [...(before?.done ?? [])];
  let current = before?.current ?? null;
  const own = constituentRecipe(recipe);

  for (const [index, shard] of teaching.entries()) {
    const { number } = shard;
    if (done.some((each) => each.number === number) || kept.has(number)) continue;
    const stepsBefore = done.reduce((sum, { told }) => sum + told.steps, 0);
    const inFrame: Checkpoints = {
      ...checkpoints,
      read: () => (current?.number === number ? current.bytes : undefined),
      save(id, step, bytes) {
        current = { number, bytes };
        checkpoints.save(id, stepsBefore + step, writeFrame({ done, current }));
      },
    };
    const result = await trainThrough(
      { ...deps, checkpoints: inFrame },
      {
        ...stretch,
        recipe: own,
        data: {
          ...stretch.data,
          ...{ train: shard.train, dev: shard.dev, test: [] },
          labels: shard.labels,
        },
        pauseAfterEpoch: null,
        part: {
          stepsBefore,
          epochsBefore: done.reduce((sum, { told }) => sum + told.epochs, 0),
          left: teaching.length - index,
        },
      },
    );
    const { steps, epochs, seconds, parameters, data, runtime, model } = result;
    done.push({
      ...{ number, files: model.files },
      told: { steps, epochs, seconds, parameters, data, runtime },
    });
    current = null;
    // The last one needs none: what follows is the commit.
    if (index < teaching.length - 1 && !stretch.isForbidden()) {
      checkpoints.save(runId, stepsBefore + steps, writeFrame({ done, current: null }));
    }
  }
  return assemble(stretch, teaching, done);
}

function assemble(
  { shards, kept, data, recipe }: ShardedStretch,
  teaching: readonly Shard[],
  done: readonly DoneShard[],
): ShardedResult {
  const filesOf = (number: number): Files | undefined =>
    kept.get(number) ?? done.find((each) => each.number === number)?.files;
  const facts = shards.map((shard): ShardFacts => {
    const files = teaching.includes(shard) ? filesOf(shard.number) : undefined;
    return {
      shard: shard.number,
      documents: shard.documents,
      people: shard.people,
      data: shard.sha256,
      sha256: files ? hashOf(files) : null,
      seconds: done.find((each) => each.number === shard.number)?.told.seconds ?? 0,
      kept: kept.has(shard.number),
    };
  });
  const list = {
    version: 1,
    task: recipe.architecture === 'pretraining' ? undefined : (recipe.task ?? 'spans'),
    labels: data.labels,
    // Spans: found by at least half of the shards, scored by the mean. Documents: the mean.
    answers: 'together',
    shards: facts.flatMap(({ shard, sha256 }) =>
      sha256 === null ? [] : [{ shard, folder: folderOf(shard), sha256 }],
    ),
  };
  const files: Record<string, Uint8Array> = {
    [SHARDS_FILE]: Buffer.from(`${JSON.stringify(list, null, 2)}\n`, 'utf8'),
  };
  for (const { shard } of list.shards) {
    for (const [path, bytes] of Object.entries(filesOf(shard) ?? {})) {
      files[`${folderOf(shard)}${path}`] = bytes;
    }
  }
  const told = done.map((each) => each.told);
  const sum = (value: (each: (typeof told)[number]) => number): number =>
    told.reduce((total, each) => total + value(each), 0);
  return {
    kind: 'train',
    model: { files },
    steps: sum(({ steps }) => steps),
    epochs: told.reduce((most, { epochs }) => Math.max(most, epochs), 0),
    stopped: 'finished',
    seconds: sum(({ seconds }) => seconds),
    parameters: sum(({ parameters }) => parameters),
    history: [],
    // Together they are measured by an evaluation, not by the scores of each on its own people.
    best: null,
    lossCurve: [],
    data: {
      documents: sum((each) => each.data.documents),
      tokens: sum((each) => each.data.tokens),
      spans: sum((each) => each.data.spans),
      misaligned: sum((each) => each.data.misaligned),
      overlapping: sum((each) => each.data.overlapping),
      hash: data.sha256,
    },
    runtime: told.at(-1)?.runtime ?? UNTOUCHED,
    shards: facts,
  };
}

/** Where every shard was kept nothing was computed. */
const UNTOUCHED: TrainResult['runtime'] = {
  engine: 'none',
  provider: 'cpu',
  threads: 0,
  node: process.versions.node,
  platform: `${process.platform}-${process.arch}`,
};

const hashOf = (files: Files): string =>
  hashOfFiles(
    Object.entries(files).map(([path, bytes]) => ({
      path,
      sha256: sha256Of(bytes),
      bytes: bytes.length,
    })),
  );

/** The files of one shard of a model, as a folder of their own. */
export function filesOfShard(bundle: Files, number: number): Files {
  const folder = folderOf(number);
  return Object.fromEntries(
    Object.entries(bundle).flatMap(([path, bytes]) =>
      path.startsWith(folder) ? [[path.slice(folder.length), bytes]] : [],
    ),
  );
}
