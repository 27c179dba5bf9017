// SQL of requests of the people in the data, and of the events they consist of.
import type { RequestKind } from '../../../shared/domain/requests.ts';
import type { Store } from '../../store/index.ts';

export type RequestEventType =
  | 'identityChecked'
  | 'extended'
  | 'refused'
  | 'restricted'
  | 'liftNoticed'
  | 'lifted'
  | 'redactionRules'
  | 'accessed'
  | 'ordered'
  | 'step'
  | 'failed'
  | 'certificate'
  | 'closed';

export interface RequestRow {
  readonly id: string;
  readonly kind: RequestKind;
  readonly subject_id: string | null;
  readonly subject_ref: Buffer;
  readonly received_on: string;
  readonly due_on: string;
  readonly opened_at: string;
  readonly actor: string;
}

export interface RequestEventRow {
  readonly seq: number;
  readonly type: RequestEventType;
  readonly at: string;
  readonly actor: string;
  readonly body: string;
}

/** Where a request stands in the list; `due` counts an extension, and is empty once answered. */
export interface RequestPlace {
  readonly closed: 0 | 1;
  readonly due: string;
  readonly id: string;
}

export interface RequestRepository {
  insert(row: RequestRow): void;
  get(id: string): RequestRow | undefined;
  /** Those not answered by the day they are due, then the answered ones, newest first. */
  page(after: RequestPlace | null, limit: number): readonly (RequestRow & RequestPlace)[];
  total(): number;
  ofSubject(subjectId: string): readonly RequestRow[];
  /** In the order recorded. */
  events(requestId: string): readonly RequestEventRow[];
  addEvent(row: {
    readonly requestId: string;
    readonly type: RequestEventType;
    readonly at: string;
    readonly actor: string;
    readonly body: object;
  }): void;
}

const COLUMNS = 'id, kind, subject_id, subject_ref, received_on, due_on, opened_at, actor';

export function createRequestRepository({ db }: Pick<Store, 'db'>): RequestRepository {
  const insert = db.prepare(`INSERT INTO request (${COLUMNS})
    VALUES (@id, @kind, @subject_id, @subject_ref, @received_on, @due_on, @opened_at, @actor)`);
  const get = db.prepare<RequestRow>(`SELECT ${COLUMNS} FROM request WHERE id = ?`);
  const page = db.prepare<RequestRow & RequestPlace>(`
    WITH placed AS (
      SELECT ${COLUMNS}, closed, iif(closed, '', coalesce(
        (SELECT e.body ->> '$.dueOn' FROM request_event e
          WHERE e.request_id = r.id AND e.type = 'extended' ORDER BY e.seq DESC LIMIT 1),
        due_on)) AS due
      FROM (SELECT *, EXISTS (SELECT 1 FROM request_event e
              WHERE e.request_id = request.id AND e.type = 'closed') AS closed FROM request) r
    )
    SELECT * FROM placed
    WHERE @id IS NULL OR closed > @closed
      OR (closed = @closed AND iif(closed = 0, (due, id) > (@due, @id), id < @id))
    ORDER BY closed, due, iif(closed = 0, id, NULL), id DESC
    LIMIT @limit`);
  const total = db.prepare<{ n: number }>('SELECT count(*) AS n FROM request');
  const ofSubject = db.prepare<RequestRow>(
    `SELECT ${COLUMNS} FROM request WHERE subject_id = ? ORDER BY id`,
  );
  const events = db.prepare<RequestEventRow>(
    'SELECT seq, type, at, actor, body FROM request_event WHERE request_id = ? ORDER BY seq',
  );
  const addEvent = db.prepare(
    'INSERT INTO request_event (request_id, type, at, actor, body) VALUES (@requestId, @type, @at, @actor, @body)',
  );
  return {
    insert: (row) => void insert.run({ ...row }),
    get: (id) => get.get([id]),
    page: (after, limit) =>
      page.all({
        closed: after?.closed ?? null,
        due: after?.due ?? null,
        id: after?.id ?? null,
        limit,
      }),
    total: () => total.get()?.n ?? 0,
    ofSubject: (subjectId) => ofSubject.all([subjectId]),
    events: (requestId) => events.all([requestId]),
    addEvent: ({ body, ...row }) => void addEvent.run({ ...row, body: JSON.stringify(body) }),
  };
}
