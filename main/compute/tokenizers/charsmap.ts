/**
 * SentencePiece's precompiled normalization rules: a double-array trie over UTF-8 bytes (the layout of
 * Darts-clone, https://github.com/s-yata/darts-clone) whose values point into a block of NUL-ended
 * replacements. As in SentencePiece, the longest rule at each position wins.
 *
 * Layout: size of the trie in bytes (u32, little endian), its units (u32 each), the replacements.
 * Unit: bits 0-7 label, bit 8 "a value follows", bit 9 and bits 10-30 offset, bit 31 set on values.
 */
import { fault } from '../fault.ts';
import { createRewriter, type MappedText } from './mappedText.ts';

export type Charsmap = (input: MappedText) => MappedText;

/** @throws Fault 'bad-model' when the block is not such a map. */
export function readCharsmap(base64: string, field: string): Charsmap {
  const bytes = Buffer.from(base64, 'base64');
  const size = bytes.length >= 4 ? bytes.readUInt32LE(0) : 0;
  if (size === 0 || size % 4 !== 0 || 4 + size > bytes.length)
    throw fault('bad-model', `tokenizer.json: ${field} is not a SentencePiece character map.`);
  const units = new Uint32Array(size / 4);
  for (let i = 0; i < units.length; i++) units[i] = bytes.readUInt32LE(4 + 4 * i);
  const block = bytes.subarray(4 + size);
  const replacements = new Map<number, string>();

  const replacementAt = (value: number): string => {
    let text = replacements.get(value);
    if (text === undefined) {
      const end = block.indexOf(0, value);
      text = block.toString('utf8', value, end < 0 ? block.length : end);
      replacements.set(value, text);
    }
    return text;
  };

  /** One byte down; -1 when no rule goes on with it. `leaf` then tells whether a rule ends there. */
  let leaf = false;
  const descend = (node: number, byte: number): number => {
    const at = node ^ byte;
    const unit = units[at] ?? 0;
    // A NUL would meet the label of units that were never used.
    if (byte === 0 || (unit & 0x8000_00ff) >>> 0 !== byte) return -1;
    leaf = (unit & 0x100) !== 0;
    return at ^ offsetOf(unit);
  };

  const root = offsetOf(units[0] as number);

  return (input) => {
    const { text } = input;
    const rewriter = createRewriter(input);
    let kept = 0;
    let from = 0;
    while (from < text.length) {
      let node = root;
      let value = -1;
      let matched = from;
      for (let to = from; to < text.length && node >= 0;) {
        const code = text.codePointAt(to) as number;
        to += code > 0xffff ? 2 : 1;
        if (code < 0x80) node = descend(node, code);
        else if (code >= 0xd800 && code <= 0xdfff) break;
        else {
          const length = code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
          node = descend(node, ((0xf00 >> length) & 0xff) | (code >> (6 * (length - 1))));
          for (let i = length - 2; i >= 0 && node >= 0; i--)
            node = descend(node, 0x80 | ((code >> (6 * i)) & 0x3f));
        }
        if (node >= 0 && leaf) {
          value = (units[node] ?? 0) & 0x7fff_ffff;
          matched = to;
        }
      }
      if (value < 0) {
        from += (text.codePointAt(from) as number) > 0xffff ? 2 : 1;
        continue;
      }
      rewriter.keep(kept, from);
      rewriter.replace(from, matched, replacementAt(value));
      kept = from = matched;
    }
    rewriter.keep(kept, text.length);
    return rewriter.result();
  };
}

const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);
