// The CRF against brute force: every sequence of a tiny case is written down and added up.
import { describe, expect, it } from 'vitest';
import {
  bestChain,
  chainLattice,
  chainLoss,
  decodeChain,
  decodeSpans,
  transitionWeights,
} from '../../../../main/compute/architectures/tagger/index.ts';
import { mayFollow } from '../../../../main/compute/architectures/tagger/crf.ts';
import { isInside } from '../../../../main/compute/architectures/tagger/tags.ts';
import { stream } from '../../../../main/compute/random.ts';

const LABELS = ['A', 'B'];
const CLASSES = 5;
const random = stream(7, 'crf');
const floats = (size: number, scale: number): Float32Array =>
  Float32Array.from({ length: size }, () => scale * random.normal());

/** Every allowed sequence with its score. */
function enumerate(
  logits: Float32Array,
  transitions: Float32Array,
  length: number,
  begins: boolean,
): { tags: number[]; score: number }[] {
  let all: { tags: number[]; score: number }[] = [{ tags: [], score: 0 }];
  for (let t = 0; t < length; t++)
    all = all.flatMap(({ tags, score }) =>
      Array.from({ length: CLASSES }, (_, tag) => tag)
        .filter((tag) => (t > 0 ? mayFollow(tags[t - 1]!, tag) : !begins || !isInside(tag)))
        .map((tag) => ({
          tags: [...tags, tag],
          score:
            score +
            logits[t * CLASSES + tag]! +
            (t > 0 ? transitions[tags[t - 1]! * CLASSES + tag]! : 0),
        })),
    );
  return all;
}

const logSumExp = (values: readonly number[]): number => {
  const top = Math.max(...values);
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
};

describe.each([
  { length: 1, begins: true },
  { length: 2, begins: false },
  { length: 4, begins: true },
  { length: 5, begins: false },
])('a chain of $length tokens that begins a text: $begins', ({ length, begins }) => {
  const logits = floats(length * CLASSES, 2);
  const transitions = floats(CLASSES * CLASSES, 1);
  const weights = transitionWeights(transitions);
  const all = enumerate(logits, transitions, length, begins);
  const logPartition = logSumExp(all.map(({ score }) => score));

  it('sums over exactly the allowed sequences', () => {
    const found = chainLattice({ logits, length, begins }, weights);
    expect(found.logPartition).toBeCloseTo(logPartition, 9);
    const halved = all.map(({ score }) => score / 2.5);
    const tempered = chainLattice(
      { logits, length, begins },
      transitionWeights(transitions, 2.5),
      2.5,
    );
    expect(tempered.logPartition).toBeCloseTo(logSumExp(halved), 9);
  });

  it('has the loss and the gradients of the definition', () => {
    const { tags, score } = all[random.below(all.length)]!;
    const gradients = {
      logits: new Float32Array(logits.length),
      transitions: new Float32Array(transitions.length),
      share: 0.5,
    };
    const loss = chainLoss({ logits, length, begins }, tags, transitions, weights, gradients);
    expect(loss).toBeCloseTo(logPartition - score, 5);
    const expectedLogits = new Float64Array(logits.length);
    const expectedPairs = new Float64Array(transitions.length);
    const add = (sequence: readonly number[], weight: number): void =>
      sequence.forEach((tag, t) => {
        expectedLogits[t * CLASSES + tag]! += weight;
        if (t > 0) expectedPairs[sequence[t - 1]! * CLASSES + tag]! += weight;
      });
    for (const entry of all) add(entry.tags, 0.5 * Math.exp(entry.score - logPartition));
    add(tags, -0.5);
    expectedLogits.forEach((value, i) => expect(gradients.logits[i]).toBeCloseTo(value, 5));
    expectedPairs.forEach((value, i) => expect(gradients.transitions[i]).toBeCloseTo(value, 5));
  });

  it('finds the best of all sequences', () => {
    const best = all.reduce((a, b) => (b.score > a.score ? b : a));
    expect([...bestChain({ logits, length, begins }, transitions)]).toEqual(best.tags);
  });

  it('gives a span the probability of all sequences that hold exactly it', () => {
    if (!begins) return;
    const tokens = Array.from({ length }, (_, t) => ({ start: 2 * t, end: 2 * t + 1 }));
    const { spans } = decodeChain(logits, tokens, LABELS, transitions, 1);
    for (const { start, end, label, score } of spans) {
      const [first, last] = [start / 2, (end - 1) / 2];
      const begin = 1 + 2 * LABELS.indexOf(label);
      const holding = all.filter(
        ({ tags }) =>
          tags[first] === begin &&
          tags.slice(first + 1, last + 1).every((tag) => tag === begin + 1) &&
          tags[last + 1] !== begin + 1,
      );
      const mass = holding.reduce((sum, entry) => sum + Math.exp(entry.score - logPartition), 0);
      expect(score).toBeCloseTo(mass, 9);
    }
  });
});

it('agrees with the plain decoder where no pair of tags is preferred', () => {
  const length = 40;
  const logits = floats(length * CLASSES, 3);
  const tokens = Array.from({ length }, (_, t) => ({ start: 2 * t, end: 2 * t + 1 }));
  const plain = decodeSpans(logits, tokens, LABELS, 1.7);
  const chained = decodeChain(logits, tokens, LABELS, new Float32Array(CLASSES ** 2), 1.7);
  expect([...chained.tags]).toEqual([...plain.tags]);
  chained.spans.forEach((span, i) => expect(span.score).toBeCloseTo(plain.spans[i]!.score, 6));
});

it('stays finite over a text of twenty thousand tokens and scores of any size', () => {
  const length = 20_000;
  const logits = floats(length * CLASSES, 60);
  const weights = transitionWeights(floats(CLASSES * CLASSES, 3));
  const { logPartition, forward, backward } = chainLattice(
    { logits, length, begins: true },
    weights,
  );
  expect(Number.isFinite(logPartition)).toBe(true);
  const last = forward.slice(-CLASSES).map((mass, k) => mass * backward.at(k - CLASSES)!);
  expect(last.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
});
