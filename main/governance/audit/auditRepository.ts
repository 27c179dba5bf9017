// SQL of the audit log. `audit_leaf` holds level 0 of the tree, `audit_node` every complete subtree above
// it, so that appending, roots and proofs read O(log n) rows.
import type { Db } from '../../store/index.ts';
import type { Instant } from '../../../shared/kernel/time.ts';

export interface LeafRow {
  readonly seq: number;
  readonly at: Instant;
  readonly action: string;
  /** Null once retention pruned it; the hash stays. */
  readonly body: Buffer | null;
  readonly leaf_hash: Buffer;
}

export interface HeadRow {
  readonly size: number;
  readonly root: Buffer;
  readonly signed_note: string | null;
  readonly at: Instant;
}

export interface AuditRepository {
  size(): number;
  addLeaf(row: LeafRow): void;
  addNode(level: number, index: number, hash: Buffer): void;
  /** Undefined where the row is missing, which in a sound log it never is. */
  hash(level: number, index: number): Buffer | undefined;
  leaf(seq: number): LeafRow | undefined;
  /** In order of `seq`, starting there. */
  leaves(from: number, limit: number): LeafRow[];
  /** Newest first, below `before`; of one action where given. */
  page(before: number, limit: number, action: string | undefined): LeafRow[];
  countOf(action: string | undefined): number;
  /** Oldest first. */
  ofAction(action: string): LeafRow[];
  /** The newest leaf of any of these actions. */
  newestOf(actions: readonly string[]): LeafRow | undefined;
  nodeCount(): number;
  head(): HeadRow | undefined;
  putHead(row: HeadRow): void;
  /** What retention emptied, oldest first. */
  prunings(): { readonly leaf_seq: number; readonly ranges: string }[];
  putAcceptance(seq: number, salt: Buffer, reason: string): void;
  secret(name: string): Buffer | undefined;
  putSecret(name: string, value: Buffer): void;
  replaceSecret(name: string, value: Buffer): void;
}

const COLUMNS = 'seq, at, action, body, leaf_hash';

export function createAuditRepository(db: Db): AuditRepository {
  const last = db.prepare<{ last: number | null }>('SELECT max(seq) AS last FROM audit_leaf');
  const insertLeaf = db.prepare(`INSERT INTO audit_leaf (${COLUMNS}) VALUES (?, ?, ?, ?, ?)`);
  const insertNode = db.prepare('INSERT INTO audit_node (level, idx, hash) VALUES (?, ?, ?)');
  const leafHash = db.prepare<{ hash: Buffer }>(
    'SELECT leaf_hash AS hash FROM audit_leaf WHERE seq = ?',
  );
  const nodeHash = db.prepare<{ hash: Buffer }>(
    'SELECT hash FROM audit_node WHERE level = ? AND idx = ?',
  );
  const leaf = db.prepare<LeafRow>(`SELECT ${COLUMNS} FROM audit_leaf WHERE seq = ?`);
  const leaves = db.prepare<LeafRow>(
    `SELECT ${COLUMNS} FROM audit_leaf WHERE seq >= ? ORDER BY seq LIMIT ?`,
  );
  const page = db.prepare<LeafRow>(
    `SELECT ${COLUMNS} FROM audit_leaf WHERE seq < ? ORDER BY seq DESC LIMIT ?`,
  );
  const pageOfAction = db.prepare<LeafRow>(
    `SELECT ${COLUMNS} FROM audit_leaf WHERE action = ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
  );
  const countOfAction = db.prepare<{ count: number }>(
    'SELECT count(*) AS count FROM audit_leaf WHERE action = ?',
  );
  const nodeCount = db.prepare<{ count: number }>('SELECT count(*) AS count FROM audit_node');
  const head = db.prepare<HeadRow>(
    'SELECT size, root, signed_note, at FROM audit_head WHERE id = 1',
  );
  const putHead = db.prepare(
    'INSERT OR REPLACE INTO audit_head (id, size, root, signed_note, at) VALUES (1, ?, ?, ?, ?)',
  );
  const secret = db.prepare<{ value: Buffer }>('SELECT value FROM vault_secret WHERE name = ?');
  const putSecret = db.prepare('INSERT INTO vault_secret (name, value) VALUES (?, ?)');

  const size = (): number => (last.get()?.last ?? -1) + 1;
  return {
    size,
    addLeaf: (row) => void insertLeaf.run([row.seq, row.at, row.action, row.body, row.leaf_hash]),
    addNode: (level, index, hash) => void insertNode.run([level, index, hash]),
    hash: (level, index) =>
      (level === 0 ? leafHash.get([index]) : nodeHash.get([level, index]))?.hash,
    leaf: (seq) => leaf.get([seq]),
    leaves: (from, limit) => leaves.all([from, limit]),
    page: (before, limit, action) =>
      action === undefined ? page.all([before, limit]) : pageOfAction.all([action, before, limit]),
    countOf: (action) =>
      action === undefined ? size() : (countOfAction.get([action])?.count ?? 0),
    ofAction: (action) =>
      db.all<LeafRow>(`SELECT ${COLUMNS} FROM audit_leaf WHERE action = ? ORDER BY seq`, [action]),
    newestOf: (actions) =>
      actions
        .flatMap((action) => pageOfAction.all([action, Number.MAX_SAFE_INTEGER, 1]))
        .sort((a, b) => b.seq - a.seq)[0],
    nodeCount: () => nodeCount.get()?.count ?? 0,
    head: () => head.get(),
    putHead: (row) => void putHead.run([row.size, row.root, row.signed_note, row.at]),
    prunings: () => db.all('SELECT leaf_seq, ranges FROM audit_prune ORDER BY leaf_seq'),
    putAcceptance: (seq, salt, reason) =>
      void db.run('INSERT INTO head_acceptance (leaf_seq, salt, reason) VALUES (?, ?, ?)', [
        seq,
        salt,
        reason,
      ]),
    secret: (name) => secret.get([name])?.value,
    putSecret: (name, value) => void putSecret.run([name, value]),
    replaceSecret: (name, value) =>
      void db.run('UPDATE vault_secret SET value = ? WHERE name = ?', [value, name]),
  };
}
