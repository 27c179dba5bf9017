// Where the newest head is kept outside the database: in a file beside it, and where the machine has a key
// store, in that too. The file finds a database that was put back; the key store also finds a folder that was
// put back whole, database, file and all. An anchor carries the successions of the log's key, so that a log
// older than a new key still understands the head that this key signed.
import type { Instant } from '../../../shared/kernel/time.ts';
import type { KeyStore } from '../../platform/index.ts';

export const ANCHOR_FILE = 'head.json';

export interface Anchor {
  /** The signed head; of an unreadable file a note nobody signed. */
  readonly note: string;
  /** Notes of `succession.ts`, oldest first. */
  readonly successions: readonly string[];
}

export const anchorText = (head: {
  readonly checkpoint: string;
  readonly verifierKey: string;
  readonly at: Instant;
  readonly successions: readonly string[];
}): string => {
  const { checkpoint, verifierKey, at, successions } = head;
  const kept = { checkpoint, verifierKey, at, ...(successions.length > 0 && { successions }) };
  return `${JSON.stringify(kept, undefined, 1)}\n`;
};

export function readAnchor(bytes: Uint8Array | string | undefined): Anchor | undefined {
  if (bytes === undefined) return undefined;
  try {
    const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8');
    const file = JSON.parse(text) as { checkpoint?: unknown; successions?: unknown };
    const successions = Array.isArray(file.successions) ? file.successions : [];
    return {
      note: String(file.checkpoint),
      successions: successions.filter((each) => typeof each === 'string'),
    };
  } catch {
    return { note: '', successions: [] };
  }
}

/** The anchor's note; an unreadable file counts as a note nobody signed. */
export const noteInAnchor = (bytes: Uint8Array | undefined): string | undefined =>
  readAnchor(bytes)?.note;

/**
 * Heads of one vault in the key store, one per lineage: a restored copy is a smaller log by right, and says
 * so in a leaf that nobody can write without the key. The lineage is the hash of the newest such leaf, so a
 * restore raises no alarm and hides none: what was put back without a restore is still of its own lineage.
 */
export interface KeptHeads {
  read(lineage: string): string | undefined;
  /** At once for `read`; in the key store a little later. */
  write(lineage: string, anchor: string): void;
  /** When what was written has arrived, or after a few seconds without an answer. */
  settled(): Promise<void>;
}

const MOST_LINEAGES = 8;
const PATIENCE_MS = 3_000;

/** Undefined where there is no key store to ask: nothing is known then, and nothing is overwritten later. */
export async function loadKeptHeads(
  keyStore: KeyStore,
  vaultId: string,
): Promise<KeptHeads | undefined> {
  const name = `anchor.${vaultId}`;
  if (!(await keyStore.state()).usable) return undefined;
  let heads = headsIn(await keyStore.get(name));
  let writing: Promise<unknown> = Promise.resolve();
  return {
    read: (lineage) => heads.get(lineage),
    write(lineage, anchor) {
      if (heads.get(lineage) === anchor) return;
      heads.delete(lineage); // The newest stands last.
      heads.set(lineage, anchor);
      heads = new Map([...heads].slice(-MOST_LINEAGES));
      const value = JSON.stringify({ v: 1, heads: [...heads] });
      writing = writing.then(() => keyStore.set(name, value)).catch(() => undefined);
    },
    async settled() {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise((resolve) => {
        timer = setTimeout(resolve, PATIENCE_MS);
      });
      await Promise.race([writing, patience]);
      clearTimeout(timer);
    },
  };
}

function headsIn(value: string | undefined): Map<string, string> {
  try {
    const { heads } = JSON.parse(value ?? '') as { readonly heads: readonly unknown[] };
    return new Map(
      heads.filter(
        (pair): pair is [string, string] =>
          Array.isArray(pair) &&
          pair.length === 2 &&
          pair.every((each) => typeof each === 'string'),
      ),
    );
  } catch {
    return new Map();
  }
}
