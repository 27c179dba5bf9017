// Bytes to text without guessing: the byte order mark or the option decides, everything else is UTF-8, and a
// byte that does not belong to the encoding is an error with its place. A wrong guess would silently turn
// names into other names. Decoders are WHATWG's (encoding.spec.whatwg.org) in fatal mode.
import type { Encoding } from '../types.ts';

export type DecidedEncoding = Exclude<Encoding, 'auto'>;

const BYTE_ORDER_MARKS: readonly (readonly [DecidedEncoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
  ['gb18030', [0x84, 0x31, 0x95, 0x33]],
];

export interface EncodingChoice {
  readonly encoding: DecidedEncoding;
  /** Length of the byte order mark, which is not part of the text. */
  readonly skip: number;
}

export function chooseEncoding(head: Uint8Array, wanted: Encoding): EncodingChoice {
  for (const [encoding, mark] of BYTE_ORDER_MARKS) {
    const marked = mark.every((byte, index) => head[index] === byte);
    if (marked && (wanted === 'auto' || wanted === encoding)) {
      return { encoding, skip: mark.length };
    }
  }
  return { encoding: wanted === 'auto' ? 'utf-8' : wanted, skip: 0 };
}

const decoders = new Map<DecidedEncoding, TextDecoder>();

/** Null when a byte does not belong to the encoding. */
export function decode(bytes: Uint8Array, encoding: DecidedEncoding): string | null {
  let decoder = decoders.get(encoding);
  if (decoder === undefined) {
    decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    decoders.set(encoding, decoder);
  }
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** For rows that keep their readable part: what cannot be read becomes U+FFFD. */
export const decodeLossily = (bytes: Uint8Array, encoding: DecidedEncoding): string =>
  new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);

const LONGEST_SEQUENCE = 4;

/** Offset of the first byte that cannot be read. Whether a prefix fails is monotonic, so halving finds it. */
export function firstBadByte(bytes: Uint8Array, encoding: DecidedEncoding): number {
  const fails = (length: number): boolean => {
    try {
      const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
      // Streaming leaves an unfinished sequence at the end of a prefix open instead of failing on it.
      decoder.decode(bytes.subarray(0, length), { stream: length < bytes.length });
      return false;
    } catch {
      return true;
    }
  };
  let low = 0;
  let high = bytes.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (fails(middle)) high = middle;
    else low = middle;
  }
  // The byte that gives it away may lie behind the one the sequence begins with.
  for (let start = low; start > Math.max(0, low - LONGEST_SEQUENCE); start -= 1) {
    if (decode(bytes.subarray(0, start), encoding) !== null) return start;
  }
  return low;
}

export const ENCODING_ADVICE =
  'Choose the encoding of the file in the import options, or save it as UTF-8.';
