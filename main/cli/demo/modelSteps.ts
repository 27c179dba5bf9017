// The demo's middle: labels become a snapshot, a snapshot a model, a model suggestions and reports.
import { join } from 'node:path';
import type { OutputOf } from '../../../shared/contract/index.ts';
import { describeSnapshot } from '../commands/labeling.ts';
import { describeEvaluation, describeSpans } from '../commands/evaluation.ts';
import { describeReports, exportReport } from '../commands/reports.ts';
import { describeRun, withLossCurve } from '../commands/training.ts';
import { table } from '../text.ts';
import type { Demo } from './demo.ts';

/** What a clinician finds in the labeling room next morning: open notes, already marked by the model. */
export async function suggestOnOpen(
  { session, step, say }: Demo,
  purposeId: string,
  collectionId: string,
  modelId: string,
): Promise<void> {
  step('Put the unlabeled notes into the labeling room, with suggestions of the new model');
  const { items } = await session.call('project.list', {});
  const labels = items.find((each) => each.name === 'train')?.labels;
  const project = await session.call('project.create', {
    name: 'Notes to label',
    purposeId,
    collectionId,
    adoptImported: false,
    ...(labels && { labels }),
  });
  const { projectId } = project;
  const tasks = await session.call('task.list', { projectId });
  const rows: (string | number)[][] = [];
  for (const { documentId, name } of tasks.items) {
    const { suggestions } = await session.call('suggest.document', {
      modelId,
      projectId,
      documentId,
    });
    rows.push([name, suggestions.length]);
  }
  say(table(['note', 'suggestions'], rows));
}

export async function freeze(
  { session, step, say }: Demo,
  purposeId: string,
  collections: { readonly train: string; readonly dev: string },
): Promise<OutputOf<'snapshot.freeze'>> {
  step('Labeling projects; the labels that came along count as an annotator’s');
  const create = (name: string, collectionId: string) =>
    session.call('project.create', { name, purposeId, collectionId, adoptImported: true });
  const project = await create('train', collections.train);
  const dev = await create('dev', collections.dev);
  say(
    table(
      ['project', 'notes', 'finished', 'withheld', 'annotations', 'labels'],
      [project, dev].map((each) => [
        each.name,
        each.documents,
        each.completed,
        each.withheld,
        each.annotations,
        each.labels.length,
      ]),
    ),
  );
  step('Freeze a snapshot: exactly what the model will see');
  const snapshot = await session.job(
    'snapshot.freeze',
    { projectId: project.projectId, name: 'demo', split: { devProjectId: dev.projectId } },
    'Freezing',
  );
  say(describeSnapshot(snapshot));
  return snapshot;
}

export async function train(
  { session, plan, step, say }: Demo,
  snapshotId: string,
): Promise<OutputOf<'train.run'>> {
  step('Train the tagger from scratch on this machine');
  const recipe = { architecture: 'tagger', preset: plan.preset } as const;
  const result = await withLossCurve(session, (curve) =>
    session.job('train.run', { snapshotId, recipe, name: 'demo' }, 'Training', curve),
  );
  say(describeRun(result));
  return result;
}

export async function evaluate(
  { session, step, say }: Demo,
  modelId: string,
): Promise<OutputOf<'evaluate.run'>> {
  step('Evaluate on the development notes');
  const evaluation = await session.job('evaluate.run', { modelId }, 'Evaluating');
  say(describeEvaluation(evaluation));
  return evaluation;
}

export async function suggest({ session, plan, step, say }: Demo, modelId: string): Promise<void> {
  const [note] = plan.unlabeled;
  if (!note) return;
  step(`Let the model mark a note: ${note.name}`);
  const { spans } = await session.call('suggest.text', { modelId, text: note.text });
  say(describeSpans(spans, note.text));
}

export async function writeReports(
  { session, step, say, reportFolder }: Demo,
  modelId: string,
): Promise<string[]> {
  step('Write the model card and the evaluation report, and take a copy out through the one exit');
  const { reports } = await session.call('report.write', { modelId });
  say(describeReports(reports));
  const files: string[] = [];
  for (const { reportId, kind } of reports) {
    const copy = await exportReport(session, reportId, 'Demo', join(reportFolder, kind));
    files.push(...copy.files);
  }
  return files;
}
