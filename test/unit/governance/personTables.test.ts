// The list of a person's tables is checked against the schema itself: a table that the foreign keys reach
// from `subject` by cascade and that is not on the list would be deleted without being counted.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PERSON_TABLES } from '../../../main/governance/personTables.ts';
import { createHouse, type House } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await createHouse();
});
afterAll(() => house.dispose());

/** Counted through the gate, which alone may name them. */
const TEXTS: readonly string[] = ['document_text', 'text_version'];

it('names every table from which a person’s rows cascade', () => {
  const { db } = house.store;
  const tables = db
    .all<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    .map(({ name }) => name);
  const edges = tables.flatMap((child) =>
    db
      .all<{ table: string; on_delete: string }>(
        `SELECT "table", on_delete FROM pragma_foreign_key_list('${child}')`,
      )
      .filter(({ on_delete }) => on_delete === 'CASCADE')
      .map(({ table: parent }) => ({ parent, child })),
  );
  const reached = new Set(['subject']);
  for (let size = 0; size < reached.size;) {
    size = reached.size;
    for (const { parent, child } of edges) if (reached.has(parent)) reached.add(child);
  }
  expect([...reached].filter((table) => !TEXTS.includes(table)).sort()).toEqual(
    Object.keys(PERSON_TABLES).sort(),
  );
});
