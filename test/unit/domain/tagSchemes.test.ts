import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeSpans,
  decodeTags,
  encodeChunks,
  encodeSpans,
  parseTagScheme,
  strictMode,
  TAG_SCHEMES,
  tagsOf,
  unknownTags,
} from '../../../shared/domain/tagSchemes.ts';
import type { Chunk } from '../../../shared/domain/tagSchemes.ts';

const row = (text: string): string[] => text.split(' ');
const triple = (chunk: Chunk): [string, number, number] => [chunk.label, chunk.start, chunk.end];

/** Chunks that lie apart: runs of random length, each labeled or left out. */
const layout = fc
  .array(
    fc.record({
      length: fc.integer({ min: 1, max: 4 }),
      label: fc.constantFrom('NAME', 'DATE', '姓名', 'A-B', null),
    }),
    { maxLength: 12 },
  )
  .map((runs) => {
    const chunks: Chunk[] = [];
    let at = 0;
    for (const { length, label } of runs) {
      if (label !== null) chunks.push({ label, start: at, end: at + length });
      at += length;
    }
    return { chunks, length: at };
  });

describe('encoding and decoding', () => {
  for (const scheme of TAG_SCHEMES.filter((name) => name !== 'IO')) {
    it(`is a round trip in ${scheme}, strict and default`, () => {
      fc.assert(
        fc.property(layout, ({ chunks, length }) => {
          const tags = encodeChunks(chunks, length, scheme);
          expect(tags.length).toBe(length);
          expect(unknownTags(tags, scheme)).toEqual([]);
          expect(decodeTags(tags, strictMode(scheme))).toEqual(chunks);
          expect(decodeTags(tags)).toEqual(chunks);
          const classes = new Set(tagsOf(['NAME', 'DATE', '姓名', 'A-B'], scheme));
          expect(tags.every((tag) => classes.has(tag))).toBe(true);
        }),
      );
    });
  }

  it('joins touching chunks of one label in IO and keeps the rest', () => {
    fc.assert(
      fc.property(layout, ({ chunks, length }) => {
        const joined: Chunk[] = [];
        for (const chunk of chunks) {
          const last = joined.at(-1);
          if (last?.end === chunk.start && last.label === chunk.label) {
            joined[joined.length - 1] = { ...last, end: chunk.end };
          } else joined.push(chunk);
        }
        expect(decodeTags(encodeChunks(chunks, length, 'IO'), strictMode('IO'))).toEqual(joined);
      }),
    );
  });

  it('refuses chunks that overlap or leave the row', () => {
    const chunk = (start: number, end: number): Chunk => ({ label: 'A', start, end });
    expect(() => encodeChunks([chunk(0, 2), chunk(1, 3)], 4, 'IOB2')).toThrow(RangeError);
    expect(() => encodeChunks([chunk(3, 5)], 4, 'IOB2')).toThrow(RangeError);
    expect(() => encodeChunks([chunk(2, 2)], 4, 'IOB2')).toThrow(RangeError);
  });
});

describe('reading as seqeval reads', () => {
  it('finds the chunks of its examples', () => {
    const expected = [
      ['MISC', 3, 6],
      ['PER', 7, 9],
    ];
    expect(decodeTags(row('O O O B-MISC I-MISC I-MISC O B-PER I-PER')).map(triple)).toEqual(
      expected,
    );
    const suffixed = row('O O O MISC-B MISC-I MISC-I O PER-B PER-I');
    expect(decodeTags(suffixed, undefined, true).map(triple)).toEqual(expected);
  });

  it.each([
    ['I-A I-A', 'A 0 2'],
    ['B-A I-B', 'A 0 1, B 1 2'],
    ['B-A E-A I-A', 'A 0 2, A 2 3'],
    ['S-A I-A', 'A 0 1, A 1 2'],
    ['E-A E-A', 'A 0 1, A 1 2'],
    ['B I O S', '_ 0 2, _ 3 4'],
    ['B-A-B I-A-B', 'A-B 0 2'],
  ])('reads %s leniently as %s', (tags, expected) => {
    const found = decodeTags(row(tags)).map((chunk) => triple(chunk).join(' '));
    expect(found.join(', ')).toBe(expected);
  });

  it.each([
    ['IOB2', 'I-PER I-PER O', ''],
    ['IOB2', 'B-A I-A I-B B-A', 'A 0 2, A 3 4'],
    ['IOB1', 'I-A I-A B-A I-A', 'A 0 2, A 2 4'],
    ['IOB1', 'B-A I-A', 'A 1 2'],
    ['IOB1', 'I-A I-B', 'A 0 1, B 1 2'],
    ['IOB1', 'I-A B-A B-B', 'A 0 1'],
    ['BIOES', 'B-A I-A O S-A B-A E-A', 'A 3 4, A 4 6'],
    ['BIOES', 'B-A I-A E-B', ''],
    ['BILOU', 'U-A B-A I-A L-A', 'A 0 1, A 1 4'],
    ['IO', 'I-A I-A I-B O I-B', 'A 0 2, B 2 3, B 4 5'],
  ] as const)('reads %s strictly: %s', (scheme, tags, expected) => {
    const found = decodeTags(row(tags), strictMode(scheme)).map((c) => triple(c).join(' '));
    expect(found.join(', ')).toBe(expected);
  });

  it('never finds a strict chunk that overlaps another, in any tag soup', () => {
    const soup = fc.array(fc.constantFrom('O', 'B-A', 'I-A', 'B-B', 'I-B'), { maxLength: 30 });
    fc.assert(
      fc.property(soup, fc.constantFrom('IOB1' as const, 'IOB2' as const), (tags, scheme) => {
        const chunks = decodeTags(tags, strictMode(scheme));
        chunks.forEach((chunk, i) => {
          expect(chunk.start).toBeGreaterThanOrEqual(chunks[i - 1]?.end ?? 0);
          expect(tags.slice(chunk.start, chunk.end).every((t) => t.endsWith(chunk.label))).toBe(
            true,
          );
        });
      }),
    );
  });

  it('refuses tags that are none, and prefixes foreign to the scheme', () => {
    for (const tag of ['X-PER', '', 'Bank', 'O-PER']) expect(() => decodeTags([tag])).toThrow();
    expect(() => decodeTags(['S-A'], strictMode('IOB2'))).toThrow(/IOB2/);
    expect(unknownTags(row('B-A X-A O E-A'))).toEqual([1]);
    expect(unknownTags(row('B-A X-A O E-A'), 'IOB2')).toEqual([1, 3]);
  });

  it('knows the other names of the schemes', () => {
    expect(parseTagScheme('IOBES')).toBe('BIOES');
    expect(parseTagScheme('bio')).toBe('IOB2');
    expect(parseTagScheme('BILUO')).toBe('BILOU');
    expect(parseTagScheme('IOE9')).toBeNull();
  });
});

describe('spans over tokens', () => {
  const tokens = [
    { start: 0, end: 4 },
    { start: 5, end: 9 },
    { start: 9, end: 10 },
    { start: 11, end: 15 },
  ];

  it('come back as they were when their edges are token edges', () => {
    const spans = [
      { start: 0, end: 9, label: 'NAME' },
      { start: 11, end: 15, label: 'DATE' },
    ];
    const encoded = encodeSpans(spans, tokens, 'BIOES');
    expect(encoded).toEqual({
      tags: ['B-NAME', 'E-NAME', 'O', 'S-DATE'],
      dropped: [],
      widened: [],
    });
    expect(decodeSpans(encoded.tags, tokens, strictMode('BIOES'))).toEqual(spans);
  });

  it('list what the tags cannot hold', () => {
    const inside = { start: 6, end: 8, label: 'NAME' };
    const between = { start: 4, end: 5, label: 'GAP' };
    const under = { start: 11, end: 13, label: 'SHORT' };
    const over = { start: 11, end: 15, label: 'LONG' };
    const encoded = encodeSpans([inside, between, under, over], tokens, 'IOB2');
    expect(encoded.tags).toEqual(['O', 'B-NAME', 'O', 'B-LONG']);
    expect(encoded.widened).toEqual([inside]);
    expect(encoded.dropped).toEqual([
      { span: under, reason: 'overlap' },
      { span: between, reason: 'noToken' },
    ]);
  });

  it('give a shared token to the earlier span', () => {
    const first = { start: 5, end: 7, label: 'A' };
    const second = { start: 7, end: 9, label: 'B' };
    const encoded = encodeSpans([first, second], tokens, 'IOB2');
    expect(encoded.tags).toEqual(['O', 'B-A', 'O', 'O']);
    expect(encoded.dropped).toEqual([{ span: second, reason: 'tokenTaken' }]);
  });

  it('need one tag per token', () => {
    expect(() => decodeSpans(['O'], tokens)).toThrow(RangeError);
  });
});
