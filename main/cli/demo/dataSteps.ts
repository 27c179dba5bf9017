// The demo's first half: notes come in, people decide, personal data is found and replaced.
import { describeDeid } from '../commands/labeling.ts';
import { describeGate } from '../commands/governance.ts';
import { usage } from '../failure.ts';
import type { Session } from '../session.ts';
import { facts, table } from '../text.ts';
import { refused, type Demo } from './demo.ts';
import { batches } from './plan.ts';

export async function importNotes({
  session,
  plan,
  step,
  say,
}: Demo): Promise<{ train: string; dev: string; open: string }> {
  step(`Import ${plan.title}`);
  const ids = { train: '', dev: '', open: '' };
  const rows: (string | number)[][] = [];
  for (const { path, collection, category } of plan.imports) {
    const report = await session.job(
      'corpus.import',
      {
        source: { kind: 'path', path },
        format: collection === 'open' ? 'text' : 'brat',
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

export async function declareAndConsent({ session, plan, step, say }: Demo): Promise<string> {
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

export async function withdrawOne(
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

export async function deidentify(
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

export const permitted = async (session: Session, purposeId: string, collectionId: string) =>
  (await session.call('corpus.list', { purposeId, collectionId, access: 'permitted', limit: 500 }))
    .items;
