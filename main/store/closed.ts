// What the database was when the vault was last closed. Authenticated encryption finds a page that somebody
// made up, but takes an older page of the same file for genuine, and an older write-ahead log, too. So a clean
// close leaves the hash of the file beside it, under a MAC of the database key, and the next opening compares.
// A crash leaves none: then nothing is known, and only the audit log and its anchors speak.
import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readFileIfThere, syncFolder, writeFileAtomic } from '../platform/index.ts';
import { DATABASE_FILE } from './driver.ts';
import type { SinceClosed } from './faces.ts';

export const CLOSED_FILE = 'closed.json';

const Note = z.strictObject({
  v: z.literal(1),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  mac: z.base64().max(100),
});
type Note = z.infer<typeof Note>;

/** Looked at before anything opens the database: opening may already write to it. */
export interface FoundClosed {
  /** Once the key is known. */
  judge(vaultId: string, key: Uint8Array): SinceClosed;
}

export function findClosed(folder: string): FoundClosed {
  const note = readNote(folder);
  if (!note) return { judge: () => 'unknown' };
  const now = fingerprint(folder);
  const leftover = statSync(join(folder, `${DATABASE_FILE}-wal`), { throwIfNoEntry: false });
  return {
    judge(vaultId, key) {
      if (!isGenuine(note, vaultId, key)) return 'unknown';
      const same = now.bytes === note.bytes && now.sha256 === note.sha256;
      // A clean close leaves no write-ahead log: one that is there now came from somewhere else.
      return same && !leftover?.size ? 'same' : 'changed';
    },
  };
}

/** The vault is in use from here on; what happens to it without a clean close is not vouched for. */
export function forgetClosed(folder: string): void {
  if (!existsSync(join(folder, CLOSED_FILE))) return;
  rmSync(join(folder, CLOSED_FILE), { force: true });
  syncFolder(folder); // Or a power cut brings it back beside a file that has changed since.
}

/** After the database is closed. A medium that takes no more bytes is no reason to fail. */
export function noteClosed(folder: string, vaultId: string, key: Uint8Array): void {
  const wal = statSync(join(folder, `${DATABASE_FILE}-wal`), { throwIfNoEntry: false });
  if (wal?.size) return; // Some commits are still in it: the file alone is not the vault.
  const now = fingerprint(folder);
  const mac = macOf(now, vaultId, key).toString('base64');
  const note: Note = { v: 1, ...now, mac };
  writeFileAtomic(join(folder, CLOSED_FILE), `${JSON.stringify(note)}\n`);
}

function readNote(folder: string): Note | undefined {
  try {
    const bytes = readFileIfThere(join(folder, CLOSED_FILE));
    return bytes && Note.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
}

const PIECE = 1 << 20;

function fingerprint(folder: string): { readonly bytes: number; readonly sha256: string } {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(PIECE);
  const descriptor = openSync(join(folder, DATABASE_FILE), 'r');
  let bytes = 0;
  try {
    for (;;) {
      const length = readSync(descriptor, piece, 0, PIECE, null);
      if (length === 0) break;
      hash.update(piece.subarray(0, length));
      bytes += length;
    }
  } finally {
    closeSync(descriptor);
  }
  return { bytes, sha256: hash.digest('hex') };
}

const isGenuine = (note: Note, vaultId: string, key: Uint8Array): boolean => {
  const given = Buffer.from(note.mac, 'base64');
  const expected = macOf(note, vaultId, key);
  return given.length === expected.length && timingSafeEqual(given, expected);
};

function macOf(
  { bytes, sha256 }: Pick<Note, 'bytes' | 'sha256'>,
  vaultId: string,
  key: Uint8Array,
): Buffer {
  const macKey = Buffer.from(hkdfSync('sha256', key, vaultId, 'cloister closed file v1', 32));
  const mac = createHmac('sha256', macKey).update(`${bytes}\n${sha256}\n`).digest();
  macKey.fill(0);
  return mac;
}
