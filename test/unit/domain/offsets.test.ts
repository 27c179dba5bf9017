import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOffsetMap } from '../../../shared/domain/offsets.ts';

const utf8 = (text: string): number => new TextEncoder().encode(text).length;

describe('offset map', () => {
  it('places the name of the worked example', () => {
    const map = createOffsetMap('Hi 😊 Ada');
    const name = { start: 6, end: 9 };
    expect(map.convertRange(name, 'utf16', 'codePoint')).toEqual({ start: 5, end: 8 });
    expect(map.convertRange(name, 'utf16', 'grapheme')).toEqual({ start: 5, end: 8 });
    expect(map.convertRange(name, 'utf16', 'utf8')).toEqual({ start: 8, end: 11 });
    expect(map.convertRange({ start: 8, end: 11 }, 'utf8', 'codePoint')).toEqual({
      start: 5,
      end: 8,
    });
  });

  it('has no place inside a unit or outside the text', () => {
    const map = createOffsetMap('Hi 😊 Ada');
    expect(map.convert(4, 'utf16', 'codePoint')).toBeNull();
    expect(map.convert(5, 'utf8', 'utf16')).toBeNull();
    expect(map.convert(9, 'codePoint', 'utf16')).toBeNull();
    expect(map.convert(-1, 'utf16', 'utf8')).toBeNull();
    expect(map.convert(1.5, 'utf16', 'utf8')).toBeNull();
    expect(map.convertRange({ start: 0, end: 4 }, 'utf16', 'utf8')).toBeNull();
  });

  it('agrees with slicing at every code point of long mixed texts', () => {
    const piece = fc.constantFrom('abc ', 'é', '病案号', '😊', '\r\n', 'e\u0301', '👨‍👩‍👧');
    const long = fc.array(piece, { maxLength: 400 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(long, (text) => {
        const map = createOffsetMap(text);
        expect(map.length('utf8')).toBe(utf8(text));
        expect(map.length('codePoint')).toBe([...text].length);
        let at = 0;
        let points = 0;
        let bytes = 0;
        for (const point of text) {
          expect(map.convert(at, 'utf16', 'codePoint')).toBe(points);
          expect(map.convert(points, 'codePoint', 'utf16')).toBe(at);
          expect(map.convert(bytes, 'utf8', 'utf16')).toBe(at);
          expect(map.convert(at, 'utf16', 'utf8')).toBe(bytes);
          at += point.length;
          points += 1;
          bytes += utf8(point);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('counts what a reader sees in graphemes', () => {
    const map = createOffsetMap('e\u0301a\r\nb');
    expect(map.length('grapheme')).toBe(4);
    expect(map.convert(2, 'grapheme', 'utf16')).toBe(3);
    expect(map.convert(3, 'grapheme', 'utf16')).toBe(5);
    expect(map.convert(1, 'utf16', 'grapheme')).toBeNull();
  });

  it('survives a lone surrogate', () => {
    const map = createOffsetMap('a\ud83db');
    expect(map.length('codePoint')).toBe(3);
    expect(map.length('utf8')).toBe(utf8('a\ud83db'));
  });

  it('converts 20 000 offsets of a 200 kB note in well under a second', () => {
    const text = 'Der Patient klagt über Übelkeit 😊. '.repeat(6000);
    const map = createOffsetMap(text);
    const started = performance.now();
    for (let i = 0; i < 20_000; i += 1) map.convert((i * 11) % text.length, 'utf16', 'codePoint');
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
