// Windows of long documents and their packing: everything is read, counted once, and kept apart.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DOCUMENT_SLOTS,
  type ClassifierConfig,
} from '../../../../main/compute/architectures/tagger/index.ts';
import {
  encodeClassified,
  packWindows,
  windowFeeds,
  windowsOf,
  type ClassifiedDocument,
} from '../../../../main/compute/loops/classifierData.ts';

const config = (window: number): ClassifierConfig => ({
  architecture: 'tagger',
  version: 1,
  task: 'documents',
  labels: ['A', 'B'],
  ...{ buckets: 100, embeddingDim: 8, hidden: 8, dilations: [1, 4], towers: 1 },
  window,
  temperature: 1,
});
const ofLength = (length: number): ClassifiedDocument => ({
  id: `${length}`,
  length,
  features: new Int32Array(length * DOCUMENT_SLOTS).fill(1),
  label: 0,
});

describe('windows', () => {
  it('read every token, overlap, and count each document once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 128, max: 512 }),
        (lengths, size) => {
          const documents = lengths.map(ofLength);
          const windows = windowsOf(documents, config(size));
          lengths.forEach((length, document) => {
            const own = windows.filter((window) => window.document === document);
            expect(own[0]!.first).toBe(0);
            expect(own.at(-1)!.last).toBe(length);
            own.slice(1).forEach(({ first }, k) => expect(first).toBe(own[k]!.last - 64));
            for (const { first, last } of own) expect(last - first).toBeLessThanOrEqual(size);
            expect(own.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
            for (const { share } of own) expect(share).toBeGreaterThan(0);
            if (length <= size) expect(own).toHaveLength(1);
          });
        },
      ),
    );
  });

  it('are packed in order, apart from each other, within capacity and rows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 60 }),
        (lengths) => {
          const documents = lengths.map(ofLength);
          const windows = windowsOf(documents, config(256));
          const packing = { capacity: 300, rows: 7, gap: 4 };
          const batches = packWindows(windows, packing);
          expect(batches.flat()).toEqual(windows);
          for (const batch of batches) {
            expect(batch.length).toBeLessThanOrEqual(7);
            const { owners, feeds } = windowFeeds(documents, batch, packing);
            const mask = feeds['mask']!.data as Float32Array;
            const pool = feeds['pool']!.data as Float32Array;
            expect(mask).toHaveLength(300);
            const tokens = batch.reduce((sum, { first, last }) => sum + last - first, 0);
            expect(mask.reduce((a, b) => a + b, 0)).toBe(tokens);
            let at = 0;
            batch.forEach(({ first, last }, row) => {
              const end = at + last - first;
              const own = pool.subarray(row * 300, (row + 1) * 300);
              expect(own.reduce((a, b) => a + b, 0)).toBe(last - first);
              expect(own.subarray(at, end).every((value) => value === 1)).toBe(true);
              expect(owners.subarray(at, end).every((owner) => owner === row)).toBe(true);
              at = end + 4;
            });
          }
        },
      ),
    );
  });
});

it('does not let the letter case, accents or line breaks of a text change what is seen of it', () => {
  const see = (text: string): number[] => [
    ...encodeClassified([{ id: 'a', text, spans: [], label: 'A' }], ['A', 'B'], 4096).documents[0]!
      .features,
  ];
  expect(see('Où est\nma CARTE ?')).toEqual(see('ou est ma carte ?'));
  expect(see('ou est ma carte')).not.toEqual(see('ou est la carte'));
  expect(see('我的卡丢了').length).toBe(5 * DOCUMENT_SLOTS);
});
