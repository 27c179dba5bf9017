/**
 * What encryption, the audit log and their proofs cost, as ratios against the same SQLite without them in
 * one run, and how long a person waits for a large vault. Real files in private folders, removed at the end.
 */
import Database from 'better-sqlite3-multiple-ciphers';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCorpus } from '../../main/corpus/index.ts';
import { createAuditLog, createGovernance, type AuditLog } from '../../main/governance/index.ts';
import { createChildPort, createClient, forkEntry } from '../../main/ipc/index.ts';
import { createClock, createRandom } from '../../main/platform/index.ts';
import { createDatabase } from '../../main/store/database.ts';
import { openHandle } from '../../main/store/driver.ts';
import { KDF_FLOOR, createVaultFiles, type OpenVault, type Store } from '../../main/store/index.ts';
import { migrations } from '../../main/store/migrations/index.ts';
import { migrate } from '../../main/store/migrations/runner.ts';
import type { ClientMessage, ServerMessage } from '../../shared/contract/index.ts';
import { ROLES } from '../../shared/contract/define.ts';
import { unwrap } from '../../shared/kernel/result.ts';
import { quietRun, settingsFor } from '../fakes/rooms.ts';
import { median, type Measure } from './report.ts';

const PASSPHRASE = 'a long bench passphrase';
const NOTES = 800;
const SCAN_ROWS = 40_000;
const LEAVES = 100_000;
const REKEY_BYTES = 250 * 2 ** 20;
const DOCUMENTS = 250_000;

const clock = createClock();
const random = createRandom(clock);
const user = { name: 'Bench', roles: ROLES };
const ACTOR = { userId: 'usr_00000000000000000000000001', ...user };

export async function measures(): Promise<readonly Measure[]> {
  const root = mkdtempSync(join(tmpdir(), 'cloister-bench-'));
  try {
    return [
      ...(await importOverhead(root)),
      ...scanRatio(root),
      ...(await auditLog(root)),
      ...(await unlocking(root)),
      ...(await rekeying(root)),
      ...(await largeVault(root)),
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const seconds = (begun: number): number => (performance.now() - begun) / 1000;

async function create(folder: string): Promise<OpenVault> {
  const files = createVaultFiles({ clock, random, kdfCost: KDF_FLOOR });
  return unwrap(await files.create(folder, { name: 'Bench', user, passphrase: PASSPHRASE }));
}

/** The product's settings of the connection, without the cipher. */
function plainHandle(path: string): Database.Database {
  const handle = new Database(path);
  for (const setting of [
    'temp_store=MEMORY',
    'cell_size_check=ON',
    'secure_delete=ON',
    'foreign_keys=ON',
    'synchronous=FULL',
    'journal_mode=WAL',
  ]) {
    handle.pragma(setting);
  }
  return handle;
}

/** As much of a store as an importer asks for, over plain SQLite. */
function plainStore(folder: string): { store: Store; close: () => void } {
  mkdirSync(folder);
  const handle = plainHandle(join(folder, 'plain.db'));
  const database = createDatabase(handle);
  migrate(database, migrations, clock);
  const { db, transaction, afterCommit } = database;
  const store = {
    ...{ vaultId: 'vlt_plain', db, transaction, afterCommit },
    sidecar: () => ({ read: () => undefined, write: () => undefined }),
  } as unknown as Store;
  return { store, close: () => database.close() };
}

const silentLog = {
  ...{ origin: 'none', verifierKey: '', append: () => ({ seq: 0, leafHash: Buffer.alloc(32) }) },
  ...{ sign: () => undefined, onSign: () => undefined, signNote: () => '', size: () => 0 },
  subjectRef: () => '',
} as unknown as AuditLog;

async function importOverhead(root: string): Promise<Measure[]> {
  const notes = join(root, 'notes');
  writeNotes(notes);
  const bring = async (store: Store, audit: AuditLog, name: string): Promise<number> => {
    const base = { store, clock, random, audit };
    const governance = createGovernance(base);
    const corpus = createCorpus({ ...base, governance });
    const subjects = { by: 'pattern', pattern: 'NHC: (\\d+)', scheme: 'NHC' } as const;
    const begun = performance.now();
    unwrap(await corpus.import(ACTOR, settingsFor(notes, name, { subjects }), quietRun()));
    audit.append({ action: 'corpus.import', actor: 'system', counts: { documents: NOTES } });
    audit.sign();
    return seconds(begun);
  };
  const vault = await create(join(root, 'import'));
  const plain = plainStore(join(root, 'plain'));
  const log = createAuditLog({ store: vault.store, clock, random, appVersion: '0.0.0' });
  const sealed: number[] = [];
  const open: number[] = [];
  // In turns, so that both meet the same machine; the first pair warms up.
  for (let turn = 0; turn < 5; turn += 1) {
    sealed.push(await bring(vault.store, log, `Notes ${turn}`));
    open.push(await bring(plain.store, silentLog, `Notes ${turn}`));
  }
  vault.close();
  plain.close();
  const ratio = median(sealed.slice(1)) / median(open.slice(1));
  return [
    {
      ...{ name: 'import: overhead of cipher and log', value: (ratio - 1) * 100, unit: '%' },
      bound: { most: 25 },
      note: `${NOTES} notes of 3500 characters, median of 4, ${(NOTES / median(sealed.slice(1))).toFixed(0)} notes/s`,
    },
  ];
}

function scanRatio(root: string): Measure[] {
  const key = random.bytes(32);
  const paths = { sealed: join(root, 'scan.aegis'), plain: join(root, 'scan.plain') };
  const openers = {
    sealed: () => openHandle(paths.sealed, { cipher: 'aegis', key, create: true }),
    plain: () => plainHandle(paths.plain),
  };
  const scan = (kind: keyof typeof openers): number => {
    const handle = openers[kind](); // A fresh connection: its own cache is empty.
    const begun = performance.now();
    handle.prepare('SELECT sum(length(text)) AS n FROM row').get();
    const took = seconds(begun);
    handle.close();
    return took;
  };
  for (const open of Object.values(openers)) {
    const handle = open();
    handle.exec('CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT NOT NULL)');
    const insert = handle.prepare('INSERT INTO row (text) VALUES (?)');
    handle.transaction(() => {
      for (let row = 0; row < SCAN_ROWS; row += 1) insert.run(`${row} `.padEnd(2_000, 'words '));
    })();
    handle.close();
  }
  const times = { sealed: [] as number[], plain: [] as number[] };
  for (let turn = 0; turn < 7; turn += 1) {
    times.sealed.push(scan('sealed'));
    times.plain.push(scan('plain'));
  }
  return [
    {
      ...{ name: 'full scan against plain SQLite', unit: 'times', bound: { most: 1.5 } },
      value: median(times.sealed) / median(times.plain),
      note: `${SCAN_ROWS} rows of 2000 bytes, median of 7, ${(median(times.sealed) * 1000).toFixed(0)} ms`,
    },
  ];
}

async function auditLog(root: string): Promise<Measure[]> {
  const vault = await create(join(root, 'audit'));
  const { store } = vault;
  const log = createAuditLog({ store, clock, random, appVersion: '0.0.0' });
  const leaf = { action: 'label.apply', actor: ACTOR.userId, counts: { edits: 1 } } as const;
  const rates: number[] = [];
  for (let batch = 0; batch < 5; batch += 1) {
    const begun = performance.now();
    store.transaction(() => {
      for (let each = 0; each < LEAVES / 5; each += 1) log.append(leaf);
    });
    rates.push(LEAVES / 5 / seconds(begun));
  }
  const alone: number[] = [];
  for (let each = 0; each < 200; each += 1) {
    const begun = performance.now();
    log.append(leaf);
    alone.push(performance.now() - begun);
  }
  log.sign();
  const verified: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const begun = performance.now();
    const { intact } = await log.verify();
    if (!intact) throw new Error('The log does not verify');
    verified.push(seconds(begun));
  }
  vault.close();
  return [
    {
      ...{ name: 'audit append in a batch', value: median(rates), unit: 'leaves/s' },
      bound: { least: 20_000 },
      note: 'batches of 20,000, commit included, median of 5',
    },
    {
      ...{ name: 'audit append alone, durable', value: median(alone), unit: 'ms' },
      bound: { most: 5 },
      note: 'median of 200, one fsync each',
    },
    {
      ...{ name: 'verify 100,000 leaves', value: median(verified), unit: 's', bound: { most: 3 } },
      note: 'bodies, tree, stored nodes, head, anchor; median of 3',
    },
  ];
}

async function unlocking(root: string): Promise<Measure[]> {
  const folder = join(root, 'unlock');
  const files = createVaultFiles({ clock, random }); // Calibrates to this machine.
  unwrap(await files.create(folder, { name: 'Bench', user, passphrase: PASSPHRASE })).close();
  const times: number[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    const begun = performance.now();
    unwrap(await files.unlock(folder, { passphrase: PASSPHRASE })).close();
    times.push(seconds(begun));
  }
  const value = median(times);
  const name = 'unlock';
  const note = 'median of 5, calibrated Argon2id and opening';
  return [
    { name: `${name}, at least`, value, unit: 's', bound: { least: 0.5 }, note },
    { name: `${name}, at most`, value, unit: 's', bound: { most: 1 }, note },
  ];
}

async function rekeying(root: string): Promise<Measure[]> {
  const vault = await create(join(root, 'rekey'));
  const { store } = vault;
  const filling = random.bytes(1_900).toString('hex'); // With its key and row, one page.
  for (let written = 0; written < REKEY_BYTES;) {
    store.transaction(() => {
      for (let row = 0; row < 5_000; row += 1) {
        store.db.run('INSERT INTO setting (user_id, value) VALUES (?, ?)', [
          `row${written + row}`,
          filling,
        ]);
      }
    });
    written += 5_000 * 4_096;
  }
  store.checkpoint();
  const { sizeBytes } = vault.info();
  const times = [store.rekey(), store.rekey()].map(({ milliseconds }) => milliseconds / 1000);
  vault.close();
  rmSync(join(root, 'rekey'), { recursive: true });
  return [
    {
      ...{ name: 're-key of 250 MB', value: median(times), unit: 's', bound: { most: 5 } },
      note: `${(sizeBytes / 2 ** 20).toFixed(0)} MiB, integrity check and proof of the old key's end included`,
    },
  ];
}

async function largeVault(root: string): Promise<Measure[]> {
  const folder = join(root, 'large');
  const vault = await create(folder);
  const audit = createAuditLog({ store: vault.store, clock, random, appVersion: '0.0.0' });
  const governance = createGovernance({ store: vault.store, clock, random, audit });
  fillDocuments(vault.store, governance);
  vault.close();

  const times: number[] = [];
  let resident = 0;
  for (let turn = 0; turn < 3; turn += 1) {
    const child = forkEntry('core', ['--vault', folder, '--client', 'terminal']);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const client = createClient(createChildPort<ServerMessage, ClientMessage>(child));
    unwrap(await client.call('vault.status', {}));
    const begun = performance.now();
    unwrap(await client.call('vault.unlock', { passphrase: PASSPHRASE }));
    const home = unwrap(await client.call('home.summary', {}));
    times.push(seconds(begun));
    if (home.documents !== DOCUMENTS) throw new Error(`${home.documents} documents`);
    resident = Math.max(resident, residentMiB(child.pid));
    client.close();
    await ended;
  }
  return [
    {
      ...{ name: 'open a vault of 250,000 documents', value: median(times), unit: 's' },
      bound: { most: 2 },
      note: 'to the numbers of the home screen, core process, median of 3; key derivation at its floor',
    },
    {
      ...{ name: 'memory of the core after it', value: resident, unit: 'MiB' },
      bound: { most: 600 },
      note: 'largest resident size so far (Linux)',
    },
  ];
}

function fillDocuments(store: Store, { texts }: ReturnType<typeof createGovernance>): void {
  const at = clock.now();
  const collection = random.newId('collection');
  store.db.run(
    "INSERT INTO collection (id, name, created_at, kind, actor) VALUES (?, 'Large', ?, 'original', 'usr_1')",
    [collection, at],
  );
  for (let from = 0; from < DOCUMENTS; from += 10_000) {
    store.transaction(() => {
      let subject = '';
      for (let each = from; each < from + 10_000; each += 1) {
        if (each % 10 === 0) {
          subject = random.newId('subject');
          store.db.run('INSERT INTO subject (id, created_at, ref_key) VALUES (?, ?, ?)', [
            ...[subject, at, random.bytes(32)],
          ]);
        }
        const text = `Note ${each}: comes with pain in the right side for ${each % 90} days, no fever, no falls.`;
        const { lastInsertRowid } = store.db.run(
          `INSERT INTO document (id, collection_id, name, subject_id, language, category, kind, length, sha256, imported_at)
           VALUES (?, ?, ?, ?, 'en', 'health', 'original', ?, ?, ?)`,
          [
            random.newId('document'),
            collection,
            `n${each}`,
            subject,
            text.length,
            '0'.repeat(64),
            at,
          ],
        );
        texts.put(Number(lastInsertRowid), text);
      }
    });
  }
}

function residentMiB(pid: number | undefined): number {
  if (process.platform !== 'linux' || pid === undefined) return 0;
  const [, kib = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

function writeNotes(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const words =
    'acude por dolor en el costado derecho desde hace días sin fiebre ni caídas la exploración es normal'.split(
      ' ',
    );
  for (let note = 0; note < NOTES; note += 1) {
    let text = `Nombre: Paciente ${note}.\nNHC: ${100_000 + note}.\n`;
    for (let word = note; text.length < 3_500; word += 1 + (note % 7)) {
      text += `${words[word % words.length] ?? ''}${word % 13 === 0 ? '.\n' : ' '}`;
    }
    writeFileSync(join(folder, `note-${String(note).padStart(5, '0')}.txt`), text);
  }
}
