// The connection behind the `Db` face: compiled statements, transactions, and the exchange of the native
// handle underneath them when the vault is re-keyed.
import type { Db, RunResult, SqlParams, SqlValue, Statement } from './db.ts';
import { guarded, type Handle, type NativeStatement } from './driver.ts';

export interface Database {
  readonly db: Db;
  transaction<T>(act: () => T): T;
  afterCommit(act: () => void): void;
  handle(): Handle;
  /** Closes the present handle, runs `between`, and goes on with the handle it returns. */
  exchange(between: () => Handle): void;
  close(): void;
}

export function createDatabase(first: Handle): Database {
  let current: Handle | undefined = first;
  let generation = 0;
  let depth = 0;
  let lost: unknown; // SQLite itself rolled the open transaction back (full disk, I/O error).
  let committed: (() => void)[] = [];
  const compiled = new Map<string, Statement>();
  const functions = new Map<string, (...args: SqlValue[]) => SqlValue>();

  function handle(): Handle {
    if (!current) throw new Error('The vault is closed');
    return current;
  }

  function execute<T>(act: (native: Handle) => T): T {
    // Going on after SQLite's own rollback would write half of a transaction outside it.
    if (lost !== undefined) throw lost;
    return guarded(() => act(handle()));
  }

  function compile(sql: string): Statement {
    let native: NativeStatement | undefined;
    let made = -1;
    const statement = (): NativeStatement => {
      if (!native || made !== generation) {
        native = handle().prepare(sql);
        made = generation;
      }
      return native;
    };
    const bound = (params?: SqlParams): unknown[] => (params === undefined ? [] : [params]);
    return {
      get: (params) => execute(() => statement().get(...bound(params))),
      all: (params) => execute(() => statement().all(...bound(params))),
      run: (params): RunResult => execute(() => statement().run(...bound(params))),
      *iterate(params) {
        const rows = execute(() => statement().iterate(...bound(params)));
        try {
          for (;;) {
            const next = execute(() => rows.next());
            if (next.done) return;
            yield next.value;
          }
        } finally {
          rows.return?.();
        }
      },
    };
  }

  function prepare<Row>(sql: string): Statement<Row> {
    let statement = compiled.get(sql);
    if (!statement) compiled.set(sql, (statement = compile(sql)));
    return statement as Statement<Row>;
  }

  const register = (name: string, act: (...args: SqlValue[]) => SqlValue): void => {
    const options = { deterministic: true, directOnly: true, varargs: true };
    handle().function(name, options, act as (...args: unknown[]) => unknown);
  };

  const db: Db = {
    prepare,
    get: <Row>(sql: string, params?: SqlParams) => prepare<Row>(sql).get(params),
    all: <Row>(sql: string, params?: SqlParams) => prepare<Row>(sql).all(params),
    run: (sql, params) => prepare(sql).run(params),
    iterate: <Row>(sql: string, params?: SqlParams) => prepare<Row>(sql).iterate(params),
    exec: (sql) => void execute((native) => native.exec(sql)),
    define(name, act) {
      functions.set(name, act);
      register(name, act);
    },
    get inTransaction() {
      return depth > 0;
    },
  };

  function begin(): void {
    db.run(depth === 0 ? 'BEGIN IMMEDIATE' : `SAVEPOINT level${depth}`);
    depth += 1;
  }

  function commit(): void {
    db.run(depth === 1 ? 'COMMIT' : `RELEASE level${depth - 1}`);
    depth -= 1;
  }

  function rollback(cause: unknown): void {
    depth -= 1;
    if (!handle().inTransaction) {
      lost = depth > 0 ? (lost ?? cause) : undefined;
    } else if (depth === 0) {
      db.run('ROLLBACK');
    } else {
      db.run(`ROLLBACK TO level${depth}`);
      db.run(`RELEASE level${depth}`);
    }
  }

  function transaction<T>(act: () => T): T {
    begin();
    const kept = committed.length;
    let value: T;
    try {
      value = act();
      if (value instanceof Promise) throw new TypeError('A transaction may not be asynchronous');
      commit();
    } catch (error) {
      committed.length = kept;
      rollback(error);
      throw error;
    }
    if (depth === 0) {
      const due = committed;
      committed = [];
      for (const run of due) run();
    }
    return value;
  }

  return {
    db,
    transaction,
    afterCommit(act) {
      if (depth === 0) act();
      else committed.push(act);
    },
    handle,
    exchange(between) {
      if (depth > 0) throw new Error('The key cannot change inside a transaction');
      handle().close();
      current = undefined;
      generation += 1;
      current = between();
      for (const [name, act] of functions) register(name, act);
    },
    close() {
      current?.close();
      current = undefined;
    },
  };
}
