import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../../main/platform/index.ts';
import { createDatabase, type Database } from '../../../main/store/database.ts';
import { openHandle } from '../../../main/store/driver.ts';
import { migrations as product } from '../../../main/store/migrations/index.ts';
import { hashOf, migrate } from '../../../main/store/migrations/runner.ts';
import type { Migration } from '../../../main/store/index.ts';
import { createFakeClock } from '../../fakes/clock.ts';

const clock = createFakeClock();
const step = (id: number, ...statements: string[]): Migration => ({
  id,
  name: `step${id}`,
  up: (sql) => statements.forEach((statement) => sql.exec(statement)),
});
const one = step(10, 'CREATE TABLE a (x INTEGER)', 'INSERT INTO a VALUES (1)');
const two = step(20, 'ALTER TABLE a ADD COLUMN y TEXT');

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloister-migrations-'));
  const handle = openHandle(join(folder, 'vault.db'), {
    cipher: 'aegis',
    key: Buffer.alloc(32),
    create: true,
  });
  database = createDatabase(handle);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const tables = (): unknown[] =>
  database.db.all(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`,
  );

describe('migrations', () => {
  it('run once each, in order', () => {
    expect(migrate(database, [one], clock)).toBe(10);
    expect(migrate(database, [one, two], clock)).toBe(20);
    expect(migrate(database, [one, two], clock)).toBe(20);
    expect(database.db.all('SELECT * FROM a')).toEqual([{ x: 1, y: null }]);
    expect(database.db.all('SELECT id, name, applied_at FROM schema_migration')).toEqual([
      { id: 10, name: 'step10', applied_at: clock.now() },
      { id: 20, name: 'step20', applied_at: clock.now() },
    ]);
  });

  it('leave nothing of a step that fails', () => {
    const failing = step(20, 'CREATE TABLE b (x)', 'INSERT INTO nowhere VALUES (1)');
    expect(() => migrate(database, [one, failing], clock)).toThrow('nowhere');
    expect(tables()).toEqual([{ name: 'schema_migration' }, { name: 'a' }]);
    expect(migrate(database, [one, two], clock)).toBe(20);
  });

  it.each([
    ['a newer schema', [one]],
    ['a step whose text was changed', [one, step(20, 'ALTER TABLE a ADD COLUMN z TEXT')]],
    ['a step this program does not have', [step(10, 'SELECT 1'), two]],
  ])('refuse %s without touching it', (_name, known) => {
    migrate(database, [one, two], clock);
    let code: string | undefined;
    try {
      migrate(database, known, clock);
    } catch (error) {
      code = failureOf(error)?.code;
    }
    expect(code).toBe('VAULT_TOO_NEW');
    expect(tables()).toHaveLength(2);
  });

  it('do not mind how the text is laid out', () => {
    const spaced = step(10, 'CREATE  TABLE a\n  (x INTEGER)', 'INSERT INTO a VALUES (1)');
    expect(hashOf(spaced)).toEqual(hashOf(one));
  });

  it('must be numbered in tens, ascending', () => {
    expect(() => migrate(database, [two, one], clock)).toThrow('out of order');
    expect(() => migrate(database, [step(15)], clock)).toThrow('out of order');
  });

  it('of the product build its schema with sound foreign keys', () => {
    migrate(database, product, clock);
    expect(database.db.all('PRAGMA foreign_key_check')).toEqual([]);
    expect(tables().length).toBeGreaterThan(20);
  });
});
