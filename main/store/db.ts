// What the other rooms know of the database: SQL in, rows out. The driver stays behind this face, so a
// re-key can close and reopen the file under it, and every driver error that a person can mend comes out
// as a Fault (DISK_FULL, NO_PERMISSION, VAULT_DAMAGED).

/** Booleans are stored as 0 and 1, instants as ISO 8601 text, blobs come back as Buffer. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/** Positional for `?`, named for `@name`. */
export type SqlParams = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

export interface RunResult {
  readonly changes: number;
  readonly lastInsertRowid: number | bigint;
}

export interface Statement<Row = unknown> {
  get(params?: SqlParams): Row | undefined;
  all(params?: SqlParams): Row[];
  run(params?: SqlParams): RunResult;
  /** Nothing may be written while the iteration is open; read pages with `all` where you write in between. */
  iterate(params?: SqlParams): IterableIterator<Row>;
}

export interface Db {
  /** Compiled on first use and again after a re-key: a repository may prepare when it is created. */
  prepare<Row = unknown>(sql: string): Statement<Row>;
  /** These four compile each text once. */
  get<Row = unknown>(sql: string, params?: SqlParams): Row | undefined;
  all<Row = unknown>(sql: string, params?: SqlParams): Row[];
  run(sql: string, params?: SqlParams): RunResult;
  iterate<Row = unknown>(sql: string, params?: SqlParams): IterableIterator<Row>;
  /** Several statements without parameters. */
  exec(sql: string): void;
  /** A deterministic scalar function for SQL, kept across a re-key. */
  define(name: string, act: (...args: SqlValue[]) => SqlValue): void;
  readonly inTransaction: boolean;
}
