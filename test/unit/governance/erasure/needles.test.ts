import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseNeedles, shinglesOf } from '../../../../main/governance/erasure/needles.ts';

describe('shingles', () => {
  it('are pieces of the text of at least 24 bytes that cut no code point', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 30, maxLength: 400 }), (text) => {
        for (const piece of shinglesOf(text)) {
          expect(text.includes(piece)).toBe(true);
          expect(Buffer.from(piece, 'utf8').toString('utf8')).toBe(piece);
          expect(Buffer.byteLength(piece)).toBeGreaterThanOrEqual(
            Math.min(24, Buffer.byteLength(text)),
          );
        }
      }),
    );
  });

  it('reach from the head of a text to its tail and leave rulers out', () => {
    const text = Array.from({ length: 400 }, (_, index) => `word${index}`).join(' ');
    const places = shinglesOf(text).map((piece) => text.indexOf(piece));
    expect(places[0]).toBe(0);
    expect(places.at(-1)).toBeGreaterThan(text.length * 0.9);
    expect(shinglesOf('-'.repeat(500))).toEqual([]);
    expect(shinglesOf('short')).toEqual([]);
  });
});

describe('needles', () => {
  const texts = ['The tumor was first seen on a Tuesday in Wuppertal, she recalls.'];

  it('are pieces nobody else has; what is shared or short is counted, not looked for', () => {
    const own = chooseNeedles(
      { names: ['NHC-12345', 'Ana', 'Schmidt'], texts, keys: [Buffer.alloc(32, 7)] },
      ['Another Schmidt, another note.'],
    );
    const looked = own.forms.map((form) => form.toString('utf8'));
    expect(looked).toContain('NHC-12345');
    expect(looked).toContain('nhc-12345');
    expect(looked).not.toContain('Schmidt');
    expect(looked).not.toContain('schmidt');
    expect([own.shared, own.tooShort]).toEqual([1, 1]);
    expect(own.forms.some((form) => form.equals(Buffer.from('NHC-12345', 'utf16le')))).toBe(true);
    expect(own.forms.at(-1)).toEqual(Buffer.alloc(32, 7));
  });

  it('are not taken for shared because two texts that stay happen to meet', () => {
    const own = chooseNeedles({ names: ['NHC-12345'], texts: [], keys: [] }, ['see NHC-', '12345']);
    expect([own.count, own.shared]).toEqual([1, 0]);
  });

  it('are found in whichever of many texts they stand, also after most of them were', () => {
    const names = Array.from({ length: 40 }, (_, index) => `person-${index + 100}`);
    const filler = 'nothing of note '.repeat(70_000);
    const staying = [names.slice(0, 30).join(' '), filler, names.slice(30, 39).join(' '), filler];
    const own = chooseNeedles({ names, texts: [], keys: [] }, staying);
    expect([own.count, own.shared]).toEqual([1, 39]);
    expect(own.forms[0]?.toString('utf8')).toBe('person-139');
  });

  it('of a text that somebody else has word for word are none', () => {
    const none = chooseNeedles({ names: [], texts, keys: [] }, texts);
    expect(none.forms).toEqual([]);
    expect(none.count).toBe(0);
    expect(none.shared).toBeGreaterThan(5);
  });
});
