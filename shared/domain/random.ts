/**
 * Repeatable randomness for statistics and generated text: the same seed gives the same numbers on
 * every machine. Not for keys or identifiers; those come from the platform's own source.
 * Generator: xoshiro128** (Blackman and Vigna 2018), seeded through splitmix32.
 */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number;
  /** Uniform in 0 … bound − 1. */
  below(bound: number): number;
  pick<T>(items: readonly T[]): T;
  /** A new array in random order. */
  shuffle<T>(items: readonly T[]): T[];
}

export function createRandom(seed: number): Random {
  let state = seed | 0;
  const splitmix = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix()];
  const rotate = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

  const bits = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result;
  };
  const below = (bound: number): number => {
    if (!(bound > 0 && bound <= 0x100000000)) throw new RangeError(`No integer below ${bound}`);
    // Values past the last whole multiple of the bound would favor small results.
    const limit = 0x100000000 - (0x100000000 % bound);
    let value = bits();
    while (value >= limit) value = bits();
    return value % bound;
  };
  return {
    next: () => bits() / 0x100000000,
    below,
    pick: (items) => {
      if (items.length === 0) throw new RangeError('Nothing to pick from');
      return items[below(items.length)]!;
    },
    shuffle: (items) => {
      const shuffled = [...items];
      for (let i = shuffled.length - 1; i > 0; i -= 1) {
        const j = below(i + 1);
        [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
      }
      return shuffled;
    },
  };
}
