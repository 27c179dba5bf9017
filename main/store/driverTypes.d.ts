// The package ships declarations that its own export map hides. It is a drop-in for better-sqlite3, whose
// declarations are installed; only the two key functions are added.
declare module 'better-sqlite3-multiple-ciphers' {
  import type BetterSqlite3 from 'better-sqlite3';

  namespace Driver {
    interface Database extends BetterSqlite3.Database {
      key(key: Buffer): number;
      rekey(key: Buffer): number;
    }
    type Statement<Params extends unknown[]> = BetterSqlite3.Statement<Params>;
  }
  const Driver: {
    new (filename: string, options?: BetterSqlite3.Options): Driver.Database;
    readonly SqliteError: typeof BetterSqlite3.SqliteError;
  };
  export default Driver;
}
