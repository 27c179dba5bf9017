import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTextMoves } from '../../../renderer/features/labeling/caret.ts';

describe('moving through a text', () => {
  it('goes from word to word in a script with blanks and in one without', () => {
    const spanish = createTextMoves('Nombre: Lucía Arce.', 'es');
    expect(spanish.nextWord(0)).toBe(8);
    expect(spanish.nextWord(8)).toBe(14);
    expect(spanish.previousWord(14)).toBe(8);
    const chinese = createTextMoves('患者因右侧腰痛三天就诊', 'zh');
    expect(chinese.nextWord(0)).toBeGreaterThan(0);
    expect(chinese.nextWord(0)).toBeLessThan(4);
  });

  it('reaches both ends, also over long stretches without words', () => {
    const moves = createTextMoves(`a${' '.repeat(2000)}b`, 'en');
    let at = 0;
    for (let i = 0; i < 20 && at < 2002; i += 1) at = moves.nextWord(at);
    expect(at).toBe(2002);
    for (let i = 0; i < 20 && at > 0; i += 1) at = moves.previousWord(at);
    expect(at).toBe(0);
  });

  it('never stops inside a cluster', () => {
    const unit = fc.constantFrom('a', ' ', '\r\n', 'é', '👩‍⚕️', '🇪🇸', '好');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), fc.nat(60), fc.nat(60), (text, a, b) => {
        const moves = createTextMoves(text, 'und');
        const at = moves.graphemes.floor(a);
        expect(moves.graphemes.isBoundary(moves.nextWord(at))).toBe(true);
        expect(moves.graphemes.isBoundary(moves.previousWord(at))).toBe(true);
        const tidy = moves.tidy({
          start: Math.min(a, b, text.length),
          end: Math.min(Math.max(a, b), text.length),
        });
        if (tidy) {
          expect(moves.graphemes.isBoundary(tidy.start)).toBe(true);
          expect(moves.graphemes.isBoundary(tidy.end)).toBe(true);
          expect(text.slice(tidy.start, tidy.end).trim()).toBe(text.slice(tidy.start, tidy.end));
        }
      }),
    );
  });

  it('finds the word under the caret', () => {
    const moves = createTextMoves('Dra. Teresa Valdés', 'es');
    expect(moves.wordAt(7)).toEqual({ start: 5, end: 11 });
    expect(moves.wordAt(18)).toEqual({ start: 12, end: 18 });
  });
});
