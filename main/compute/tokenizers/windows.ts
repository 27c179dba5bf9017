/**
 * A document longer than the model is read through overlapping windows. Every token is owned by exactly
 * one window, the one that sees most of its surroundings, so that each is learned and predicted once.
 */
import { fault } from '../fault.ts';
import type { Encoding } from './encoding.ts';

export interface WindowOptions {
  /** Longest input of the model, special tokens included. */
  readonly maxTokens: number;
  /** Tokens that neighbors share; up to an eighth of the window more where a word would be cut. */
  readonly overlap: number;
}

/** Token ranges, end exclusive: what the window reads and what it owns. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly ownFrom: number;
  readonly ownTo: number;
}

/**
 * At least one window, an empty one for an empty text. Cuts fall between words where a word border
 * lies in the last quarter of the window; a word longer than that is cut.
 */
export function windowsOf(
  encoding: Encoding,
  { maxTokens, overlap }: WindowOptions,
  overhead: number,
): Window[] {
  const room = maxTokens - overhead;
  if (room < 1 || overlap < 0 || overlap >= room)
    throw fault(
      'bad-request',
      `A window of ${maxTokens} tokens with ${overhead} special tokens and an overlap of ${overlap} leaves nothing to read. Choose more tokens or less overlap.`,
    );
  const { words } = encoding;
  const length = encoding.ids.length;
  const opensWord = (at: number): boolean => at === 0 || words[at] !== words[at - 1];
  /** The word border nearest to `at` before `limit` is reached; `at` itself when there is none. */
  const snap = (at: number, limit: number): number => {
    const step = Math.sign(limit - at);
    for (let border = at; border !== limit && step !== 0; border += step)
      if (opensWord(border)) return border;
    return at;
  };

  const ranges: { from: number; to: number }[] = [];
  for (let from = 0, reached = 0; ;) {
    const full = Math.min(length, from + room);
    const to = full === length ? full : snap(full, Math.max(reached, full - (room >> 2) - 1));
    ranges.push({ from, to });
    if (to === length) break;
    reached = to;
    from = snap(to - overlap, Math.max(from, to - overlap - (room >> 3) - 1));
    // A word longer than a window offers no border that would lead on.
    if (from <= (ranges.at(-1) as { from: number }).from) from = to - overlap;
  }
  const borders = ranges.slice(1).map(({ from }, i) => {
    const { to } = ranges[i] as { to: number };
    const middle = (from + to) >> 1;
    const back = snap(middle, from - 1);
    const ahead = snap(middle, to + 1);
    if (!opensWord(back)) return ahead;
    return opensWord(ahead) && ahead - middle < middle - back ? ahead : back;
  });
  return ranges.map(({ from, to }, i) => ({
    from,
    to,
    ownFrom: i === 0 ? from : (borders[i - 1] as number),
    ownTo: i === ranges.length - 1 ? to : (borders[i] as number),
  }));
}
