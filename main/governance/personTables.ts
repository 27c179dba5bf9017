// Where a person's rows lie: every table the foreign keys lead to from `subject`, with the condition that
// picks one person's rows. Erasure counts by this list and the cascade deletes by the keys; a test walks the
// keys and fails when a new table is missing here. The text table and its index are the gate's.
import type { Store } from '../store/index.ts';

/** The person's documents and whatever was derived from them, down any number of copies. */
export const OWN_DOCUMENTS = `WITH RECURSIVE own (rowid, id) AS (
    SELECT rowid, id FROM document WHERE subject_id = @subject
    UNION SELECT d.rowid, d.id FROM document d JOIN own o ON d.derived_from = o.id
  ) SELECT rowid FROM own`;

const byDocument = `document_rowid IN (${OWN_DOCUMENTS})`;
const bySubject = 'subject_id = @subject';
const byConsent = `consent_seq IN (SELECT seq FROM consent_event WHERE ${bySubject})`;

export const PERSON_TABLES: Readonly<Record<string, string>> = {
  subject: 'id = @subject',
  subject_identifier: bySubject,
  subject_event: bySubject,
  consent_event: bySubject,
  consent_detail: byConsent,
  consent_confirmation: byConsent,
  consent_record: bySubject,
  consent_receipt: byConsent,
  subject_birth: bySubject,
  document: `rowid IN (${OWN_DOCUMENTS})`,
  source_span: byDocument,
  deid_finding: byDocument,
  deid_surrogate: bySubject,
  annotation_event: byDocument,
  suggestion: byDocument,
  snapshot_document: byDocument,
  hold_subject: bySubject,
  retention_run_document: byDocument,
  run_subject: bySubject,
  report: bySubject,
  report_file: `report_id IN (SELECT id FROM report WHERE ${bySubject})`,
  exit_subject: bySubject,
  rectification: bySubject,
  copy_source: byDocument,
  redaction_decision: byDocument,
  own_name: bySubject,
  kept_part: bySubject,
};

/** Tables of a person who is kept in part: they say who that is and what was promised about the rest. */
const STAYS_WITH_PERSON: ReadonlySet<string> = new Set([
  'subject_identifier',
  'subject_event',
  'exit_subject',
  'hold_subject',
  'kept_part',
  'rectification',
]);
export const isConsentTable = (table: string): boolean =>
  table.startsWith('consent_') || table === 'subject_birth';

/** Tables emptied directly when only a part of the person stays; the others follow their parents. */
export const tablesToEmpty = (keepConsents: boolean): readonly string[] =>
  Object.entries(PERSON_TABLES)
    .filter(([, condition]) => condition === bySubject)
    .map(([table]) => table)
    .filter((table) => !STAYS_WITH_PERSON.has(table) && !(keepConsents && isConsentTable(table)));

/** Rows that go with documents, by table. */
export function countDocumentRows(
  { db }: Pick<Store, 'db'>,
  rowids: readonly number[],
): { readonly table: string; readonly rows: number }[] {
  const going = JSON.stringify(rowids);
  return Object.entries(PERSON_TABLES)
    .filter(([, condition]) => condition.includes(OWN_DOCUMENTS))
    .map(([table, condition]) => {
      const of = condition.replaceAll(OWN_DOCUMENTS, 'SELECT value FROM json_each(@going)');
      return {
        table,
        rows:
          db.get<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE ${of}`, { going })?.n ??
          0,
      };
    });
}

/** @param going only of these documents, where not all of them go. */
export function countPersonRows(
  { db }: Pick<Store, 'db'>,
  subjectId: string,
  going?: readonly number[],
): { readonly table: string; readonly rows: number }[] {
  const of = (condition: string): string =>
    going === undefined
      ? condition
      : condition.replaceAll(OWN_DOCUMENTS, 'SELECT value FROM json_each(@going)');
  return Object.entries(PERSON_TABLES).map(([table, condition]) => ({
    table,
    rows:
      db.get<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE ${of(condition)}`, {
        subject: subjectId,
        ...(going !== undefined &&
          of(condition).includes('@going') && { going: JSON.stringify(going) }),
      })?.n ?? 0,
  }));
}
