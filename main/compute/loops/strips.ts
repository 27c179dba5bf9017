/**
 * Lays documents end to end in strips of fixed length, so that one graph shape serves every length and
 * nothing is padded but gaps. A document that does not fit continues in the next strip; both parts
 * then repeat `context` tokens of each other that are seen but not counted, so no token loses context.
 */
export interface Placement {
  readonly document: number;
  /** Tokens of the document that lie in the strip, context included; ends are exclusive. */
  readonly first: number;
  readonly last: number;
  /** Tokens that count here; over all placements of a document these ranges tile it exactly. */
  readonly keepFirst: number;
  readonly keepLast: number;
  /** Where `first` lies in the strip. */
  readonly offset: number;
}

export interface StripOptions {
  readonly capacity: number;
  /** Empty tokens between documents; at least the widest dilation. */
  readonly gap: number;
  /** How far a token sees; exactness at the seams needs all of it. */
  readonly context: number;
}

/** Below this many counted tokens a part is not worth its context. */
const SMALLEST_PART = 32;

/** @param order indices into `lengths`, in the order to lay them. */
export function layStrips(
  lengths: readonly number[],
  order: readonly number[],
  options: StripOptions,
): Placement[][] {
  const { capacity, gap, context } = options;
  if (capacity < 2 * context + SMALLEST_PART)
    throw new Error(`A strip of ${capacity} tokens is too short for a context of ${context}`);
  const strips: Placement[][] = [];
  let strip: Placement[] = [];
  let offset = 0;
  const close = (): void => {
    if (strip.length > 0) strips.push(strip);
    strip = [];
    offset = 0;
  };
  for (const document of order) {
    const length = lengths[document] as number;
    for (let from = 0; from < length;) {
      const first = Math.max(0, from - context);
      const room = capacity - offset;
      const whole = length - first <= room;
      const keepLast = whole ? length : first + room - context;
      if (keepLast - from < Math.min(SMALLEST_PART, length - from)) {
        close();
        continue;
      }
      const last = whole ? length : keepLast + context;
      strip.push({ document, first, last, keepFirst: from, keepLast, offset });
      offset += last - first + gap;
      from = keepLast;
      if (offset >= capacity) close();
    }
  }
  close();
  return strips;
}
