// The printed code that opens a vault when every passphrase is lost: 130 random bits and a check in
// Crockford's base 32, in seven groups of four. The check tells a slip of the pen from a wrong code before
// any key is derived. https://www.crockford.com/base32.html
import { createHash } from 'node:crypto';
import type { Random } from '../platform/index.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SECRET = 26;
const CHECK = 2;

/** For example `7Q4M-…`: shown once, printed, typed back, kept nowhere. */
export function newRecoveryCode(random: Random): string {
  // Each byte gives five bits, and 32 divides 256: no value is likelier than another.
  const secret = [...random.bytes(SECRET)].map((byte) => ALPHABET.charAt(byte % 32)).join('');
  const code = secret + checkOf(secret);
  return Array.from({ length: code.length / 4 }, (_, i) => code.slice(4 * i, 4 * i + 4)).join('-');
}

/**
 * The code without its grouping, undefined where the text is no code or has a slip in it. O counts as
 * zero, I and L as one, as Crockford has it.
 */
export function normalRecoveryCode(text: string): string | undefined {
  const code = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  if (code.length !== SECRET + CHECK) return undefined;
  const secret = code.slice(0, SECRET);
  return code.slice(SECRET) === checkOf(secret) ? code : undefined;
}

function checkOf(secret: string): string {
  const digest = createHash('sha256').update(`cloister recovery code v1 ${secret}`).digest();
  return [...digest.subarray(0, CHECK)].map((byte) => ALPHABET.charAt(byte % 32)).join('');
}
