import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignLevels, layOut, type Mark } from '../../../renderer/features/labeling/fragments.ts';

const mark = (id: string, start: number, end: number): Mark => ({
  id,
  start,
  end,
  label: 'NAME',
  kind: 'annotation',
  score: null,
});

const arbitrary = fc
  .string({ unit: fc.constantFrom('a', ' ', '\n', '\r\n', '好', '👩‍⚕️'), maxLength: 60 })
  .chain((text) =>
    fc.array(fc.tuple(fc.nat(text.length), fc.nat(text.length)), { maxLength: 8 }).map((pairs) => ({
      text,
      marks: pairs
        .filter(([a, b]) => a !== b)
        .map(([a, b], i) => mark(`m${i}`, Math.min(a, b), Math.max(a, b))),
    })),
  );

/** Line breaks are drawn as paragraphs, not as characters. */
const plain = (text: string): string => text.replaceAll(/[\r\n]/g, '');

describe('layOut', () => {
  it('draws the whole text, unchanged and in order', () => {
    fc.assert(
      fc.property(arbitrary, ({ text, marks }) => {
        const paragraphs = layOut(text, marks);
        for (const p of paragraphs) {
          expect(p.fragments.map((f) => f.text).join('')).toBe(text.slice(p.start, p.end));
        }
        expect(paragraphs.map((p) => text.slice(p.start, p.end)).join('\n')).toBe(
          text.replaceAll('\r\n', '\n'),
        );
      }),
    );
  });

  it('covers each mark exactly, except line breaks', () => {
    fc.assert(
      fc.property(arbitrary, ({ text, marks }) => {
        const fragments = layOut(text, marks).flatMap((p) => p.fragments);
        for (const m of marks) {
          const covered = fragments
            .filter((f) => f.marks.some((x) => x.id === m.id))
            .map((f) => f.text)
            .join('');
          expect(plain(covered)).toBe(plain(text.slice(m.start, m.end)));
        }
      }),
    );
  });

  it('shows a tag once per line on which a mark stands', () => {
    const paragraphs = layOut('ab cd\nef gh', [mark('m', 3, 8)]);
    expect(paragraphs.map((p) => p.fragments.flatMap((f) => f.opens.map((o) => o.id)))).toEqual([
      ['m'],
      ['m'],
    ]);
  });
});

describe('assignLevels', () => {
  it('keeps overlapping marks on different levels while there are levels', () => {
    const levels = assignLevels([
      mark('a', 0, 10),
      mark('b', 2, 5),
      mark('c', 6, 8),
      mark('d', 10, 12),
    ]);
    expect(Object.fromEntries(levels.map((m) => [m.id, m.level]))).toEqual({
      a: 0,
      b: 1,
      c: 1,
      d: 0,
    });
  });
});
