// Randomness and identifiers. An identifier is a prefix and a ULID (github.com/ulid/spec): 48 bits of
// time and 80 random bits in Crockford's base 32. Ids made by one process sort in the order of making,
// which keeps new rows at the end of their B-tree. They reveal when a thing was made, never whose it is.
import { randomBytes } from 'node:crypto';
import { ID_PREFIX, type Id, type IdKind } from '../../shared/kernel/id.ts';
import type { Clock } from './clock.ts';

export interface Random {
  /** Bytes fit for keys. */
  bytes(count: number): Buffer;
  /** For example `doc_01JD9ZK3V7Q2N8X4M6T5R0W1YA`. */
  newId<Kind extends IdKind>(kind: Kind): Id<Kind>;
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_BITS = 48n;
const RANDOM_BITS = 80n;

export function createRandom(clock: Clock, bytes: (count: number) => Buffer = randomBytes): Random {
  let last = 0n;
  return {
    bytes,
    newId<Kind extends IdKind>(kind: Kind): Id<Kind> {
      const time = BigInt(clock.nowMs()) & ((1n << TIME_BITS) - 1n);
      const fresh = (time << RANDOM_BITS) | BigInt(`0x${bytes(10).toString('hex')}`);
      // Within one millisecond, and after the clock was set back, order is kept by counting on.
      last = time > last >> RANDOM_BITS ? fresh : last + 1n;
      return `${ID_PREFIX[kind]}_${encode(last)}` as Id<Kind>;
    },
  };
}

function encode(value: bigint): string {
  let text = '';
  for (let digit = 0, rest = value; digit < 26; digit += 1, rest >>= 5n) {
    text = ALPHABET.charAt(Number(rest & 31n)) + text;
  }
  return text;
}
