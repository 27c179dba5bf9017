/** The printable alphabet in which byte-level vocabularies spell bytes (GPT-2), and back to the text. */
const PRINTABLE = [...range(0x21, 0x7e), ...range(0xa1, 0xac), ...range(0xae, 0xff)];

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** The letter of each byte: itself where printable, else the next free one from U+0100 on. */
export const BYTE_LETTERS: readonly string[] = (() => {
  const printable = new Set(PRINTABLE);
  let next = 0x100;
  return range(0, 255).map((byte) => String.fromCharCode(printable.has(byte) ? byte : next++));
})();

const encoder = new TextEncoder();

export function spellBytes(text: string): string {
  let spelled = '';
  for (const byte of encoder.encode(text)) spelled += BYTE_LETTERS[byte];
  return spelled;
}

export interface SpelledBytes {
  /** One letter per byte. */
  readonly text: string;
  /** For each byte, the whole code point it belongs to, in UTF-16 code units of the text. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

export function spellWithOrigins(text: string): SpelledBytes {
  const spelled = spellBytes(text);
  const starts = new Int32Array(spelled.length);
  const ends = new Int32Array(spelled.length);
  let unit = 0;
  let byte = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const end = unit + character.length;
    for (
      let left = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
      left > 0;
      left--
    ) {
      starts[byte] = unit;
      ends[byte++] = end;
    }
    unit = end;
  }
  return { text: spelled, starts, ends };
}
