// A consistent view of the encrypted file while work goes on. SQLite's backup interface refuses targets
// whose key is not set, so the file itself is copied: after a checkpoint the log is empty, and a reader
// that starts then reads the database file alone and thereby forbids every checkpoint to touch it (SQLite,
// walformat: WAL_READ_LOCK(0)). Writers go on in the log; the file stands still until the reader ends and
// can be copied piece by piece, the pages' authentication tags included.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fault } from '../platform/index.ts';
import { guarded, type Handle } from './driver.ts';
import type { Snapshot } from './faces.ts';
import type { SealedId } from './sealed.ts';

export interface SnapshotsDeps {
  readonly path: string;
  /** A second, read-only handle. */
  readonly open: () => Handle;
  readonly inTransaction: () => boolean;
  readonly truncateLog: () => void;
}

export interface Snapshots {
  /** Throws CONFLICT while another is held. */
  take(): Snapshot;
  /** Ends it: an erasure and a change of key must not wait for a copy. */
  revoke(): void;
  /** Runs `act` at once, or when the snapshot has ended. */
  whenReleased(act: () => void): void;
  close(): void;
}

export function createSnapshots({
  path,
  open,
  inTransaction,
  truncateLog,
}: SnapshotsDeps): Snapshots {
  let reader: Handle | undefined;
  let turn = 0;
  let waiting: (() => void)[] = [];
  // Opened once and kept: closing any descriptor of the file drops the locks of this process on POSIX.
  let descriptor: number | undefined;

  function end(): void {
    reader?.close();
    reader = undefined;
    turn += 1;
    const due = waiting;
    waiting = [];
    for (const act of due) act();
  }

  function take(): Snapshot {
    if (inTransaction()) throw new Error('A snapshot is taken between transactions');
    if (reader) throw busy();
    truncateLog();
    const handle = guarded(open);
    try {
      handle.exec('BEGIN');
      const rows = guarded(() => handle.prepare('SELECT id FROM sealed_files ORDER BY id').all());
      descriptor ??= openSync(path, 'r');
      const file = descriptor;
      const { size } = fstatSync(file);
      const mine = turn;
      reader = handle;
      return {
        size,
        sealed: (rows as { readonly id: SealedId }[]).map(({ id }) => id),
        read(offset, length) {
          if (mine !== turn) throw overtaken();
          const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - offset)));
          for (let at = 0; at < bytes.length;) {
            const read = readSync(file, bytes, at, bytes.length - at, offset + at);
            if (read === 0) throw new Error('The database became shorter under a snapshot');
            at += read;
          }
          return bytes;
        },
        assertHeld() {
          if (mine !== turn) throw overtaken();
        },
        release() {
          if (mine === turn) end();
        },
      };
    } catch (error) {
      if (!reader) handle.close();
      throw error;
    }
  }

  return {
    take,
    revoke() {
      if (reader) end();
    },
    whenReleased(act) {
      if (reader) waiting.push(act);
      else act();
    },
    close() {
      if (reader) end();
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

const busy = () =>
  fault(
    'CONFLICT',
    'A backup is being made already. Nothing was changed. Wait until it has ended.',
    {},
    { retryable: true },
  );

const overtaken = () =>
  fault(
    'CONFLICT',
    'An erasure or a change of key began while the backup was being made, and comes first. The unfinished backup was removed; earlier backups are unharmed. Make it again.',
    {},
    { retryable: true },
  );
