// Invariant 1, one gate: subject text has one door, so only the gate's repository may name the tables it
// lies in. The migrations, which make the tables, are the one exception.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../main', import.meta.url));
const TABLES = /document_text|document_search|text_version/;
const DOOR = 'governance/gate/gateRepository.ts';
const MAKERS = 'store/migrations/';

const sources = (): string[] =>
  readdirSync(MAIN, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name))
    .map((entry) => relative(MAIN, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));

it('only the gate names the tables of subject text', () => {
  const named = sources().filter((file) => TABLES.test(readFileSync(join(MAIN, file), 'utf8')));
  const strangers = named.filter((file) => file !== DOOR && !file.startsWith(MAKERS));
  expect(
    strangers,
    `main/${strangers.join(', main/')} reaches past the gate. Read subject text through governance.gate, write it through governance.texts.`,
  ).toEqual([]);
  expect(named).toContain(DOOR); // Else the names above are out of date and the test proves nothing.
});
