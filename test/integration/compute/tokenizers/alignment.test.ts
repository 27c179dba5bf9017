import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readTokenizer,
  spansOf,
  tagsOf,
  type Alignment,
} from '../../../../main/compute/tokenizers/index.ts';
import { createGraphemes } from '../../../../shared/domain/graphemes.ts';
import { FAMILIES, filesOf, sampleTexts } from './families.ts';
import { LABELS, labeledText, randomText } from './texts.ts';

const RUNS = 300;

describe.each(Object.entries(FAMILIES))('spans on the tokens of %s', (_, make) => {
  it('come back exactly from characters, whatever the text', async () => {
    const tokenizer = readTokenizer(filesOf(await make()));
    fc.assert(
      fc.property(labeledText, ({ text, spans }) => {
        const encoding = tokenizer.encode(text, { characters: true });
        const aligned = tagsOf(text, encoding, spans, LABELS, 'characters');
        expect(aligned).toMatchObject({ misaligned: 0, overlapping: 0 });
        expect(spansOf(aligned.units, aligned.tags, LABELS)).toEqual(spans);
      }),
      { numRuns: RUNS },
    );
  });

  it.each(['words', 'subwords'] as const)(
    'come back exactly from %s where nothing is counted, and widened where something is',
    async (alignment: Alignment) => {
      const tokenizer = readTokenizer(filesOf(await make()));
      let exact = 0;
      fc.assert(
        fc.property(labeledText, ({ text, spans }) => {
          const encoding = tokenizer.encode(text);
          const { units, tags, misaligned, overlapping } = tagsOf(
            text,
            encoding,
            spans,
            LABELS,
            alignment,
          );
          const back = spansOf(units, tags, LABELS);
          if (misaligned + overlapping === 0) {
            expect(back).toEqual(spans);
            exact += spans.length;
          }
          const graphemes = createGraphemes(text);
          const astray = back.filter(
            ({ start, end }) =>
              !graphemes.isBoundary(start) ||
              !graphemes.isBoundary(end) ||
              !spans.some((span) => span.start < end && start < span.end),
          );
          expect(astray).toEqual([]);
        }),
        { numRuns: RUNS },
      );
      expect(exact).toBeGreaterThan(RUNS / 100);
    },
  );

  it('has units in order that cut no cluster and cover every letter of the samples', async () => {
    const tokenizer = readTokenizer(filesOf(await make()));
    const check = (text: string, lossless: boolean): void => {
      const encoding = tokenizer.encode(text);
      const { units } = tagsOf(text, encoding, [], LABELS, 'subwords');
      const graphemes = createGraphemes(text);
      let behind = 0;
      const wrong = units.filter(({ start, end }) => {
        const sound =
          start >= behind &&
          graphemes.isBoundary(start) &&
          graphemes.isBoundary(end) &&
          (!lossless || text.slice(behind, start).trim() === '');
        behind = end;
        return !sound;
      });
      expect(wrong, JSON.stringify(text)).toEqual([]);
      if (lossless) expect(text.slice(behind).trim()).toBe('');
    };
    for (const text of sampleTexts().slice(0, 80)) check(text, true);
    fc.assert(
      fc.property(randomText, (text) => check(text, false)),
      { numRuns: RUNS },
    );
  });
});
