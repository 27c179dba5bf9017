// How the key of the log is replaced. A leaf carries a note that the old and the new key both sign (a C2SP
// signed note takes any number of signatures):
//
//   cloister/vlt_… succession        never the origin alone: no such note can pass for a checkpoint
//   812                              the leaf's own number
//   cloister/vlt_…+1a2b3c4d+AT…      the key that goes
//   cloister/vlt_…+5e6f7081+AT…      the key that comes
//
// From there on every head that covers this leaf is signed by the new key, and a head by the old one that
// claims to is no head of this log: a key that was stolen signs nothing new. Whoever trusts any key of the
// succession can follow it to the end.
import type { AuditRepository, LeafRow } from './auditRepository.ts';
import {
  openCheckpoint,
  openNote,
  parseCheckpoint,
  parseVerifierKey,
  type Checkpoint,
} from './checkpoint.ts';

/** The action of the leaf; what counts for a verifier is that a body holds a `succession` at all. */
export const SUCCESSION = 'audit.succession';

export interface Succession {
  /** Of the leaf. */
  readonly seq: number;
  /** Verifier keys, `name+hash+key`. */
  readonly from: string;
  readonly to: string;
  readonly note: string;
}

export const successionText = (
  origin: string,
  { seq, from, to }: Pick<Succession, 'seq' | 'from' | 'to'>,
): string => `${origin} succession\n${seq}\n${from}\n${to}\n`;

/** ASCII and the dash of signature lines: one spelling, the same for every reader. */
export const SUCCESSION_NOTE = /^[\n -~\u2014]{1,4000}$/u;

/** Undefined where the note is not signed by both, or is for another leaf, log or key. */
export function openSuccession(
  note: string,
  origin: string,
  from: string,
  seq?: number,
): Succession | undefined {
  const [, digits = '', , to = ''] = SUCCESSION_NOTE.test(note) ? note.split('\n') : [];
  if (!/^(0|[1-9]\d{0,14})$/.test(digits) || to === from) return undefined;
  const found: Succession = { seq: Number(digits), from, to, note };
  const text = successionText(origin, found);
  const holds =
    (seq === undefined || seq === found.seq) &&
    parseVerifierKey(to)?.name === origin &&
    note.startsWith(`${text}\n`) &&
    openNote(note, from) === text &&
    openNote(note, to) === text;
  return holds ? found : undefined;
}

/** Whose key the note says goes, vouched for by nobody yet. */
export const claimedFormerKey = (note: string): string | undefined => note.split('\n')[2];

/** The keys of a log in the order in which they signed. */
export interface LogKeys {
  readonly origin: string;
  readonly first: string;
  readonly current: string;
  readonly successions: readonly Succession[];
  /** The key that signs a statement made when the log held `size` leaves. */
  keyFor(size: number): string;
  /** Signature, form, origin, and that the key was the one in force at that size. */
  openHead(note: string): Checkpoint | undefined;
  /** The log's keys as somebody else knows them, who may have seen successions that this log has not. */
  extendedBy(notes: readonly string[]): LogKeys;
}

export function createLogKeys(
  origin: string,
  first: string,
  successions: readonly Succession[] = [],
): LogKeys {
  const current = successions.at(-1)?.to ?? first;
  const keyFor = (size: number): string =>
    successions.findLast(({ seq }) => seq < size)?.to ?? first;
  return {
    origin,
    first,
    current,
    successions,
    keyFor,
    openHead(note) {
      const claimed = parseCheckpoint(note.slice(0, note.lastIndexOf('\n\n') + 1));
      return claimed && openCheckpoint(note, origin, keyFor(claimed.size));
    },
    extendedBy(notes) {
      const known = [...successions];
      for (const note of notes) {
        const last = known.at(-1);
        const next = openSuccession(note, origin, last?.to ?? first);
        if (next && next.seq > (last?.seq ?? -1)) known.push(next);
      }
      return createLogKeys(origin, first, known);
    },
  };
}

/**
 * From the notes of the leaves, oldest first; `first` is the key that the log began with. Undefined where one
 * of them does not follow from the one before.
 */
export function followSuccessions(
  origin: string,
  first: string,
  leaves: readonly { readonly seq: number; readonly note: string }[],
): LogKeys | undefined {
  const followed: Succession[] = [];
  for (const { seq, note } of leaves) {
    const next = openSuccession(note, origin, followed.at(-1)?.to ?? first, seq);
    if (!next) return undefined;
    followed.push(next);
  }
  return createLogKeys(origin, first, followed);
}

/** Undefined where the leaf replaces no key. One that is no text is one nobody signed. */
export function successionIn({ body }: Pick<LeafRow, 'body'>): string | undefined {
  if (!body) return undefined;
  const leaf = JSON.parse(body.toString('utf8')) as { readonly succession?: unknown };
  if (!Object.hasOwn(leaf, 'succession')) return undefined;
  return typeof leaf.succession === 'string' ? leaf.succession : '';
}

/** The keys of a stored log; undefined where its successions do not end in the key that it holds. */
export function keysOfLog(
  repository: Pick<AuditRepository, 'ofAction'>,
  origin: string,
  current: string,
): LogKeys | undefined {
  try {
    const leaves = repository
      .ofAction(SUCCESSION)
      .map((row) => ({ seq: row.seq, note: successionIn(row) ?? '' }));
    const first = leaves[0] && claimedFormerKey(leaves[0].note);
    const keys = followSuccessions(origin, first ?? current, leaves);
    return keys?.current === current ? keys : undefined;
  } catch {
    return undefined; // A body that is no JSON.
  }
}
