// SQL of people and their identifiers.
import type { Store } from '../store/index.ts';
import { consentJoin, consentStateSql, subjectStateSql } from './gate/gateSql.ts';

export interface IdentifierRow {
  readonly scheme: string;
  readonly value: string;
}

export interface SubjectListRow {
  readonly id: string;
  readonly scheme: string | null;
  readonly value: string | null;
  readonly documents: number;
  readonly state: 'active' | 'restricted' | 'objected';
  readonly consent: string | null;
  readonly since: string | null;
  readonly expires_at: string | null;
}

export interface SubjectQuery {
  readonly purposeId: string | null;
  readonly notice: string;
  readonly now: string;
  readonly search: string;
  readonly consent: string | null;
}

export type SubjectEventType =
  'restricted' | 'restrictionLifted' | 'objected' | 'objectionResolved' | 'erasing';

export interface SubjectRepository {
  insert(row: { readonly id: string; readonly at: string; readonly refKey: Uint8Array }): void;
  addIdentifier(subjectId: string, identifier: IdentifierRow): void;
  byIdentifier(identifier: IdentifierRow): string | undefined;
  /** All people known by this value under any scheme. */
  byValue(value: string): readonly string[];
  byValues(values: readonly string[]): readonly { readonly value: string; readonly id: string }[];
  existing(ids: readonly string[]): readonly string[];
  inCollection(collectionId: string): readonly string[];
  /** In the order of their spelling: the first is the one shown. */
  identifiers(subjectId: string): readonly IdentifierRow[];
  refKey(subjectId: string): Buffer | undefined;
  event(row: {
    readonly subjectId: string;
    readonly type: SubjectEventType;
    readonly at: string;
    readonly actor: string;
    readonly reason: string;
  }): void;
  isErasing(subjectId: string): boolean;
  isErased(hmac: Uint8Array): boolean;
  /** By id ascending, which is the order of arrival; `after` is exclusive. */
  page(query: SubjectQuery, after: string | null, limit: number): readonly SubjectListRow[];
  countByState(query: SubjectQuery): readonly { readonly consent: string; readonly n: number }[];
  one(subjectId: string): SubjectListRow | undefined;
  count(): number;
}

const KEY = `SELECT i.subject_id FROM subject_identifier i WHERE i.subject_id = s.id AND i.value LIKE @search ESCAPE '\\'`;

function listSql(query: SubjectQuery): {
  readonly sql: string;
  readonly params: Record<string, string>;
} {
  const params: Record<string, string> = {};
  const filters = ['1'];
  if (query.search !== '') {
    filters.push(`EXISTS (${KEY})`);
    params['search'] = `%${query.search.replace(/[\\%_]/g, (found) => `\\${found}`)}%`;
  }
  let consent = 'NULL AS consent, NULL AS since, NULL AS expires_at';
  let join = '';
  if (query.purposeId !== null) {
    join = consentJoin('s.id', '@purposeId', '@now');
    consent = `${consentStateSql('@purposeId', '@notice', '@now')} AS consent, c.at AS since, c.expires_at`;
    Object.assign(params, { purposeId: query.purposeId, notice: query.notice, now: query.now });
  }
  return {
    sql: `SELECT s.id,
      (SELECT i.scheme FROM subject_identifier i WHERE i.subject_id = s.id ORDER BY i.scheme, i.value LIMIT 1) AS scheme,
      (SELECT i.value FROM subject_identifier i WHERE i.subject_id = s.id ORDER BY i.scheme, i.value LIMIT 1) AS value,
      (SELECT count(*) FROM document d WHERE d.subject_id = s.id) AS documents,
      ${subjectStateSql('s.id')} AS state, ${consent}
      FROM subject s ${join} WHERE ${filters.join(' AND ')}`,
    params,
  };
}

export function createSubjectRepository({ db }: Pick<Store, 'db'>): SubjectRepository {
  const insert = db.prepare(
    'INSERT INTO subject (id, created_at, ref_key) VALUES (@id, @at, @refKey)',
  );
  const addIdentifier = db.prepare(
    'INSERT INTO subject_identifier (subject_id, scheme, value) VALUES (?, ?, ?)',
  );
  const byIdentifier = db.prepare<{ subject_id: string }>(
    'SELECT subject_id FROM subject_identifier WHERE scheme = ? AND value = ?',
  );
  const byValue = db.prepare<{ subject_id: string }>(
    'SELECT DISTINCT subject_id FROM subject_identifier WHERE value = ?',
  );
  const byValues = db.prepare<{ value: string; id: string }>(
    'SELECT DISTINCT i.value, i.subject_id AS id FROM subject_identifier i WHERE i.value IN (SELECT value FROM json_each(?))',
  );
  const existing = db.prepare<{ id: string }>(
    'SELECT id FROM subject WHERE id IN (SELECT value FROM json_each(?))',
  );
  const inCollection = db.prepare<{ subject_id: string }>(
    'SELECT DISTINCT subject_id FROM document WHERE collection_id = ? AND subject_id IS NOT NULL',
  );
  const identifiers = db.prepare<IdentifierRow>(
    'SELECT scheme, value FROM subject_identifier WHERE subject_id = ? ORDER BY scheme, value',
  );
  const refKey = db.prepare<{ ref_key: Buffer }>('SELECT ref_key FROM subject WHERE id = ?');
  const event = db.prepare(
    'INSERT INTO subject_event (subject_id, type, at, actor, reason) VALUES (@subjectId, @type, @at, @actor, @reason)',
  );
  const count = db.prepare<{ n: number }>('SELECT count(*) AS n FROM subject');
  const erasing = db.prepare(
    "SELECT 1 FROM subject_event WHERE subject_id = ? AND type = 'erasing'",
  );
  const erased = db.prepare('SELECT 1 FROM erased_identifier WHERE hmac = ?');

  const anyone: SubjectQuery = { purposeId: null, notice: '', now: '', search: '', consent: null };
  return {
    insert: (row) => void insert.run({ ...row }),
    addIdentifier: (subjectId, { scheme, value }) =>
      void addIdentifier.run([subjectId, scheme, value]),
    byIdentifier: ({ scheme, value }) => byIdentifier.get([scheme, value])?.subject_id,
    byValue: (value) => byValue.all([value]).map((row) => row.subject_id),
    byValues: (values) => byValues.all([JSON.stringify(values)]),
    existing: (ids) => existing.all([JSON.stringify(ids)]).map(({ id }) => id),
    inCollection: (collectionId) => inCollection.all([collectionId]).map((row) => row.subject_id),
    identifiers: (subjectId) => identifiers.all([subjectId]),
    refKey: (subjectId) => refKey.get([subjectId])?.ref_key,
    event: (row) => void event.run({ ...row }),
    isErasing: (subjectId) => erasing.get([subjectId]) !== undefined,
    isErased: (hmac) => erased.get([hmac]) !== undefined,
    page(query, after, limit) {
      const { sql, params } = listSql(query);
      const consent = query.consent === null ? '' : 'AND consent = @consent';
      return db.all<SubjectListRow>(
        `SELECT * FROM (${sql}) WHERE id > @after ${consent} ORDER BY id LIMIT @limit`,
        {
          ...params,
          after: after ?? '',
          limit,
          ...(query.consent !== null && { consent: query.consent }),
        },
      );
    },
    countByState(query) {
      const { sql, params } = listSql(query);
      return db.all(
        `SELECT coalesce(consent, '') AS consent, count(*) AS n FROM (${sql}) GROUP BY consent`,
        params,
      );
    },
    count: () => count.get()?.n ?? 0,
    one(subjectId) {
      const { sql, params } = listSql(anyone);
      return db.get<SubjectListRow>(`${sql} AND s.id = @id`, { ...params, id: subjectId });
    },
  };
}
