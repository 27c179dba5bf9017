// One process at a time opens a vault, whoever's account it runs under. The lock itself is the operating
// system's (see `acquireFileLock`); the owner file only lets the other side say who it is. That file may
// outlive its writer, so it is believed only while the lock is held.
import { hostname } from 'node:os';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  fault,
  readFileIfThere,
  writeFileAtomic,
  type Clock,
  type Fault,
} from '../platform/index.ts';
import type { Instant } from '../../shared/kernel/time.ts';
import { acquireFileLock } from './driver.ts';

/** Who holds a vault open. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  readonly since: Instant;
}

export interface VaultLock {
  release(): void;
}

export const LOCK_FILE = 'vault.lock';
export const OWNER_FILE = 'owner.json';

/** Throws VAULT_IN_USE or NO_PERMISSION. */
export function acquireVaultLock(folder: string, clock: Clock): VaultLock {
  const lock = acquireFileLock(join(folder, LOCK_FILE));
  if (!lock) throw inUse(readOwner(folder));
  const owner: LockOwner = { pid: process.pid, host: hostname(), since: clock.now() };
  try {
    writeFileAtomic(join(folder, OWNER_FILE), JSON.stringify(owner));
  } catch (error) {
    lock.release();
    throw error;
  }
  return {
    release() {
      rmSync(join(folder, OWNER_FILE), { force: true });
      lock.release();
    },
  };
}

/** The owner while the vault is open somewhere. Takes and drops the lock to find out. */
export function vaultLockOwner(folder: string): LockOwner | undefined {
  if (!existsSync(join(folder, LOCK_FILE))) return undefined;
  try {
    const lock = acquireFileLock(join(folder, LOCK_FILE));
    lock?.release();
    return lock ? undefined : readOwner(folder);
  } catch {
    return undefined; // A medium that cannot be written cannot be held open either.
  }
}

const UNKNOWN: LockOwner = { pid: 0, host: '?', since: '1970-01-01T00:00:00.000Z' };

function readOwner(folder: string): LockOwner {
  try {
    const owner = JSON.parse(
      String(readFileIfThere(join(folder, OWNER_FILE))),
    ) as Partial<LockOwner>;
    return {
      pid: Number(owner.pid) || 0,
      host: String(owner.host ?? UNKNOWN.host),
      since: String(owner.since ?? UNKNOWN.since),
    };
  } catch {
    return UNKNOWN; // The other process is between taking the lock and signing for it.
  }
}

const inUse = (owner: LockOwner): Fault =>
  fault(
    'VAULT_IN_USE',
    `This vault is already open on ${owner.host} (process ${owner.pid}, since ${owner.since}). Nothing was changed. Close it there first.`,
    { pid: owner.pid, host: owner.host, since: owner.since },
    { retryable: true },
  );
