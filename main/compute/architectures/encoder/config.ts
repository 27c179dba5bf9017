/**
 * The config.json of a Hugging Face folder: what is read of a base, and what is written for a trained
 * model. Everything that is not about labels is kept as the base had it.
 */
import { z } from 'zod';
import { ALIGNMENTS, MODEL_TASKS } from '../../../../shared/contract/recipe.ts';
import { fault } from '../../fault.ts';

/** What Hugging Face has no field for; a folder without it is read with customary values. */
const Own = z.object({
  version: z.literal(1),
  task: z.enum(MODEL_TASKS),
  alignment: z.enum(ALIGNMENTS),
  maxTokens: z.int().min(8),
  overlap: z.int().min(0),
  /** Divides the scores before probabilities of spans are formed; fitted on development documents. */
  temperature: z.number().positive(),
});
export type OwnConfig = z.output<typeof Own>;

const Config = z.looseObject({
  model_type: z.string().min(1),
  architectures: z.array(z.string()).nullish(),
  id2label: z.record(z.string(), z.string()).nullish(),
  max_position_embeddings: z.int().nullish(),
  pad_token_id: z.int().nullish(),
  cloister: z.unknown().optional(),
});

export interface EncoderConfig {
  readonly json: Readonly<Record<string, unknown>>;
  readonly modelType: string;
  /** Class names in the order of the scores; empty where the folder names none. */
  readonly classes: readonly string[];
  /** Longest sequence the model reads, special tokens included; Infinity where it does not say. */
  readonly longest: number;
  readonly own: OwnConfig | null;
}

/** @throws Fault 'bad-model' when the bytes are no config.json of a model. */
export function readConfig(bytes: Uint8Array | undefined): EncoderConfig {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw fault('bad-model', 'The model folder lacks a readable config.json.');
  }
  const parsed = Config.safeParse(json);
  if (!parsed.success)
    throw fault('bad-model', 'The config.json of the model does not say what kind of model it is.');
  const { model_type: modelType, id2label, max_position_embeddings: positions } = parsed.data;
  const own = Own.safeParse(parsed.data.cloister);
  return {
    json: parsed.data,
    modelType,
    classes: classNames(id2label ?? {}),
    longest: positions ? positions - (OFFSET_POSITIONS.has(modelType) ? 2 : 0) : Infinity,
    own: own.success ? own.data : null,
  };
}

/** RoBERTa counts positions from padding_idx + 1 = 2, so its table has two rows that no token uses. */
const OFFSET_POSITIONS = new Set(['roberta', 'xlm-roberta', 'camembert', 'longformer', 'mpnet']);

function classNames(id2label: Readonly<Record<string, string>>): string[] {
  const names = Object.keys(id2label).map((_, index) => id2label[index]);
  return names.every((name) => name !== undefined) ? names : [];
}

/** The class prefix of model types whose architectures field does not tell. */
const PREFIXES: Readonly<Record<string, string>> = {
  bert: 'Bert',
  roberta: 'Roberta',
  'xlm-roberta': 'XLMRoberta',
  distilbert: 'DistilBert',
  deberta: 'Deberta',
  'deberta-v2': 'DebertaV2',
  modernbert: 'ModernBert',
  electra: 'Electra',
  albert: 'Albert',
  camembert: 'Camembert',
  mpnet: 'MPNet',
};

/** The bytes of config.json for the trained model. */
export function writeConfig(
  base: EncoderConfig,
  classes: readonly string[],
  own: OwnConfig,
): Uint8Array {
  // Counts and kinds of another head would contradict the labels.
  const {
    architectures,
    num_labels: _count,
    _num_labels: _oldCount,
    problem_type: _kind,
    ...kept
  } = base.json as Record<string, unknown> & { architectures?: readonly string[] | null };
  const named = /^([A-Za-z0-9]+?)(Model|For[A-Z]\w*)$/.exec(architectures?.[0] ?? '')?.[1];
  const prefix = named ?? PREFIXES[base.modelType] ?? '';
  const purpose = own.task === 'spans' ? 'ForTokenClassification' : 'ForSequenceClassification';
  return new TextEncoder().encode(
    `${JSON.stringify(
      {
        ...kept,
        architectures: [`${prefix}${purpose}`],
        id2label: Object.fromEntries(classes.map((name, index) => [index, name])),
        label2id: Object.fromEntries(classes.map((name, index) => [name, index])),
        ...(own.task === 'documents' ? { problem_type: 'single_label_classification' } : {}),
        cloister: own,
      },
      null,
      2,
    )}\n`,
  );
}
