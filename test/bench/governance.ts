/**
 * How long the gate, a withdrawal and an erasure take in a large vault, and whether the deadline table is
 * right. Real encrypted vaults in private folders, removed at the end. The documents are short: what is
 * measured is the rule, not the reading of texts.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAuditLog, createGovernance, type Governance } from '../../main/governance/index.ts';
import { createClock, createRandom } from '../../main/platform/index.ts';
import { KDF_FLOOR, createVaultFiles, type Store } from '../../main/store/index.ts';
import { ROLES } from '../../shared/contract/define.ts';
import { unwrap } from '../../shared/kernel/result.ts';
import { median, type Measure } from './report.ts';

const PASSPHRASE = 'a long bench passphrase';
const PEOPLE = 100_000;
const PER_PERSON = 10;
const ERASURE_BYTES = 250 * 2 ** 20;

const clock = createClock();
const random = createRandom(clock);
const user = { name: 'Bench', roles: ROLES };
const ACTOR = { userId: 'usr_00000000000000000000000001', ...user };

export async function measures(): Promise<readonly Measure[]> {
  const root = mkdtempSync(join(tmpdir(), 'cloister-bench-'));
  try {
    return [...(await gate(root)), ...(await erasing(root)), deadlines(root)];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const elapsedMs = <T>(act: () => T): readonly [T, number] => {
  const begun = performance.now();
  const value = act();
  return [value, performance.now() - begun];
};

async function furnished(folder: string) {
  const files = createVaultFiles({ clock, random, kdfCost: KDF_FLOOR });
  const vault = unwrap(await files.create(folder, { name: 'Bench', user, passphrase: PASSPHRASE }));
  const { store } = vault;
  const audit = createAuditLog({ store, clock, random, appVersion: '0.0.0' });
  return { vault, store, governance: createGovernance({ store, clock, random, audit }) };
}

const declare = ({ purposes }: Governance, name: string, parentId: string | null) =>
  unwrap(
    purposes.declare(ACTOR, {
      ...{ name, description: '', noticeVersion: '1', retentionDays: 3650, parentId },
      operations: ['read', 'label', 'train', 'evaluate'],
      categories: ['health', 'other'],
      basis: { article6: '6(1)(a)', article9: '9(2)(a)', piplSeparateConsent: false },
    }),
  );

interface Row {
  readonly id: string;
  readonly subject_id: string;
}

async function gate(root: string): Promise<Measure[]> {
  const { vault, store, governance } = await furnished(join(root, 'gate'));
  const purpose = declare(governance, 'Research', null);
  const part = declare(governance, 'Research: names', purpose.purposeId);
  const people = fill(store, purpose.purposeId);
  for (const draft of [
    { category: 'health' as const, purposeId: purpose.purposeId, days: 1825 },
    { category: 'other' as const, purposeId: null, days: 365 },
  ]) {
    unwrap(governance.retention.setRule(ACTOR, { ...draft, start: 'import', ground: 'bench' }));
  }
  unwrap(
    governance.holds.set(ACTOR, {
      ...{ caseId: 'Bench', approver: 'Bench', reason: '', reviewOn: '2099-01-01', endsOn: null },
      ...{ subjects: { subjectIds: people.slice(0, 100) }, collectionIds: [], categories: [] },
    }),
  );
  const question = { actor: ACTOR, purposeId: purpose.purposeId, operation: 'read' } as const;

  /** As the list of documents asks: the rule is part of the page's own statement. */
  const page = (purposeId: string, after: number): readonly Row[] => {
    const compiled = unwrap(governance.gate.compile({ ...question, purposeId }));
    const rows = store.db.all<Row>(
      `SELECT d.rowid, d.id, d.name, d.subject_id FROM document d ${compiled.joins}
       WHERE d.rowid > @after AND (${compiled.denial}) IS NULL ORDER BY d.rowid LIMIT 100`,
      { ...compiled.params, after },
    );
    if (rows.length !== 100) throw new Error(`${rows.length} rows in the page`);
    return rows;
  };
  // The first time, with nothing of the vault in memory, is what a person waits for after unlocking.
  const firstPage = elapsedMs(() => page(purpose.purposeId, 0))[1];
  const pages = [0, 250_000, 500_000, 750_000, 900_000].map(
    (after) => elapsedMs(() => page(purpose.purposeId, after))[1],
  );
  const counts = [1, 2, 3].map(() => elapsedMs(() => unwrap(governance.gate.summary(question))));
  const counted = counts[0]![0];
  const total = counted.permitted + counted.withheld.reduce((sum, { count }) => sum + count, 0);
  if (total !== PEOPLE * PER_PERSON) throw new Error(`${total} documents counted`);
  const inTree = elapsedMs(() =>
    unwrap(governance.gate.summary({ ...question, purposeId: part.purposeId })),
  )[1];

  const denials: number[] = [];
  for (const { id, subject_id: subjectId } of page(purpose.purposeId, 300_000).slice(0, 5)) {
    const reader = unwrap(governance.gate.open({ ...question, subjectId }));
    if (!reader.read(id).ok) throw new Error('Nothing to deny: it was denied before');
    const [denied, ms] = elapsedMs(() => {
      unwrap(
        governance.consent.withdraw(ACTOR, {
          ...{ purposeId: purpose.purposeId, subjects: { subjectIds: [subjectId] }, reason: '' },
        }),
      );
      return reader.read(id);
    });
    if (denied.ok) throw new Error('The withdrawal did not deny');
    denials.push(ms);
  }
  const due = elapsedMs(() => governance.retention.due.reminder())[1];
  vault.close();
  rmSync(join(root, 'gate'), { recursive: true });
  const size = `${PEOPLE * PER_PERSON} documents, ${PEOPLE} people`;
  return [
    {
      ...{ name: 'gate: first page after opening', value: firstPage, unit: 'ms' },
      ...{ bound: { most: 50 }, note: `100 permitted of ${size}` },
    },
    {
      ...{ name: 'gate: a page anywhere', value: median(pages), unit: 'ms' },
      ...{ bound: { most: 50 }, note: 'median of 5 places' },
    },
    {
      ...{
        name: 'gate: full count with reasons',
        value: median(counts.map(([, ms]) => ms)) / 1000,
      },
      ...{ unit: 's', bound: { most: 1 }, note: 'consent, two rules, one hold; median of 3' },
    },
    {
      ...{ name: 'gate: full count for a part of a purpose', value: inTree / 1000, unit: 's' },
      note: 'consent along the tree, for information',
    },
    {
      ...{ name: 'gate: first deny after a withdrawal', value: median(denials), unit: 'ms' },
      ...{ bound: { most: 100 }, note: 'withdrawal recorded and a read refused; median of 5' },
    },
    {
      ...{ name: 'retention: number on the first screen', value: due / 1000, unit: 's' },
      note: 'for information',
    },
  ];
}

/** Nine of ten people agreed, a part of them twice; one of fifty withdrew, one of two hundred is restricted. */
function fill(store: Store, purposeId: string): string[] {
  const { db } = store;
  const at = clock.now();
  const ago = (days: number): string => new Date(clock.nowMs() - days * 86_400_000).toISOString();
  db.run(
    "INSERT INTO collection (id, name, created_at, kind, actor) VALUES ('col_00000001', 'Large', ?, 'original', 'usr_1')",
    [at],
  );
  const subject = db.prepare('INSERT INTO subject (id, created_at, ref_key) VALUES (?, ?, ?)');
  const consent = db.prepare(
    `INSERT INTO consent_event (subject_id, purpose_id, type, at, recorded_at, actor, notice_version, channel)
     VALUES (?, ?, ?, ?, ?, 'usr_1', '1', 'paper')`,
  );
  const state = db.prepare(
    "INSERT INTO subject_event (subject_id, type, at, actor) VALUES (?, 'restricted', ?, 'usr_1')",
  );
  const document = db.prepare(
    `INSERT INTO document (id, collection_id, name, subject_id, language, category, kind, length, sha256, imported_at)
     VALUES (?, 'col_00000001', ?, ?, 'en', ?, 'original', 9, ?, ?)`,
  );
  const text = db.prepare('INSERT INTO document_text (document_rowid, text) VALUES (?, ?)');
  const key = Buffer.alloc(32, 7);
  const sha256 = '0'.repeat(64);
  const people = Array.from({ length: PEOPLE }, () => random.newId('subject'));
  // Notes come in day by day, not person by person.
  for (let from = 0; from < PEOPLE; from += 10_000) {
    store.transaction(() => {
      for (let index = from; index < from + 10_000; index += 1) {
        const id = people[index]!;
        subject.run([id, at, key]);
        if (index % 10 !== 0) consent.run([id, purposeId, 'given', ago(300), ago(300)]);
        if (index % 5 === 1) consent.run([id, purposeId, 'given', ago(200), ago(200)]);
        if (index % 50 === 3) consent.run([id, purposeId, 'withdrawn', ago(100), ago(100)]);
        if (index % 200 === 7) state.run([id, at]);
      }
    });
  }
  for (let round = 0; round < PER_PERSON; round += 1) {
    store.transaction(() => {
      for (let index = 0; index < PEOPLE; index += 1) {
        const { lastInsertRowid } = document.run([
          `doc_${String(round * PEOPLE + index).padStart(26, '0')}`,
          `n${round}-${index}`,
          people[index]!,
          round === 9 ? 'other' : 'health',
          sha256,
          // Of all ages over two thousand days, in no order: a tenth is past its period.
          ago(((round * PEOPLE + index) * 7_919) % 2_000),
        ]);
        text.run([lastInsertRowid, 'No fever.']);
      }
    });
  }
  store.checkpoint();
  return people;
}

async function erasing(root: string): Promise<Measure[]> {
  const { vault, store, governance } = await furnished(join(root, 'erasure'));
  const notes = fillTo(store, governance, ERASURE_BYTES);
  const { requestId } = unwrap(
    governance.requests.open(ACTOR, { kind: 'erasure', subject: { key: 'bench-7' } }),
  );
  const { sizeBytes } = vault.info();
  const stages: [string, number][] = [];
  const begun = performance.now();
  const certificate = unwrap(
    await governance.erasure.erase(ACTOR, { requestId, confirmation: 'bench-7' }, (stage) => {
      stages.push([stage, performance.now()]);
    }),
  );
  const ended = performance.now();
  if (certificate.scan.hits > 0) throw new Error('Traces were found');
  const took = stages.map(
    ([stage, at], index) =>
      `${stage} ${(((stages[index + 1]?.[1] ?? ended) - at) / 1000).toFixed(1)}`,
  );
  vault.close();
  return [
    {
      ...{ name: 'erasure of one person in 250 MB', value: (ended - begun) / 1000, unit: 's' },
      bound: { most: 10 },
      note: `${(sizeBytes / 2 ** 20).toFixed(0)} MiB, ${notes} notes; ${took.join(', ')}`,
    },
  ];
}

/** Notes of a ward with their index, until the file is that large; returns how many. */
function fillTo(store: Store, { texts, subjects }: Governance, bytes: number): number {
  const at = clock.now();
  store.db.run(
    "INSERT INTO collection (id, name, created_at, kind, actor) VALUES ('col_00000001', 'Notes', ?, 'original', 'usr_1')",
    [at],
  );
  const words =
    'acude por dolor en el costado derecho desde hace días sin fiebre ni caídas la exploración es normal'.split(
      ' ',
    );
  let note = 0;
  const pages = (): number =>
    store.db.get<{ n: number }>(
      'SELECT page_count * page_size AS n FROM pragma_page_count, pragma_page_size',
    )?.n ?? 0;
  while (pages() < bytes) {
    store.transaction(() => {
      for (const last = note + 500; note < last; note += 1) {
        const person = subjects.findOrCreate('record', `bench-${Math.floor(note / 10)}`);
        if ('erased' in person) throw new Error('Nobody was erased yet');
        let text = `Nombre: Paciente ${note}.\n`;
        for (let word = note; text.length < 3_500; word += 1 + (note % 7)) {
          text += `${words[word % words.length] ?? ''}${(note * word) % 97} `;
        }
        const { lastInsertRowid } = store.db.run(
          `INSERT INTO document (id, collection_id, name, subject_id, language, category, kind, length, sha256, imported_at)
           VALUES (?, 'col_00000001', ?, ?, 'es', 'health', 'original', ?, ?, ?)`,
          [
            ...[random.newId('document'), `note-${note}.txt`, person.subjectId, text.length],
            ...['0'.repeat(64), at],
          ],
        );
        texts.put(Number(lastInsertRowid), text);
      }
    });
  }
  store.checkpoint();
  return note;
}

/** The hand-made dates are a test of their own; here they are counted. */
function deadlines(folder: string): Measure {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const file = join(folder, 'deadlines.json');
  spawnSync(
    process.execPath,
    [
      ...[join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=json'],
      `--outputFile=${file}`,
      ...['--config', 'test/tooling/vitest.config.ts', ...DEADLINE_TESTS],
    ],
    { cwd: root },
  );
  const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly numPassedTests: number;
    readonly numTotalTests: number;
  };
  return {
    ...{ name: 'deadline table: hand-made dates right', value: numPassedTests, unit: 'dates' },
    bound: { least: Math.max(60, numTotalTests) },
    note: `of ${numTotalTests}; both readings, public holidays, leap years`,
  };
}
const DEADLINE_TESTS = ['test/unit/domain/deadlines.test.ts', 'test/unit/domain/holidays.test.ts'];
