import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../../main/platform/index.ts';
import { createDatabase, type Database } from '../../../main/store/database.ts';
import { isConstraintViolation, keyOpens, openHandle } from '../../../main/store/driver.ts';

const key = Buffer.alloc(32, 5);
let folder: string;
let path: string;
let database: Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloister-db-'));
  path = join(folder, 'vault.db');
  database = createDatabase(openHandle(path, { cipher: 'aegis', key, create: true }));
  database.db.exec('CREATE TABLE word (text TEXT PRIMARY KEY)');
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const add = (text: string): void => void database.db.run('INSERT INTO word VALUES (?)', [text]);
const words = (): string[] =>
  database.db.all<{ text: string }>('SELECT text FROM word ORDER BY text').map((row) => row.text);
const caught = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('every handle', () => {
  it.each(['aegis', 'sqlcipher'] as const)(
    'has the settings the vault relies on (%s)',
    (cipher) => {
      const other = join(folder, `${cipher}.db`);
      openHandle(other, { cipher, key, create: true }).close();
      const handle = openHandle(other, { cipher, key });
      const setting = (name: string): unknown => handle.pragma(name, { simple: true });
      expect({
        temp_store: setting('temp_store'),
        journal_mode: setting('journal_mode'),
        synchronous: setting('synchronous'),
        secure_delete: setting('secure_delete'),
        foreign_keys: setting('foreign_keys'),
        trusted_schema: setting('trusted_schema'),
        cell_size_check: setting('cell_size_check'),
      }).toEqual({
        temp_store: 2, // MEMORY
        journal_mode: 'wal',
        synchronous: 2, // FULL
        secure_delete: 1,
        foreign_keys: 1,
        trusted_schema: 0,
        cell_size_check: 1,
      });
      handle.close();
    },
  );

  it('opens with its key alone, and trying a wrong one harms nothing', () => {
    add('kept');
    expect(keyOpens(path, 'aegis', Buffer.alloc(32, 6))).toBe(false);
    expect(keyOpens(path, 'sqlcipher', key)).toBe(false);
    expect(keyOpens(path, 'aegis', key)).toBe(true);
    const error = caught(() => openHandle(path, { cipher: 'aegis', key: Buffer.alloc(32) }));
    expect(failureOf(error)?.code).toBe('VAULT_DAMAGED');
    expect(words()).toEqual(['kept']);
  });
});

describe('transaction', () => {
  it('keeps all or nothing', () => {
    database.transaction(() => ['a', 'b'].forEach(add));
    caught(() =>
      database.transaction(() => {
        add('c');
        add('a');
      }),
    );
    expect(words()).toEqual(['a', 'b']);
  });

  it('undoes a nested part alone where the outer one goes on', () => {
    database.transaction(() => {
      add('outer');
      caught(() =>
        database.transaction(() => {
          add('inner');
          database.transaction(() => add('innermost'));
          throw new Error('no');
        }),
      );
      database.transaction(() => add('second'));
    });
    expect(words()).toEqual(['outer', 'second']);
    expect(database.db.inTransaction).toBe(false);
  });

  it('runs what waits for the commit, once, in order, and not after a rollback', () => {
    const ran: string[] = [];
    const later = (name: string): void => database.afterCommit(() => void ran.push(name));
    later('outside');
    database.transaction(() => {
      later('outer');
      caught(() =>
        database.transaction(() => {
          later('rolled back');
          throw new Error('no');
        }),
      );
      database.transaction(() => later('inner'));
      expect(ran).toEqual(['outside']);
    });
    caught(() =>
      database.transaction(() => {
        later('never');
        throw new Error('no');
      }),
    );
    expect(ran).toEqual(['outside', 'outer', 'inner']);
  });

  it('refuses an asynchronous body and keeps nothing of it', () => {
    const error = caught(() => database.transaction(async () => add('x')));
    expect(error).toBeInstanceOf(TypeError);
    expect(words()).toEqual([]);
  });

  it('that the full disk rolled back cannot be continued by a caller who caught the error', () => {
    database.handle().pragma('max_page_count=40');
    const error = caught(() =>
      database.transaction(() => {
        add('first');
        caught(() =>
          database.transaction(() => {
            for (let row = 0; ; row += 1) add(`${row}`.padStart(3_000, 'x'));
          }),
        );
        add('second');
      }),
    );
    expect(failureOf(error)).toMatchObject({ code: 'DISK_FULL', retryable: true });
    expect(words()).toEqual([]);
    database.handle().pragma('max_page_count=4000');
    database.transaction(() => add('afterwards'));
    expect(words()).toEqual(['afterwards']);
  });
});

describe('statements', () => {
  it('bind by place and by name, blobs and big integers included', () => {
    const { db } = database;
    expect(db.get('SELECT ? AS a, ? AS b', [1, null])).toEqual({ a: 1, b: null });
    expect(db.get('SELECT @x AS x', { x: 'y' })).toEqual({ x: 'y' });
    expect(db.get<{ v: Buffer }>('SELECT ? AS v', [new Uint8Array([1, 2])])?.v).toEqual(
      Buffer.from([1, 2]),
    );
    expect(db.get('SELECT typeof(?) AS t', [9_007_199_254_740_993n])).toEqual({ t: 'integer' });
    expect(db.get('SELECT 1 WHERE 0')).toBeUndefined();
  });

  it('iterate without holding the rest back when left early', () => {
    ['a', 'b', 'c'].forEach(add);
    for (const row of database.db.iterate<{ text: string }>('SELECT text FROM word')) {
      expect(row.text).toBe('a');
      break;
    }
    add('d');
    expect(words()).toHaveLength(4);
  });

  it('go on, functions included, after the handle underneath was exchanged', () => {
    const { db } = database;
    db.define('shout', (text) => String(text).toUpperCase());
    const loud = db.prepare<{ loud: string }>('SELECT shout(text) AS loud FROM word');
    add('a');
    expect(loud.all()).toEqual([{ loud: 'A' }]);
    database.exchange(() => openHandle(path, { cipher: 'aegis', key }));
    expect(loud.all()).toEqual([{ loud: 'A' }]);
    expect(() => database.transaction(() => database.exchange(() => database.handle()))).toThrow();
  });

  it('tell a broken constraint from other errors', () => {
    add('a');
    expect(isConstraintViolation(caught(() => add('a')))).toBe(true);
    expect(isConstraintViolation(caught(() => database.db.run('SELECT nothing')))).toBe(false);
  });
});
