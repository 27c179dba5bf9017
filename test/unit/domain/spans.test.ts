import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGraphemes } from '../../../shared/domain/graphemes.ts';
import {
  checkSpan,
  flattenSpans,
  overlappingPairs,
  overlaps,
  snapToGraphemes,
  sortSpans,
  trimSpan,
} from '../../../shared/domain/spans.ts';

const FAMILY = '👨‍👩‍👧';
const pieces = fc.constantFrom(
  'a',
  ' ',
  '\r\n',
  '\n',
  'é',
  'e\u0301',
  '😊',
  FAMILY,
  '🇩🇪',
  '病',
  'שָׁ',
  'กำ',
  '한',
  '©\ufe0f',
);
const texts = fc.array(pieces, { maxLength: 25 }).map((parts) => parts.join(''));

describe('grapheme boundaries', () => {
  it('are those of the segmenter, whatever the text', () => {
    const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
    fc.assert(
      fc.property(texts, (text) => {
        const expected = new Set([...segmenter.segment(text)].map((s) => s.index)).add(text.length);
        if (text === '') expected.add(0);
        const graphemes = createGraphemes(text);
        for (let offset = 0; offset <= text.length; offset += 1) {
          expect(graphemes.isBoundary(offset)).toBe(expected.has(offset));
        }
      }),
    );
  });

  it('agree with the segmenter on every pair of code points below U+0300', () => {
    const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
    for (let a = 0; a < 0x300; a += 1) {
      // Latin-1 holds every control and the two pictographs; beyond it all are plain letters.
      const text = Array.from({ length: 0x100 }, (_, b) => String.fromCharCode(a, b)).join('');
      const starts = new Set([...segmenter.segment(text)].map((s) => s.index));
      const graphemes = createGraphemes(text);
      for (let offset = 1; offset < text.length; offset += 1) {
        if (graphemes.isBoundary(offset) !== starts.has(offset)) {
          expect.fail(`U+${a.toString(16)} at ${offset}`);
        }
      }
    }
  });

  it('step over whole clusters', () => {
    const graphemes = createGraphemes(`a${FAMILY}b`);
    expect(graphemes.next(1)).toBe(1 + FAMILY.length);
    expect(graphemes.previous(1 + FAMILY.length)).toBe(1);
    expect(graphemes.floor(4)).toBe(1);
    expect(graphemes.ceil(4)).toBe(1 + FAMILY.length);
    expect(graphemes.next(99)).toBe(graphemes.length);
    expect(graphemes.previous(0)).toBe(0);
    expect(graphemes.isBoundary(-1)).toBe(false);
    expect(graphemes.isBoundary(1.5)).toBe(false);
  });
});

describe('checking a span', () => {
  const graphemes = createGraphemes('Hi 😊 Ada');
  it.each([
    [6, 9, null],
    [0, 9, null],
    [3, 5, null],
    [3, 4, 'cutsGrapheme'],
    [4, 9, 'cutsGrapheme'],
    [6, 10, 'outOfRange'],
    [-1, 3, 'outOfRange'],
    [6, 6, 'empty'],
    [9, 6, 'inverted'],
    [0.5, 2, 'notAnOffset'],
    [Number.NaN, 2, 'notAnOffset'],
  ] as const)('%d-%d: %s', (start, end, problem) => {
    expect(checkSpan({ start, end }, graphemes)).toBe(problem);
  });

  it('never cuts CR LF', () => {
    expect(checkSpan({ start: 0, end: 2 }, createGraphemes('a\r\nb'))).toBe('cutsGrapheme');
  });
});

describe('snapping and trimming', () => {
  it('give sound spans that keep what was covered', () => {
    fc.assert(
      fc.property(texts, fc.nat(60), fc.nat(60), (text, a, b) => {
        const [start, end] = [Math.min(a, b, text.length), Math.min(Math.max(a, b), text.length)];
        fc.pre(end > start);
        const graphemes = createGraphemes(text);
        const snapped = snapToGraphemes({ start, end, label: 'X' }, graphemes);
        expect(checkSpan(snapped, graphemes)).toBeNull();
        expect(snapped.start).toBeLessThanOrEqual(start);
        expect(snapped.end).toBeGreaterThanOrEqual(end);
        expect(snapToGraphemes(snapped, graphemes)).toBe(snapped);

        const trimmed = trimSpan(snapped, text, graphemes);
        const covered = text.slice(snapped.start, snapped.end);
        if (trimmed === null) expect(covered.trim()).toBe('');
        else {
          expect(checkSpan(trimmed, graphemes)).toBeNull();
          expect(text.slice(trimmed.start, trimmed.end)).toBe(covered.trim());
        }
      }),
    );
  });

  it('leave a space that carries an accent', () => {
    const text = ' \u0301a ';
    expect(trimSpan({ start: 0, end: 4 }, text, createGraphemes(text))).toEqual({
      start: 0,
      end: 3,
    });
  });
});

describe('overlaps', () => {
  const span = fc
    .record({ start: fc.nat(40), size: fc.integer({ min: 1, max: 10 }) })
    .map(({ start, size }) => ({ start, end: start + size, label: 'X' }));

  it('are found pair by pair', () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 15 }), (spans) => {
        let expected = 0;
        spans.forEach((a, i) => {
          for (const b of spans.slice(i + 1)) expected += overlaps(a, b) ? 1 : 0;
        });
        const pairs = overlappingPairs(spans);
        expect(pairs.length).toBe(expected);
        for (const [a, b] of pairs) expect(overlaps(a, b)).toBe(true);
      }),
    );
  });

  it('leave a flat set in which every dropped span has a longer or earlier rival', () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 15 }), (spans) => {
        const { kept, dropped } = flattenSpans(spans);
        expect(overlappingPairs(kept)).toEqual([]);
        expect(sortSpans([...kept, ...dropped])).toEqual(sortSpans(spans));
        expect(kept).toEqual(sortSpans(kept));
        for (const lost of dropped) {
          const beaten = kept.some(
            (k) => overlaps(k, lost) && k.end - k.start >= lost.end - lost.start,
          );
          expect(beaten).toBe(true);
        }
      }),
    );
  });
});
