// A backup from outside: opened with the passphrases of the day it was made, checked, and turned into a new
// vault. The new folder grows under a hidden name, locked by a marker, and gets its name when everything
// that has to happen before its use (replay of erasures) has happened: there is no moment in which a
// restored vault could be used that still holds an erased person.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  UNFINISHED_SUFFIX,
  createAtomicFile,
  ensureFolder,
  fault,
  fileFault,
  syncFolder,
  writeFileAtomic,
} from '../platform/index.ts';
import type { Result } from '../../shared/kernel/result.ts';
import {
  BACKUP_FILE,
  UNFINISHED_VAULT,
  backupDamaged,
  checkCopy,
  checkFiles,
  isAuthentic,
  notABackup,
  openCopy,
  piecesOfFile,
  readManifest,
  type OpenCopy,
  type ReadManifest,
  type Watch,
} from './backupFolder.ts';
import type { DeviceSecrets } from './devices.ts';
import type { BackupProblem, Unlock, VerifiedBackup, VerifyBackup } from './faces.ts';
import { readHeader, type Header } from './header.ts';
import { deviceMissing, wrongPassphrase } from './keyring.ts';
import { normalRecoveryCode } from './recoveryCode.ts';
import { isPerson, needsDevice, openSlot, type DatabaseKey } from './slots.ts';
import { SEALED_FOLDER } from './store.ts';

/** Throws SOURCE_NOT_FOUND, BACKUP_DAMAGED. */
export function requireManifest(folder: string): ReadManifest {
  const read = readManifest(folder);
  if (!read) throw notABackup();
  return read;
}

/** Throws SOURCE_NOT_FOUND, WRONG_PASSPHRASE, KEY_STORE_UNAVAILABLE, BACKUP_DAMAGED. */
export async function verifyBackup(
  folder: string,
  options: VerifyBackup,
  devices: DeviceSecrets,
): Promise<VerifiedBackup> {
  const read = requireManifest(folder);
  const { manifest } = read;
  const key = await backupKey(folder, read, options, devices);
  const problems: BackupProblem[] = await checkFiles(folder, manifest, options);
  try {
    if (!isAuthentic(read, key)) problems.push({ what: 'manifest', where: BACKUP_FILE });
    let copy: OpenCopy | undefined;
    try {
      copy = openCopy(folder, manifest.vaultId, manifest.cipher, key);
      problems.push(...(await checkCopy(copy, { signal: options.signal })));
      if (problems.length === 0) problems.push(...(await options.inspect(copy, manifest)));
    } catch (error) {
      if (problems.length === 0) throw error;
      problems.push({ what: 'page', where: 'vault.db' });
    } finally {
      copy?.close();
    }
  } finally {
    key.bytes.fill(0);
  }
  return { manifest, bytes: manifest.files.reduce((sum, { size }) => sum + size, 0), problems };
}

/** The database key out of the slots that lie in the backup. */
async function backupKey(
  folder: string,
  { manifest }: ReadManifest,
  unlock: Unlock,
  devices: DeviceSecrets,
): Promise<DatabaseKey> {
  const header = readHeader(folder)?.header;
  if (!header || header.vault.id !== manifest.vaultId) throw backupDamaged('slots.json');
  const key = await keyFromSlots(
    header,
    unlock,
    devices,
    ({ generation }) => generation === manifest.generation,
  );
  if (!key) throw wrongPassphrase();
  return key;
}

/**
 * The key in a slot that the passphrase or the printed code opens and that `fits`; with `orNewest`, the
 * slot's newest where none does. Throws KEY_STORE_UNAVAILABLE where a slot could be opened on its device alone.
 */
export async function keyFromSlots(
  header: Header,
  { passphrase, userId }: Unlock,
  devices: DeviceSecrets,
  fits: (key: DatabaseKey) => boolean,
  orNewest = false,
): Promise<DatabaseKey | undefined> {
  const code = normalRecoveryCode(passphrase);
  let away = false;
  for (const slot of header.slots) {
    const person = isPerson(slot);
    if (person ? userId !== undefined && slot.user.id !== userId : code === undefined) continue;
    const secret = slot.device && (await devices.find(header.vault.id, slot.user.id));
    away ||= needsDevice(slot, secret);
    const keys = await openSlot(header.vault.id, slot, person ? passphrase : (code ?? ''), secret);
    const newest = orNewest ? keys?.toSorted((a, b) => b.generation - a.generation)[0] : undefined;
    const key = keys?.find(fits) ?? newest;
    for (const other of keys ?? []) if (other !== key) other.bytes.fill(0);
    if (key) return key;
  }
  if (away) throw deviceMissing();
  return undefined;
}

/** The hidden folder in which a vault grows, and its way to its name. */
export interface Growing {
  readonly folder: string;
  finish(): void;
  abandon(): void;
}

/** Throws VAULT_EXISTS where the target is not an empty place. */
export function growVault(target: string): Growing {
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw fault(
      'VAULT_EXISTS',
      'There is something in that folder already. Nothing was changed: a restore never goes over what is there. Choose a new folder.',
    );
  }
  const parent = dirname(target);
  ensureFolder(parent);
  const prefix = `.${basename(target)}-`;
  for (const name of readdirSync(parent)) {
    if (name.startsWith(prefix) && name.endsWith(`.vault${UNFINISHED_SUFFIX}`)) {
      rmSync(join(parent, name), { recursive: true, force: true }); // A killed restore to this place.
    }
  }
  const folder = join(parent, `${prefix}${process.pid}.vault${UNFINISHED_SUFFIX}`);
  try {
    mkdirSync(join(folder, SEALED_FOLDER), { recursive: true, mode: 0o700 });
    writeFileAtomic(join(folder, UNFINISHED_VAULT), '{}\n');
  } catch (error) {
    throw fileFault(error, target);
  }
  return {
    folder,
    finish() {
      rmSync(join(folder, UNFINISHED_VAULT), { force: true });
      syncFolder(folder);
      if (existsSync(target)) rmSync(target, { recursive: true }); // Empty, as asked above.
      renameSync(folder, target);
      syncFolder(parent);
    },
    abandon: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Every file of the manifest, each compared with its hash while it is copied. Throws BACKUP_DAMAGED. */
export async function copyBackup(
  source: string,
  { manifest }: ReadManifest,
  target: string,
  { signal, onProgress }: Watch = {},
): Promise<void> {
  const total = manifest.files.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  for (const { name, sha256 } of manifest.files) {
    if (!existsSync(join(source, name))) throw backupDamaged(name);
    const writer = createAtomicFile(join(target, name));
    const hash = createHash('sha256');
    try {
      for await (const piece of piecesOfFile(join(source, name), signal)) {
        hash.update(piece);
        writer.write(piece);
        onProgress?.((done += piece.length), total);
      }
      if (hash.digest('hex') !== sha256) throw backupDamaged(name);
      writer.commit();
    } catch (error) {
      writer.abort();
      throw error;
    }
  }
}

/** Runs `act` and gives the grown folder its name, or takes it away. */
export async function finishing<T>(
  growing: Growing,
  act: () => Promise<Result<T>>,
): Promise<Result<T>> {
  try {
    const done = await act();
    if (done.ok) growing.finish();
    return done;
  } finally {
    growing.abandon();
  }
}
