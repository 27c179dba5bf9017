/**
 * Regular expressions of a tokenizer.json are written for Oniguruma. Their translation is taken from
 * the library that will run the exported folder, so that both cut a text alike.
 */
import * as library from '@huggingface/tokenizers';
import { fault } from '../fault.ts';
import type { Pattern } from './tokenizerJson.ts';

/** Stated here because the package's own declarations import without extensions, which NodeNext refuses. */
const { SplitPreTokenizer } = library as unknown as {
  readonly SplitPreTokenizer: new (config: {
    readonly pattern: Pattern;
    readonly invert: boolean;
  }) => { readonly pattern: RegExp | null };
};

/**
 * @param field where the pattern stands, for the fault.
 * @throws Fault 'bad-model' when the expression cannot be translated.
 */
export function compilePattern(pattern: Pattern, field: string, invert = true): RegExp {
  try {
    const compiled = new SplitPreTokenizer({ pattern, invert }).pattern;
    if (compiled) return compiled;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw fault(
    'bad-model',
    `tokenizer.json: ${field} is a regular expression this version cannot run.`,
  );
}
