// A whole file as one text, kept exactly: line ends, tabs and trailing blanks are part of it. A byte order
// mark is not; it belongs to the encoding.
import { MAX_TEXT, type Encoding, type IssueCode, type SourceFile } from '../types.ts';
import { chooseEncoding, decode, ENCODING_ADVICE, firstBadByte } from './encoding.ts';

export type TextRead =
  | { readonly ok: true; readonly text: string; readonly marked: boolean }
  | {
      readonly ok: false;
      readonly code: IssueCode;
      readonly line: number | null;
      readonly message: string;
    };

/** No encoding here needs more bytes per UTF-16 unit. */
const MAX_BYTES = 4 * MAX_TEXT;

export function readText(file: SourceFile, wanted: Encoding, maxBytes = MAX_BYTES): TextRead {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let hasNewline = false;
  for (const chunk of file.chunks()) {
    chunks.push(chunk);
    size += chunk.length;
    hasNewline ||= chunk.includes(0x0a);
    if (size > maxBytes) {
      return hasNewline
        ? tooLarge(`The file has more than ${maxBytes} bytes.`)
        : {
            ok: false,
            code: 'lineTooLong',
            line: 1,
            message: `The line has more than ${maxBytes} bytes. The file was passed over; split it into documents.`,
          };
    }
  }
  const bytes = chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
  const { encoding, skip } = chooseEncoding(bytes, wanted);
  const body = bytes.subarray(skip);
  const text = decode(body, encoding);
  if (text === null) {
    const bad = firstBadByte(body, encoding);
    const before = new TextDecoder(encoding).decode(body.subarray(0, bad), { stream: true });
    return {
      ok: false,
      code: 'unreadableEncoding',
      line: before.split('\n').length,
      message: `Byte ${skip + bad} is not ${encoding.toUpperCase()}. The document was left out. ${ENCODING_ADVICE}`,
    };
  }
  if (text.length > MAX_TEXT) return tooLarge(`The text has ${text.length} characters.`);
  return { ok: true, text, marked: skip > 0 };
}

const tooLarge = (what: string): TextRead => ({
  ok: false,
  code: 'fileTooLarge',
  line: null,
  message: `${what} One document may have ${MAX_TEXT} characters. Split it and import again.`,
});
