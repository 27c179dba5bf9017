/**
 * Labels per token and back. A chunk is a labeled run of tokens; a tag scheme writes it as one tag per
 * token. Reading has two modes, and every score must say which it used: `default` reads what conlleval
 * and seqeval read from any tags, well formed or not; `strict` counts only what the declared scheme
 * allows, exactly as seqeval's strict mode does.
 */
import { exhaustive } from '../kernel/exhaustive.ts';
import { flattenSpans, overlaps } from './spans.ts';
import type { Range, Span } from './spans.ts';

export const TAG_SCHEMES = ['IO', 'IOB1', 'IOB2', 'BIOES', 'BILOU'] as const;
export type TagScheme = (typeof TAG_SCHEMES)[number];

export type DecodeMode =
  { readonly mode: 'default' } | { readonly mode: 'strict'; readonly scheme: TagScheme };
export const DEFAULT_MODE: DecodeMode = { mode: 'default' };
export const strictMode = (scheme: TagScheme): DecodeMode => ({ mode: 'strict', scheme });

/** Token indices, end exclusive. */
export interface Chunk {
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

export const OUTSIDE = 'O';
/** The label of a tag that names none, such as a bare `B`; the same as in seqeval. */
export const UNNAMED = '_';

/** Accepts the other spellings in use: IOBES, BIO, BIO2, IOB, BILUO and lower case. Null when unknown. */
export function parseTagScheme(name: string): TagScheme | null {
  const upper = name.toUpperCase();
  const aliases: Readonly<Record<string, TagScheme>> = {
    IOBES: 'BIOES',
    BIO: 'IOB2',
    BIO2: 'IOB2',
    IOB: 'IOB1',
    BILUO: 'BILOU',
  };
  return TAG_SCHEMES.find((scheme) => scheme === upper) ?? aliases[upper] ?? null;
}

type Prefix = 'B' | 'I' | 'E' | 'S' | 'O';
interface Tag {
  readonly prefix: Prefix;
  readonly label: string;
}
const OUTSIDE_TAG: Tag = { prefix: 'O', label: UNNAMED };

/** BILOU's names for the same places. */
const SYNONYM: Readonly<Record<string, Prefix>> = {
  B: 'B',
  I: 'I',
  E: 'E',
  L: 'E',
  S: 'S',
  U: 'S',
  O: 'O',
};

const PREFIXES: Readonly<Record<TagScheme, string>> = {
  IO: 'IO',
  IOB1: 'IOB',
  IOB2: 'IOB',
  BIOES: 'BIOES',
  BILOU: 'BILOU',
};

/** A tag taken apart; null when it begins with none of the known prefixes. `suffix` reads `PER-B`. */
function parseTag(text: string, suffix: boolean): Tag | null {
  if (text === OUTSIDE) return OUTSIDE_TAG;
  const letter = suffix ? text.at(-1) : text[0];
  const rest = suffix ? text.slice(0, -1) : text.slice(1);
  const prefix = letter === undefined ? undefined : SYNONYM[letter];
  if (prefix === undefined || prefix === 'O') return null;
  if (rest === '') return { prefix, label: UNNAMED };
  if (suffix ? !rest.endsWith('-') : !rest.startsWith('-')) return null;
  return { prefix, label: (suffix ? rest.slice(0, -1) : rest.slice(1)) || UNNAMED };
}

function readTags(tags: readonly string[], suffix: boolean): Tag[] {
  return tags.map((text, index) => {
    const tag = parseTag(text, suffix);
    if (tag === null) throw new RangeError(`Tag ${index} is not a tag of any scheme: "${text}"`);
    return tag;
  });
}

/** Indices of tags that the scheme does not know; what importers ask before they decode. */
export function unknownTags(
  tags: readonly string[],
  scheme: TagScheme | 'any' = 'any',
  suffix = false,
): number[] {
  const allowed = scheme === 'any' ? 'BIOESLU' : PREFIXES[scheme];
  return tags.flatMap((text, index) => {
    const letter = (suffix ? text.at(-1) : text[0]) ?? '';
    return parseTag(text, suffix) === null || !allowed.includes(letter) ? [index] : [];
  });
}

/**
 * Chunks of a tag sequence, in order. Throws a RangeError for a tag that is none, and in strict mode for
 * a prefix the scheme does not have: silently reading it as "outside" would hide a wrong scheme.
 */
export function decodeTags(
  tags: readonly string[],
  mode: DecodeMode = DEFAULT_MODE,
  suffix = false,
): Chunk[] {
  const parsed = readTags(tags, suffix);
  if (mode.mode === 'default') return decodeLeniently(parsed);
  const foreign = unknownTags(tags, mode.scheme, suffix)[0];
  if (foreign !== undefined) {
    throw new RangeError(`Tag ${foreign} does not belong to ${mode.scheme}: "${tags[foreign]}"`);
  }
  return decodeStrictly(parsed, mode.scheme);
}

/** conlleval's reading (Tjong Kim Sang and Buchholz 2000): anything that could be a chunk is one. */
function decodeLeniently(tags: readonly Tag[]): Chunk[] {
  const chunks: Chunk[] = [];
  let open: { label: string; start: number } | null = null;
  let previous = OUTSIDE_TAG;
  for (let i = 0; i <= tags.length; i += 1) {
    const tag = tags[i] ?? OUTSIDE_TAG;
    const goesOn =
      open !== null &&
      open.label === tag.label &&
      (tag.prefix === 'I' || tag.prefix === 'E') &&
      (previous.prefix === 'B' || previous.prefix === 'I');
    if (!goesOn) {
      if (open !== null) chunks.push({ label: open.label, start: open.start, end: i });
      open = tag.prefix === 'O' ? null : { label: tag.label, start: i };
    }
    previous = tag;
  }
  return chunks;
}

function decodeStrictly(tags: readonly Tag[], scheme: TagScheme): Chunk[] {
  const rules = STRICT[scheme];
  const chunks: Chunk[] = [];
  let i = 0;
  while (i < tags.length) {
    const first = tags[i]!;
    if (!rules.starts(tags[i - 1] ?? OUTSIDE_TAG, first)) {
      i += 1;
      continue;
    }
    let end = i + 1;
    while (end < tags.length && rules.goesOn(tags[end - 1]!, tags[end]!)) end += 1;
    if (rules.ends(tags[end - 1]!, tags[end] ?? OUTSIDE_TAG)) {
      chunks.push({ label: first.label, start: i, end });
    }
    i = end;
  }
  return chunks;
}

interface StrictRules {
  /** The second of two neighbors begins a chunk. */
  starts(before: Tag, tag: Tag): boolean;
  /** The second of two neighbors continues the chunk the first is in. */
  goesOn(before: Tag, tag: Tag): boolean;
  /** A chunk may stop between the two. */
  ends(last: Tag, after: Tag): boolean;
}

const same = (a: Tag, b: Tag): boolean => a.label === b.label;
const insideAfterBeginOrInside = (before: Tag, tag: Tag): boolean =>
  same(before, tag) && tag.prefix === 'I' && (before.prefix === 'B' || before.prefix === 'I');

const BOTH_ENDS_MARKED: StrictRules = {
  starts: (_before, tag) => tag.prefix === 'B' || tag.prefix === 'S',
  goesOn: (before, tag) =>
    same(before, tag) &&
    (before.prefix === 'B' || before.prefix === 'I') &&
    (tag.prefix === 'I' || tag.prefix === 'E'),
  ends: (last) => last.prefix === 'E' || last.prefix === 'S',
};

const STRICT: Readonly<Record<TagScheme, StrictRules>> = {
  IO: {
    starts: (before, tag) => tag.prefix === 'I' && (before.prefix === 'O' || !same(before, tag)),
    goesOn: (before, tag) => tag.prefix === 'I' && same(before, tag),
    ends: () => true,
  },
  // B only where a chunk of the same label ends directly before; elsewhere it is ill formed.
  IOB1: {
    starts: (before, tag) =>
      tag.prefix === 'I'
        ? before.prefix === 'O' || before.prefix === 'B' || !same(before, tag)
        : tag.prefix === 'B' && before.prefix !== 'O' && same(before, tag),
    goesOn: insideAfterBeginOrInside,
    ends: (last, after) => !(last.prefix === 'B' && after.prefix === 'B' && !same(last, after)),
  },
  IOB2: {
    starts: (_before, tag) => tag.prefix === 'B',
    goesOn: insideAfterBeginOrInside,
    ends: () => true,
  },
  BIOES: BOTH_ENDS_MARKED,
  BILOU: BOTH_ENDS_MARKED,
};

/**
 * Tags for chunks over `length` tokens. Chunks must lie inside and apart; anything else is a bug and
 * throws. IO cannot tell two touching chunks of one label apart: they come back as one.
 */
export function encodeChunks(
  chunks: readonly Chunk[],
  length: number,
  scheme: TagScheme,
): string[] {
  const tags = new Array<string>(length).fill(OUTSIDE);
  const ordered = [...chunks].sort((a, b) => a.start - b.start);
  let previous: Chunk | null = null;
  for (const chunk of ordered) {
    const { label, start, end } = chunk;
    if (start < 0 || end > length || start >= end || (previous !== null && start < previous.end)) {
      throw new RangeError(`Chunk ${start}-${end} does not fit into ${length} tokens`);
    }
    const touches = previous !== null && previous.end === start && previous.label === label;
    const [single, begin, inside, end_] = letters(scheme, touches);
    for (let i = start; i < end; i += 1) {
      const letter =
        end - start === 1 ? single : i === start ? begin : i === end - 1 ? end_ : inside;
      tags[i] = `${letter}-${label}`;
    }
    previous = chunk;
  }
  return tags;
}

type Letters = readonly [single: string, begin: string, inside: string, end: string];

function letters(scheme: TagScheme, touches: boolean): Letters {
  switch (scheme) {
    case 'IO':
      return ['I', 'I', 'I', 'I'];
    case 'IOB1':
      return touches ? ['B', 'B', 'I', 'I'] : ['I', 'I', 'I', 'I'];
    case 'IOB2':
      return ['B', 'B', 'I', 'I'];
    case 'BIOES':
      return ['S', 'B', 'I', 'E'];
    case 'BILOU':
      return ['U', 'B', 'I', 'L'];
    default:
      return exhaustive(scheme);
  }
}

/** All tags of a scheme for a set of labels, `O` first: the classes of a tagger. */
export function tagsOf(labels: readonly string[], scheme: TagScheme): string[] {
  const prefixes = [...PREFIXES[scheme]].filter((prefix) => prefix !== OUTSIDE);
  return [OUTSIDE, ...labels.flatMap((label) => prefixes.map((prefix) => `${prefix}-${label}`))];
}

export interface EncodedSpans {
  readonly tags: readonly string[];
  /** Spans that one flat row of tags cannot hold, with the reason. */
  readonly dropped: readonly {
    readonly span: Span;
    readonly reason: 'overlap' | 'noToken' | 'tokenTaken';
  }[];
  /** Spans whose edges fell inside a token: the tags cover more than the span does. */
  readonly widened: readonly Span[];
}

/**
 * Tags for spans over tokens in reading order that do not overlap. A token belongs to a span when they
 * share a code unit, so nothing labeled is left outside; what was lost or widened is listed.
 */
export function encodeSpans(
  spans: readonly Span[],
  tokens: readonly Range[],
  scheme: TagScheme,
): EncodedSpans {
  const { kept, dropped: overlapping } = flattenSpans(spans);
  const dropped: { span: Span; reason: 'overlap' | 'noToken' | 'tokenTaken' }[] = overlapping.map(
    (span) => ({ span, reason: 'overlap' }),
  );
  const widened: Span[] = [];
  const chunks: Chunk[] = [];
  let next = 0;
  let free = 0;
  for (const span of kept) {
    while (next < tokens.length && tokens[next]!.end <= span.start) next += 1;
    let end = next;
    while (end < tokens.length && overlaps(tokens[end]!, span)) end += 1;
    if (end === next) {
      dropped.push({ span, reason: 'noToken' });
      continue;
    }
    // Two spans can share a token only where a boundary cuts it; the earlier keeps it.
    const start = Math.max(next, free);
    if (start >= end) {
      dropped.push({ span, reason: 'tokenTaken' });
      continue;
    }
    if (tokens[start]!.start !== span.start || tokens[end - 1]!.end !== span.end)
      widened.push(span);
    chunks.push({ label: span.label, start, end });
    free = end;
  }
  return { tags: encodeChunks(chunks, tokens.length, scheme), dropped, widened };
}

/** Spans over the tokens' text for the chunks of a tag sequence of the same length. */
export function decodeSpans(
  tags: readonly string[],
  tokens: readonly Range[],
  mode: DecodeMode = DEFAULT_MODE,
): Span[] {
  if (tags.length !== tokens.length) {
    throw new RangeError(`${tags.length} tags for ${tokens.length} tokens`);
  }
  return decodeTags(tags, mode).map((chunk) => ({
    start: tokens[chunk.start]!.start,
    end: tokens[chunk.end - 1]!.end,
    label: chunk.label,
  }));
}
