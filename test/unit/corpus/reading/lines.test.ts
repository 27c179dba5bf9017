import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../../../main/corpus/reading/lines.ts';
import type { SourceFile } from '../../../../main/corpus/types.ts';
import { sourceOf } from '../../../fakes/sources.ts';

const fileOf = (content: string | Uint8Array, chunkBytes?: number): SourceFile => {
  const [file] = sourceOf({ a: content }, chunkBytes).files;
  if (file === undefined) throw new Error('no file');
  return file;
};

describe('lines', () => {
  it('gives every line whole, however the bytes are cut and encoded', () => {
    const line = fc.array(fc.constantFrom('a', 'ü', '中', '😊', '\u010a', '\r', ' '), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 8 }),
        fc.constantFrom('utf-8' as const, 'utf-16le' as const, 'utf-16be' as const),
        fc.integer({ min: 1, max: 9 }),
        (lines, encoding, chunkBytes) => {
          const text = lines.map((pieces) => pieces.join('')).join('\n');
          const little = Buffer.from(text, encoding === 'utf-8' ? 'utf8' : 'utf16le');
          const bytes = encoding === 'utf-16be' ? Buffer.from(little).swap16() : little;
          const read = [...readLines(fileOf(bytes, chunkBytes), { encoding })];
          expect(read.map((found) => found.text + found.end).join('')).toBe(text);
          expect(read.every(({ problem }) => problem === null)).toBe(true);
          expect(read.map(({ number }) => number)).toEqual(read.map((_, index) => index + 1));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('names a line of 200 MB, holds little of it, and goes on behind it', () => {
    const block = Buffer.alloc(1024 * 1024, 0x78);
    const file: SourceFile = {
      name: 'big.jsonl',
      size: 200 * block.length,
      *chunks() {
        yield Buffer.from('first\n');
        for (let sent = 0; sent < 200; sent += 1) yield block;
        yield Buffer.from('\nlast\n');
      },
    };
    const before = process.memoryUsage().rss;
    let most = before;
    const read = [];
    for (const line of readLines(file, { encoding: 'auto' })) {
      most = Math.max(most, process.memoryUsage().rss);
      read.push(line);
    }
    expect(read.map(({ number, text, problem }) => [number, text, problem?.code])).toEqual([
      [1, 'first', undefined],
      [2, '', 'lineTooLong'],
      [3, 'last', undefined],
    ]);
    expect(most - before).toBeLessThan(160 * 1024 * 1024);
  });

  it('gives the byte of a broken sequence and keeps its neighbors', () => {
    const bytes = Buffer.concat([
      Buffer.from('eins\nzw'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('\ndrei'),
    ]);
    const read = [...readLines(fileOf(bytes, 3), { encoding: 'auto' })];
    expect(read.map(({ text, problem }) => [text, problem?.code])).toEqual([
      ['eins', undefined],
      ['zw\ufffd(', 'unreadableEncoding'],
      ['drei', undefined],
    ]);
    expect(read[1]?.problem?.message).toContain('Byte 7');
  });
});
