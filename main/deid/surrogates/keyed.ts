// Choices that are random to whoever lacks the key and the same for whoever has it: HMAC-SHA-256 over what is
// replaced, under a key of the person. Destroying the person's key makes the choices unrepeatable.
import { createHmac } from 'node:crypto';

export interface Keyed {
  /** Uniform in 0 … bound − 1. The bias of the remainder is below 2^-32 for bounds in use. */
  below(bound: number, ...about: readonly (string | number)[]): number;
  pick<T>(items: readonly T[], ...about: readonly (string | number)[]): T;
  /** Endless digits 0-9 about one thing. */
  digits(...about: readonly (string | number)[]): () => number;
  hash(...about: readonly (string | number)[]): Buffer;
}

export function createKeyed(key: Uint8Array): Keyed {
  const hash = (...about: readonly (string | number)[]): Buffer =>
    createHmac('sha256', key).update(about.join('\0')).digest();
  const below = (bound: number, ...about: readonly (string | number)[]): number =>
    hash(...about).readUIntBE(0, 6) % bound;
  return {
    hash,
    below,
    pick(items, ...about) {
      const item = items[below(items.length, ...about)];
      if (item === undefined) throw new RangeError('Nothing to pick from');
      return item;
    },
    digits(...about) {
      let block = 0;
      let at = 0;
      let bytes = hash(...about, block);
      return () => {
        for (;;) {
          if (at === bytes.length) {
            block += 1;
            at = 0;
            bytes = hash(...about, block);
          }
          const byte = bytes[at] ?? 0;
          at += 1;
          if (byte < 250) return byte % 10;
        }
      };
    },
  };
}
