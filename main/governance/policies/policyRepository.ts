// SQL of the policies that were applied: whole files, never changed.
import type { Store } from '../../store/index.ts';

export interface AppliedRow {
  readonly id: string;
  readonly version: number;
  /** Of the policy as canonical JSON, hexadecimal. */
  readonly sha256: string;
  /** Public key that signed it, base64. */
  readonly key: string;
  /** The file as it was applied. */
  readonly file: string;
  readonly at: string;
  readonly actor: string;
  readonly audit_seq: number;
}

export interface PolicyRepository {
  insert(row: AppliedRow): void;
  newest(): AppliedRow | undefined;
  /** Newest first. */
  all(): readonly AppliedRow[];
}

const COLUMNS = 'id, version, sha256, key, file, at, actor, audit_seq';

export function createPolicyRepository({ db }: Pick<Store, 'db'>): PolicyRepository {
  const insert = db.prepare(
    `INSERT INTO policy_applied (${COLUMNS})
     VALUES (@id, @version, @sha256, @key, @file, @at, @actor, @audit_seq)`,
  );
  const newest = db.prepare<AppliedRow>(
    `SELECT ${COLUMNS} FROM policy_applied ORDER BY version DESC LIMIT 1`,
  );
  const all = db.prepare<AppliedRow>(
    `SELECT ${COLUMNS} FROM policy_applied ORDER BY version DESC LIMIT 200`,
  );
  return {
    insert: (row) => void insert.run({ ...row }),
    newest: () => newest.get(),
    all: () => all.all(),
  };
}
