// The exercises of masked language modeling: what is packed, what is hidden, and what never is.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  epochSequences,
  guessesOf,
  maskedBatch,
  packTexts,
  type EncodedText,
  type Exercise,
} from '../../../../main/compute/loops/maskedData.ts';
import { stream } from '../../../../main/compute/random.ts';

const exercise = (changes: Partial<Exercise> = {}): Exercise => ({
  frame: { pad: 0, cls: 2, sep: 3, mask: 4 },
  special: new Set([0, 1, 2, 3, 4]),
  ordinary: Int32Array.from({ length: 95 }, (_, i) => 5 + i),
  maxTokens: 32,
  batchSize: 8,
  maskShare: 0.2,
  wholeWords: false,
  ...changes,
});

/** Words of one to three pieces; token 1 is the unknown one. */
function makeTexts(count: number, seed = 1): EncodedText[] {
  const random = stream(seed, 'texts');
  return Array.from({ length: count }, () => {
    const ids: number[] = [];
    const words: number[] = [];
    for (let word = 0; word < 5 + random.below(60); word++)
      for (let piece = 0; piece <= random.below(3); piece++) {
        ids.push(random.uniform() < 0.05 ? 1 : 5 + random.below(95));
        words.push(word);
      }
    return { ids: Int32Array.from(ids), words: Int32Array.from(words) };
  });
}

describe('packing', () => {
  it('loses nothing: the sequences laid end to end are the documents in order, framed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 8, max: 64 }),
        (count, size) => {
          const texts = makeTexts(count, size);
          const order = texts.map((_, index) => index).reverse();
          const packed = packTexts(texts, order, exercise({ maxTokens: size }));
          const laid = packed.flatMap(({ ids }) => {
            expect(ids.length).toBeLessThanOrEqual(size);
            expect([ids[0], ids.at(-1)]).toEqual([2, 3]);
            return [...ids.subarray(1, -1)];
          });
          expect(laid).toEqual(order.flatMap((index) => [...texts[index]!.ids, 3]));
          packed.slice(0, -1).forEach(({ ids }) => expect(ids).toHaveLength(size));
        },
      ),
    );
  });

  it('makes the same sequences for the same epoch, others for another, and as many', () => {
    const texts = makeTexts(20);
    const plain = (epoch: number) =>
      epochSequences(texts, exercise(), 7, epoch).map(({ ids }) => [...ids]);
    expect(plain(3)).toEqual(plain(3));
    expect(plain(4)).not.toEqual(plain(3));
    expect(plain(4)).toHaveLength(plain(3).length);
  });
});

describe('masking', () => {
  const shown = (settings: Exercise, seed: number) => {
    const sequences = epochSequences(makeTexts(60), settings, 1, 0);
    const counts = { guessed: 0, masked: 0, kept: 0, other: 0, ordinary: 0 };
    for (let at = 0; at + settings.batchSize <= sequences.length; at += settings.batchSize) {
      const batch = sequences.slice(at, at + settings.batchSize);
      const { feeds, counted } = maskedBatch(batch, settings, stream(seed, 'mask', at));
      const ids = feeds['input_ids']!.data as BigInt64Array;
      const positions = feeds['positions']!.data as BigInt64Array;
      const labels = feeds['labels']!.data as BigInt64Array;
      expect(labels).toHaveLength(guessesOf(settings));
      expect(labels.filter((label) => label !== -100n)).toHaveLength(counted);
      expect(new Set(positions.subarray(0, counted)).size).toBe(counted);
      const original = (position: number): number =>
        batch[Math.floor(position / settings.maxTokens)]!.ids[position % settings.maxTokens] ?? 0;
      const guessed = new Set<number>();
      for (let k = 0; k < counted; k++) {
        const position = Number(positions[k]);
        guessed.add(position);
        const id = Number(ids[position]);
        expect(Number(labels[k])).toBe(original(position));
        expect(original(position)).toBeGreaterThanOrEqual(5);
        if (id === 4) counts.masked += 1;
        else if (id === original(position)) counts.kept += 1;
        else {
          counts.other += 1;
          expect(id).toBeGreaterThanOrEqual(5);
        }
      }
      ids.forEach((id, position) => {
        if (!guessed.has(position)) expect(Number(id)).toBe(original(position));
      });
      counts.guessed += counted;
      counts.ordinary += batch.reduce(
        (sum, { ids: own }) => sum + own.filter((i) => i >= 5).length,
        0,
      );
    }
    return counts;
  };

  it('hides the share it is asked for, eight in ten as [MASK], one as another token, one as it is', () => {
    const { guessed, masked, kept, other, ordinary } = shown(exercise({ batchSize: 4 }), 1);
    expect(guessed / ordinary).toBeGreaterThan(0.17);
    expect(guessed / ordinary).toBeLessThan(0.23);
    expect(masked / guessed).toBeCloseTo(0.8, 1);
    expect(kept / guessed).toBeCloseTo(0.1, 1);
    expect(other / guessed).toBeCloseTo(0.1, 1);
  });

  it('hides whole words or nothing of them where asked', () => {
    const settings = exercise({ wholeWords: true });
    const sequences = epochSequences(makeTexts(40), settings, 1, 0).slice(0, settings.batchSize);
    const { feeds, counted } = maskedBatch(sequences, settings, stream(1, 'words'));
    const guessed = new Set(
      Array.from((feeds['positions']!.data as BigInt64Array).subarray(0, counted), Number),
    );
    expect(counted).toBeGreaterThan(0);
    sequences.forEach(({ ids, words }, row) => {
      const byWord = new Map<number, boolean[]>();
      ids.forEach((id, t) => {
        if (id < 5) return;
        const hits = byWord.get(words[t]!) ?? [];
        hits.push(guessed.has(row * settings.maxTokens + t));
        byWord.set(words[t]!, hits);
      });
      for (const hits of byWord.values()) expect(new Set(hits).size).toBe(1);
    });
  });

  it('asks nothing of a sequence without ordinary tokens', () => {
    const text = { ids: Int32Array.of(1, 1, 1), words: Int32Array.of(0, 1, 2) };
    const sequences = packTexts([text], [0], exercise());
    expect(maskedBatch(sequences, exercise(), stream(1, 'none')).counted).toBe(0);
  });
});
