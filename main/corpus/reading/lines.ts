// A file line by line in bounded memory. Lines are cut on bytes, before decoding: so a line of 200 MB is
// named and passed over while only its newline is looked for, and a broken byte costs its own line alone.
import type { Encoding, SourceFile } from '../types.ts';
import {
  chooseEncoding,
  decode,
  decodeLossily,
  ENCODING_ADVICE,
  firstBadByte,
  type DecidedEncoding,
} from './encoding.ts';

export const MAX_LINE_BYTES = 16 * 1024 * 1024;

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without the line end. For a line with a problem, the readable part, or nothing. */
  readonly text: string;
  /** `\n`, `\r\n`, or nothing at the end of the file. */
  readonly end: string;
  readonly problem: LineProblem | null;
}

export interface LineProblem {
  readonly code: 'lineTooLong' | 'unreadableEncoding';
  readonly message: string;
}

export interface LineOptions {
  readonly encoding: Encoding;
  readonly maxLineBytes?: number;
}

export function* readLines(file: SourceFile, options: LineOptions): Generator<Line, void> {
  const limit = options.maxLineBytes ?? MAX_LINE_BYTES;
  let choice: { encoding: DecidedEncoding } | null = null;
  let rest: Uint8Array = new Uint8Array();
  /** Offset of `rest` in the file. */
  let at = 0;
  let number = 1;
  /** Bytes of an over-long line that were let go; 0 when none is being passed over. */
  let passedOver = 0;

  for (const chunk of file.chunks()) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (choice === null) {
      // A mark has at most four bytes; a first chunk that is shorter is a file that is shorter.
      const found = chooseEncoding(bytes, options.encoding);
      choice = found;
      bytes = bytes.subarray(found.skip);
      at = found.skip;
    }
    const { encoding } = choice;
    const wide = encoding === 'utf-16le' || encoding === 'utf-16be';

    if (passedOver > 0) {
      const end = newlineAfter(bytes, 0, encoding);
      const gone = end === -1 ? bytes.length - (wide ? bytes.length % 2 : 0) : end;
      passedOver += gone;
      at += gone;
      bytes = bytes.subarray(gone);
      if (end === -1) {
        rest = bytes;
        continue;
      }
      yield tooLong(number, passedOver, limit);
      number += 1;
      passedOver = 0;
    }

    const end = lastNewline(bytes, encoding);
    if (end > 0) {
      for (const line of cut(bytes.subarray(0, end), encoding, number, at)) {
        number = line.number + 1;
        yield line;
      }
    }
    rest = bytes.subarray(end);
    at += end;
    if (rest.length > limit) {
      passedOver = wide ? rest.length - (rest.length % 2) : rest.length;
      at += passedOver;
      rest = rest.subarray(passedOver);
    }
  }
  if (passedOver > 0) yield tooLong(number, passedOver + rest.length, limit);
  else if (rest.length > 0) yield* cut(rest, choice?.encoding ?? 'utf-8', number, at);
}

/** Decodes a block of whole lines at once; only a block that fails is looked at line by line. */
function* cut(
  block: Uint8Array,
  encoding: DecidedEncoding,
  firstNumber: number,
  blockAt: number,
): Generator<Line, void> {
  const whole = decode(block, encoding);
  let number = firstNumber;
  if (whole !== null) {
    for (let from = 0; from < whole.length;) {
      const newline = whole.indexOf('\n', from);
      const next = newline === -1 ? whole.length : newline + 1;
      yield lineOf(whole.slice(from, next), number, null);
      number += 1;
      from = next;
    }
    return;
  }
  for (let from = 0; from < block.length;) {
    const newline = newlineAfter(block, from, encoding);
    const next = newline === -1 ? block.length : newline;
    const bytes = block.subarray(from, next);
    const text = decode(bytes, encoding);
    if (text !== null) yield lineOf(text, number, null);
    else {
      const byte = blockAt + from + firstBadByte(bytes, encoding);
      yield lineOf(decodeLossily(bytes, encoding), number, {
        code: 'unreadableEncoding',
        message: `Byte ${byte} is not ${encoding.toUpperCase()}. ${ENCODING_ADVICE}`,
      });
    }
    number += 1;
    from = next;
  }
}

function lineOf(raw: string, number: number, problem: LineProblem | null): Line {
  const end = raw.endsWith('\r\n') ? '\r\n' : raw.endsWith('\n') ? '\n' : '';
  return { number, text: end === '' ? raw : raw.slice(0, -end.length), end, problem };
}

const tooLong = (number: number, bytes: number, limit: number): Line => ({
  number,
  text: '',
  end: '\n',
  problem: {
    code: 'lineTooLong',
    message: `The line has ${bytes} bytes; the limit is ${limit}. It was passed over. Check that the file is of the chosen format.`,
  },
});

/** Offset behind the next newline; -1 when there is none. */
function newlineAfter(bytes: Uint8Array, from: number, encoding: DecidedEncoding): number {
  const buffer = asBuffer(bytes);
  const width = encoding === 'utf-16le' || encoding === 'utf-16be' ? 2 : 1;
  for (let at = buffer.indexOf(0x0a, from); at !== -1; at = buffer.indexOf(0x0a, at + 1)) {
    const end = endOfNewline(buffer, at, from, encoding);
    if (width === 1 || end !== -1) return width === 1 ? at + 1 : end;
  }
  return -1;
}

/** Offset behind the last newline; 0 when there is none. */
function lastNewline(bytes: Uint8Array, encoding: DecidedEncoding): number {
  const buffer = asBuffer(bytes);
  for (let at = buffer.lastIndexOf(0x0a); at !== -1; at = buffer.lastIndexOf(0x0a, at - 1)) {
    const end = endOfNewline(buffer, at, 0, encoding);
    if (end !== -1) return end;
    if (at === 0) break;
  }
  return 0;
}

/** In UTF-16 a byte 0x0A is a newline only as half of a unit 0x000A. `origin` is where a unit begins. */
function endOfNewline(
  buffer: Buffer,
  at: number,
  origin: number,
  encoding: DecidedEncoding,
): number {
  const even = (at - origin) % 2 === 0;
  if (encoding === 'utf-16le') return even && buffer[at + 1] === 0 ? at + 2 : -1;
  if (encoding === 'utf-16be') return !even && buffer[at - 1] === 0 ? at + 1 : -1;
  return at + 1;
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
