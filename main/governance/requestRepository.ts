// SQL of requests of the people in the data, and of the events they consist of.
import type { RequestKind } from '../../shared/domain/requests.ts';
import type { Store } from '../store/index.ts';

export type RequestEventType =
  | 'identityChecked'
  | 'extended'
  | 'refused'
  | 'restricted'
  | 'liftNoticed'
  | 'lifted'
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
}

export interface RequestEventRow {
  readonly seq: number;
  readonly type: RequestEventType;
  readonly at: string;
  readonly actor: string;
  readonly body: string;
}

export interface RequestRepository {
  insert(row: RequestRow & { readonly actor: string }): void;
  get(id: string): RequestRow | undefined;
  /** Newest first; `before` is exclusive. */
  page(before: string | null, limit: number): readonly RequestRow[];
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

const COLUMNS = 'id, kind, subject_id, subject_ref, received_on, due_on, opened_at';

export function createRequestRepository({ db }: Pick<Store, 'db'>): RequestRepository {
  const insert = db.prepare(`INSERT INTO request (${COLUMNS}, actor)
    VALUES (@id, @kind, @subject_id, @subject_ref, @received_on, @due_on, @opened_at, @actor)`);
  const get = db.prepare<RequestRow>(`SELECT ${COLUMNS} FROM request WHERE id = ?`);
  const page = db.prepare<RequestRow>(
    `SELECT ${COLUMNS} FROM request WHERE id < ? ORDER BY id DESC LIMIT ?`,
  );
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
    page: (before, limit) => page.all([before ?? '~', limit]),
    total: () => total.get()?.n ?? 0,
    ofSubject: (subjectId) => ofSubject.all([subjectId]),
    events: (requestId) => events.all([requestId]),
    addEvent: ({ body, ...row }) => void addEvent.run({ ...row, body: JSON.stringify(body) }),
  };
}
