// Small made-up notes whose spans can be learned in seconds: a labeled field, then a sentence.
import { stream } from '../../../main/compute/random.ts';
import type { LoopHooks } from '../../../main/compute/loops/index.ts';
import type {
  TaggerRecipe,
  TrainJob,
  TrainProgress,
  WireDocument,
} from '../../../main/compute/protocol.ts';

const FIRST = ['Anna', 'Berta', 'Clara', 'Dora', 'Emil', 'Franz', 'Gustav', 'Hanna'];
const LAST = ['Adler', 'Bauer', 'Conrad', 'Dietz', 'Ebert', 'Fuchs', 'Graf', 'Huber'];
const PLACE = ['Ulm', 'Bonn', 'Kiel', 'Trier', 'Worms', 'Gera'];

export const LABELS = ['DATE', 'NAME', 'PLACE'] as const;

export function makeNotes(count: number, seed = 1): WireDocument[] {
  const random = stream(seed, 'notes');
  const pick = (items: readonly string[]): string => items[random.below(items.length)] as string;
  return Array.from({ length: count }, (_, index) => {
    let text = '';
    const spans: WireDocument['spans'][number][] = [];
    const add = (part: string, label?: string): void => {
      if (label) spans.push({ start: text.length, end: text.length + part.length, label });
      text += part;
    };
    add('Patient: ');
    add(`${pick(FIRST)} ${pick(LAST)}`, 'NAME');
    add('\nCity: ');
    add(pick(PLACE), 'PLACE');
    add('\nSeen on ');
    add(`${1 + random.below(28)}.${1 + random.below(12)}.${1980 + random.below(40)}`, 'DATE');
    add(` with pain for ${1 + random.below(9)} days 🙂.\nSigned by Dr. `);
    add(`${pick(FIRST)} ${pick(LAST)}`, 'NAME');
    add(` in ${pick(['the ward', 'office 3', 'room 12'])}.`);
    return { id: `note-${index}`, text, spans };
  });
}

export const tinyRecipe = (changes: Partial<TaggerRecipe> = {}): TaggerRecipe => ({
  architecture: 'tagger',
  seed: 11,
  epochs: 6,
  batchTokens: 256,
  learningRate: 0.01,
  schedule: 'linear',
  warmup: 0.1,
  weightDecay: 0.01,
  clipNorm: 1,
  dropout: 0.1,
  wordDropout: 0.1,
  buckets: 1024,
  embeddingDim: 16,
  hidden: 32,
  dilations: [1, 2],
  towers: 1,
  averaging: 0.9,
  patience: 0,
  checkpointSeconds: 1000,
  threads: 1,
  ...changes,
});

export interface Log extends LoopHooks {
  readonly checkpoints: { step: number; bytes: Uint8Array }[];
  readonly events: TrainProgress[];
}

/** Hooks that keep what a loop says and cancel it before a given micro-batch. */
export function record(cancelAtStep = Infinity): Log {
  const checkpoints: Log['checkpoints'] = [];
  const events: TrainProgress[] = [];
  let polls = 0;
  return {
    checkpoints,
    events,
    progress: (progress) => void (progress.kind === 'train' && events.push(progress)),
    checkpoint: (step, bytes) => void checkpoints.push({ step, bytes }),
    // Asked once before every strip.
    canceled: () => polls++ >= cancelAtStep,
  };
}

export const job = (changes: Partial<TrainJob<TaggerRecipe>> = {}): TrainJob<TaggerRecipe> => ({
  recipe: tinyRecipe(),
  labels: LABELS,
  train: makeNotes(40),
  dev: makeNotes(10, 2),
  ...changes,
});
