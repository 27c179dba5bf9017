// The main job from end to end, by the same procedures as page and commands use. Where the promise is that
// something is refused, the demo tries it and fails loudly if it is not.
import { join } from 'node:path';
import type { InputOf, OutputOf, ProcedureName } from '../../../shared/contract/index.ts';
import { describeDeid, describeSnapshot } from '../commands/labeling.ts';
import { describeVerification } from '../commands/audit.ts';
import { describeGate } from '../commands/governance.ts';
import {
  describeEvaluation,
  describeRun,
  describeSpans,
  withLossCurve,
} from '../commands/models.ts';
import {
  describeAccessPack,
  describeCertificate,
  describePreview,
  describeReports,
  exportReport,
} from '../commands/reports.ts';
import { CliFailure, usage } from '../failure.ts';
import type { Session } from '../session.ts';
import { facts, fixed, table } from '../text.ts';
import { batches, type DemoPlan } from './plan.ts';

export interface DemoResult {
  readonly evaluation: OutputOf<'evaluate.run'>;
  readonly certificate: OutputOf<'request.erase'>;
  readonly audit: OutputOf<'audit.verify'>;
  readonly reports: readonly string[];
}

interface Demo {
  readonly session: Session;
  readonly plan: DemoPlan;
  readonly reportFolder: string;
  step(title: string): void;
  say(text: string): void;
}

/** The vault is open and empty. */
export async function runDemo(
  session: Session,
  plan: DemoPlan,
  reportFolder: string,
): Promise<DemoResult> {
  let number = 0;
  const demo: Demo = {
    session,
    plan,
    reportFolder,
    step: (title) => session.terminal.out(`\n── ${(number += 1)}. ${title}`),
    say: (text) => session.terminal.out(`\n${text}`),
  };
  const collections = await importNotes(demo);
  const purposeId = await declareAndConsent(demo);
  await withdrawOne(demo, purposeId, collections.train);
  await deidentify(demo, purposeId, collections.train);
  const snapshot = await freeze(demo, purposeId, collections);
  const { model } = await train(demo, snapshot.snapshotId);
  const evaluation = await evaluate(demo, model.modelId);
  await suggest(demo, model.modelId);
  const reports = await writeReports(demo, model.modelId);
  const person = await somebodyTrainedOn(demo, purposeId, collections.train);
  reports.push(...(await answerAccess(demo, person)));
  const certificate = await erase(demo, person, model.modelId);
  if (plan.trainsAgain) await trainAgain(demo, snapshot.projectId);
  const audit = await verify(demo);
  return { evaluation, certificate, audit, reports };
}

async function importNotes({
  session,
  plan,
  step,
  say,
}: Demo): Promise<{ train: string; dev: string }> {
  step(`Import ${plan.title}`);
  const ids = { train: '', dev: '' };
  const rows: (string | number)[][] = [];
  for (const { path, collection, category } of plan.imports) {
    const report = await session.job(
      'corpus.import',
      {
        source: { kind: 'path', path },
        format: 'brat',
        collection: { name: collection },
        subjects: { by: 'pattern', pattern: plan.subjectPattern },
        category,
        language: plan.language,
      },
      `Importing ${collection} (${category})`,
      { done: ({ documents }) => `${documents.added} notes` },
    );
    ids[collection] = report.collectionId;
    const { documents, subjects } = report;
    const seconds = (Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000;
    rows.push([
      collection,
      category,
      documents.added,
      documents.rejected,
      report.spans,
      subjects.created,
      subjects.withoutSubject,
      seconds > 0 ? Math.round(documents.added / seconds) : 0,
    ]);
  }
  say(
    table(
      [
        'collection',
        'category',
        'notes',
        'rejected',
        'spans',
        'new people',
        'nobody named',
        'notes/s',
      ],
      rows,
    ),
  );
  return ids;
}

async function declareAndConsent({ session, plan, step, say }: Demo): Promise<string> {
  step('Declare a purpose with its legal basis; nothing is readable yet');
  const purpose = await session.call('purpose.declare', plan.purpose);
  const { article6, article9 } = purpose.basis;
  say(
    facts([
      ['purpose', purpose.name],
      ['basis', `GDPR Art. ${[article6, article9].filter(Boolean).join(' and ')}`],
      ['consent', purpose.needsConsent ? 'needed' : 'not needed'],
    ]),
  );
  const { purposeId } = purpose;
  say(describeGate(await session.call('gate.summary', { purposeId, operation: 'train' })));

  step('Record what people decided');
  let recorded = 0;
  if (plan.decisions) {
    for (const { decision, day, keys } of batches(plan.decisions)) {
      const subjects = { keys };
      const outcome =
        decision === 'withdrawn'
          ? await session.call('consent.withdraw', { purposeId, subjects })
          : await session.call('consent.record', {
              purposeId,
              subjects,
              decision,
              channel: 'import',
              evidence: 'consent.csv',
              at: `${day}T12:00:00.000Z`,
            });
      recorded += outcome.recorded;
    }
  } else {
    const { items } = await session.call('collection.list', {});
    for (const { collectionId } of items) {
      const outcome = await session.call('consent.record', {
        purposeId,
        subjects: { collectionId },
        decision: 'given',
        channel: 'import',
        evidence: 'published with consent, for research',
      });
      recorded += outcome.recorded;
    }
  }
  say(`Decisions recorded: ${recorded}. What the gate permits now:`);
  say(describeGate(await session.call('gate.summary', { purposeId, operation: 'train' })));
  return purposeId;
}

async function withdrawOne(
  { session, step, say }: Demo,
  purposeId: string,
  collectionId: string,
): Promise<void> {
  step('Withdraw one consent; the next read is denied');
  const page = await permitted(session, purposeId, collectionId);
  const document = page.find(({ subjectKey }) => subjectKey !== null);
  if (!document?.subjectKey)
    throw usage('Nobody agreed, so there is nobody to withdraw.', 'NOT_FOUND');
  const { documentId, subjectKey } = document;
  const read = await session.call('document.read', { documentId, purposeId });
  await session.call('consent.withdraw', { purposeId, subjects: { keys: [subjectKey] } });
  const denied = await refused(session, 'document.read', { documentId, purposeId }, 'GATE_DENIED');
  say(
    facts([
      ['before', `read ${document.name}: ${read.text.length} characters`],
      ['withdrawn', `person ${subjectKey}`],
      ['after', `${denied.code}: ${denied.message}`],
    ]),
  );
}

async function deidentify(
  { session, step, say }: Demo,
  purposeId: string,
  collectionId: string,
): Promise<void> {
  step('Find personal data by rules and replace it by consistent surrogates');
  const result = await session.job(
    'deid.run',
    { collectionId, purposeId, mode: 'surrogate', name: 'train, de-identified' },
    'De-identifying',
    { done: ({ documents, findings }) => `${findings} findings in ${documents} notes` },
  );
  say(describeDeid(result));
}

async function trainAgain({ session, plan, step, say }: Demo, projectId: string): Promise<void> {
  step('Train again without this person');
  const { items } = await session.call('project.list', {});
  const dev = items.find((each) => each.name === 'dev');
  const snapshot = await session.job(
    'snapshot.freeze',
    {
      projectId,
      name: 'demo, after the erasure',
      ...(dev && { split: { devProjectId: dev.projectId } }),
    },
    'Freezing',
  );
  const recipe = { architecture: 'tagger', preset: plan.preset } as const;
  const { snapshotId } = snapshot;
  const result = await withLossCurve(session, (curve) =>
    session.job(
      'train.run',
      { snapshotId, recipe, name: 'demo, after the erasure' },
      'Training',
      curve,
    ),
  );
  say(describeRun(result));
}

async function freeze(
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

async function train(
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

async function evaluate(
  { session, step, say }: Demo,
  modelId: string,
): Promise<OutputOf<'evaluate.run'>> {
  step('Evaluate on the development notes');
  const evaluation = await session.job('evaluate.run', { modelId }, 'Evaluating');
  say(describeEvaluation(evaluation));
  return evaluation;
}

async function suggest({ session, plan, step, say }: Demo, modelId: string): Promise<void> {
  const [note] = plan.unlabeled;
  if (!note) return;
  step(`Let the model mark a note: ${note.name}`);
  const { spans } = await session.call('suggest.text', { modelId, text: note.text });
  say(describeSpans(spans, note.text));
}

async function writeReports(
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

/** Somebody whose notes the model learned from. */
async function somebodyTrainedOn(
  { session }: Demo,
  purposeId: string,
  collectionId: string,
): Promise<string> {
  const page = await permitted(session, purposeId, collectionId);
  const key = page.findLast(({ subjectKey }) => subjectKey !== null)?.subjectKey;
  if (!key) throw usage('No note of the training part names a person.', 'NOT_FOUND');
  return key;
}

async function answerAccess(
  { session, step, say, reportFolder }: Demo,
  person: string,
): Promise<readonly string[]> {
  step(`Answer a request for access: everything held about person ${person}`);
  const { requestId } = await session.call('request.open', {
    kind: 'access',
    subject: { key: person },
  });
  const pack = await session.job('request.access', { requestId }, 'Collecting');
  say(describeAccessPack(pack));
  const copy = await exportReport(session, pack.reportId, person, join(reportFolder, 'accessPack'));
  return copy.files;
}

async function erase(
  { session, plan, step, say }: Demo,
  person: string,
  modelId: string,
): Promise<OutputOf<'request.erase'>> {
  step(`Erase person ${person}, and prove it on the bytes`);
  const { requestId } = await session.call('request.open', {
    kind: 'erasure',
    subject: { key: person },
  });
  const preview = await session.call('request.previewErasure', { requestId });
  say(describePreview(preview));
  const certificate = await session.job(
    'request.erase',
    { requestId, confirmation: preview.confirmation },
    'Erasing',
    { done: ({ scan }) => `${scan.hits} traces left in ${scan.files} files` },
  );
  say(describeCertificate(certificate));
  if (certificate.scan.hits > 0)
    throw usage('Traces were found after erasing.', 'ERASURE_UNPROVEN');

  step('The model that learned from this person is refused');
  const { items } = await session.call('model.list', {});
  const model = items.find((each) => each.modelId === modelId);
  const text = plan.unlabeled[0]?.text ?? 'Nobody.';
  const denied = await refused(session, 'suggest.text', { modelId, text }, 'MODEL_BLOCKED');
  say(
    facts([
      ['model', model ? `${model.name}: ${model.state}` : 'gone'],
      ['reason', model?.stateReason ?? null],
      ['asked for suggestions', `${denied.code}: ${denied.message}`],
    ]),
  );
  return certificate;
}

async function verify({ session, step, say }: Demo): Promise<OutputOf<'audit.verify'>> {
  step('Verify the audit log');
  const result = await session.job('audit.verify', {}, 'Verifying');
  say(describeVerification(result));
  if (!result.intact) throw usage('The audit log does not verify.', 'AUDIT_BROKEN');
  return result;
}

const permitted = async (session: Session, purposeId: string, collectionId: string) =>
  (await session.call('corpus.list', { purposeId, collectionId, access: 'permitted', limit: 500 }))
    .items;

/** The promise is a refusal: an answer would be a defect, and another failure is one too. */
async function refused<N extends ProcedureName>(
  session: Session,
  name: N,
  input: InputOf<N>,
  code: string,
): Promise<{ readonly code: string; readonly message: string }> {
  const result = await session.client.call(name, input);
  if (result.ok) throw usage(`${name} was answered, and must have been refused.`, 'INTERNAL');
  if (result.error.code !== code) throw new CliFailure(result.error);
  return result.error;
}

export const demoNumbers = ({ evaluation }: DemoResult): string =>
  facts([
    ['exact micro F1', fixed(evaluation.exact.micro.f1)],
    ['seqeval strict micro F1', fixed(evaluation.seqevalStrict.micro.f1)],
    ['seqeval default micro F1', fixed(evaluation.seqevalDefault.micro.f1)],
  ]);
