import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fineTokens } from '../../../../main/compute/tokenizers/index.ts';

const cut = (text: string): string[] =>
  fineTokens(text).map(({ start, end }) => text.slice(start, end));

describe('fine tokens', () => {
  it.each([
    ['NHC: 368503.', ['NHC', ':', '368503', '.']],
    ['MartínezNºCol: 28 28', ['Martínez', 'Nº', 'Col', ':', '28', '28']],
    ['03/03/1946', ['03', '/', '03', '/', '1946']],
    ['a\r\nb\nc', ['a', '\r\n', 'b', '\n', 'c']],
    ['患者李华，45岁', ['患', '者', '李', '华', '，', '45', '岁']],
    ['Größe über ß', ['Größe', 'über', 'ß']],
    ['e\u0301a x\u0308', ['e\u0301a', 'x\u0308']],
    ['ab👩‍⚕️cd 🇩🇪🇫🇷', ['ab', '👩‍⚕️', 'cd', '🇩🇪', '🇫🇷']],
    ['', []],
    [' \t\u00a0', []],
  ])('%j', (text, expected) => expect(cut(text)).toEqual(expected));

  it('covers everything but blanks, in order, and never cuts a grapheme cluster', () => {
    const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const borders = new Set([
          text.length,
          ...Array.from(segmenter.segment(text), (s) => s.index),
        ]);
        let at = 0;
        for (const { start, end } of fineTokens(text)) {
          expect(start).toBeGreaterThanOrEqual(at);
          expect(end).toBeGreaterThan(start);
          expect(text.slice(at, start).trim()).toBe('');
          expect(borders.has(start) && borders.has(end)).toBe(true);
          at = end;
        }
        expect(text.slice(at).trim()).toBe('');
      }),
      { numRuns: 1000 },
    );
  });
});
