// What a backup is on disk: a folder with a copy of everything a vault is made of, still encrypted, and
// backup.json, written last, that names every file with its hash. The hashes find accidents without any
// key (a stick that lost bits); the MAC under the database key finds a manifest that something other than
// this program wrote. The copied database is put out of write-ahead mode, so that a backup can be read on a
// medium that cannot be written.
import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { closeSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  canonicalJson,
  fault,
  fileFault,
  readFileIfThere,
  writeFileAtomic,
  type JsonValue,
} from '../platform/index.ts';
import { ROLES } from '../../shared/contract/define.ts';
import { createDatabase, type Database } from './database.ts';
import { DATABASE_FILE, guarded, isUnreadable, openReadOnly } from './driver.ts';
import type { BackupManifest, BackupProblem, Cipher, CopyOfVault } from './faces.ts';
import { createSealedFiles, type SealedId } from './sealed.ts';
import type { DatabaseKey } from './slots.ts';

export const BACKUP_FILE = 'backup.json';
/** Stands in a folder that is being restored or salvaged: until it is gone nobody can unlock it. */
export const UNFINISHED_VAULT = 'restoring.json';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** A file of the vault folder or of `sealed/`: nothing in a manifest can point outside the backup. */
const FileName = z.string().regex(/^(sealed\/)?[A-Za-z0-9][A-Za-z0-9._-]{0,100}$/);

const ManifestSchema = z.strictObject({
  format: z.literal('cloister-backup'),
  version: z.literal(1),
  backupId: z.string().min(1).max(64),
  vaultId: z.string().min(1).max(64),
  vaultName: z.string().max(200),
  createdAt: z.string().max(40),
  cipher: z.enum(['aegis', 'sqlcipher']),
  generation: z.number().int().min(1),
  app: z.string().max(40),
  users: z
    .array(
      z.strictObject({
        id: z.string().max(64),
        name: z.string().max(200),
        roles: z.array(z.enum(ROLES)).max(ROLES.length),
      }),
    )
    .max(1_000),
  log: z.strictObject({ size: z.number().int().nonnegative(), checkpoint: z.string().max(2_000) }),
  files: z
    .array(z.strictObject({ name: FileName, size: z.number().int().nonnegative(), sha256: Sha256 }))
    .max(1_000_000),
});
const FileSchema = ManifestSchema.extend({ mac: z.base64().max(100) });

export interface ReadManifest {
  readonly manifest: BackupManifest;
  readonly mac: string;
}

/** Undefined where the folder is no finished backup. Throws BACKUP_DAMAGED where its list is unreadable. */
export function readManifest(folder: string): ReadManifest | undefined {
  const bytes = readFileIfThere(join(folder, BACKUP_FILE));
  if (!bytes) return undefined;
  try {
    const { mac, ...manifest } = FileSchema.parse(JSON.parse(bytes.toString('utf8')));
    return { manifest: manifest as unknown as BackupManifest, mac };
  } catch {
    throw backupDamaged(BACKUP_FILE);
  }
}

/** The last file of a backup to be written. */
export function writeManifest(folder: string, manifest: BackupManifest, key: DatabaseKey): void {
  const mac = macOf(manifest, key).toString('base64');
  writeFileAtomic(
    join(folder, BACKUP_FILE),
    `${JSON.stringify({ ...manifest, mac }, undefined, 1)}\n`,
  );
}

export function isAuthentic({ manifest, mac }: ReadManifest, key: DatabaseKey): boolean {
  const given = Buffer.from(mac, 'base64');
  const expected = macOf(manifest, key);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function macOf(manifest: BackupManifest, { bytes }: DatabaseKey): Buffer {
  const key = Buffer.from(
    hkdfSync('sha256', bytes, manifest.vaultId, 'cloister backup manifest v1', 32),
  );
  const mac = createHmac('sha256', key)
    .update(canonicalJson(manifest as unknown as JsonValue))
    .digest();
  key.fill(0);
  return mac;
}

const PIECE = 1 << 20;

/** Reads a file in pieces, giving way to other work between them. */
export async function* piecesOfFile(path: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const descriptor = openFor(path);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const piece = Buffer.allocUnsafe(PIECE);
      const length = readSync(descriptor, piece, 0, PIECE, null);
      if (length === 0) return;
      yield piece.subarray(0, length);
      await breathe();
    }
  } finally {
    closeSync(descriptor);
  }
}

function openFor(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw fileFault(error, path);
  }
}

export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface Watch {
  readonly signal?: AbortSignal | undefined;
  /** Bytes. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Against the hashes of the manifest; needs no key. Also names files that do not belong there. */
export async function checkFiles(
  folder: string,
  { files }: Pick<BackupManifest, 'files'>,
  { signal, onProgress }: Watch = {},
): Promise<BackupProblem[]> {
  const problems: BackupProblem[] = [];
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  for (const { name, size, sha256 } of files) {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found?.isFile()) {
      problems.push({ what: 'missing', where: name });
      continue;
    }
    const hash = createHash('sha256');
    for await (const piece of piecesOfFile(path, signal)) {
      hash.update(piece);
      onProgress?.((done += piece.length), total);
    }
    if (found.size !== size || hash.digest('hex') !== sha256) {
      problems.push({ what: 'changed', where: name });
    }
  }
  const known = new Set([BACKUP_FILE, 'sealed', ...files.map(({ name }) => name)]);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const plain = name.replaceAll('\\', '/');
    if (!known.has(plain)) problems.push({ what: 'foreign', where: plain });
  }
  return problems;
}

export interface OpenCopy extends CopyOfVault {
  close(): void;
}

/** Read-only. Throws BACKUP_DAMAGED where the key does not open the copy. */
export function openCopy(
  folder: string,
  vaultId: string,
  cipher: Cipher,
  key: DatabaseKey,
): OpenCopy {
  let database: Database;
  try {
    database = createDatabase(
      openReadOnly(join(folder, DATABASE_FILE), { cipher, key: key.bytes }),
    );
  } catch (error) {
    if (isUnreadable(error)) throw backupDamaged(DATABASE_FILE, error);
    return guarded((): never => {
      throw error;
    });
  }
  return {
    vaultId,
    db: database.db,
    sidecar: (name) => readFileIfThere(join(folder, name)),
    close: () => database.close(),
    sealed: createSealedFiles({
      folder: join(folder, 'sealed'),
      database,
      clock: unused,
      random: unused,
      discard: unused,
    }),
  };
}

const unused = new Proxy(() => undefined, {
  get() {
    throw new Error('A copy is only read');
  },
  apply() {
    throw new Error('A copy is only read');
  },
}) as never;

/** Every page of every table, index by index, and every sealed file, byte by byte. */
export async function checkCopy(
  { db, sealed }: CopyOfVault,
  { signal, onProgress }: Watch = {},
): Promise<BackupProblem[]> {
  const problems: BackupProblem[] = [];
  const tables = db.all<{ name: string }>(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name`,
  );
  const files = db.all<{ id: SealedId }>('SELECT id FROM sealed_files ORDER BY id');
  const total = tables.length + files.length;
  let done = 0;
  const step = async (): Promise<void> => {
    onProgress?.((done += 1), total);
    signal?.throwIfAborted();
    await breathe();
  };
  for (const { name } of tables) {
    const lines = integrityOf(db, name);
    if (lines.length > 0) problems.push({ what: 'page', where: `${name}: ${lines[0] ?? ''}` });
    await step();
  }
  for (const { id } of files) {
    try {
      sealed.verify(id);
    } catch {
      problems.push({ what: 'sealed', where: id });
    }
    await step();
  }
  return problems;
}

function integrityOf(db: CopyOfVault['db'], table: string): string[] {
  try {
    return db
      .all<{ integrity_check: string }>(`PRAGMA integrity_check("${table.replaceAll('"', '""')}")`)
      .map((row) => row.integrity_check)
      .filter((line) => line !== 'ok');
  } catch (error) {
    return [error instanceof Error ? error.message : 'cannot be read'];
  }
}

export const backupDamaged = (file: string, cause?: unknown) =>
  fault(
    'BACKUP_DAMAGED',
    `This backup is not as it was written: "${file}" was damaged or changed. Nothing was restored from it, and your vault is not touched. Use another backup.`,
    { file },
    { cause },
  );

export const notABackup = () =>
  fault(
    'SOURCE_NOT_FOUND',
    'There is no finished backup in this folder. Nothing was changed. Choose the folder that holds "backup.json".',
  );
