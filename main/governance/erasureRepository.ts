// SQL of an erasure: what a person's rows are named by, what stays beside them, what goes.
import type { Store } from '../store/index.ts';
import { OWN_DOCUMENTS, countPersonRows } from './personTables.ts';

export interface SealedLink {
  readonly sealed_id: string;
}

export interface ErasureRepository {
  countRows(subjectId: string): { readonly table: string; readonly rows: number }[];
  countDocuments(subjectId: string): { readonly original: number; readonly deidentified: number };
  documentNames(subjectId: string): readonly string[];
  /** Offsets of what de-identification found to be identifying, by document. */
  findings(
    subjectId: string,
  ): readonly { readonly document_rowid: number; readonly start: number; readonly end: number }[];
  refKey(subjectId: string): Buffer;
  /** Short values written by people about others, and values made by the program: see needles.ts. */
  staying(subjectId: string): IterableIterator<string>;
  packs(subjectId: string): readonly SealedLink[];
  /** Checkpoints of training runs that saw the person: half-trained weights remember too. */
  checkpoints(subjectId: string): readonly (SealedLink & { readonly run_id: string })[];
  deleteCheckpoint(runId: string): void;
  exits(subjectId: string): readonly { readonly id: string; readonly recipient: string }[];
  maskRecipient(exitId: string): void;
  leavesAbout(subjectRef: string): number;
  rememberErased(hmac: Uint8Array, at: string, orderId: string): void;
  deleteDocuments(subjectId: string): void;
  deleteSubject(subjectId: string): void;
}

/** What a recipient is called once the person they are named after is erased. */
export const MASKED_RECIPIENT = 'the person, since erased';

/** Shapes only the program makes; nothing a person typed looks like them. */
const MACHINE_MADE =
  /[0-9a-f]{64}|\b[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}\b|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

export function createErasureRepository(store: Pick<Store, 'db'>): ErasureRepository {
  const { db } = store;
  const subject = (subjectId: string) => ({ subject: subjectId });

  function* staying(subjectId: string): IterableIterator<string> {
    const others = db.all<{ value: string | null }>(
      `SELECT name AS value FROM document WHERE rowid NOT IN (${OWN_DOCUMENTS})
       UNION ALL SELECT metadata FROM document WHERE rowid NOT IN (${OWN_DOCUMENTS})
       UNION ALL SELECT value FROM subject_identifier WHERE subject_id <> @subject
       UNION ALL SELECT evidence FROM consent_event WHERE subject_id <> @subject
       UNION ALL SELECT replacement FROM deid_surrogate WHERE subject_id <> @subject
       UNION ALL SELECT replacement FROM deid_finding WHERE document_rowid NOT IN (${OWN_DOCUMENTS})`,
      subject(subjectId),
    );
    for (const { value } of others) if (value) yield value;
    yield* machineMade();
  }

  /** Hashes, ids and instants anywhere: a record number of digits may occur in one by chance. */
  function* machineMade(): IterableIterator<string> {
    const tables = db.all<{ name: string }>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
       AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT LIKE 'document\\_%' ESCAPE '\\'`,
    );
    for (const { name } of tables) {
      for (const row of db.iterate<Record<string, unknown>>(`SELECT * FROM "${name}"`)) {
        for (const value of Object.values(row)) {
          const text = Buffer.isBuffer(value) ? value.toString('latin1') : value;
          if (typeof text !== 'string') continue;
          for (const [made] of text.matchAll(MACHINE_MADE)) yield made;
        }
      }
    }
  }

  return {
    countRows: (subjectId) => countPersonRows(store, subjectId),
    countDocuments(subjectId) {
      const rows = db.all<{ kind: string; n: number }>(
        `SELECT kind, count(*) AS n FROM document WHERE rowid IN (${OWN_DOCUMENTS}) GROUP BY kind`,
        subject(subjectId),
      );
      const of = (kind: string): number => rows.find((row) => row.kind === kind)?.n ?? 0;
      return { original: of('original'), deidentified: of('deidentified') };
    },
    documentNames: (subjectId) =>
      db
        .all<{ name: string }>(
          `SELECT name FROM document WHERE rowid IN (${OWN_DOCUMENTS})`,
          subject(subjectId),
        )
        .map(({ name }) => name),
    findings: (subjectId) =>
      db.all(
        `SELECT document_rowid, start, end FROM deid_finding WHERE document_rowid IN (${OWN_DOCUMENTS})`,
        subject(subjectId),
      ),
    refKey(subjectId) {
      const row = db.get<{ ref_key: Buffer }>('SELECT ref_key FROM subject WHERE id = ?', [
        subjectId,
      ]);
      if (!row) throw new Error('There is no such person in this vault');
      return row.ref_key;
    },
    staying,
    packs: (subjectId) =>
      db.all(
        'SELECT f.sealed_id FROM report_file f JOIN report r ON r.id = f.report_id WHERE r.subject_id = ?',
        [subjectId],
      ),
    checkpoints: (subjectId) =>
      db.all(
        `SELECT c.run_id, c.sealed_id FROM run_checkpoint c JOIN run_subject s ON s.run_id = c.run_id
         WHERE s.subject_id = @subject`,
        subject(subjectId),
      ),
    deleteCheckpoint: (runId) =>
      void db.run('DELETE FROM run_checkpoint WHERE run_id = ?', [runId]),
    exits: (subjectId) =>
      db.all(
        'SELECT x.id, x.recipient FROM exit_record x JOIN exit_subject s ON s.exit_id = x.id WHERE s.subject_id = ?',
        [subjectId],
      ),
    maskRecipient: (exitId) =>
      void db.run('UPDATE exit_record SET recipient = ? WHERE id = ?', [MASKED_RECIPIENT, exitId]),
    leavesAbout: (subjectRef) =>
      db.get<{ n: number }>(
        'SELECT count(*) AS n FROM audit_leaf WHERE instr(body, CAST(? AS BLOB)) > 0',
        [subjectRef],
      )?.n ?? 0,
    rememberErased: (hmac, at, orderId) =>
      void db.run('INSERT OR IGNORE INTO erased_identifier (hmac, at, order_id) VALUES (?, ?, ?)', [
        hmac,
        at,
        orderId,
      ]),
    deleteDocuments: (subjectId) =>
      void db.run(`DELETE FROM document WHERE rowid IN (${OWN_DOCUMENTS})`, subject(subjectId)),
    deleteSubject: (subjectId) => void db.run('DELETE FROM subject WHERE id = ?', [subjectId]),
  };
}
