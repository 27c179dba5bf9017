/** What is wrong with a request to train an encoder, told before anything is computed. */
import type { EncoderBuild, EncoderConfig, Ports } from '../architectures/encoder/index.ts';
import { fault } from '../fault.ts';
import type { EncoderRecipe } from '../protocol.ts';
import type { Tokenizer } from '../tokenizers/index.ts';
import type { EncoderSet } from './encoderData.ts';

/** @throws Fault 'bad-request' when the recipe asks for a provider that the optimizer does not run on. */
export function checkProvider({ provider = 'cpu' }: EncoderRecipe): void {
  if (provider !== 'cpu')
    throw fault(
      'bad-request',
      `Encoders are trained on the processor, and the recipe asks for ${provider}. Choose cpu.`,
    );
}

/** @throws Fault 'bad-request' when sequences would be longer than what the model has positions for. */
export function checkLength(
  { maxTokens }: EncoderRecipe,
  config: EncoderConfig,
  tokenizer: Tokenizer,
): void {
  const longest = Math.min(config.longest, tokenizer.maxTokens ?? Infinity);
  if (maxTokens > longest)
    throw fault(
      'bad-request',
      `The model reads at most ${longest} tokens at once, and the recipe asks for ${maxTokens}. Set the longest sequence to ${longest}; longer texts are read in overlapping windows.`,
    );
}

/** @throws Fault 'bad-data' when the training documents teach nothing. */
export function checkData(
  { task }: EncoderRecipe,
  labels: readonly string[],
  train: EncoderSet,
): void {
  if (train.texts.length === 0)
    throw fault('bad-data', 'There is nothing to train on: the training documents hold no text.');
  if (task === 'spans') {
    if (labels.length === 0 || train.spans === 0)
      throw fault('bad-data', 'There is nothing to learn: the training documents hold no spans.');
    return;
  }
  const present = [...new Set(train.texts.map(({ classes }) => classes[0] as number))];
  if (present.length < 2)
    throw fault(
      'bad-data',
      `There is nothing to learn: all training documents have the label "${labels[present[0] ?? 0] ?? ''}".`,
    );
}

/** @throws Fault 'bad-model' for a graph that could not tell padding from text. */
export function checkMask({ mask }: Ports): void {
  if (mask === null)
    throw fault(
      'bad-model',
      'The model has no attention mask, so texts of different lengths cannot share a batch. Export it with the input attention_mask.',
    );
}

/**
 * An id beyond the embedding table would fail deep inside a run.
 * @throws Fault 'bad-model' when tokenizer and model do not belong together.
 */
export function checkVocabulary(build: EncoderBuild, ids: string, tokenizer: Tokenizer): void {
  const { graph } = build.forward;
  const rows = graph.initializers.get(wordTable(build, ids) ?? '')?.dims[0];
  if (rows !== undefined && tokenizer.vocabularySize > rows)
    throw fault(
      'bad-model',
      `The tokenizer knows ${tokenizer.vocabularySize} tokens and the model ${rows}: they do not belong together.`,
    );
}

/** The table that token ids are looked up in. */
export const wordTable = ({ forward }: EncoderBuild, ids: string): string | undefined =>
  forward.graph.nodes.find(({ op, inputs }) => op === 'Gather' && inputs[1] === ids)?.inputs[0];
