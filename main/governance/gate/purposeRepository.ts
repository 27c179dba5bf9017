// SQL of purposes: declared once, never edited; retiring and new notices are events.
import type { Store } from '../../store/index.ts';

export interface PurposeRow {
  readonly id: string;
  readonly name: string;
  readonly parent_id: string | null;
  readonly body: string;
  readonly declared_at: string;
  /** The newest notice event's version; null while the declared one stands. */
  readonly notice: string | null;
  /** By an event of its own; one above it may have ended it too. */
  readonly retired: 0 | 1;
}

export interface PurposeRepository {
  insert(row: {
    readonly id: string;
    readonly name: string;
    readonly parentId: string | null;
    readonly body: string;
    readonly at: string;
    readonly actor: string;
  }): void;
  event(row: {
    readonly purposeId: string;
    readonly type: 'retired' | 'notice';
    readonly at: string;
    readonly actor: string;
    readonly reason: string;
  }): void;
  get(id: string): PurposeRow | undefined;
  nameTaken(name: string): boolean;
  all(): readonly PurposeRow[];
}

const SELECT = `SELECT p.id, p.name, p.parent_id, p.body, p.declared_at,
  (SELECT e.reason FROM purpose_event e WHERE e.purpose_id = p.id AND e.type = 'notice' ORDER BY e.seq DESC LIMIT 1) AS notice,
  EXISTS (SELECT 1 FROM purpose_event e WHERE e.purpose_id = p.id AND e.type = 'retired') AS retired
FROM purpose p`;

export function createPurposeRepository({ db }: Pick<Store, 'db'>): PurposeRepository {
  const insert = db.prepare(
    'INSERT INTO purpose (id, name, parent_id, body, declared_at, actor) VALUES (@id, @name, @parentId, @body, @at, @actor)',
  );
  const event = db.prepare(
    'INSERT INTO purpose_event (purpose_id, type, at, actor, reason) VALUES (@purposeId, @type, @at, @actor, @reason)',
  );
  const get = db.prepare<PurposeRow>(`${SELECT} WHERE p.id = ?`);
  const named = db.prepare('SELECT 1 FROM purpose WHERE name = ?');
  const all = db.prepare<PurposeRow>(`${SELECT} ORDER BY p.declared_at, p.id LIMIT 500`);
  return {
    insert: (row) => void insert.run({ ...row }),
    event: (row) => void event.run({ ...row }),
    get: (id) => get.get([id]),
    nameTaken: (name) => named.get([name]) !== undefined,
    all: () => all.all(),
  };
}
