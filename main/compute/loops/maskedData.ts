/**
 * Texts as exercises in guessing: documents are laid end to end and cut into sequences of one length,
 * in an order drawn for each epoch; in each sequence some tokens are chosen to be guessed (Devlin et
 * al. 2019, section 3.1).
 */
import { shuffle, stream, type RandomStream } from '../random.ts';
import type { HostTensor } from '../sessions/index.ts';

export interface EncodedText {
  readonly ids: Int32Array;
  /** Word of each token; tokens of one word share a number. */
  readonly words: Int32Array;
}

export interface FrameIds {
  readonly pad: number;
  readonly cls: number;
  readonly sep: number;
  readonly mask: number;
}

/** How sequences are made and what is asked of them. */
export interface Exercise {
  readonly frame: FrameIds;
  /** Ids that are never part of a text and never guessed. */
  readonly special: ReadonlySet<number>;
  /** All others, of which one is shown now and then instead of the right one. */
  readonly ordinary: Int32Array;
  readonly maxTokens: number;
  readonly batchSize: number;
  readonly maskShare: number;
  /** Hides all pieces of a chosen word, so that none can be read off its neighbors. */
  readonly wholeWords: boolean;
}

/** Tokens of one sequence, with the frame of special tokens; `words` is -1 for those. */
export interface Sequence {
  readonly ids: Int32Array;
  readonly words: Int32Array;
}

/**
 * [CLS] piece [SEP] for every sequence, with another [SEP] where one document ends and the next begins.
 * The number of sequences does not depend on `order`.
 */
export function packTexts(
  texts: readonly EncodedText[],
  order: readonly number[],
  { frame, maxTokens }: Pick<Exercise, 'frame' | 'maxTokens'>,
): Sequence[] {
  const room = maxTokens - 2;
  const sequences: Sequence[] = [];
  let ids: number[] = [];
  let words: number[] = [];
  let word = 0;
  const close = (): void => {
    if (ids.length === 0) return;
    sequences.push({
      ids: Int32Array.of(frame.cls, ...ids, frame.sep),
      words: Int32Array.of(-1, ...words, -1),
    });
    [ids, words] = [[], []];
  };
  const put = (id: number, number: number): void => {
    ids.push(id);
    words.push(number);
    if (ids.length === room) close();
  };
  for (const index of order) {
    const text = texts[index] as EncodedText;
    if (text.ids.length === 0) continue;
    let last: number | undefined;
    text.ids.forEach((id, t) => {
      // Words are numbered anew along the stream, so that two documents never share one.
      if (last === undefined || text.words[t] === -1 || text.words[t] !== last) word += 1;
      last = text.words[t];
      put(id, word);
    });
    put(frame.sep, -1);
  }
  close();
  return sequences;
}

/** The sequences of an epoch (from 0), a pure function of seed and epoch. */
export function epochSequences(
  texts: readonly EncodedText[],
  exercise: Exercise,
  seed: number,
  epoch: number,
): Sequence[] {
  const random = stream(seed, 'epoch', epoch);
  const order = shuffle(
    texts.map((_, index) => index),
    random,
  );
  return shuffle(packTexts(texts, order, exercise), random);
}

export const inBatches = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, k) =>
    items.slice(k * size, (k + 1) * size),
  );

/** Guesses that a batch has room for. */
export const guessesOf = ({ batchSize, maxTokens, maskShare }: Exercise): number =>
  batchSize * Math.max(1, Math.round(maskShare * maxTokens));

const IGNORED = -100n;

/**
 * A batch with its guesses. Of the chosen tokens 80 % are shown as [MASK], 10 % as another token and
 * 10 % as they are, because a model that only ever guesses at [MASK] learns nothing about the others.
 */
export function maskedBatch(
  sequences: readonly Sequence[],
  exercise: Exercise,
  random: RandomStream,
): { feeds: Record<string, HostTensor>; counted: number } {
  const { frame, ordinary, maxTokens, batchSize } = exercise;
  const guesses = guessesOf(exercise);
  const size = batchSize * maxTokens;
  const ids = new BigInt64Array(size).fill(BigInt(frame.pad));
  const mask = new BigInt64Array(size);
  const positions = new BigInt64Array(guesses);
  const labels = new BigInt64Array(guesses).fill(IGNORED);
  let counted = 0;
  sequences.forEach((sequence, row) => {
    const at = row * maxTokens;
    sequence.ids.forEach((id, t) => {
      ids[at + t] = BigInt(id);
      mask[at + t] = 1n;
    });
    for (const t of chooseTokens(sequence, exercise, random)) {
      positions[counted] = BigInt(at + t);
      labels[counted] = BigInt(sequence.ids[t] as number);
      counted += 1;
      const chance = random.uniform();
      if (chance < 0.8) ids[at + t] = BigInt(frame.mask);
      else if (chance < 0.9)
        ids[at + t] = BigInt(ordinary[random.below(ordinary.length)] as number);
    }
  });
  const dims = [batchSize, maxTokens];
  return {
    feeds: {
      input_ids: { dims, data: ids },
      attention_mask: { dims, data: mask },
      token_type_ids: { dims, data: new BigInt64Array(size) },
      positions: { dims: [guesses], data: positions },
      labels: { dims: [guesses], data: labels },
    },
    counted,
  };
}

/** Positions to be guessed, at most a sequence's part of the batch's guesses. */
function chooseTokens(
  { ids, words }: Sequence,
  { special, maskShare, maxTokens, wholeWords }: Exercise,
  random: RandomStream,
): number[] {
  const groups = new Map<number, number[]>();
  ids.forEach((id, t) => {
    if (special.has(id)) return;
    const key = wholeWords ? (words[t] as number) : t;
    const group = groups.get(key) ?? [];
    group.push(t);
    groups.set(key, group);
  });
  const ordinary = [...groups.values()].reduce((sum, { length }) => sum + length, 0);
  const most = Math.max(1, Math.round(maskShare * maxTokens));
  const wanted = Math.min(most, Math.max(1, Math.round(maskShare * ordinary)));
  const chosen: number[] = [];
  for (const group of shuffle([...groups.values()], random)) {
    if (chosen.length >= wanted) break;
    // A word that no longer fits is left for a shorter one.
    if (chosen.length + group.length <= wanted) chosen.push(...group);
  }
  return chosen;
}
