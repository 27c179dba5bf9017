// The one file that proves everything: every leaf, the signed heads, the key they are signed with. Its
// format is fixed in resources/verifier/README.md, where a verifier lies that shares no code with this one;
// a test holds both to the same verdict. Each line has exactly one spelling, so that nothing can be read in
// two ways.
import type { AuditRepository } from './auditRepository.ts';
import { parseVerifierKey } from './checkpoint.ts';
import { createCompactRange, leafHash } from './merkle.ts';
import { followSuccessions } from './succession.ts';

const PAGE = 2_000;

/**
 * Lines with their ends. `verifierKey`: the one the log began with; leaves say what came after it.
 * `checkpoints`: signed notes, the last one covers all `size` leaves.
 */
export function* exportLines(log: {
  readonly repository: Pick<AuditRepository, 'leaves'>;
  readonly origin: string;
  readonly verifierKey: string;
  readonly size: number;
  readonly checkpoints: readonly string[];
}): Generator<string> {
  const { repository, origin, verifierKey, size } = log;
  yield `{"format":"cloister-audit","version":1,"origin":"${origin}","verifierKey":"${verifierKey}","size":${size}}\n`;
  for (let from = 0; from < size; from += PAGE) {
    const rows = repository.leaves(from, Math.min(PAGE, size - from));
    yield rows
      .map(({ body, leaf_hash }) =>
        body
          ? `{"leaf":"${body.toString('base64')}"}\n`
          : `{"hash":"${leaf_hash.toString('hex')}"}\n`,
      )
      .join('');
  }
  for (const note of log.checkpoints) {
    yield `{"checkpoint":"${Buffer.from(note, 'utf8').toString('base64')}"}\n`;
  }
  yield `{"end":${size}}\n`;
}

/**
 * `format`: a line is not as it should be. `leaf`: a body does not carry its number. `key`: the key named is
 * malformed or of another log. `succession`: a leaf replaces the key, and the old and the new one did not
 * sign that. `trust`: the key that was noted down never signed here. `signature`: a head is not genuine, or
 * not of the key of its day. `root`: the leaves do not give a head. `anchor`: the log does not continue a
 * head kept elsewhere.
 */
export type ExportFlaw =
  'format' | 'leaf' | 'key' | 'succession' | 'trust' | 'signature' | 'root' | 'anchor';

export interface ExportVerdict {
  readonly flaw: ExportFlaw | undefined;
  /** Where, in words; empty where there is no flaw. */
  readonly where: string;
  readonly origin: string;
  /** The key that the log began with. */
  readonly verifierKey: string;
  /** The key that signs it now; empty where there is a flaw before it is known. */
  readonly currentKey: string;
  readonly leaves: number;
  /** Leaves whose body retention removed. */
  readonly pruned: number;
  /** Hex; empty where there is a flaw. */
  readonly root: string;
}

export interface ExportTrust {
  /** Any key of this log as noted on paper. Without it the file is only consistent with itself. */
  readonly verifierKey?: string;
  /** Contents of anchor files. */
  readonly anchors?: readonly Uint8Array[];
}

class Flaw extends Error {
  readonly flaw: ExportFlaw;
  constructor(flaw: ExportFlaw, where: string) {
    super(where);
    this.flaw = flaw;
  }
}

const HEADER =
  /^\{"format":"cloister-audit","version":1,"origin":"([!#-[\]-~]{1,200})","verifierKey":"([!#-[\]-~]{1,400})","size":(0|[1-9][0-9]{0,14})\}$/;
const LEAF = /^\{"leaf":"([A-Za-z0-9+/]*={0,2})"\}$/;
const PRUNED = /^\{"hash":"([0-9a-f]{64})"\}$/;
const CHECKPOINT = /^\{"checkpoint":"([A-Za-z0-9+/]*={0,2})"\}$/;

/** Reads the file in pieces, once. */
export async function verifyExport(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  trust: ExportTrust = {},
): Promise<ExportVerdict> {
  const facts: Facts = { origin: '', verifierKey: '', currentKey: '', leaves: 0, pruned: 0 };
  try {
    const root = await judge(pieces, trust, facts);
    return { ...facts, flaw: undefined, where: '', root: root.toString('hex') };
  } catch (error) {
    if (!(error instanceof Flaw)) throw error;
    return { ...facts, flaw: error.flaw, where: error.message, root: '' };
  }
}

interface Facts {
  origin: string;
  verifierKey: string;
  currentKey: string;
  leaves: number;
  pruned: number;
}

async function judge(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { verifierKey, anchors = [] }: ExportTrust,
  facts: Facts,
): Promise<Buffer> {
  const lines = linesOf(pieces);
  const next = async (what: string): Promise<string> => {
    const line = await lines.next();
    if (line.done) throw new Flaw('format', `the file ends before ${what}`);
    return line.value;
  };
  const [, origin, keyText, digits] = HEADER.exec(await next('its first line')) ?? [];
  if (origin === undefined || keyText === undefined) {
    throw new Flaw('format', 'line 1 is not the header of an audit file');
  }
  const size = Number(digits);
  facts.origin = origin;
  facts.verifierKey = keyText;

  // Which roots will be asked for is known only at the end: the anchors' sizes are read first.
  const kept = anchors.map((bytes) => notesIn(bytes));
  const sizes = new Set(kept.flat().map(declaredSize));
  const roots = new Map<number, Buffer>();
  const range = createCompactRange();
  const trail: Buffer[] = [];
  const successions: { readonly seq: number; readonly note: string }[] = [];
  if (sizes.has(0)) roots.set(0, range.root());
  for (let index = 0; index < size; index += 1) {
    const { hash, succession } = leafOf(await next(`leaf ${index}`), index, facts);
    if (succession !== undefined) successions.push({ seq: index, note: succession });
    range.append(hash);
    trail.push(hash);
    facts.leaves += 1;
    if (sizes.has(index + 1)) roots.set(index + 1, range.root());
  }
  const notes: string[] = [];
  let line = await next('a signed head');
  for (;;) {
    const bytes = strictBase64(CHECKPOINT.exec(line)?.[1]);
    if (!bytes) break;
    notes.push(utf8(bytes) ?? '');
    line = await next('its end');
  }
  if (notes.length === 0 || line !== `{"end":${size}}`) {
    throw new Flaw('format', 'the signed heads or the end are not as they should be');
  }
  const after = await lines.next();
  if (!after.done) throw new Flaw('format', 'something follows the end');

  const key = parseVerifierKey(keyText);
  if (!key || key.name !== origin) {
    throw new Flaw('key', 'the key named in the file is malformed or not of this log');
  }
  const keys = followSuccessions(origin, keyText, successions);
  if (!keys) throw new Flaw('succession', 'a new key of the log is not signed as it should be');
  facts.currentKey = keys.current;
  const chain = [keys.first, ...keys.successions.map(({ to }) => to)];
  if (verifierKey !== undefined && !chain.includes(verifierKey.trim())) {
    throw new Flaw('trust', 'the file is signed by another key than the one you trust');
  }
  const heads = notes.map((note, at) => {
    const head = keys.openHead(note);
    if (!head) throw new Flaw('signature', `signed head ${at + 1} is not genuine`);
    return head;
  });
  const keptHeads = kept.flatMap((found) => {
    if (found.length === 0) throw new Flaw('anchor', 'an anchor file holds no signed head');
    return found.map((note) => {
      const head = keys.openHead(note);
      if (!head) throw new Flaw('anchor', 'an anchor is not a genuine head of this log');
      return head;
    });
  });
  const missing = heads.map((head) => head.size).filter((each) => !roots.has(each));
  addRoots(roots, trail, new Set(missing));
  for (const head of heads) {
    if (roots.get(head.size)?.equals(head.root) !== true) {
      throw new Flaw('root', `the leaves do not give the head of ${head.size} leaves`);
    }
  }
  const last = heads.at(-1);
  if (last?.size !== size) throw new Flaw('root', 'the last head does not cover every leaf');
  for (const head of keptHeads) {
    if (roots.get(head.size)?.equals(head.root) !== true) {
      throw new Flaw('anchor', `the log is no continuation of an anchor of ${head.size} leaves`);
    }
  }
  return last.root;
}

function leafOf(
  line: string,
  index: number,
  facts: Facts,
): { readonly hash: Buffer; readonly succession: string | undefined } {
  const body = strictBase64(LEAF.exec(line)?.[1]);
  if (body) return { hash: leafHash(body), succession: successionOf(body, index) };
  const hex = PRUNED.exec(line)?.[1];
  if (hex === undefined) throw new Flaw('format', `line ${index + 2} is not a leaf`);
  facts.pruned += 1;
  return { hash: Buffer.from(hex, 'hex'), succession: undefined };
}

/** The body must carry its number. A succession that is no text is one nobody signed. */
function successionOf(body: Buffer, index: number): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(utf8(body) ?? '');
  } catch {
    throw new Flaw('leaf', `leaf ${index} is not readable`);
  }
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  if (!isObject || (parsed as { readonly seq?: unknown }).seq !== index) {
    throw new Flaw('leaf', `leaf ${index} does not carry its number`);
  }
  if (!Object.hasOwn(parsed as object, 'succession')) return undefined;
  const { succession } = parsed as { readonly succession?: unknown };
  return typeof succession === 'string' ? succession : '';
}

function addRoots(
  roots: Map<number, Buffer>,
  hashes: readonly Buffer[],
  sizes: ReadonlySet<number>,
): void {
  if (sizes.size === 0) return;
  const range = createCompactRange();
  if (sizes.has(0)) roots.set(0, range.root());
  hashes.forEach((hash, index) => {
    range.append(hash);
    if (sizes.has(index + 1)) roots.set(index + 1, range.root());
  });
}

/** Only what ends with a line feed is a line; an unfinished last one is refused. */
async function* linesOf(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<string> {
  let pending: Buffer[] = [];
  for await (const piece of pieces) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let from = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
      // Every line that is accepted is ASCII: one byte, one character.
      yield Buffer.concat([...pending, bytes.subarray(from, at)]).toString('latin1');
      pending = [];
      from = at + 1;
    }
    if (from < bytes.length) pending.push(Buffer.from(bytes.subarray(from)));
  }
  if (pending.length > 0) throw new Flaw('format', 'the last line is cut short');
}

/** Checkpoints in an anchor file: JSON with `checkpoint` or `checkpoints`, or notes as they are. */
export function notesIn(bytes: Uint8Array): string[] {
  const text = (utf8(bytes) ?? '').replaceAll('\r\n', '\n');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return text.match(/[^\n]+\n[0-9]+\n[^\n]+\n\n(?:\u2014 [^\n]+\n)+/gu) ?? [];
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return [];
  const { checkpoint, checkpoints } = parsed as {
    readonly checkpoint?: unknown;
    readonly checkpoints?: unknown;
  };
  const found: unknown[] = [checkpoint, ...(Array.isArray(checkpoints) ? checkpoints : [])];
  return found.filter((each) => typeof each === 'string');
}

const declaredSize = (note: string): number => Number(note.split('\n')[1]);

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
function utf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function strictBase64(text: string | undefined): Buffer | undefined {
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
