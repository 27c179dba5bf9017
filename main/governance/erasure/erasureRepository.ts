// SQL of an erasure: what a person's rows are named by, what stays beside them, what goes.
import type { Store } from '../../store/index.ts';
import { countPersonRows, tablesToEmpty } from '../personTables.ts';

export interface SealedLink {
  readonly sealed_id: string;
}

export interface ErasureRepository {
  /** Rows of the person by table; of the given documents only, where not all go. */
  countRows(
    subjectId: string,
    going?: readonly number[],
  ): { readonly table: string; readonly rows: number }[];
  /** Of the given documents, by kind. */
  countDocuments(rowids: readonly number[]): {
    readonly original: number;
    readonly deidentified: number;
  };
  documentNames(rowids: readonly number[]): readonly string[];
  /** Corrections whose words go: of these documents, and of what is no document where everything goes. */
  versionsOf(subjectId: string, rowids: readonly number[], partly: boolean): ReadonlySet<string>;
  /** Names that were confirmed to be the person's own. */
  ownNames(subjectId: string): readonly string[];
  /** Sentences that people wrote about the person outside of texts. */
  wordsAbout(subjectId: string, partly: boolean): readonly string[];
  /** Results of evaluations that name one of the documents. */
  evaluationsNaming(documentIds: readonly string[]): number;
  otherRequests(subjectId: string, requestId: string): number;
  /** Offsets of what de-identification found to be identifying, by document. */
  findings(
    rowids: readonly number[],
  ): readonly { readonly document_rowid: number; readonly start: number; readonly end: number }[];
  refKey(subjectId: string): Buffer;
  /** Short values written by people about others, and values made by the program: see needles.ts. */
  staying(subjectId: string, going: readonly number[], partly: boolean): IterableIterator<string>;
  packs(subjectId: string): readonly SealedLink[];
  /** Checkpoints of training runs that saw the person: half-trained weights remember too. */
  checkpoints(subjectId: string): readonly (SealedLink & { readonly run_id: string })[];
  deleteCheckpoint(runId: string): void;
  exits(subjectId: string): readonly { readonly id: string; readonly recipient: string }[];
  maskRecipient(exitId: string): void;
  leavesAbout(subjectRef: string): number;
  rememberErased(hmac: Uint8Array, at: string, orderId: string): void;
  deleteDocuments(rowids: readonly number[]): void;
  deleteSubject(subjectId: string): void;
  /** A kept copy of a text that goes stays the person's without it. */
  detachKept(subjectId: string, going: readonly number[]): void;
  /** Everything of the person that is no document, but what says who they are and what is kept. */
  deleteAround(subjectId: string, requestId: string, keepConsents: boolean): void;
}

/** What a recipient is called once the person they are named after is erased. */
export const MASKED_RECIPIENT = 'the person, since erased';

/** Bytes; from here on it is somebody's words. */
const SENTENCE = 24;
const IN_LIST = 'rowid IN (SELECT value FROM json_each(?))';

/** Shapes only the program makes; nothing a person typed looks like them. */
const MACHINE_MADE =
  /[0-9a-f]{64}|\b[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}\b|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

export function createErasureRepository(store: Pick<Store, 'db'>): ErasureRepository {
  const { db } = store;
  const subject = (subjectId: string) => ({ subject: subjectId });

  function* staying(
    subjectId: string,
    going: readonly number[],
    partly: boolean,
  ): IterableIterator<string> {
    const rowids = JSON.stringify(going);
    const beside = `rowid NOT IN (SELECT value FROM json_each(@going))`;
    const others = db.all<{ value: string | null }>(
      `SELECT name AS value FROM document WHERE ${beside}
       UNION ALL SELECT metadata FROM document WHERE ${beside}
       UNION ALL SELECT value FROM subject_identifier WHERE subject_id <> @subject
       UNION ALL SELECT evidence FROM consent_event WHERE subject_id <> @subject
       UNION ALL SELECT replacement FROM deid_surrogate WHERE subject_id <> @subject
       UNION ALL SELECT replacement FROM deid_finding WHERE document_${beside}
       UNION ALL SELECT value FROM own_name WHERE subject_id <> @subject
       UNION ALL SELECT reason FROM subject_event WHERE subject_id <> @subject
       UNION ALL SELECT text FROM kept_part WHERE subject_id <> @subject ${partly ? 'OR subject_id = @subject' : ''}`,
      { subject: subjectId, going: rowids },
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
    countRows: (subjectId, going) => countPersonRows(store, subjectId, going),
    countDocuments(rowids) {
      const rows = db.all<{ kind: string; n: number }>(
        `SELECT kind, count(*) AS n FROM document WHERE ${IN_LIST} GROUP BY kind`,
        [JSON.stringify(rowids)],
      );
      const of = (kind: string): number => rows.find((row) => row.kind === kind)?.n ?? 0;
      return { original: of('original'), deidentified: of('deidentified') };
    },
    documentNames: (rowids) =>
      db
        .all<{ name: string }>(`SELECT name FROM document WHERE ${IN_LIST}`, [
          JSON.stringify(rowids),
        ])
        .map(({ name }) => name),
    versionsOf: (subjectId, rowids, partly) =>
      new Set(
        db
          .all<{ id: string }>(
            `SELECT id FROM rectification WHERE subject_id = @subject
             AND (document_rowid IN (SELECT value FROM json_each(@going)) OR (document_rowid IS NULL AND @whole))`,
            { subject: subjectId, going: JSON.stringify(rowids), whole: partly ? 0 : 1 },
          )
          .map(({ id }) => id),
      ),
    ownNames: (subjectId) =>
      db
        .all<{ value: string }>('SELECT value FROM own_name WHERE subject_id = ?', [subjectId])
        .map(({ value }) => value),
    wordsAbout: (subjectId, partly) =>
      db
        .all<{ value: string }>(
          `SELECT reason AS value FROM subject_event WHERE subject_id = @subject
           UNION SELECT evidence FROM consent_event WHERE subject_id = @subject AND @whole
           UNION SELECT text FROM kept_part WHERE subject_id = @subject AND @whole`,
          { subject: subjectId, whole: partly ? 0 : 1 },
        )
        .map(({ value }) => value)
        // A code of a closed list is shorter, and stands elsewhere for other reasons.
        .filter((value) => Buffer.byteLength(value, 'utf8') >= SENTENCE),
    evaluationsNaming: (documentIds) =>
      db.get<{ n: number }>(
        `SELECT count(*) AS n FROM evaluation e WHERE EXISTS
         (SELECT 1 FROM json_each(?) d WHERE instr(e.body, d.value) > 0)`,
        [JSON.stringify(documentIds)],
      )?.n ?? 0,
    otherRequests: (subjectId, requestId) =>
      db.get<{ n: number }>('SELECT count(*) AS n FROM request WHERE subject_id = ? AND id <> ?', [
        subjectId,
        requestId,
      ])?.n ?? 0,
    findings: (rowids) =>
      db.all(
        'SELECT document_rowid, start, end FROM deid_finding WHERE document_rowid IN (SELECT value FROM json_each(?))',
        [JSON.stringify(rowids)],
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
    deleteDocuments: (rowids) =>
      void db.run(`DELETE FROM document WHERE ${IN_LIST}`, [JSON.stringify(rowids)]),
    detachKept: (subjectId, going) =>
      void db.run(
        `UPDATE document SET derived_from = NULL, subject_id = @subject
         WHERE derived_from IN (SELECT id FROM document WHERE rowid IN (SELECT value FROM json_each(@going)))
         AND rowid NOT IN (SELECT value FROM json_each(@going))`,
        { subject: subjectId, going: JSON.stringify(going) },
      ),
    deleteAround(subjectId, requestId, keepConsents) {
      for (const table of tablesToEmpty(keepConsents)) {
        db.run(`DELETE FROM ${table} WHERE subject_id = ?`, [subjectId]);
      }
      db.run('DELETE FROM rectification WHERE subject_id = ? AND document_rowid IS NULL', [
        subjectId,
      ]);
      db.run('DELETE FROM subject_event WHERE subject_id = ?', [subjectId]);
      // What an earlier erasure kept is kept by this one or by none.
      db.run('DELETE FROM kept_part WHERE subject_id = ? AND request_id <> ?', [
        subjectId,
        requestId,
      ]);
    },
    deleteSubject: (subjectId) => void db.run('DELETE FROM subject WHERE id = ?', [subjectId]),
  };
}
