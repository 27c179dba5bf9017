// A base folder around an export of ../shared/data: config.json, and a WordPiece vocabulary small enough
// for its embedding, learned from the made-up notes the tests train on.
import { trainWordPiece } from '../../../../main/compute/tokenizers/index.ts';
import type {
  EncoderRecipe,
  ModelBundle,
  TrainJob,
  TrainProgress,
  WireDocument,
} from '../../../../main/compute/protocol.ts';
import type { LoopHooks } from '../../../../main/compute/loops/index.ts';
import { stream } from '../../../../main/compute/random.ts';
import { LABELS, makeNotes } from '../notes.ts';
import { readExport, VOCABULARY } from './exports.ts';

const TYPES: Readonly<Record<string, readonly [type: string, name: string]>> = {
  bert: ['bert', 'Bert'],
  distilbert: ['distilbert', 'DistilBert'],
  roberta: ['roberta', 'Roberta'],
  deberta: ['deberta-v2', 'DebertaV2'],
  modernbert: ['modernbert', 'ModernBert'],
};

export async function baseFolder(name: string): Promise<ModelBundle> {
  const [type, prefix] = TYPES[name.split('_')[0] as string] as [string, string];
  const notes = [...makeNotes(200), ...makeQuestions(200)];
  const tokenizer = await trainWordPiece(
    notes.map(({ text }) => text),
    { vocabularySize: VOCABULARY, lowercase: true },
  );
  const config = {
    model_type: type,
    architectures: [`${prefix}Model`],
    hidden_size: 32,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    intermediate_size: 64,
    vocab_size: VOCABULARY,
    max_position_embeddings: type === 'roberta' ? 514 : 512,
    pad_token_id: 0,
  };
  return {
    files: {
      'config.json': new TextEncoder().encode(JSON.stringify(config)),
      ...tokenizer,
      'onnx/model.onnx': readExport(name),
    },
  };
}

export const INTENTS = ['balance', 'card', 'loan'] as const;
const ASKED: Readonly<Record<(typeof INTENTS)[number], readonly string[]>> = {
  balance: ['how much money is left', 'show my balance', 'what is on the account'],
  card: ['my card is lost', 'block the card', 'the card does not work'],
  loan: ['I need a loan', 'what are the rates of a loan', 'can I repay the loan'],
};

/** Short questions with an intent each, unevenly spread. */
export function makeQuestions(count: number, seed = 1): WireDocument[] {
  const random = stream(seed, 'questions');
  const greetings = ['hello', 'good morning', 'please', ''];
  return Array.from({ length: count }, (_, index) => {
    const label = INTENTS[Math.min(2, random.below(5))] as (typeof INTENTS)[number];
    const asked = ASKED[label];
    const text = `${greetings[random.below(4)]} ${asked[random.below(asked.length)]}`.trim();
    return { id: `question-${index}`, text, spans: [], label };
  });
}

export const encoderRecipe = (changes: Partial<EncoderRecipe> = {}): EncoderRecipe => ({
  architecture: 'encoder',
  seed: 5,
  epochs: 3,
  learningRate: 3e-3,
  schedule: 'linear',
  warmup: 0.1,
  weightDecay: 0.01,
  clipNorm: 1,
  patience: 0,
  checkpointSeconds: 600,
  threads: 1,
  task: 'spans',
  base: 'base',
  mode: { kind: 'full' },
  batchSize: 8,
  accumulation: 1,
  maxTokens: 48,
  overlap: 8,
  bucketing: true,
  alignment: 'words',
  labelSmoothing: 0,
  classWeights: 'none',
  selectBy: 'f1',
  testAtEnd: false,
  ...changes,
});

export async function encoderJob(
  name: string,
  changes: Partial<EncoderRecipe> = {},
  more: Partial<TrainJob<EncoderRecipe>> = {},
): Promise<TrainJob<EncoderRecipe>> {
  const recipe = encoderRecipe(changes);
  const documents = recipe.task === 'documents';
  const make = documents ? makeQuestions : makeNotes;
  return {
    recipe,
    labels: documents ? INTENTS : LABELS,
    base: await baseFolder(name),
    train: make(40),
    dev: make(8, 2),
    ...more,
  };
}

export interface Watched extends LoopHooks {
  readonly checkpoints: { step: number; bytes: Uint8Array }[];
  readonly reports: TrainProgress[];
}

/** Hooks that remember what they were told. */
export function watch(canceled: (watched: Watched) => boolean = () => false): Watched {
  const watched: Watched = {
    checkpoints: [],
    reports: [],
    checkpoint: (step, bytes) => void watched.checkpoints.push({ step, bytes }),
    progress: (progress) => void (progress.kind === 'train' && watched.reports.push(progress)),
    canceled: () => canceled(watched),
  };
  return watched;
}
