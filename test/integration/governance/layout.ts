// Random layouts that repeat for the same seed (mulberry32): sizes and words, nothing that needs secrecy.
export interface DomainRandom {
  /** 0 to limit - 1. */
  below(limit: number): number;
  word(length: number): string;
  prose(length: number): string;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzäöüéñ';

export function createDomainRandom(seed: number): DomainRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * Math.max(1, limit));
  const word = (length: number): string =>
    Array.from({ length }, () => LETTERS[below(LETTERS.length)]).join('');
  return {
    below,
    word,
    prose(length) {
      const words: string[] = [];
      for (let have = 0; have < length;) {
        const made = word(2 + below(9));
        words.push(made);
        have += made.length + 1;
      }
      return words.join(' ');
    },
  };
}
