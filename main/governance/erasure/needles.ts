// What the proof of an erasure looks for. A needle must be a piece of the person that can stand nowhere
// else for another reason: a phrase of a form letter or a name that also occurs in a neighbor's note would
// make an honest erasure fail. Candidates are therefore compared, before anything is deleted, with all
// that stays; what is found there is dropped and counted.
//
// Candidates: identifiers, file names, values found by de-identification, and stretches of 24 bytes spread
// over every text (long enough to be rare, short enough to survive being torn over two pages).
import { createFinder, needleForms } from '../../store/index.ts';

export interface NeedleSources {
  /** Record numbers, names of files, findings. */
  readonly names: readonly string[];
  readonly texts: readonly string[];
  /** Byte strings that are the person's alone by construction: the key of the pseudonym. */
  readonly keys: readonly Uint8Array[];
}

export interface Needles {
  readonly forms: readonly Buffer[];
  /** Pieces looked for, each in several forms. */
  readonly count: number;
  /** Candidates that others share. */
  readonly shared: number;
  /** Names too short to be told from chance. */
  readonly tooShort: number;
}

/** Shorter pieces occur in hashes, ids and sealed files by chance. */
const SHORTEST_NAME = 6;
const SHINGLE = 24;
const SHINGLES_PER_TEXT = 24;
/** Runs of dashes and tables of blanks are the same in every note. */
const LEAST_DISTINCT = 8;

const byteLength = (text: string): number => Buffer.byteLength(text, 'utf8');

/** Stretches of at least 24 bytes, evenly spread, never cutting a code point. */
export function shinglesOf(text: string, count = SHINGLES_PER_TEXT): string[] {
  if (byteLength(text) <= SHINGLE) {
    return byteLength(text) >= SHORTEST_NAME && distinct(text) >= 4 ? [text] : [];
  }
  const points = [...text];
  const found: string[] = [];
  const stride = Math.max(1, points.length / count);
  for (let step = 0; step < count; step += 1) {
    let piece = '';
    for (let at = Math.floor(step * stride); at < points.length; at += 1) {
      piece += points[at] as string;
      if (byteLength(piece) >= SHINGLE) break;
    }
    if (byteLength(piece) >= SHINGLE && distinct(piece) >= LEAST_DISTINCT) found.push(piece);
  }
  return [...new Set(found)];
}

const distinct = (text: string): number => new Set(Buffer.from(text, 'utf8')).size;

interface Form {
  readonly bytes: Buffer;
  readonly candidate: number;
}

/** Building a search anew pays when a tenth of what it looks for has gone. */
const WORTH_ANEW = 0.9;
const PIECE = 2 ** 20;
/** A noncharacter (Unicode 3.4, D14): nothing anybody wrote is found across two texts. */
const BETWEEN = '\uffff';

/** Many short texts as few long buffers: a search has a cost of its own per piece. */
function* piecesOf(texts: Iterable<string>): Iterable<Buffer> {
  let gathered: string[] = [];
  let length = 0;
  for (const text of texts) {
    gathered.push(text);
    length += text.length;
    if (length < PIECE) continue;
    yield Buffer.from(gathered.join(BETWEEN) + BETWEEN, 'utf8');
    gathered = [];
    length = 0;
  }
  yield Buffer.from(gathered.join(BETWEEN), 'utf8');
}

/**
 * @param staying everything that is not the person's and stays, piece by piece; read once.
 */
export function chooseNeedles(
  { names, texts, keys }: NeedleSources,
  staying: Iterable<string>,
): Needles {
  const cleanNames = [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))];
  const longEnough = cleanNames.filter((name) => byteLength(name) >= SHORTEST_NAME);
  const candidates = [...new Set([...longEnough, ...texts.flatMap((text) => shinglesOf(text))])];

  const forms: readonly Form[] = candidates.flatMap((text, candidate) =>
    needleForms(text).map((bytes) => ({ bytes, candidate })),
  );
  const shared = new Set<number>();
  const isOwn = ({ candidate }: Form): boolean => !shared.has(candidate);
  let sought = forms;
  let find = sought.length > 0 ? createFinder(sought.map(({ bytes }) => bytes)) : undefined;
  for (const piece of piecesOf(staying)) {
    if (!find) break;
    find([piece], (index) => {
      const form = sought[index];
      if (form) shared.add(form.candidate);
    });
    // Phrases that every note holds go out with the first notes, not at each of them.
    const left = sought.filter(isOwn);
    if (left.length > sought.length * WORTH_ANEW) continue;
    sought = left;
    find = sought.length > 0 ? createFinder(sought.map(({ bytes }) => bytes)) : undefined;
  }
  const own = forms.filter(isOwn).map(({ bytes }) => bytes);
  return {
    forms: [...own, ...keys.map((key) => Buffer.from(key))],
    count: candidates.length - shared.size + keys.length,
    shared: shared.size,
    tooShort: cleanNames.length - longEnough.length,
  };
}
