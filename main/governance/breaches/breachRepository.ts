// SQL of breaches, and of whom one reaches. The reach is asked anew each time and never stored by person.
import type { BreachEvent, BreachScope } from '../../../shared/domain/breaches.ts';
import type { Category } from '../../../shared/domain/purpose.ts';
import type { SqlValue, Store } from '../../store/index.ts';

export interface BreachEventRow {
  readonly breach_id: string;
  readonly type: BreachEvent['type'];
  readonly at: string;
  readonly actor: string;
  readonly body: string;
}

export interface ReachedRow {
  readonly id: string;
  readonly value: string | null;
  readonly scheme: string | null;
  readonly documents: number;
}

export type BreachRepository = ReturnType<typeof createBreachRepository>;

/** A text that was there in the window, of the collection asked for. */
const IN_SCOPE = `d.subject_id = s.id AND d.derived_from IS NULL AND (@to IS NULL OR d.imported_at <= @to)
  AND (@collectionId IS NULL OR d.collection_id = @collectionId)`;
const LEFT_IN_WINDOW = `x.at >= coalesce(@from, '') AND (@to IS NULL OR x.at <= @to)`;

/** Every part narrows; a part that is not asked for lets everybody through. */
const REACHED = `FROM subject s WHERE (@to IS NULL OR s.created_at <= @to)
  AND (@collectionId IS NULL OR EXISTS (SELECT 1 FROM document d WHERE ${IN_SCOPE}))
  AND (@exitId IS NULL OR EXISTS (SELECT 1 FROM exit_subject e WHERE e.exit_id = @exitId AND e.subject_id = s.id))
  AND (@modelId IS NULL OR EXISTS (SELECT 1 FROM model_subject m WHERE m.model_id = @modelId AND m.subject_id = s.id))
  AND (@purposeId IS NULL
    OR EXISTS (SELECT 1 FROM document d JOIN project p ON p.collection_id = d.collection_id WHERE p.purpose_id = @purposeId AND ${IN_SCOPE})
    OR EXISTS (SELECT 1 FROM snapshot n JOIN snapshot_document sd ON sd.snapshot_id = n.id JOIN document d ON d.rowid = sd.document_rowid
      WHERE n.purpose_id = @purposeId AND d.subject_id = s.id)
    OR EXISTS (SELECT 1 FROM exit_record x JOIN exit_subject e ON e.exit_id = x.id
      WHERE x.purpose = @purposeId AND e.subject_id = s.id AND ${LEFT_IN_WINDOW}))`;

const DOCUMENTS = `(SELECT count(*) FROM document d WHERE ${IN_SCOPE})`;
/** Children are told in words they understand (recital 58), whatever age lets them consent. */
const IS_CHILD = `EXISTS (SELECT 1 FROM subject_birth b WHERE b.subject_id = s.id AND date(b.birth_date, '+18 years') > substr(@now, 1, 10))`;

export function createBreachRepository({ db }: Pick<Store, 'db'>) {
  const insert = db.prepare('INSERT INTO breach (id, opened_at) VALUES (?, ?)');
  const insertEvent = db.prepare(
    'INSERT INTO breach_event (breach_id, type, at, actor, body) VALUES (@breachId, @type, @at, @actor, @body)',
  );
  const events = db.prepare<BreachEventRow>(
    'SELECT breach_id, type, at, actor, body FROM breach_event WHERE breach_id = ? ORDER BY seq',
  );
  const ids = db.prepare<{ id: string }>('SELECT id FROM breach ORDER BY id DESC');
  const count = db.prepare<{ people: number; documents: number | null; minors: number | null }>(
    `SELECT count(*) AS people, sum(documents) AS documents, sum(child) AS minors
     FROM (SELECT ${DOCUMENTS} AS documents, ${IS_CHILD} AS child ${REACHED})`,
  );
  const byCategory = db.prepare<{ category: Category; people: number }>(
    `SELECT d.category, count(DISTINCT d.subject_id) AS people FROM document d
     JOIN (SELECT s.id ${REACHED}) s ON s.id = d.subject_id WHERE ${IN_SCOPE} GROUP BY 1 ORDER BY 2 DESC, 1`,
  );
  const people = db.prepare<ReachedRow>(
    `SELECT s.id, ${DOCUMENTS} AS documents,
       (SELECT i.value FROM subject_identifier i WHERE i.subject_id = s.id ORDER BY i.scheme, i.value LIMIT 1) AS value,
       (SELECT i.scheme FROM subject_identifier i WHERE i.subject_id = s.id ORDER BY i.scheme, i.value LIMIT 1) AS scheme
     ${REACHED} AND s.id > @after ORDER BY s.id LIMIT @limit`,
  );
  const bind = (scope: BreachScope): Readonly<Record<string, SqlValue>> => {
    const { collectionId, purposeId, exitId, modelId, from, to } = scope;
    return { collectionId, purposeId, exitId, modelId, from, to };
  };
  return {
    insert: (id: string, at: string) => void insert.run([id, at]),
    addEvent: (row: {
      readonly breachId: string;
      readonly type: string;
      readonly at: string;
      readonly actor: string;
      readonly body: object;
    }) => void insertEvent.run({ ...row, body: JSON.stringify(row.body) }),
    events: (breachId: string) => events.all([breachId]),
    /** Newest first. */
    ids: () => ids.all().map(({ id }) => id),
    count(scope: BreachScope, now: string) {
      const found = count.get({ ...bind(scope), now });
      return {
        people: found?.people ?? 0,
        documents: found?.documents ?? 0,
        minors: found?.minors ?? 0,
        byCategory: byCategory.all(bind(scope)),
      };
    },
    people: (scope: BreachScope, after: string, limit: number) =>
      people.all({ ...bind(scope), after, limit }),
  };
}
