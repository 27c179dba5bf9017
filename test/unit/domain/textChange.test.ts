// Moving places with a text, against a model that knows nothing of offsets: every code unit gets a number, and
// a place is the numbers it covers.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shiftRange, type Passage } from '../../../shared/domain/erasures.ts';
import { createGraphemes } from '../../../shared/domain/graphemes.ts';
import {
  changedPassage,
  checkReplacement,
  replacePassage,
} from '../../../shared/domain/textChange.ts';

/** What is left of a range when the units of the passage are taken out and new ones, -1, put in. */
function byHand(
  length: number,
  range: { start: number; end: number },
  passage: Passage,
): { start: number; end: number } | null {
  const units = Array.from({ length }, (_, unit) => unit);
  const own = units.slice(range.start, range.end);
  const after = [
    ...units.slice(0, passage.start),
    ...Array.from({ length: passage.inserted }, () => -1),
    ...units.slice(passage.end),
  ];
  const first = after.indexOf(own[0] ?? -2);
  const found = after.slice(first, first + own.length);
  const whole = first >= 0 && found.length === own.length && found.every((u, i) => u === own[i]);
  return whole ? { start: first, end: first + own.length } : null;
}

const cut = (length: number) =>
  fc
    .tuple(fc.nat(length), fc.nat(length))
    .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));

describe('shiftRange', () => {
  it('agrees with the model over random texts, places and chains of changes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }).chain((length) =>
          fc.record({
            length: fc.constant(length),
            ranges: fc.array(
              cut(length).filter(({ start, end }) => end > start),
              {
                minLength: 1,
                maxLength: 12,
              },
            ),
            passage: cut(length),
            inserted: fc.nat(15),
          }),
        ),
        ({ length, ranges, passage, inserted }) => {
          fc.pre(inserted > 0 || passage.end > passage.start);
          const change = { ...passage, inserted };
          for (const range of ranges) {
            expect(shiftRange(range, change)).toEqual(byHand(length, range, change));
          }
        },
      ),
      { numRuns: 3000, seed: 20261124 },
    );
  });

  it('lets a place that only meets the passage keep its words', () => {
    const passage = { start: 4, end: 8, inserted: 2 };
    expect(shiftRange({ start: 0, end: 4 }, passage)).toEqual({ start: 0, end: 4 });
    expect(shiftRange({ start: 8, end: 9 }, passage)).toEqual({ start: 6, end: 7 });
    expect(shiftRange({ start: 3, end: 5 }, passage)).toBeNull();
    // New words inside a mark are words nobody marked.
    expect(shiftRange({ start: 2, end: 6 }, { start: 4, end: 4, inserted: 3 })).toBeNull();
  });
});

const PIECES = ['a', 'B', ' ', '\r\n', 'é', 'e\u0301', '👩‍⚕️', '🇩🇪', '张', '한', '\u0301', '\u200d'];
const anyText = fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }).map((all) => all.join(''));

describe('checkReplacement', () => {
  it('lets through only cuts that no grapheme straddles, in the old text and in the new', () => {
    fc.assert(
      fc.property(
        anyText.chain((text) => fc.tuple(fc.constant(text), cut(text.length), anyText)),
        ([text, { start, end }, replacement]) => {
          const change = { start, end, expected: text.slice(start, end), replacement };
          if (checkReplacement(text, change) !== null) return;
          const after = replacePassage(text, change);
          const old = createGraphemes(text);
          const made = createGraphemes(after);
          const by = replacement.length - (end - start);
          // Every other boundary of the old text is one of the new text: no mark is cut by a neighbor.
          for (let at = 0; at <= text.length; at += 1) {
            if (at > start && at < end) continue;
            if (old.isBoundary(at)) expect(made.isBoundary(at <= start ? at : at + by)).toBe(true);
          }
        },
      ),
      { numRuns: 2000, seed: 20261124 },
    );
  });

  it.each([
    ['outOfRange', { start: 2, end: 9, expected: '', replacement: 'x' }],
    ['outOfRange', { start: 3, end: 2, expected: '', replacement: 'x' }],
    ['changedMeanwhile', { start: 0, end: 1, expected: 'x', replacement: 'y' }],
    ['nothing', { start: 0, end: 1, expected: 'a', replacement: 'a' }],
    ['cutsGrapheme', { start: 2, end: 3, expected: '\u0301', replacement: '' }],
    ['cutsGrapheme', { start: 1, end: 1, expected: '', replacement: '\u0308' }],
  ] as const)('says %s', (problem, change) => {
    expect(checkReplacement('ae\u0301c', change)).toBe(problem);
  });
});

describe('changedPassage', () => {
  it('leads from one text to the other, and cuts no grapheme', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, anyText, (left, before, after, right) => {
        const old = left + before + right;
        const made = left + after + right;
        const passage = changedPassage(old, made);
        if (passage === null) {
          expect(old).toBe(made);
          return;
        }
        const { start, end, inserted } = passage;
        expect(old.slice(0, start) + made.slice(start, start + inserted) + old.slice(end)).toBe(
          made,
        );
        expect(createGraphemes(old).isBoundary(start)).toBe(true);
        expect(createGraphemes(old).isBoundary(end)).toBe(true);
        expect(createGraphemes(made).isBoundary(start + inserted)).toBe(true);
      }),
      { numRuns: 2000, seed: 20261124 },
    );
  });

  it('is the smallest one', () => {
    expect(changedPassage('Born 1961 in Bern', 'Born 1962 in Bern')).toEqual({
      start: 8,
      end: 9,
      inserted: 1,
    });
    expect(changedPassage('same', 'same')).toBeNull();
    expect(changedPassage('aa', 'aaa')).toEqual({ start: 2, end: 2, inserted: 1 });
  });
});
