import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IGNORED } from '../../../../main/compute/architectures/encoder/index.ts';
import {
  hashRun,
  readDocuments,
  type ReadingSettings,
} from '../../../../main/compute/loops/encoderData.ts';
import { readTokenizer, trainWordPiece } from '../../../../main/compute/tokenizers/index.ts';

const WORDS = ['Anna', 'fiebre', 'y', 'tos.', '12,5', 'mg', '🙂', 'unbekannt', '名前', '\n'];
const tokenizer = readTokenizer(
  await trainWordPiece([WORDS.slice(0, 6).join(' ').repeat(3)], {
    ...{ vocabularySize: 80, lowercase: true },
  }),
);
const settings = (changes: Partial<ReadingSettings> = {}): ReadingSettings => ({
  ...{ task: 'spans', alignment: 'words', maxTokens: 16, overlap: 4 },
  ...changes,
});

describe('documents for an encoder', () => {
  it('count every unit in exactly one window, with its own class, at any length', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 60 }),
        fc.constantFrom('words', 'subwords', 'characters'),
        fc.integer({ min: 8, max: 32 }),
        fc.nat(4),
        (words, alignment, maxTokens, overlap) => {
          const text = words.join(' ');
          const end = (words[0] as string).length;
          const spans = words[0] === '\n' ? [] : [{ start: 0, end, label: 'X' }];
          const set = readDocuments(
            [{ id: 'a', text, spans }],
            ['X'],
            tokenizer,
            settings({ alignment: alignment as 'words', maxTokens, overlap }),
          );
          const [read] = set.texts;
          if (!read) return;
          const counted = new Map<number, number>();
          for (const { ids, labels, from, lead } of set.windows) {
            expect(ids.length).toBeLessThanOrEqual(maxTokens);
            labels.forEach((label, at) => {
              if (label === IGNORED) return;
              const position = from + at - lead;
              expect(counted.has(position)).toBe(false);
              expect(ids[at]).toBe(read.encoding.ids[position]);
              counted.set(position, label);
            });
          }
          expect(read.units.map(({ position }) => counted.get(position))).toEqual([
            ...read.classes,
          ]);
          expect(counted.size).toBe(read.units.length);
          if (spans.length > 0) expect(read.classes[0]).toBe(1);
        },
      ),
    );
  });

  it('read a class of the whole text as any other tool does, whatever the alignment', () => {
    const read = (alignment: ReadingSettings['alignment']) =>
      readDocuments(
        [{ id: 'a', text: 'Anna fiebre', spans: [], label: 'X' }],
        ['X'],
        tokenizer,
        settings({ task: 'documents', alignment }),
      ).windows[0]!.ids;
    expect(read('characters')).toEqual(read('words'));
  });

  it('weigh a document of several windows as one', () => {
    const text = WORDS.slice(0, 6).join(' ').repeat(8);
    const set = readDocuments(
      [{ id: 'a', text, spans: [], label: 'yes' }],
      ['no', 'yes'],
      tokenizer,
      settings({ task: 'documents' }),
    );
    expect(set.windows.length).toBeGreaterThan(3);
    expect(set.windows.every(({ labels }) => labels.length === 1 && labels[0] === 1)).toBe(true);
    expect(set.windows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('refuse a span outside its text, naming the document and no text', () => {
    const broken = { id: 'note-7', text: 'Anna', spans: [{ start: 2, end: 9, label: 'X' }] };
    expect(() => readDocuments([broken], ['X'], tokenizer, settings())).toThrow(
      'Document note-7 has a span 2-9 outside its text.',
    );
  });

  it('are tied to a run by text, spans, class, order and every file of the base', () => {
    const base = { files: { a: Uint8Array.of(1), b: Uint8Array.of(2) } };
    const note = { id: '1', text: 'x', spans: [] };
    const hash = hashRun(base, [note], []);
    expect(hashRun({ files: { b: Uint8Array.of(2), a: Uint8Array.of(1) } }, [note], [])).toBe(hash);
    const others = [
      hashRun(base, [{ ...note, text: 'y' }], []),
      hashRun(base, [{ ...note, label: 'no' }], []),
      hashRun(base, [], [note]),
      hashRun({ files: { ...base.files, b: Uint8Array.of(3) } }, [note], []),
      hashRun({ files: { ...base.files, c: Uint8Array.of() } }, [note], []),
    ];
    expect(new Set([hash, ...others]).size).toBe(6);
  });
});
