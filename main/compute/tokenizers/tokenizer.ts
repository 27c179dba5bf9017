/**
 * From the files of a model folder to a tokenizer that knows where every token stands in the text. Ids
 * agree token for token with @huggingface/tokenizers, which runs the exported folder but gives no
 * offsets; the differences that remain are listed in the test of that agreement.
 *
 * The file's own truncation and padding are not applied: a text is cut into windows, never shortened.
 */
import { createAddedTokens } from './addedTokens.ts';
import { createBytePairEncoding } from './bytePairEncoding.ts';
import { spellBytes, spellWithOrigins } from './byteLevel.ts';
import { encodeCharacters } from './characters.ts';
import { createEncodingBuilder, type Encoding, type FramedEncoding } from './encoding.ts';
import { sourceEnd, sourceStart, sourceText, type MappedText } from './mappedText.ts';
import { createNormalizer, inSequence, removeSpace, stripMarks } from './normalizers.ts';
import { createFrame } from './postProcessors.ts';
import { createWordCutter, type PreTokenizer } from './preTokenizers.ts';
import { readTokenizerFiles, type Companion, type ModelConfig } from './tokenizerJson.ts';
import { createUnigram } from './unigram.ts';
import { lowercaseMapped } from './unicodeForms.ts';
import { remembered, type PieceModel, type Pieces, type Vocabulary } from './vocabulary.ts';
import { windowsOf, type Window, type WindowOptions } from './windows.ts';
import { createWordPiece } from './wordPiece.ts';

export interface SpecialIds {
  readonly pad: number | null;
  readonly unk: number | null;
  readonly cls: number | null;
  readonly sep: number | null;
  readonly mask: number | null;
}

export interface EncodeOptions {
  /**
   * Tokenizes each grapheme cluster on its own, so that every border a span can have is a border of
   * tokens. Lost are the longer pieces the model was trained on, and with them most of what it knows of
   * words; sequences become several times as long. Added tokens spelled out in the text are text.
   */
  readonly characters?: boolean;
}

export interface Tokenizer {
  /** Without special tokens, whole: nothing is cut off. */
  encode(text: string, options?: EncodeOptions): Encoding;
  /** Tokens `[from, to)` with the special tokens that the template puts around them. */
  frame(encoding: Encoding, from?: number, to?: number): FramedEncoding;
  /** @throws Fault 'bad-request' when no token fits beside the special ones and the overlap. */
  windows(encoding: Encoding, options: WindowOptions): Window[];
  readonly special: SpecialIds;
  /** Ids that are never part of a text: what masked language modeling must not predict. */
  readonly specialIds: ReadonlySet<number>;
  /** How many special tokens `frame` adds. */
  readonly overhead: number;
  /** One more than the largest id: rows an embedding must have. */
  readonly vocabularySize: number;
  /** Longest input in tokens the files state, special ones included; null when they state none. */
  readonly maxTokens: number | null;
  idOf(token: string): number | undefined;
  tokenOf(id: number): string | undefined;
}

/** @throws Fault 'bad-model' naming file and field when one is missing, wrong or of an unknown kind. */
export function readTokenizer(files: Readonly<Record<string, Uint8Array>>): Tokenizer {
  const { tokenizer, companion } = readTokenizerFiles(files);
  const vocabulary = vocabularyOf(tokenizer.model, tokenizer.added_tokens);
  const names = new Map([...vocabulary].map(([name, id]) => [id, name]));
  const model = createModel(tokenizer.model, vocabulary);
  const declared = tokenizer.normalizer ? createNormalizer(tokenizer.normalizer) : null;
  const added = createAddedTokens(tokenizer.added_tokens, declared);
  const normalize = inSequence([
    ...(companion.remove_space ? [removeSpace] : []),
    ...(companion.do_lowercase_and_remove_accent ? [lowercaseMapped, stripMarks] : []),
    ...(declared ? [declared] : []),
  ]);
  const { cut, spellsBytes } = tokenizer.pre_tokenizer
    ? createWordCutter(tokenizer.pre_tokenizer)
    : { cut: asOneWord, spellsBytes: false };
  const words: PieceModel = {
    ...model,
    pieces: spellsBytes ? overBytes(model) : model.pieces,
  };
  const frame = createFrame(tokenizer.post_processor, vocabulary);
  const overhead = frame.before.length + frame.after.length;

  const encode = (text: string): Encoding => {
    const out = createEncodingBuilder(text);
    let word = -1;
    const addToken = (piece: MappedText, id: number): void => {
      word += 1;
      out.add(id, sourceStart(piece, 0), sourceEnd(piece, piece.text.length - 1), word);
    };
    added.beforeNormalizing(sourceText(text)).forEach((section, index) => {
      if (section.piece.text === '') return;
      if (section.id !== null) return addToken(section.piece, section.id);
      const normal = normalize(section.piece);
      for (const inner of added.afterNormalizing(normal)) {
        if (inner.piece.text === '') continue;
        if (inner.id !== null) addToken(inner.piece, inner.id);
        else word = addWords(out, words, cut(inner.piece, index === 0), word);
      }
    });
    return out.result();
  };

  const cutAll = (normal: MappedText): MappedText[] =>
    normal.text === '' ? [] : cut(normal, true);

  return {
    encode: (text, { characters = false } = {}) =>
      characters
        ? encodeCharacters(text, { words, cutText: (whole) => cutAll(normalize(whole)) })
        : encode(text),
    frame: (encoding, from = 0, to = encoding.ids.length) => {
      const length = to - from + overhead;
      const framed = {
        ids: new Int32Array(length),
        starts: new Int32Array(length),
        ends: new Int32Array(length),
        words: new Int32Array(length).fill(-1),
        typeIds: new Int32Array(length).fill(frame.typeId),
        special: new Uint8Array(length),
      };
      const lead = frame.before.length;
      framed.ids.set(encoding.ids.subarray(from, to), lead);
      framed.starts.set(encoding.starts.subarray(from, to), lead);
      framed.ends.set(encoding.ends.subarray(from, to), lead);
      framed.words.set(encoding.words.subarray(from, to), lead);
      [...frame.before, ...frame.after].forEach((part, i) => {
        const at = i < lead ? i : i + to - from;
        framed.ids[at] = part.id;
        framed.typeIds[at] = part.typeId;
        framed.special[at] = 1;
      });
      return framed;
    },
    windows: (encoding, options) => windowsOf(encoding, options, overhead),
    special: specialIdsOf(companion, vocabulary, model),
    specialIds: added.specialIds,
    overhead,
    vocabularySize: [...names.keys()].reduce((most, id) => Math.max(most, id), -1) + 1,
    maxTokens: statedLength(companion.model_max_length),
    idOf: (token) => vocabulary.get(token),
    tokenOf: (id) => names.get(id),
  };
}

const asOneWord: PreTokenizer = (piece) => [piece];

function vocabularyOf(
  model: ModelConfig,
  added: readonly { readonly content: string; readonly id: number }[],
): Vocabulary {
  const vocabulary = new Map<string, number>(
    model.type === 'Unigram'
      ? model.vocab.map(([name], id) => [name, id])
      : Object.entries(model.vocab),
  );
  for (const { content, id } of added) vocabulary.set(content, id);
  return vocabulary;
}

function createModel(config: ModelConfig, vocabulary: Vocabulary): PieceModel {
  switch (config.type) {
    case 'WordPiece':
      return createWordPiece(config, vocabulary);
    case 'BPE':
      return createBytePairEncoding(config, vocabulary);
    case 'Unigram':
      return createUnigram(config, vocabulary);
  }
}

/** Spells each word in bytes for the model; a piece then covers every code point it has a byte of. */
function overBytes(model: PieceModel): PieceModel['pieces'] {
  return remembered((word): Pieces => {
    const letters = spellBytes(word);
    if (letters.length === word.length) return model.pieces(letters);
    const { starts, ends } = spellWithOrigins(word);
    const pieces = model.pieces(letters);
    return {
      ids: pieces.ids,
      starts: pieces.starts.map((byte) => starts[byte] as number),
      ends: pieces.ends.map((byte) => ends[byte - 1] as number),
    };
  });
}

const METASPACE = 0x2581;

/**
 * Adds the pieces of words and returns the number of the last word. A model that takes a whole text as
 * one word marks the beginning of words within it.
 */
function addWords(
  out: ReturnType<typeof createEncodingBuilder>,
  model: PieceModel,
  cutWords: readonly MappedText[],
  last: number,
): number {
  let word = last;
  let unknownBefore = false;
  for (const piece of cutWords) {
    const { ids, starts, ends } = model.pieces(piece.text);
    let opens = true;
    for (let k = 0; k < ids.length; k++) {
      const id = ids[k] as number;
      const start = starts[k] as number;
      const end = sourceEnd(piece, (ends[k] as number) - 1);
      const unknown = model.fusesUnknown && id === model.unknown;
      if (unknown && unknownBefore) {
        out.extend(end);
        continue;
      }
      unknownBefore = unknown;
      if (opens || piece.text.charCodeAt(start) === METASPACE) word += 1;
      opens = false;
      out.add(id, sourceStart(piece, start), end, word);
    }
  }
  return word;
}

const CUSTOMARY: Readonly<Record<keyof SpecialIds, readonly string[]>> = {
  pad: ['[PAD]', '<pad>'],
  unk: ['[UNK]', '<unk>'],
  cls: ['[CLS]', '<s>'],
  sep: ['[SEP]', '</s>'],
  mask: ['[MASK]', '<mask>'],
};

function specialIdsOf(companion: Companion, vocabulary: Vocabulary, model: PieceModel): SpecialIds {
  const idOf = (
    kind: keyof SpecialIds,
    ...stated: (string | null | undefined)[]
  ): number | null => {
    for (const name of [...stated, ...CUSTOMARY[kind]]) {
      const id = vocabulary.get(name ?? '');
      if (id !== undefined) return id;
    }
    return null;
  };
  return {
    pad: idOf('pad', companion.pad_token),
    unk: model.unknown ?? idOf('unk', companion.unk_token),
    cls: idOf('cls', companion.cls_token, companion.bos_token),
    sep: idOf('sep', companion.sep_token, companion.eos_token),
    mask: idOf('mask', companion.mask_token),
  };
}

/** Python writes "no limit" as 10^30. */
const statedLength = (length: number | null | undefined): number | null =>
  typeof length === 'number' && length > 0 && length < 1e9 ? Math.floor(length) : null;
