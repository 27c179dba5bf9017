// Proof of erasure looks at bytes: the database's pages in clear (free pages included), every file of the
// vault, and the folders where a leak would land. A hit is a fact; so is a file that could not be read.
import { closeSync, fstatSync, openSync, readSync, readdirSync, type Dirent } from 'node:fs';
import { basename, join } from 'node:path';
import type { Store } from './faces.ts';

export interface ScanReport {
  readonly bytesScanned: number;
  /** Files read, beside the database image. */
  readonly files: number;
  readonly needles: number;
  readonly hits: readonly ScanHit[];
  /** Base names of files that are there but could not be read: nothing is proven about them. */
  readonly unread: readonly string[];
}

export interface ScanHit {
  /** `image` for the database's pages in clear, else the file's base name. */
  readonly where: string;
  readonly needleIndex: number;
  /** Bytes from the start of that file or image. */
  readonly offset: number;
}

const PIECE = 1 << 24;
const MOST_HITS = 1_000; // Enough to see a pattern; the answer is "not erased" from the first one on.

/** Throws nothing for a hit: the caller must look at `hits` and `unread`. Needles may not be empty. */
export function scanForNeedles(
  store: Store,
  needles: readonly Uint8Array[],
  extraFolders: readonly string[] = [],
): ScanReport {
  const find = createFinder(needles);
  const hits: ScanHit[] = [];
  const unread: string[] = [];
  let bytesScanned = 0;
  let files = 0;

  const scan = (where: string, pieces: Iterable<Buffer>): void => {
    bytesScanned += find(pieces, (needleIndex, offset) => {
      if (hits.length < MOST_HITS) hits.push({ where, needleIndex, offset });
    });
  };

  scan('image', store.image());
  const outside = extraFolders.flatMap((folder) => [...filesBelow(folder, unread)]);
  for (const path of new Set([...store.files(), ...outside])) {
    try {
      scan(basename(path), piecesOf(path));
      files += 1;
    } catch (error) {
      // Temporary files come and go while the scan runs; a vanished file holds nothing.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') unread.push(basename(path));
    }
  }
  return { bytesScanned, files, needles: needles.length, hits, unread };
}

/**
 * The forms in which a text may survive: as stored, as UTF-16, inside JSON, lower-cased, folded as the
 * full-text index folds its terms (unicode61: lower case, marks removed), and inside base64, where it looks
 * different at each of three places.
 */
export function needleForms(text: string): Buffer[] {
  const folded = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const spellings = new Set([
    text,
    JSON.stringify(text).slice(1, -1),
    text.toLowerCase(),
    folded,
    folded.normalize('NFC'),
  ]);
  return [
    ...[...spellings].map((spelling) => Buffer.from(spelling, 'utf8')),
    Buffer.from(text, 'utf16le'),
    Buffer.from(text, 'utf16le').swap16(),
    ...base64Forms(Buffer.from(text, 'utf8')),
  ].filter((form) => form.length > 0);
}

/** Fewer letters of base64 occur by chance. */
const SHORTEST_BASE64 = 10;

/** The letters that no neighboring byte has a part in, for each place within a group of three bytes. */
function base64Forms(bytes: Buffer): Buffer[] {
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    const from = Math.ceil((before * 8) / 6);
    const letters = whole.toString('base64').slice(from, Math.floor((whole.length * 8) / 6));
    return letters.length < SHORTEST_BASE64 ? [] : [Buffer.from(letters, 'latin1')];
  });
}

/** Searches the concatenation of the pieces; returns the number of bytes seen. */
export type Finder = (
  pieces: Iterable<Buffer>,
  report: (needleIndex: number, offset: number) => void,
) => number;

type Report = Parameters<Finder>[1];
const GRAM = 4;
const FILTER_BITS = 20;
const MOST_STRIDE = 8;

/**
 * Thousands of needles in one pass. A needle of n bytes covers n - 3 grams of four bytes, so looking at
 * every k-th place finds it if its first k grams are known and k <= n - 3. A bitmap over the hashes of
 * those grams lets almost every place go by with one look-up; the rest is compared. Needles may straddle
 * pieces.
 */
export function createFinder(needles: readonly Uint8Array[]): Finder {
  const bytes = needles.map((needle) => Buffer.from(needle));
  const indices = [...bytes.keys()];
  const lengthOf = (index: number): number => (bytes[index] as Buffer).length;
  if (indices.some((index) => lengthOf(index) === 0)) {
    throw new RangeError('An empty needle is found everywhere');
  }
  const longest = indices.reduce((most, index) => Math.max(most, lengthOf(index)), 0);
  const short = indices.filter((index) => lengthOf(index) < GRAM);
  const long = indices.filter((index) => lengthOf(index) >= GRAM);
  const stride = long.reduce(
    (least, index) => Math.min(least, lengthOf(index) - GRAM + 1),
    MOST_STRIDE,
  );
  const filter = new Uint8Array(1 << FILTER_BITS);
  const places = new Map<number, { readonly index: number; readonly shift: number }[]>();
  for (const index of long) {
    for (let shift = 0; shift < stride; shift += 1) {
      const gram = (bytes[index] as Buffer).readInt32BE(shift);
      filter[slot(gram)] = 1;
      const known = places.get(gram);
      if (known) known.push({ index, shift });
      else places.set(gram, [{ index, shift }]);
    }
  }

  function searchLong(window: Buffer, from: number, report: Report): void {
    if (long.length === 0) return;
    const last = window.length - GRAM;
    for (let at = 0; at <= last; at += stride) {
      const gram =
        ((window[at] as number) << 24) |
        ((window[at + 1] as number) << 16) |
        ((window[at + 2] as number) << 8) |
        (window[at + 3] as number);
      if (filter[slot(gram)] === 0) continue;
      for (const { index, shift } of places.get(gram) ?? []) {
        const needle = bytes[index] as Buffer;
        const start = at - shift;
        const end = start + needle.length;
        if (start < 0 || end <= from || end > window.length) continue;
        if (window[end - 1] !== needle[needle.length - 1]) continue;
        if (window.compare(needle, 0, needle.length, start, end) === 0) report(index, start);
      }
    }
  }

  function searchShort(window: Buffer, from: number, report: Report): void {
    for (const index of short) {
      const needle = bytes[index] as Buffer;
      for (let at = window.indexOf(needle); at >= 0; at = window.indexOf(needle, at + 1)) {
        if (at + needle.length > from) report(index, at);
      }
    }
  }

  return (pieces, report) => {
    let carried: Buffer = Buffer.alloc(0);
    let seen = 0;
    for (const piece of pieces) {
      const window = carried.length > 0 ? Buffer.concat([carried, piece]) : piece;
      const base = seen - carried.length;
      // What ends inside the carried part was reported with the piece before.
      const shifted: Report = (index, at) => report(index, base + at);
      searchLong(window, carried.length, shifted);
      searchShort(window, carried.length, shifted);
      seen += piece.length;
      carried = Buffer.from(window.subarray(Math.max(0, window.length - (longest - 1))));
    }
    return seen;
  };
}

const slot = (gram: number): number => Math.imul(gram, 0x9e3779b1) >>> (32 - FILTER_BITS);

function* piecesOf(path: string): Iterable<Buffer> {
  const descriptor = openSync(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(Math.min(PIECE, Math.max(GRAM, fstatSync(descriptor).size)));
    for (;;) {
      const length = readSync(descriptor, piece, 0, piece.length, null);
      if (length === 0) return;
      yield piece.subarray(0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Regular files; links are not followed, pipes and sockets hold no bytes at rest. */
function* filesBelow(folder: string, unread: string[]): Iterable<string> {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') unread.push(basename(folder));
    return;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path, unread);
    else if (entry.isFile()) yield path;
  }
}
