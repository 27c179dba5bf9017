/**
 * The contract between core and compute, and the only file of this room that core may import. Messages
 * are structured-clone values: typed arrays cross as they are. Compute keeps nothing: it receives
 * opaque document ids, texts and spans, and hands back numbers and bytes; core seals them.
 *
 * Order of a job: request `train` or `predict` with a fresh id → any number of `progress` and
 * `checkpoint` → exactly one `done` or `failed` with the same id. Jobs run one at a time, in order of
 * arrival. `cancel` takes effect before the next micro-batch; a train job that is canceled first sends
 * a last checkpoint and then fails with code 'canceled'.
 *
 * Validated by hand on arrival (parseRequest); texts and labels are limited by what core allows.
 */
import type { FaultCode } from './fault.ts';

export type { FaultCode } from './fault.ts';
export const PROTOCOL_VERSION = 1;

/** A labeled range, UTF-16 code units, end exclusive. */
export interface WireSpan {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

export interface WireDocument {
  /** Opaque to compute; it comes back in results and messages. */
  readonly id: string;
  readonly text: string;
  readonly spans: readonly WireSpan[];
}

/** A validated document of its own: shown to the user, hashed, stored with the run. */
export interface TaggerRecipe {
  readonly architecture: 'tagger';
  readonly seed: number;
  readonly epochs: number;
  /** Adds epochs until there are this many steps: a handful of notes needs to be seen more often. */
  readonly leastSteps?: number;
  /**
   * Tokens that one optimizer step sees: documents are laid end to end; one that does not fit goes on
   * in the next step with overlap, so length is never a limit.
   */
  readonly batchTokens: number;
  readonly learningRate: number;
  readonly schedule: 'constant' | 'linear' | 'cosine';
  /** Share of all steps spent warming up, 0 to 1. */
  readonly warmup: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  /** Chance that a hidden channel is dropped for a whole line of text. */
  readonly dropout: number;
  /** Chance that a token loses the features that know its exact form. */
  readonly wordDropout: number;
  /** Rows of the hashed feature table. */
  readonly buckets: number;
  readonly embeddingDim: number;
  readonly hidden: number;
  readonly dilations: readonly number[];
  /** Independent towers of convolutions whose scores are averaged: an ensemble in one graph. */
  readonly towers: number;
  /** Decay of the running average of the weights, which is what is evaluated and kept; 0 turns it off. */
  readonly averaging: number;
  /** Epochs without a better development score after which training stops; 0 never stops early. */
  readonly patience: number;
  /**
   * Shortens the schedule to whole epochs so that training ends in about this time. Decided before the
   * first step; the run then equals one whose recipe names the result's number of epochs.
   */
  readonly timeBudgetSeconds?: number;
  readonly checkpointSeconds: number;
  /** Threads of the runtime. Losses are bit-equal only at one count, so it belongs to the recipe. */
  readonly threads: number;
}

export type Recipe = TaggerRecipe;

const BASE = {
  architecture: 'tagger',
  seed: 1,
  schedule: 'linear',
  warmup: 0.05,
  weightDecay: 0.01,
  clipNorm: 1,
  towers: 1,
  leastSteps: 240,
  averaging: 0.99,
  patience: 0,
  checkpointSeconds: 60,
  threads: 2,
} as const;

export const PRESETS = {
  /** About a hundred short notes in well under a minute on two cores. */
  quick: {
    ...BASE,
    epochs: 14,
    batchTokens: 512,
    learningRate: 3e-3,
    dropout: 0.4,
    wordDropout: 0.5,
    buckets: 16384,
    embeddingDim: 48,
    hidden: 96,
    dilations: [1, 2, 4, 1],
  },
  /** Several hundred full notes in about ten minutes on two cores. */
  standard: {
    ...BASE,
    epochs: 10,
    batchTokens: 1536,
    learningRate: 2.5e-3,
    dropout: 0.3,
    wordDropout: 0.4,
    buckets: 65536,
    embeddingDim: 64,
    hidden: 160,
    dilations: [1, 2, 4, 8, 16, 1],
    timeBudgetSeconds: 720,
    checkpointSeconds: 120,
  },
} as const satisfies Record<string, TaggerRecipe>;
export type PresetName = keyof typeof PRESETS;

/** A plain model folder: relative path → bytes (config.json, tokenizer_config.json, onnx/model.onnx). */
export interface ModelBundle {
  readonly files: Readonly<Record<string, Uint8Array>>;
}

export interface TrainJob {
  readonly recipe: Recipe;
  /** Span labels in the order of the schema; spans with other labels are an error. */
  readonly labels: readonly string[];
  readonly train: readonly WireDocument[];
  /** Development documents; empty means no score, no early stop, and the last weights are kept. */
  readonly dev: readonly WireDocument[];
  /** Bytes of a `checkpoint` event of the same data and recipe. */
  readonly resumeFrom?: Uint8Array;
}

export interface PredictJob {
  readonly model: ModelBundle;
  readonly documents: readonly {
    readonly id: string;
    readonly text: string;
    /** When given, the result carries their tags on the model's tokens, for token-level reports. */
    readonly gold?: readonly WireSpan[];
  }[];
  /** Adds tokens and tags to each result. */
  readonly tokens?: boolean;
  readonly threads?: number;
}

export type ComputeRequest =
  | { readonly v: 1; readonly id: string; readonly kind: 'hello' }
  | { readonly v: 1; readonly id: string; readonly kind: 'train'; readonly job: TrainJob }
  | { readonly v: 1; readonly id: string; readonly kind: 'predict'; readonly job: PredictJob }
  | { readonly v: 1; readonly id: string; readonly kind: 'inspect'; readonly model: ModelBundle }
  | { readonly v: 1; readonly id: string; readonly kind: 'cancel'; readonly target: string };

/** Strict: a predicted span counts only with the same start, end and label as a gold one. */
export interface SpanScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly gold: number;
  readonly predicted: number;
  readonly correct: number;
}

export interface TrainProgress {
  readonly kind: 'train';
  readonly phase: 'preparing' | 'training' | 'evaluating' | 'exporting';
  /** Epochs count from 1, steps from 0 (steps done). */
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly totalSteps: number;
  /** Mean cross-entropy per token over the last steps, in nats; null before the first step. */
  readonly loss: number | null;
  readonly learningRate: number;
  readonly gradientNorm: number | null;
  readonly stepsPerSecond: number;
  readonly tokensPerSecond: number;
  readonly etaSeconds: number | null;
  /** Set once after each epoch that was evaluated. */
  readonly evaluation?: EpochEvaluation;
}

export interface EpochEvaluation {
  readonly epoch: number;
  readonly step: number;
  readonly trainLoss: number;
  readonly dev: SpanScore;
  readonly best: boolean;
}

export interface PredictProgress {
  readonly kind: 'predict';
  readonly documents: number;
  readonly totalDocuments: number;
}

export interface TrainResult {
  readonly kind: 'train';
  readonly model: ModelBundle;
  readonly steps: number;
  readonly epochs: number;
  readonly stopped: 'finished' | 'early';
  /** Wall-clock seconds of this process; a resumed run counts only its own part. */
  readonly seconds: number;
  readonly parameters: number;
  readonly history: readonly EpochEvaluation[];
  readonly best: EpochEvaluation | null;
  readonly lossCurve: readonly { readonly step: number; readonly loss: number }[];
  readonly data: {
    readonly documents: number;
    readonly tokens: number;
    readonly spans: number;
    /** Spans whose border lies inside a token, and spans overlapping another: learned in part or not. */
    readonly misaligned: number;
    readonly overlapping: number;
    readonly hash: string;
  };
  readonly runtime: RuntimeFacts;
}

export interface RuntimeFacts {
  readonly engine: string;
  readonly provider: 'cpu';
  readonly threads: number;
  readonly node: string;
  readonly platform: string;
}

export interface PredictedSpan extends WireSpan {
  /** Probability of exactly this span, 0 to 1; temperature-scaled where the model was developed on notes. */
  readonly score: number;
}

export interface PredictedDocument {
  readonly id: string;
  readonly spans: readonly PredictedSpan[];
  /** Present when asked for: the model's tokens, predicted IOB2 tags, and gold ones where gold was given. */
  readonly tokens?: {
    readonly starts: Int32Array;
    readonly ends: Int32Array;
    readonly tags: readonly string[];
    readonly gold?: readonly string[];
  };
}

export interface PredictResult {
  readonly kind: 'predict';
  readonly labels: readonly string[];
  readonly documents: readonly PredictedDocument[];
  readonly seconds: number;
  readonly runtime: RuntimeFacts;
}

export interface InspectResult {
  readonly kind: 'inspect';
  readonly architecture: string;
  readonly labels: readonly string[];
  readonly parameters: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly operators: Readonly<Record<string, number>>;
  /** Operators on the way to a weight that have no gradient rule; empty means it can be trained. */
  readonly untrainable: readonly string[];
}

export interface HelloResult {
  readonly kind: 'hello';
  readonly protocol: typeof PROTOCOL_VERSION;
  readonly architectures: readonly string[];
  readonly runtime: RuntimeFacts;
}

export type ComputeResult = TrainResult | PredictResult | InspectResult | HelloResult;

export type ComputeEvent =
  | {
      readonly v: 1;
      readonly id: string;
      readonly event: 'progress';
      readonly progress: TrainProgress | PredictProgress;
    }
  | {
      readonly v: 1;
      readonly id: string;
      readonly event: 'checkpoint';
      readonly step: number;
      readonly bytes: Uint8Array;
    }
  | { readonly v: 1; readonly id: string; readonly event: 'done'; readonly result: ComputeResult }
  | {
      readonly v: 1;
      readonly id: string;
      readonly event: 'failed';
      readonly code: FaultCode;
      /** One English sentence without document text; names document ids where that helps. */
      readonly message: string;
      /** Step of the newest checkpoint sent, null when none was. */
      readonly lastCheckpointStep: number | null;
    };

/** Either end of the wire. */
export interface ComputePort {
  post(message: unknown): void;
  /**
   * Resolves when everything posted so far has left the process. A pipe takes a few hundred KiB per turn of
   * the event loop; without waiting, a checkpoint of 40 MB would trickle out over as many steps, and
   * progress and cancel would queue behind it.
   */
  flushed?(): Promise<void>;
  onMessage(listener: (message: unknown) => void): void;
  close(): void;
}
