/**
 * Reproducible randomness without state to save: a stream is a pure function of a seed and the words
 * that say what it is for ("epoch", 3), so a resumed run draws what an uninterrupted one would have.
 * Generator: xoshiro128** (Blackman and Vigna, https://prng.di.unimi.it), seeded through FNV-1a and
 * the murmur3 finalizer. Not for secrets; noise for privacy comes from elsewhere.
 */
export interface RandomStream {
  /** 32 uniform bits. */
  bits(): number;
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** Uniform integer in [0, limit). */
  below(limit: number): number;
}

const finalize = (value: number): number => {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

export function hashText(text: string, basis = 0x811c9dc5): number {
  let h = basis;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return finalize(h);
}

const rotate = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

export function stream(seed: number, ...purpose: readonly (string | number)[]): RandomStream {
  let h = hashText(`${seed}|${purpose.join('|')}`);
  const next = (): number => (h = finalize((h + 0x9e3779b9) | 0));
  let [a, b, c, d] = [next(), next(), next(), next() | 1] as [number, number, number, number];
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
  const uniform = (): number => bits() / 2 ** 32;
  return {
    bits,
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    below: (limit) => Math.floor(uniform() * limit),
  };
}

/** Fisher-Yates, in place. */
export function shuffle<T>(items: T[], random: RandomStream): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [items[i], items[j]] = [items[j] as T, items[i] as T];
  }
  return items;
}
