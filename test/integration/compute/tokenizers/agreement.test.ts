import * as library from '@huggingface/tokenizers';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutsPair } from '../../../../main/compute/tokenizers/encoding.ts';
import { readTokenizer, type Tokenizer } from '../../../../main/compute/tokenizers/index.ts';
import { FAMILIES, filesOf, sampleTexts, type TokenizerFixture } from './families.ts';
import { randomText } from './texts.ts';

interface Reference {
  encode(
    text: string,
    options: { add_special_tokens: boolean; return_token_type_ids?: boolean },
  ): { ids: number[]; tokens: string[]; token_type_ids?: number[] };
}
interface ReferenceNormalizer {
  normalize(text: string): string;
}

/** The package's declarations import without extensions, which NodeNext refuses. */
const { Tokenizer: ReferenceTokenizer } = library as unknown as {
  Tokenizer: new (
    tokenizer: unknown,
    config: unknown,
  ) => Reference & {
    readonly normalizer: ReferenceNormalizer | null;
  };
};

const RUNS = 1000;
const DATA = new URL('../../../../../shared/data/', import.meta.url);

async function both(make: () => TokenizerFixture | Promise<TokenizerFixture>) {
  const fixture = await make();
  return {
    own: readTokenizer(filesOf(fixture)),
    reference: new ReferenceTokenizer(fixture.tokenizer, fixture.config),
  };
}

function expectAgreement(own: Tokenizer, reference: Reference, text: string): void {
  const expected = reference.encode(text, { add_special_tokens: false });
  expect([...own.encode(text).ids], JSON.stringify(text)).toEqual(expected.ids);
}

function expectSoundOffsets(own: Tokenizer, text: string): void {
  const { ids, starts, ends, words } = own.encode(text);
  const before = { start: 0, end: 0, word: 0 };
  const unsound: number[] = [];
  for (let i = 0; i < ids.length; i++) {
    const [start, end, word] = [starts[i] as number, ends[i] as number, words[i] as number];
    const inOrder = start >= before.start && end >= before.end && end >= start;
    const inPlace = end <= text.length && !cutsPair(text, start) && !cutsPair(text, end);
    const inWord = word >= before.word && word <= before.word + 1;
    if (!inOrder || !inPlace || !inWord) unsound.push(i);
    Object.assign(before, { start, end, word });
  }
  expect(unsound, JSON.stringify(text)).toEqual([]);
}

/**
 * A SentencePiece map is a finite list of character sequences. The library ignores it and applies NFKC
 * to the whole text, which also composes marks that the list does not foresee; here the file decides.
 */
const followsItsOwnMap = (family: string): boolean => /XLM|DeBERTa/.test(family);

describe.each(Object.entries(FAMILIES))('%s beside @huggingface/tokenizers', (family, make) => {
  it('gives the same ids on every sample text', async () => {
    const { own, reference } = await both(make);
    for (const text of sampleTexts()) {
      expectAgreement(own, reference, text);
      expectSoundOffsets(own, text);
    }
  });

  it('gives the same ids on random texts and sound offsets on all of them', async () => {
    const { own, reference } = await both(make);
    let apart = 0;
    fc.assert(
      fc.property(randomText, (text) => {
        expectSoundOffsets(own, text);
        const expected = reference.encode(text, { add_special_tokens: false });
        const same = expected.ids.join() === own.encode(text).ids.join();
        if (
          !same &&
          followsItsOwnMap(family) &&
          /\p{M}|[\u1100-\u11ff]/u.test(text.normalize('NFKD'))
        )
          apart += 1;
        else expect([...own.encode(text).ids], JSON.stringify(text)).toEqual(expected.ids);
      }),
      { numRuns: RUNS },
    );
    expect(apart).toBeLessThan(RUNS / 50);
  });

  it('puts the same special tokens and segment ids around a text', async () => {
    const { own, reference } = await both(make);
    const text = 'Hello World';
    const framed = own.frame(own.encode(text));
    const expected = reference.encode(text, {
      add_special_tokens: true,
      return_token_type_ids: true,
    });
    expect([...framed.ids]).toEqual(expected.ids);
    expect([...framed.typeIds]).toEqual(expected.token_type_ids ?? expected.ids.map(() => 0));
  });

  it('agrees on nothing, blanks, halves of pairs and a long text', async () => {
    const { own, reference } = await both(make);
    const samples = sampleTexts().join('\n\n');
    for (const text of [
      '',
      ' ',
      '   \t\n  ',
      '\0',
      '\r\n',
      '\ud800',
      'a\udc00b',
      samples.slice(0, 1e5),
    ])
      expectAgreement(own, reference, text);
  });

  it('places a megabyte', async () => {
    const { own } = await both(make);
    const samples = sampleTexts().join('\n\n');
    const megabyte = samples.repeat(Math.ceil(1e6 / samples.length)).slice(0, 1e6);
    const { starts, ends } = own.encode(megabyte);
    let covered = 0;
    let lost = '';
    for (let i = 0; i < starts.length; i++) {
      lost += megabyte.slice(covered, starts[i]).trim();
      covered = ends[i] as number;
    }
    expect(lost + megabyte.slice(covered).trim()).toBe('');
  });
});

describe.skipIf(!existsSync(DATA))('with ../shared/data', () => {
  const read = (folder: string, ending: string): string[] => {
    const url = new URL(`${folder}/`, DATA);
    return readdirSync(url)
      .filter((name) => name.endsWith(ending))
      .map((name) => readFileSync(new URL(name, url), 'utf8'));
  };

  it.each(Object.entries(FAMILIES))(
    '%s agrees on clinical notes, tweets, bank questions and loan agreements',
    async (_, make) => {
      const { own, reference } = await both(make);
      const texts = [
        ...read('meddocan/dev/brat', '.txt').slice(0, 25),
        ...read('wnut17', '.conll').flatMap((text) => text.split('\n\n').slice(0, 300)),
        ...read('banking77', '.csv').flatMap((text) => text.split('\n').slice(0, 500)),
        ...read('sec-filings', '').flatMap((text) => text.slice(0, 25_000).split('\n\n')),
      ];
      expect(texts.length).toBeGreaterThan(1000);
      for (const text of texts) expectAgreement(own, reference, text);
    },
  );
});
