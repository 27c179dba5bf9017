// Makes a backup of an open vault into a folder of its own. It grows under a hidden name, is read back and
// checked like a stranger's, and gets its name last: a killed backup leaves nothing that looks whole.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import {
  UNFINISHED_SUFFIX,
  createAtomicFile,
  diskFull,
  ensureFolder,
  fault,
  fileFault,
  readFileIfThere,
  syncFolder,
  type Clock,
  type Random,
} from '../platform/index.ts';
import {
  BACKUP_FILE,
  backupDamaged,
  breathe,
  checkCopy,
  checkFiles,
  isAuthentic,
  openCopy,
  piecesOfFile,
  readManifest,
  writeManifest,
} from './backupFolder.ts';
import { DATABASE_FILE, openHandle } from './driver.ts';
import type { BackupManifest, MadeBackup, MakeBackup, Snapshot, Store } from './faces.ts';
import { HEADER_COPY, HEADER_FILE } from './header.ts';
import type { Keyring } from './keyring.ts';
import { isPerson, userOf } from './slots.ts';
import { SEALED_FOLDER } from './store.ts';

export interface BackupDeps {
  readonly folder: string;
  readonly store: Store;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly random: Random;
}

/** Small files beside the database that a backup carries; the others belong to the place, not the data. */
const SIDECARS = ['head.json', 'erasures.json'];
const PIECE = 1 << 20;
const NAME = 'cloister-backup-';

type File = BackupManifest['files'][number];

/**
 * Throws CONFLICT (another backup under way, or overtaken by an erasure), DISK_FULL, NO_PERMISSION,
 * BACKUP_DAMAGED (the medium did not give back what was written) and whatever `inspect` throws.
 */
export async function makeBackup(deps: BackupDeps, options: MakeBackup): Promise<MadeBackup> {
  const { store, keyring, clock, random } = deps;
  const { parent, signal } = options;
  refuseInside(deps.folder, parent);
  ensureFolder(parent);

  const snapshot = store.snapshot(); // From here on this is the only backup under way.
  const backupId = random.newId('backup');
  const createdAt = clock.now();
  // What lies beside the database is read in the same turn: it may not know more than the snapshot does.
  const sidecars = SIDECARS.flatMap((name) => {
    const bytes = readFileIfThere(join(deps.folder, name));
    return bytes ? [{ name, bytes }] : [];
  });
  const log = options.log();
  const header = keyring.header();
  const key = keyring.current();
  const headerFiles = [HEADER_FILE, HEADER_COPY].map((name) => ({
    name,
    bytes: readFileIfThere(join(deps.folder, HEADER_FILE)) ?? Buffer.alloc(0),
  }));

  const stamp = createdAt.replace(/[-:]/g, '').replace(/\.\d+/, '');
  const folder = join(parent, `${NAME}${stamp}-${backupId.slice(-6)}`);
  const growing = join(parent, `.${NAME}${store.vaultId}-${backupId}${UNFINISHED_SUFFIX}`);
  try {
    removeUnfinished(parent, store.vaultId);
    const total = bytesOf(deps.folder, snapshot);
    refuseFull(parent, total);
    attemptFile(growing, () =>
      mkdirSync(join(growing, SEALED_FOLDER), { recursive: true, mode: 0o700 }),
    );
    const written: File[] = [];
    let done = 0;
    const copy = async (name: string, pieces: AsyncIterable<Buffer> | Iterable<Buffer>) => {
      const file = await writePieces(join(growing, name), pieces, (length) => {
        snapshot.assertHeld();
        signal?.throwIfAborted();
        options.onProgress?.('copying', (done += length), total);
      });
      written.push({ name, ...file });
    };
    await copy(DATABASE_FILE, piecesOf(snapshot));
    for (const id of snapshot.sealed) {
      await copy(
        `${SEALED_FOLDER}/${id}`,
        piecesOfFile(join(deps.folder, SEALED_FOLDER, id), signal),
      );
    }
    for (const { name, bytes } of [...headerFiles, ...sidecars]) await copy(name, [bytes]);
    snapshot.release();

    written[0] = {
      name: DATABASE_FILE,
      ...(await settleDatabase(growing, header.vault.cipher, key.bytes)),
    };
    const manifest: BackupManifest = {
      format: 'cloister-backup',
      version: 1,
      backupId,
      vaultId: store.vaultId,
      vaultName: header.vault.name,
      createdAt,
      cipher: header.vault.cipher,
      generation: key.generation,
      app: options.app,
      users: header.slots.filter(isPerson).map(userOf),
      log,
      files: written,
    };
    writeManifest(growing, manifest, key);
    await readBack(growing, manifest, key, options);
    attemptFile(folder, () => renameSync(growing, folder));
    syncFolder(parent);
    const bytes = written.reduce((sum, { size }) => sum + size, 0);
    return { manifest, folder, bytes };
  } catch (error) {
    rmSync(growing, { recursive: true, force: true });
    throw fileFault(error, folder);
  } finally {
    snapshot.release();
  }
}

/** The copy is judged by what the medium gives back, not by what was handed to it. */
async function readBack(
  folder: string,
  manifest: BackupManifest,
  key: Parameters<typeof openCopy>[3],
  { inspect, onProgress, signal }: MakeBackup,
): Promise<void> {
  const read = readManifest(folder);
  if (!read || !isAuthentic(read, key)) throw backupDamaged(BACKUP_FILE);
  const watch = {
    signal,
    onProgress: (done: number, total: number) => onProgress?.('verifying', done, total),
  };
  const copy = openCopy(folder, manifest.vaultId, manifest.cipher, key);
  try {
    const problems = [...(await checkFiles(folder, manifest, watch)), ...(await checkCopy(copy))];
    if (problems[0]) throw backupDamaged(problems[0].where);
    await inspect(copy, manifest);
  } finally {
    copy.close();
  }
}

function* piecesOf(snapshot: Snapshot): Iterable<Buffer> {
  for (let at = 0; at < snapshot.size; at += PIECE) yield snapshot.read(at, PIECE);
}

async function writePieces(
  path: string,
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  onPiece: (length: number) => void,
): Promise<Omit<File, 'name'>> {
  const writer = createAtomicFile(path);
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const piece of pieces) {
      writer.write(piece);
      hash.update(piece);
      size += piece.length;
      onPiece(piece.length);
      await breathe();
    }
    writer.commit();
  } catch (error) {
    writer.abort();
    throw error;
  }
  return { size, sha256: hash.digest('hex') };
}

/** Out of write-ahead mode; one page changes, so its hash is taken again. */
async function settleDatabase(
  folder: string,
  cipher: BackupManifest['cipher'],
  key: Uint8Array,
): Promise<Omit<File, 'name'>> {
  const path = join(folder, DATABASE_FILE);
  const handle = openHandle(path, { cipher, key });
  try {
    handle.pragma('journal_mode=DELETE');
  } finally {
    handle.close();
  }
  const hash = createHash('sha256');
  for await (const piece of piecesOfFile(path)) hash.update(piece);
  return { size: statSync(path).size, sha256: hash.digest('hex') };
}

function bytesOf(folder: string, snapshot: Snapshot): number {
  const sealed = snapshot.sealed.map(
    (id) => statSync(join(folder, SEALED_FOLDER, id), { throwIfNoEntry: false })?.size ?? 0,
  );
  return snapshot.size + sealed.reduce((sum, size) => sum + size, 0);
}

/** Before the first byte: half an hour of copying should not end in a full stick. */
function refuseFull(parent: string, needed: number): void {
  const { bavail, bsize } = attemptFile(parent, () => statfsSync(parent));
  if (bavail * bsize < needed + PIECE) throw diskFull('backup');
}

/** A backup inside the vault would be copied into the next one, and dies with the vault's disk. */
function refuseInside(vault: string, parent: string): void {
  if (parent === vault || parent.startsWith(`${vault}/`) || parent.startsWith(`${vault}\\`)) {
    throw fault(
      'BAD_INPUT',
      'A backup cannot lie inside the vault it is a copy of. Nothing was written. Choose a folder outside, best on another disk.',
      { field: 'place' },
    );
  }
}

/** What killed backups of this vault left. */
function removeUnfinished(parent: string, vaultId: string): void {
  for (const name of readdirSync(parent)) {
    if (name.startsWith(`.${NAME}${vaultId}-`) && name.endsWith(UNFINISHED_SUFFIX)) {
      rmSync(join(parent, name), { recursive: true, force: true });
    }
  }
}

function attemptFile<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw fileFault(error, path);
  }
}

/** Finished backups in a folder, oldest first; of one vault where given. Unreadable ones are left out. */
export function listBackups(
  parent: string,
  vaultId?: string,
): { readonly folder: string; readonly manifest: BackupManifest }[] {
  let names: string[];
  try {
    names = readdirSync(parent);
  } catch {
    return []; // A stick that is not plugged in.
  }
  return names
    .filter((name) => name.startsWith(NAME))
    .flatMap((name) => {
      const folder = join(parent, name);
      try {
        const read = readManifest(folder);
        const wanted = read && (vaultId === undefined || read.manifest.vaultId === vaultId);
        return wanted ? [{ folder, manifest: read.manifest }] : [];
      } catch {
        return [];
      }
    })
    .sort((a, b) => (a.manifest.createdAt < b.manifest.createdAt ? -1 : 1));
}
