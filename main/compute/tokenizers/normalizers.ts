/**
 * The normalizers of a tokenizer.json, each from mapped text to mapped text. What they do to the text
 * is what @huggingface/tokenizers does, to the letter; the map is what they add.
 */
import { readCharsmap } from './charsmap.ts';
import { createRewriter, rewriteMatches, type MappedText } from './mappedText.ts';
import { compilePattern } from './patterns.ts';
import type { NormalizerConfig } from './tokenizerJson.ts';
import { changeMapped, dropAccents, lowercaseMapped, normalizeMapped } from './unicodeForms.ts';

export type Normalizer = (input: MappedText) => MappedText;

type BertConfig = Extract<NormalizerConfig, { type: 'BertNormalizer' }>;

/** @param field where the configuration stands in the file, for faults. */
export function createNormalizer(config: NormalizerConfig, field = 'normalizer'): Normalizer {
  switch (config.type) {
    case 'BertNormalizer':
      return bertNormalizer(config);
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return (input) => normalizeMapped(input, config.type);
    case 'Lowercase':
      return lowercaseMapped;
    case 'StripAccents':
      return stripMarks;
    case 'Nmt':
      return nmt;
    case 'Strip':
      return (input) => strip(input, config.strip_left ?? false, config.strip_right ?? false);
    case 'Replace':
      return replaceAll(compilePattern(config.pattern, `${field}.pattern`), config.content ?? '');
    case 'Prepend':
      return (input) => prepend(input, config.prepend);
    case 'Precompiled':
      return config.precompiled_charsmap
        ? readCharsmap(config.precompiled_charsmap, `${field}.precompiled_charsmap`)
        : nmtNfkc;
    case 'Sequence':
      return inSequence(
        config.normalizers.map((inner, i) => createNormalizer(inner, `${field}.normalizers.${i}`)),
      );
  }
}

export const inSequence =
  (steps: readonly Normalizer[]): Normalizer =>
  (input) =>
    steps.reduce((text, step) => step(text), input);

export const stripMarks: Normalizer = (input) => rewriteMatches(input, /\p{M}+/gu, () => '');

export const replaceAll =
  (pattern: RegExp, content: string): Normalizer =>
  (input) =>
    rewriteMatches(input, pattern, () => content);

export function prepend(input: MappedText, text: string): MappedText {
  const rewriter = createRewriter(input);
  rewriter.insert(0, text);
  rewriter.keep(0, input.text.length);
  return rewriter.result();
}

export function strip(input: MappedText, left: boolean, right: boolean): MappedText {
  const { text } = input;
  const from = left ? text.length - text.trimStart().length : 0;
  const to = right ? Math.max(from, text.trimEnd().length) : text.length;
  if (from === 0 && to === text.length) return input;
  return { text: text.slice(from, to), map: input.map, at: input.at + from };
}

/** `remove_space` of older SentencePiece configurations: trimmed, and single blanks inside. */
export const removeSpace: Normalizer = (input) =>
  rewriteMatches(strip(input, true, true), /\s+/g, () => ' ');

/** Printable ASCII: nothing to clean, no CJK, no accents. */
const PLAIN = /^[ -~]*$/;
const UNCLEAN = /[\ufffd\p{Cc}\p{Cf}\p{Co}\p{Cs}]|[^\S ]/gu;
const DROPPED = /[\ufffd\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u;
const KEPT_CONTROL = /^[\t\n\r]$/;
/**
 * The blocks BERT sets apart, on code units: like the library that runs the export, this leaves
 * ideographs beyond the basic plane where they are.
 */
const IDEOGRAPH = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/g;

function bertNormalizer(config: BertConfig): Normalizer {
  const accents = config.strip_accents ?? config.lowercase ?? false;
  const steps: Normalizer[] = [];
  if (config.clean_text) steps.push(cleanText);
  if (config.handle_chinese_chars)
    steps.push((input) => rewriteMatches(input, IDEOGRAPH, (character) => ` ${character} `));
  if (config.lowercase) steps.push(lowercaseMapped);
  if (accents) steps.push(dropAccents);
  const full = inSequence(steps);
  return (input) => {
    if (!PLAIN.test(input.text)) return full(input);
    return config.lowercase ? lowercaseMapped(input) : input;
  };
}

const cleanText: Normalizer = (input) =>
  rewriteMatches(input, UNCLEAN, (character) =>
    KEPT_CONTROL.test(character) || !DROPPED.test(character) ? ' ' : '',
  );

const NMT_REMOVED = /(?![\0\t\n\f\r])[\p{Cc}--[\x80-\x8e\x90-\x9e]]/gv;
const NMT_BLANK = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g;

/** Control characters go, unusual blanks become blanks (the Rust library's `Nmt`). */
const nmt: Normalizer = (input) =>
  rewriteMatches(
    rewriteMatches(input, NMT_REMOVED, () => ''),
    NMT_BLANK,
    () => ' ',
  );

const WIDE_BLANK = /[\xa0\u2000-\u200a\u202f\u205f\u3000]/g;
const WIDE_TILDE = '\uff5e';

/** The rules `nmt_nfkc` where a file names them without bringing their map. The full-width tilde stays. */
const nmtNfkc: Normalizer = (input) =>
  changeMapped(
    rewriteMatches(nmt(input), WIDE_BLANK, () => ' '),
    (text) =>
      text
        .split(WIDE_TILDE)
        .map((part) => part.normalize('NFKC'))
        .join(WIDE_TILDE),
  );
