import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignLevels, layOut, pickSpan, type MarkedSpan } from '../../../renderer/ui/fragments.ts';

interface Mark extends MarkedSpan {
  readonly id: string;
}

const mark = (id: string, start: number, end: number): Mark => ({
  id,
  start,
  end,
  label: 'NAME',
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
            .filter((f) => f.marks.some(({ span }) => span.id === m.id))
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

describe('layOut of spans that do not fit', () => {
  it('leaves out what is empty or outside the text, and draws the rest', () => {
    const spans = [
      mark('empty', 2, 2),
      mark('outside', 3, 9),
      mark('before', -1, 2),
      mark('m', 0, 2),
    ];
    const drawn = layOut('abcd', spans).flatMap((p) => p.fragments.flatMap((f) => f.marks));
    expect(drawn.map(({ span }) => span.id)).toEqual(['m']);
  });

  it('keeps one level over all fragments of a span', () => {
    fc.assert(
      fc.property(arbitrary, ({ text, marks }) => {
        const levels = new Map<string, Set<number>>();
        for (const { fragments } of layOut(text, marks)) {
          for (const { span, level } of fragments.flatMap((f) => f.marks)) {
            levels.set(span.id, (levels.get(span.id) ?? new Set()).add(level));
          }
        }
        for (const seen of levels.values()) expect(seen.size).toBe(1);
      }),
    );
  });
});

describe('pickSpan', () => {
  it('reaches a span inside another, then the outer one, then the inner again', () => {
    const spans = [mark('outer', 0, 10), mark('inner', 2, 5)];
    const fragment = layOut('abcdefghij', spans)[0]!.fragments[1]!;
    const pick = (current: string | null) => pickSpan(fragment, (s) => s.id === current)?.id;
    expect(pick(null)).toBe('inner');
    expect(pick('inner')).toBe('outer');
    expect(pick('outer')).toBe('inner');
  });

  it('finds nothing where nothing stands', () => {
    const fragment = layOut('ab', [])[0]!.fragments[0]!;
    expect(pickSpan(fragment, () => false)).toBeNull();
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
    expect(Object.fromEntries(levels.map(({ span, level }) => [span.id, level]))).toEqual({
      a: 0,
      b: 1,
      c: 1,
      d: 0,
    });
  });
});
