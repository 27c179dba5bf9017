// Erasure down to the byte: whatever way a person's text lay in tables, indexes and the full-text index,
// after delete, vacuum and re-key no page, log or file holds a piece of it. The control leaves the vacuum
// out and must find residue, or the scan would prove nothing.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needleForms, scanForNeedles, type Store } from '../../../main/store/index.ts';
import { createTestVault, type TestVault } from '../../fakes/openVault.ts';
import { createDice } from './process.ts';

const LAYOUTS = Number(process.env.CLOISTER_SOAK ?? 15);
const PERSON = 'Lorenzo Quijano de la Mancha';
const MARKS = [PERSON, 'NHC 4815162342', 'Núñez-Señor'];

let test: TestVault;
let store: Store;
beforeEach(async () => {
  test = await createTestVault();
  store = test.vault.store;
  store.db.exec(`
CREATE TABLE note (id INTEGER PRIMARY KEY AUTOINCREMENT, person INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX note_body ON note (body);
CREATE TABLE piece (id INTEGER PRIMARY KEY, note INTEGER REFERENCES note (id) ON DELETE CASCADE, bytes BLOB);
CREATE VIRTUAL TABLE words USING fts5 (body);
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);`);
});
afterEach(() => test.dispose());

/** Notes of many people and of PERSON in random sizes and order, some updated, some removed. */
function fill(seed: number): void {
  const dice = createDice(seed);
  const upTo = (most: number): number => Math.floor(dice() * most);
  const filler = (): string => 'lorem ipsum dolor '.repeat(upTo(dice() < 0.1 ? 2_000 : 20));
  const marked = (): string => `${filler()}${MARKS[upTo(MARKS.length)]}${filler()}`;
  store.transaction(() => {
    for (let note = 0; note < 150; note += 1) {
      const person = dice() < 0.15 ? 1 : 0;
      const body = person ? marked() : `${filler()} ${note}`;
      const { lastInsertRowid: id } = store.db.run(
        'INSERT INTO note (person, body) VALUES (?, ?)',
        [person, body],
      );
      store.db.run('INSERT INTO words (rowid, body) VALUES (?, ?)', [id, body]);
      store.db.run('INSERT INTO piece (note, bytes) VALUES (?, ?)', [
        id,
        Buffer.from(body, 'utf16le'),
      ]);
      if (dice() < 0.2) {
        store.db.run('UPDATE note SET body = ? WHERE id = ?', [person ? marked() : filler(), id]);
      }
    }
  });
  if (dice() < 0.5) store.checkpoint();
  store.db.run('DELETE FROM note WHERE person = 0 AND id % 7 = ?', [upTo(7)]);
}

function remove(): void {
  store.transaction(() => {
    store.db.run('DELETE FROM words WHERE rowid IN (SELECT id FROM note WHERE person = 1)');
    store.db.run('DELETE FROM note WHERE person = 1');
  });
}

const needles = [...MARKS, PERSON.slice(8)].flatMap(needleForms);
const residue = (): readonly unknown[] => scanForNeedles(store, needles).hits;

describe('erased text', () => {
  it(`is gone from ${LAYOUTS} random layouts`, { timeout: 60_000 + LAYOUTS * 1_000 }, () => {
    for (let layout = 0; layout < LAYOUTS; layout += 1) {
      fill(layout);
      expect(residue().length, `layout ${layout} has nothing to erase`).toBeGreaterThan(0);
      remove();
      store.vacuum();
      store.rekey();
      expect(residue(), `layout ${layout}`).toEqual([]);
      store.db.exec('DELETE FROM words; DELETE FROM note');
    }
  });

  it('is found as long as the pages were not rebuilt and the log not truncated', () => {
    store.db.exec('PRAGMA secure_delete=OFF');
    fill(1);
    store.checkpoint();
    remove();
    expect(residue()).not.toEqual([]);
    store.checkpoint();
    expect(residue()).not.toEqual([]);
    store.vacuum();
    expect(residue()).toEqual([]);
  });

  it('never lay readable on the disk, not even before', () => {
    fill(2);
    for (const path of store.files()) {
      const bytes = readFileSync(path);
      for (const needle of needles) expect(bytes.includes(needle), path).toBe(false);
    }
  });
});
