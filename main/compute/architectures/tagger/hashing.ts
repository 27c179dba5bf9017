/**
 * Features become rows of a table by hashing (FNV-1a, finished by murmur3's mixer), so no vocabulary
 * exists and nothing a patient's note contains is stored in a model as a word.
 */
const FNV_PRIME = 0x01000193;

export const hash = (basis: number, text: string, from = 0, to = text.length): number => {
  let h = basis;
  for (let i = from; i < to; i++) h = Math.imul(h ^ text.charCodeAt(i), FNV_PRIME);
  return h;
};

const finalize = (value: number): number => {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** One hash space per slot, so the same text means different things in different slots. */
export const basis = (slot: number): number => Math.imul(0x811c9dc5 ^ (slot + 1), FNV_PRIME);

/** Row 0 is padding and never hit. */
export const rowOf = (buckets: number, hashed: number): number =>
  1 + (finalize(hashed) % (buckets - 1));
