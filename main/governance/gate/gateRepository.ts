// The one file that reads and writes subject text and its index. Text leaves SQL only in rows where the
// gate's expression is NULL; the two doors for a person's own rights (access, erasure) are at the end.
import type { SqlValue, Store } from '../../store/index.ts';
import type { CompiledGate, GatePlan } from './gateSql.ts';
import { OWN_DOCUMENTS } from '../personTables.ts';

/** Which documents are asked about; absent parts do not narrow. */
export interface GateScope {
  readonly collectionId?: string | undefined;
  readonly documentIds?: readonly string[] | undefined;
  readonly subjectId?: string | undefined;
}

export interface VerdictRow {
  readonly rowid: number;
  readonly id: string;
  readonly denial: string | null;
}

export interface TextRow extends VerdictRow {
  readonly name: string;
  readonly subject_id: string | null;
  readonly language: string | null;
  readonly category: string;
  readonly kind: string;
  readonly sha256: string;
  readonly metadata: string;
  readonly text: string | null;
}

export interface GateRepository {
  /** In order of import, in one pass. */
  verdicts(gate: CompiledGate, scope: GateScope): IterableIterator<VerdictRow>;
  /** Permitted (null) and each denial. */
  counts(gate: GatePlan, scope: GateScope): ReadonlyMap<string | null, number>;
  /** The given rows; `text` is null where the gate denies. */
  rows(gate: CompiledGate, rowids: readonly number[]): readonly TextRow[];
  verdictsOf(gate: CompiledGate, rowids: readonly number[]): readonly VerdictRow[];
  find(documentId: string): number | undefined;
  inScope(rowid: number, scope: GateScope): boolean;
  subjectOf(rowid: number): string | null;
  /** Ids of permitted documents whose text contains the query, in order of import. */
  search(gate: CompiledGate, scope: GateScope, query: string, limit: number): readonly string[];
  log(row: {
    readonly at: string;
    readonly actor: string;
    readonly purposeId: string;
    readonly operation: string;
    readonly policySha256: string;
    readonly allowed: number;
    readonly denied: string;
    readonly collectionId: string | null;
    readonly subjectId: string | null;
  }): void;
  putText(rowid: number, text: string): void;
  replaceText(rowid: number, text: string): void;
  /** Every text of one person, copies included, whatever any purpose says: their own access and erasure. */
  ownTexts(subjectId: string): readonly TextRow[];
  /** One text of the person, by the document's id; for their own request. */
  ownText(subjectId: string, documentId: string): TextRow | undefined;
  /** What a correction took away and put there; apart from everything else, gone with the person. */
  putVersion(rectificationId: string, before: string | null, after: string | null): void;
  versions(subjectId: string): readonly {
    readonly id: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
  /** All texts but those of the given documents: what stays when they go. */
  textsBeside(rowids: readonly number[]): IterableIterator<{ readonly text: string }>;
  /** Texts that are about to be deleted, so that the proof knows what to look for. */
  goingTexts(rowids: readonly number[]): readonly string[];
  removeFromIndex(rowids: readonly number[]): number;
  /** Entries of the index whose text is not there. */
  strayIndexRows(): number;
  countTexts(subjectId: string): number;
  /** Merges the index so that no term of a deleted text is left in a segment. */
  compactIndex(): void;
  /** From the texts that are there; after a salvage the index itself was not copied. */
  rebuildIndex(): void;
  /** Documents whose text is gone. */
  withoutText(): readonly { readonly rowid: number; readonly name: string }[];
}

const DOCUMENT =
  'd.rowid, d.id, d.name, d.subject_id, d.language, d.category, d.kind, d.sha256, d.metadata';
/** The trigram index cannot answer for less; two characters are a whole word in Chinese. */
const INDEXED_LENGTH = 3;

export function createGateRepository({ db }: Pick<Store, 'db'>): GateRepository {
  const find = db.prepare<{ rowid: number }>('SELECT rowid FROM document WHERE id = ?');
  const subjectOf = db.prepare<{ subject_id: string | null }>(
    'SELECT subject_id FROM document WHERE rowid = ?',
  );
  const log = db.prepare(`INSERT INTO gate_decision
    (at, actor, purpose_id, operation, policy_sha256, allowed, denied, collection_id, subject_id)
    VALUES (@at, @actor, @purposeId, @operation, @policySha256, @allowed, @denied, @collectionId, @subjectId)`);
  const insertText = db.prepare('INSERT INTO document_text (document_rowid, text) VALUES (?, ?)');
  const updateText = db.prepare('UPDATE document_text SET text = ? WHERE document_rowid = ?');
  const insertIndex = db.prepare('INSERT INTO document_search (rowid, text) VALUES (?, ?)');
  const deleteIndex = db.prepare('DELETE FROM document_search WHERE rowid = ?');
  const ownTexts = db.prepare<TextRow>(
    `SELECT ${DOCUMENT}, NULL AS denial, t.text FROM document d JOIN document_text t ON t.document_rowid = d.rowid
     WHERE d.rowid IN (${OWN_DOCUMENTS}) ORDER BY d.rowid`,
  );
  const ownText = db.prepare<TextRow>(
    `SELECT ${DOCUMENT}, NULL AS denial, t.text FROM document d JOIN document_text t ON t.document_rowid = d.rowid
     WHERE d.id = @id AND d.rowid IN (${OWN_DOCUMENTS})`,
  );
  const putVersion = db.prepare(
    'INSERT INTO text_version (rectification_id, before, after) VALUES (?, ?, ?)',
  );
  const versions = db.prepare<{ id: string; before: string | null; after: string | null }>(
    `SELECT r.id, v.before, v.after FROM rectification r JOIN text_version v ON v.rectification_id = r.id
     WHERE r.subject_id = ? ORDER BY r.id`,
  );
  const beside = db.prepare<{ text: string }>(
    'SELECT text FROM document_text WHERE document_rowid NOT IN (SELECT value FROM json_each(?))',
  );
  const strays = db.prepare<{ n: number }>(
    `SELECT count(*) AS n FROM document_search_docsize
     WHERE id NOT IN (SELECT document_rowid FROM document_text)`,
  );
  const countTexts = db.prepare<{ n: number }>(
    `SELECT count(*) AS n FROM document_text WHERE document_rowid IN (${OWN_DOCUMENTS})`,
  );
  const removeIndex = db.prepare(
    'DELETE FROM document_search WHERE rowid IN (SELECT value FROM json_each(?))',
  );

  return {
    verdicts: (gate, scope) =>
      db.iterate<VerdictRow>(
        `SELECT d.rowid, d.id, ${gate.denial} AS denial FROM document d ${gate.joins} ${where(scope)} ORDER BY d.rowid`,
        bind(gate, scope),
      ),
    counts: (gate, scope) =>
      foldCounts(db.all<CountRow>(countSql(gate, scope), bind(gate, scope)), gate.counting.rest),
    rows: (gate, rowids) =>
      db.all<TextRow>(
        `SELECT v.*, CASE WHEN v.denial IS NULL THEN t.text END AS text
         FROM (SELECT ${DOCUMENT}, ${gate.denial} AS denial FROM document d ${gate.joins}
               WHERE d.rowid IN (SELECT value FROM json_each(@rowids))) v
         JOIN document_text t ON t.document_rowid = v.rowid ORDER BY v.rowid`,
        { ...gate.params, rowids: JSON.stringify(rowids) },
      ),
    verdictsOf: (gate, rowids) =>
      db.all<VerdictRow>(
        `SELECT d.rowid, d.id, ${gate.denial} AS denial FROM document d ${gate.joins}
         WHERE d.rowid IN (SELECT value FROM json_each(@rowids)) ORDER BY d.rowid`,
        { ...gate.params, rowids: JSON.stringify(rowids) },
      ),
    find: (documentId) => find.get([documentId])?.rowid,
    inScope: (rowid, scope) =>
      db.get(`SELECT 1 FROM document d ${where(scope)} AND d.rowid = @rowid`, {
        ...bindScope(scope),
        rowid,
      }) !== undefined,
    subjectOf: (rowid) => subjectOf.get([rowid])?.subject_id ?? null,
    search(gate, scope, query, limit) {
      const indexed = [...query].length >= INDEXED_LENGTH;
      const matching = indexed
        ? 'SELECT rowid FROM document_search WHERE document_search MATCH @query'
        : `SELECT document_rowid FROM document_text WHERE text LIKE @query ESCAPE '\\'`;
      const value = indexed
        ? `"${query.replaceAll('"', '""')}"`
        : `%${query.replace(/[\\%_]/g, (found) => `\\${found}`)}%`;
      return db
        .all<{ id: string }>(
          `SELECT d.id FROM document d ${gate.joins} ${where(scope)} AND d.rowid IN (${matching})
           AND (${gate.denial}) IS NULL ORDER BY d.rowid LIMIT @limit`,
          { ...bind(gate, scope), query: value, limit },
        )
        .map(({ id }) => id);
    },
    log: (row) => void log.run({ ...row }),
    putText(rowid, text) {
      insertText.run([rowid, text]);
      insertIndex.run([rowid, text]);
    },
    replaceText(rowid, text) {
      updateText.run([text, rowid]);
      deleteIndex.run([rowid]);
      insertIndex.run([rowid, text]);
    },
    ownTexts: (subject) => ownTexts.all({ subject }),
    ownText: (subject, id) => ownText.get({ subject, id }),
    putVersion: (id, before, after) => void putVersion.run([id, before, after]),
    versions: (subject) => versions.all([subject]),
    textsBeside: (rowids) => beside.iterate([JSON.stringify(rowids)]),
    goingTexts: (rowids) =>
      db
        .all<{ text: string }>(
          'SELECT text FROM document_text WHERE document_rowid IN (SELECT value FROM json_each(?))',
          [JSON.stringify(rowids)],
        )
        .map(({ text }) => text),
    removeFromIndex: (rowids) => removeIndex.run([JSON.stringify(rowids)]).changes,
    strayIndexRows: () => strays.get()?.n ?? 0,
    countTexts: (subject) => countTexts.get({ subject })?.n ?? 0,
    compactIndex: () =>
      db.exec(`INSERT INTO document_search (document_search) VALUES ('optimize')`),
    rebuildIndex: () =>
      db.exec(`INSERT INTO document_search (document_search) VALUES ('delete-all');
               INSERT INTO document_search (rowid, text) SELECT document_rowid, text FROM document_text;`),
    withoutText: () =>
      db.all(
        `SELECT d.rowid, d.name FROM document d WHERE NOT EXISTS
         (SELECT 1 FROM document_text t WHERE t.document_rowid = d.rowid) ORDER BY d.rowid`,
      ),
  };
}

interface CountRow {
  /** A denial, or for groups that no early step denies a number: see `UNDENIED`. */
  readonly verdict: string | number;
  readonly n: number;
  readonly past: number;
  readonly past_held: number;
  readonly held: number;
  readonly undated: number;
}
/** What the number stands for; most groups have one, and numbers sort faster than words. */
const UNDENIED = { deidentified: 1, gone: 2 } as const;

/**
 * Documents of one person, category and kind are one group, read in the order of the index `document_gate`
 * without sorting; what depends on the person is asked once per group.
 */
function countSql({ counting }: GatePlan, scope: GateScope): string {
  const { joins, early, gone, past, undated, held } = counting;
  const count = (condition: string): string =>
    condition === '0' ? '0' : `sum(CASE WHEN ${condition} THEN 1 ELSE 0 END)`;
  const and = (...conditions: readonly string[]): string =>
    conditions.includes('0') ? '0' : conditions.join(' AND ');
  const isWhole = scope.collectionId === undefined && scope.documentIds === undefined;
  return `SELECT verdict, sum(n) AS n, sum(past) AS past, sum(past_held) AS past_held, sum(held) AS held, sum(undated) AS undated
    FROM (SELECT coalesce(${early},
          CASE WHEN g.kind = 'deidentified' THEN ${UNDENIED.deidentified} ELSE 0 END + CASE WHEN ${gone} THEN ${UNDENIED.gone} ELSE 0 END) AS verdict,
        g.n, g.past, g.past_held, g.held, g.undated
      FROM (SELECT d.subject_id, d.category, d.kind, count(*) AS n, ${count(past)} AS past,
          ${count(and(past, held))} AS past_held, ${gone === '0' ? '0' : count(held)} AS held,
          ${undated === '0' ? '0' : count(`${undated} AND (${past}) IS NOT TRUE`)} AS undated
        FROM document d ${isWhole ? 'INDEXED BY document_gate' : ''} ${where(scope)}
        GROUP BY d.subject_id, d.category, d.kind) g ${joins})
    GROUP BY verdict`;
}

function foldCounts(
  rows: readonly CountRow[],
  rest: GatePlan['counting']['rest'],
): ReadonlyMap<string | null, number> {
  const counts = new Map<string | null, number>();
  const add = (denial: string | null, n: number): void => {
    if (n > 0) counts.set(denial, (counts.get(denial) ?? 0) + n);
  };
  for (const { verdict, n, past, past_held: pastHeld, held, undated } of rows) {
    if (typeof verdict === 'string') add(verdict, n);
    else if ((verdict & UNDENIED.gone) > 0) {
      add('retention:heldPastRetention', held);
      add('retention:retentionPassed', n - held);
    } else {
      add('retention:heldPastRetention', pastHeld);
      add('retention:retentionPassed', past - pastHeld);
      add('retention:retentionUnknown', undated);
      const kind = (verdict & UNDENIED.deidentified) > 0 ? 'deidentified' : 'original';
      add(rest[kind], n - past - undated);
    }
  }
  return counts;
}

function where({ collectionId, documentIds, subjectId }: GateScope): string {
  const parts = ['1'];
  if (collectionId !== undefined) parts.push('d.collection_id = @collectionId');
  if (subjectId !== undefined) parts.push('d.subject_id = @subjectId');
  if (documentIds !== undefined) parts.push('d.id IN (SELECT value FROM json_each(@documentIds))');
  return `WHERE ${parts.join(' AND ')}`;
}

function bindScope({
  collectionId,
  documentIds,
  subjectId,
}: GateScope): Readonly<Record<string, SqlValue>> {
  const scope: Record<string, SqlValue> = {};
  if (collectionId !== undefined) scope['collectionId'] = collectionId;
  if (subjectId !== undefined) scope['subjectId'] = subjectId;
  if (documentIds !== undefined) scope['documentIds'] = JSON.stringify(documentIds);
  return scope;
}

const bind = (gate: CompiledGate, scope: GateScope): Readonly<Record<string, SqlValue>> => ({
  ...gate.params,
  ...bindScope(scope),
});
