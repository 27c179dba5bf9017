/**
 * Every setting of every recipe, in the order a person meets them. The schema decides what a value may be
 * (shared/contract/recipe.ts); this table only says where a setting stands and which control shows it. A
 * test holds it to the schema, so that no setting can be computed with and not be shown.
 */
import type { Architecture } from '../../../../shared/contract/index.ts';

export const GROUPS = ['learning', 'batches', 'model', 'checkpoints', 'privacy'] as const;
export type Group = (typeof GROUPS)[number];

export interface Setting {
  /** Where it stands in the document: `learningRate`, `mode.rank`. */
  readonly path: string;
  readonly group: Group;
  /** `numbers` and `words` are lists, written with commas. */
  readonly control: 'number' | 'numbers' | 'words' | 'text' | 'toggle' | 'choice';
  /** Of a choice; `''` leaves the setting out. */
  readonly options?: readonly string[];
  /** An empty field leaves the setting out of the document. */
  readonly optional?: true;
  /** Shown only where the document answers this. */
  readonly when?: (at: (path: string) => unknown) => boolean;
}

const is =
  (path: string, ...values: readonly unknown[]) =>
  (at: (path: string) => unknown): boolean =>
    values.includes(at(path));
const number = (path: string, group: Group, more: Partial<Setting> = {}): Setting => ({
  path,
  group,
  control: 'number',
  ...more,
});
const choice = (
  path: string,
  group: Group,
  options: readonly string[],
  more: Partial<Setting> = {},
): Setting => ({ path, group, control: 'choice', options, ...more });
const toggle = (path: string, group: Group, more: Partial<Setting> = {}): Setting => ({
  path,
  group,
  control: 'toggle',
  ...more,
});

const OPTIONAL = { optional: true } as const;
const LEARNING: readonly Setting[] = [
  number('epochs', 'learning'),
  number('learningRate', 'learning'),
  choice('schedule', 'learning', ['linear', 'cosine', 'constant']),
  number('warmup', 'learning'),
  number('weightDecay', 'learning'),
  number('clipNorm', 'learning'),
  number('patience', 'learning'),
];
const RUNNING: readonly Setting[] = [
  number('checkpointSeconds', 'checkpoints'),
  number('checkpointSteps', 'checkpoints', OPTIONAL),
  number('seed', 'checkpoints'),
  number('threads', 'checkpoints'),
];
const TASK: readonly Setting[] = [
  choice('task', 'model', ['spans', 'documents']),
  {
    path: 'labelField',
    group: 'model',
    control: 'text',
    ...OPTIONAL,
    when: is('task', 'documents'),
  },
];
const PASSES: readonly Setting[] = [
  number('batchSize', 'batches'),
  number('accumulation', 'batches'),
  number('maxTokens', 'batches'),
];

export const SETTINGS: Readonly<Record<Architecture, readonly Setting[]>> = {
  tagger: [
    ...LEARNING,
    number('leastSteps', 'learning', OPTIONAL),
    number('timeBudgetSeconds', 'learning', OPTIONAL),
    number('averaging', 'learning'),
    number('batchTokens', 'batches'),
    number('dropout', 'batches'),
    number('wordDropout', 'batches'),
    choice('task', 'model', ['', 'spans', 'documents'], OPTIONAL),
    { ...TASK[1]! },
    toggle('crf', 'model', { ...OPTIONAL, when: is('task', undefined, 'spans') }),
    number('embeddingDim', 'model'),
    number('hidden', 'model'),
    number('towers', 'model'),
    { path: 'dilations', group: 'model', control: 'numbers' },
    number('buckets', 'model'),
    number('shards', 'model', OPTIONAL),
    ...RUNNING,
  ],
  encoder: [
    ...LEARNING,
    choice('selectBy', 'learning', ['f1', 'macroF1', 'loss']),
    number('labelSmoothing', 'learning'),
    choice('classWeights', 'learning', ['none', 'balanced']),
    ...PASSES,
    number('overlap', 'batches'),
    toggle('bucketing', 'batches'),
    ...TASK,
    choice('mode.kind', 'model', ['full', 'lora', 'head']),
    toggle('mode.freezeEmbeddings', 'model', { ...OPTIONAL, when: is('mode.kind', 'full') }),
    number('mode.rank', 'model', { when: is('mode.kind', 'lora') }),
    number('mode.alpha', 'model', { when: is('mode.kind', 'lora') }),
    { path: 'mode.targets', group: 'model', control: 'words', when: is('mode.kind', 'lora') },
    choice('alignment', 'model', ['words', 'subwords', 'characters'], {
      when: is('task', 'spans'),
    }),
    number('shards', 'model', OPTIONAL),
    toggle('testAtEnd', 'checkpoints'),
    ...RUNNING,
    choice('provider', 'checkpoints', ['', 'cpu', 'webgpu', 'cuda'], OPTIONAL),
  ],
  pretraining: [
    ...LEARNING,
    number('timeBudgetSeconds', 'learning', OPTIONAL),
    number('maskShare', 'learning'),
    toggle('wholeWords', 'learning', OPTIONAL),
    ...PASSES,
    number('vocabularySize', 'model'),
    toggle('lowercase', 'model'),
    number('layers', 'model'),
    number('hidden', 'model'),
    number('heads', 'model'),
    number('intermediate', 'model'),
    ...RUNNING,
  ],
};

/** Settings of the document that have a section of their own instead of a row. */
export const APART: readonly string[] = ['architecture', 'base', 'privacy'];
