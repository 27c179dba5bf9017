import * as library from '@huggingface/tokenizers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  sourceEnd,
  sourceStart,
  sourceText,
} from '../../../../main/compute/tokenizers/mappedText.ts';
import { createNormalizer } from '../../../../main/compute/tokenizers/normalizers.ts';
import type { NormalizerConfig } from '../../../../main/compute/tokenizers/tokenizerJson.ts';
import { writeCharsmap } from '../../../integration/compute/tokenizers/charsmapWriter.ts';
import { randomText } from '../../../integration/compute/tokenizers/texts.ts';

const { PrecompiledNormalizer } = library as unknown as {
  PrecompiledNormalizer: new (config: unknown) => { normalize(text: string): string };
};

/** Each character of the result with the stretch of source it stands for. */
function origins(config: NormalizerConfig, text: string): [string, string][] {
  const normal = createNormalizer(config)(sourceText(text));
  return Array.from({ length: normal.text.length }, (_, i) => [
    normal.text.charAt(i),
    text.slice(sourceStart(normal, i), sourceEnd(normal, i)),
  ]);
}

describe('normalizers keep the source of every character', () => {
  it.each(['NFC', 'NFD', 'NFKC', 'NFKD'] as const)('%s, whatever the text', (type) => {
    fc.assert(
      fc.property(randomText, (text) => {
        const normal = createNormalizer({ type })(sourceText(text));
        expect(normal.text).toBe(text.normalize(type));
        let [start, end] = [0, 0];
        for (let i = 0; i < normal.text.length; i++) {
          const inOrder = sourceStart(normal, i) >= start && sourceEnd(normal, i) >= end;
          [start, end] = [sourceStart(normal, i), sourceEnd(normal, i)];
          const stands = text.slice(start, end).normalize(type).includes(normal.text.charAt(i));
          expect(inOrder && stands, JSON.stringify(text)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('when one becomes several and several become one', () => {
    expect(origins({ type: 'NFKD' }, 'aﬁ')).toEqual([
      ['a', 'a'],
      ['f', 'ﬁ'],
      ['i', 'ﬁ'],
    ]);
    expect(origins({ type: 'NFC' }, 'e\u0301x')).toEqual([
      ['é', 'e\u0301'],
      ['x', 'x'],
    ]);
  });

  it('when lower case is longer, and when it depends on its neighbors', () => {
    expect(origins({ type: 'Lowercase' }, 'İX')).toEqual([
      ['i', 'İ'],
      ['\u0307', 'İ'],
      ['x', 'X'],
    ]);
    expect(origins({ type: 'Lowercase' }, 'ΣΑΣ İ').slice(0, 3)).toEqual([
      ['σ', 'Σ'],
      ['α', 'Α'],
      ['ς', 'Σ'],
    ]);
  });

  it('when characters go, come and move together', () => {
    const sequence: NormalizerConfig = {
      type: 'Sequence',
      normalizers: [
        { type: 'Nmt' },
        { type: 'Strip', strip_left: true, strip_right: true },
        { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
        { type: 'Prepend', prepend: '\u2581' },
        { type: 'StripAccents' },
      ],
    };
    expect(origins(sequence, '\u0001 é\u200b\te\u0301 ')).toEqual([
      ['\u2581', ''],
      ['é', 'é'],
      [' ', '\u200b\t'],
      ['e', 'e'],
    ]);
  });
});

describe('a SentencePiece map', () => {
  const map = (rules: readonly (readonly [string, string])[]): NormalizerConfig => ({
    type: 'Precompiled',
    precompiled_charsmap: writeCharsmap(rules),
  });

  it('applies the longest rule at each place and keeps what no rule names', () => {
    const rules = [
      ['a', 'x'],
      ['ab', 'yz'],
      ['Ⅷ', 'VIII'],
      ['😀', ''],
      ['e\u0301', 'é'],
    ] as const;
    expect(origins(map(rules), 'aabⅧ😀e\u0301\ud83d.\0')).toEqual([
      ['x', 'a'],
      ['y', 'ab'],
      ['z', 'ab'],
      ['V', 'Ⅷ'],
      ['I', 'Ⅷ'],
      ['I', 'Ⅷ'],
      ['I', 'Ⅷ'],
      ['é', 'e\u0301'],
      ['\ud83d', '\ud83d'],
      ['.', '.'],
      ['\0', '\0'],
    ]);
  });

  // The map in the file is what the model was trained with. SentencePiece leaves the zero-width joiner out
  // of nmt_nfkc; @huggingface/tokenizers reads no map and blanks the joiner for every model.
  it('outranks the fixed rules of @huggingface/tokenizers', () => {
    const config = map([['\u200b', ' ']]);
    const family = '👨\u200d👩';
    expect(createNormalizer(config)(sourceText(family)).text).toBe(family);
    expect(new PrecompiledNormalizer(config).normalize(family)).toBe('👨 👩');
  });

  it('is replaced by those rules where a file names the kind and brings none', () => {
    const config = { type: 'Precompiled', precompiled_charsmap: null } as const;
    const normalize = createNormalizer(config);
    const reference = new PrecompiledNormalizer(config);
    fc.assert(
      fc.property(randomText, (text) => {
        expect(normalize(sourceText(text)).text).toBe(reference.normalize(text));
      }),
      { numRuns: 1000 },
    );
  });
});
