import type { OutputOf } from '../../../shared/contract/index.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
import { digest, id } from './fixtures.ts';
import { clearOrder } from './staffHandlers.ts';

const MODEL_CARD = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Model card</title>
<style>body{font:15px/1.6 Georgia,serif;max-width:70ch;margin:32px auto;padding:0 24px;color:#1c1f24;background:#fff}table{border-collapse:collapse}td,th{border-bottom:1px solid #ddd;padding:4px 12px;text-align:left}</style>
<h1>Ward 7 tagger, standard</h1><p>Finds personal data in discharge notes. Trained on 30 notes about 8 people under consent, GDPR Art. 9(2)(a).</p>
<table><tr><th>Span F1, strict</th><td>0.912 (0.871 to 0.941, n = 63)</td></tr><tr><th>Notes</th><td>24 train, 6 dev</td></tr></table></html>`;

/** The bytes of an archive without entries. */
const EXPORTED = `PK\u0005\u0006${'\0'.repeat(18)}`;

export async function trained(runId: string, context: StubContext): Promise<OutputOf<'train.run'>> {
  await context.progress('training', 1008, 'steps');
  const run = context.vault.runs.find((each) => each.runId === runId) ?? context.vault.runs[0];
  const model = context.vault.models[0];
  if (!run || !model) throw new Refusal('SNAPSHOT_EMPTY', 'The snapshot holds no document.');
  for (const point of context.vault.curves.get(run.runId) ?? []) {
    context.emit('run.progressed', { runId: run.runId, point });
  }
  context.changed('runs', 'models');
  return { run, model };
}

export const modelHandlers: HandlersOf<
  | 'train.run'
  | 'train.resume'
  | 'run.list'
  | 'run.get'
  | 'model.list'
  | 'model.export'
  | 'model.exportRead'
  | 'evaluate.run'
  | 'evaluate.list'
  | 'suggest.document'
  | 'suggest.text'
  | 'report.write'
  | 'report.list'
  | 'report.read'
  | 'report.export'
> = {
  'train.run': (_, context) => trained(id('run', 1), context),
  'train.resume': ({ runId }, context) => trained(runId, context),
  'run.list': ({ sweepId }, { vault }) => ({
    items: vault.runs.filter((run) => run.sweepId === sweepId),
  }),
  'run.get'({ runId }, { vault }) {
    const run = vault.runs.find((each) => each.runId === runId);
    if (!run) throw new Refusal('NOT_FOUND', 'There is no such run.');
    return { run, curve: vault.curves.get(runId) ?? [] };
  },
  'model.list': (_, { vault }) => ({ items: [...vault.models] }),
  'model.export'(input, context) {
    const { modelId } = input;
    clearOrder(context, 'model.export', input);
    const model = context.vault.models.find((each) => each.modelId === modelId);
    if (!model) throw new Refusal('NOT_FOUND', 'There is no such model.');
    context.changed('models', 'audit');
    const name = `${model.name}.zip`;
    return {
      exitId: id('exi', 3),
      name: model.name,
      files: [{ name, bytes: EXPORTED.length, sha256: digest(name) }],
      sizeBytes: EXPORTED.length,
    };
  },
  'model.exportRead': () => ({ chunk: btoa(EXPORTED), next: null }),
  async 'evaluate.run'({ modelId }, context) {
    const model = context.vault.models.find((each) => each.modelId === modelId);
    if (model && model.state !== 'valid') {
      throw new Refusal('MODEL_BLOCKED', 'The model is stale.', { model: model.name });
    }
    await context.progress('evaluating', 6, 'documents');
    const evaluation = context.vault.evaluations.find((each) => each.modelId === modelId);
    if (!evaluation) throw new Refusal('NOT_FOUND', 'There is no such model.');
    context.changed('evaluations');
    return evaluation;
  },
  'evaluate.list': ({ modelId }, { vault }) => ({
    items: vault.evaluations.filter((each) => modelId === null || each.modelId === modelId),
  }),
  'suggest.document'({ projectId, documentId }, { vault }) {
    const task = vault.tasks.get(projectId)?.find((each) => each.documentId === documentId);
    if (!task) throw new Refusal('NOT_FOUND', 'There is no such task.');
    const note = vault.documents.find((each) => each.row.documentId === documentId)!.note;
    const taken = new Set(task.annotations.map((each) => each.start));
    const fresh = note.spans
      .filter((span) => !taken.has(span.start))
      .map((span) => ({ ...span, score: 0.91 }));
    task.suggestions = fresh.map((span, index) => ({
      ...span,
      suggestionId: id('sug', 700_000 + index),
      modelId: id('mdl', 1),
      model: 'Ward 7 tagger, standard',
    }));
    return { suggestions: fresh };
  },
  'suggest.text'({ text }) {
    const spans = [...text.matchAll(/\d{5,6}/g)].map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
      label: 'RECORD',
      score: 0.9,
    }));
    return { spans, classes: [] };
  },
  'report.write'(_, context) {
    context.changed('reports');
    return { reports: context.vault.reports.slice(0, 2) };
  },
  'report.list': (_, { vault }) => ({ items: [...vault.reports] }),
  'report.read': ({ file }) =>
    file.endsWith('.html')
      ? { mediaType: 'text/html', content: MODEL_CARD }
      : {
          mediaType: 'application/json',
          content: JSON.stringify(
            { kind: 'modelCard', f1: 0.912, interval: [0.871, 0.941], n: 63 },
            null,
            2,
          ),
        },
  'report.export'({ reportId }, context) {
    const report = context.vault.reports.find((each) => each.reportId === reportId);
    if (!report) throw new Refusal('NOT_FOUND', 'There is no such report.');
    context.changed('reports', 'audit');
    return {
      exitId: id('exi', 2),
      files: report.files.map(({ name, mediaType }) => ({
        name,
        mediaType,
        content: name.endsWith('.html') ? MODEL_CARD : '{}',
        sha256: digest(name),
      })),
    };
  },
};
