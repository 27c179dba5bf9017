// Which erasures a backup does not know of. The list lies beside the database (erasures.json) and is signed
// together with every head of the audit log, so that a restore can tell a complete list from an old one:
// a list signed at log size n names every erasure ordered before leaf n. It holds keyed pseudonyms only,
// which mean something in a copy of this vault and nowhere else.
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../platform/index.ts';
import { openNote, type AuditLog, type LogKeys } from '../audit/index.ts';
import type { RoomContext } from '../context.ts';

export const ERASURES_FILE = 'erasures.json';

export interface ErasureEntry {
  readonly orderId: string;
  readonly at: string;
  /** The person's pseudonym, hex. */
  readonly subjectRef: string;
  /** Keyed hashes of the identifiers under which the person may not come back, hex. */
  readonly identifiers: readonly string[];
  /** What stayed on a ground, in lines of codes and ids; missing where everything went. */
  readonly keep?: readonly string[];
}

export interface KnownErasures {
  /** Of the audit log, when the list was signed. */
  readonly logSize: number;
  readonly entries: readonly ErasureEntry[];
}

interface JournalFile {
  readonly note: string;
  readonly entries: readonly ErasureEntry[];
}

export interface ErasureJournal {
  /** Everything ordered in this vault, and what an earlier life of it handed on. Oldest first. */
  entries(): readonly ErasureEntry[];
  /** Writes the list beside the database. Done with every signed head. */
  keep(): void;
  /** The entries of a list from elsewhere are kept from now on. */
  adopt(known: KnownErasures): void;
}

type JournalContext = Pick<RoomContext, 'store'> & {
  readonly audit: Pick<AuditLog, 'origin' | 'keys' | 'signNote' | 'size'>;
};

export function createErasureJournal({ store, audit }: JournalContext): ErasureJournal {
  const sidecar = store.sidecar(ERASURES_FILE);
  const orders = store.db.prepare<{
    orderId: string;
    at: string;
    ref: Buffer;
    keep: string | null;
  }>(
    `SELECT json_extract(e.body, '$.orderId') AS orderId, e.at, r.subject_ref AS ref, json_extract(e.body, '$.keep') AS keep
     FROM request_event e JOIN request r ON r.id = e.request_id WHERE e.type = 'ordered' ORDER BY e.seq`,
  );
  const identifiers = store.db.prepare<{ hmac: Buffer }>(
    'SELECT hmac FROM erased_identifier WHERE order_id = ? ORDER BY hmac',
  );
  let carried: readonly ErasureEntry[] = [];

  function entries(): readonly ErasureEntry[] {
    const own = orders.all().map(({ orderId, at, ref, keep }): ErasureEntry => ({
      orderId,
      at,
      subjectRef: ref.toString('hex'),
      identifiers: identifiers.all([orderId]).map(({ hmac }) => hmac.toString('hex')),
      ...(keep !== null && { keep: JSON.parse(keep) as string[] }),
    }));
    const before = readJournal(sidecar.read(), audit.keys())?.entries ?? [];
    return merged([...before, ...carried], own);
  }

  return {
    entries,
    keep() {
      const all = entries();
      const note = audit.signNote(journalText(audit.origin, audit.size(), all));
      const file: JournalFile = { note, entries: all };
      sidecar.write(`${JSON.stringify(file, undefined, 1)}\n`);
      carried = [];
    },
    adopt(known) {
      carried = merged(carried, known.entries);
    },
  };
}

/** Undefined for anything but a list that the log's key of its day signed. */
export function readJournal(
  bytes: Uint8Array | undefined,
  { origin, keyFor }: Pick<LogKeys, 'origin' | 'keyFor'>,
): KnownErasures | undefined {
  if (!bytes) return undefined;
  try {
    const { note, entries } = JSON.parse(Buffer.from(bytes).toString('utf8')) as JournalFile;
    const logSize = Number(note.split('\n')[1]);
    if (!Number.isSafeInteger(logSize)) return undefined;
    const text = openNote(note, keyFor(logSize));
    return text === journalText(origin, logSize, entries) ? { logSize, entries } : undefined;
  } catch {
    return undefined;
  }
}

/** Its first line differs from that of a checkpoint: neither signature can pass for the other. */
function journalText(origin: string, logSize: number, entries: readonly ErasureEntry[]): string {
  const plain = entries.map(({ orderId, at, subjectRef, identifiers, keep }) => ({
    orderId,
    at,
    subjectRef,
    identifiers: [...identifiers],
    ...(keep !== undefined && { keep: [...keep] }),
  }));
  const hash = createHash('sha256').update(canonicalJson(plain)).digest('base64');
  return `${origin}/erasures\n${logSize}\n${entries.length}\n${hash}\n`;
}

/** One entry per order; the later one knows more identifiers. */
function merged(
  first: readonly ErasureEntry[],
  second: readonly ErasureEntry[],
): readonly ErasureEntry[] {
  return [...new Map([...first, ...second].map((entry) => [entry.orderId, entry])).values()].sort(
    (a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0),
  );
}
