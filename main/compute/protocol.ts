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
import type { Recipe } from '../../shared/contract/recipe.ts';
import type { FaultCode } from './fault.ts';

export type { FaultCode } from './fault.ts';
export const PROTOCOL_VERSION = 2;

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
  /** The class of the whole text, for the task `documents`. */
  readonly label?: string;
}

/** @see shared/contract/recipe.ts */
export { TAGGER_PRESETS as PRESETS } from '../../shared/contract/recipe.ts';
export type {
  EncoderRecipe,
  PretrainingRecipe,
  Recipe,
  TaggerRecipe,
} from '../../shared/contract/recipe.ts';

/** A plain model folder: relative path → bytes (config.json, tokenizer_config.json, onnx/model.onnx). */
export interface ModelBundle {
  readonly files: Readonly<Record<string, Uint8Array>>;
}

export interface TrainJob<R extends Recipe = Recipe> {
  readonly recipe: R;
  /** Labels in the order of the schema; documents and spans with other labels are an error. */
  readonly labels: readonly string[];
  readonly train: readonly WireDocument[];
  /** Development documents; empty means no score, no early stop, and the last weights are kept. */
  readonly dev: readonly WireDocument[];
  /** Scored once with the chosen weights where the recipe says testAtEnd. */
  readonly test?: readonly WireDocument[];
  /** The folder an encoder starts from: config.json, tokenizer.json, onnx/model.onnx. */
  readonly base?: ModelBundle;
  /** Ends after this epoch with a checkpoint and `stopped: 'paused'`; resuming goes on bit for bit. */
  readonly pauseAfterEpoch?: number;
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
  /** `int8` runs the folder's quantized file, where it has one; left out, the full one. */
  readonly precision?: 'fp32' | 'int8';
}

/** Trains on the batches of a golden file and compares with the numbers stored there. */
export interface ParityJob {
  readonly onnx: Uint8Array;
  /** JSON: optimizer, 'steps' with batches, losses and gradient norms, 'probe' with scores. */
  readonly golden: Uint8Array;
  /** Files in the folder of the model by name, for weights kept outside of it. */
  readonly beside?: Readonly<Record<string, Uint8Array>>;
  readonly threads?: number;
}

/** Checks the gradients of a model against finite differences of its own outputs. */
export interface CheckJob {
  readonly onnx: Uint8Array;
  readonly config?: Uint8Array;
  readonly beside?: Readonly<Record<string, Uint8Array>>;
  readonly threads?: number;
}

export type ComputeRequest =
  | { readonly v: 2; readonly id: string; readonly kind: 'hello' }
  | { readonly v: 2; readonly id: string; readonly kind: 'train'; readonly job: TrainJob }
  | { readonly v: 2; readonly id: string; readonly kind: 'predict'; readonly job: PredictJob }
  | { readonly v: 2; readonly id: string; readonly kind: 'inspect'; readonly model: ModelBundle }
  | { readonly v: 2; readonly id: string; readonly kind: 'parity'; readonly job: ParityJob }
  | { readonly v: 2; readonly id: string; readonly kind: 'check'; readonly job: CheckJob }
  | { readonly v: 2; readonly id: string; readonly kind: 'provider'; readonly provider: Provider }
  | { readonly v: 2; readonly id: string; readonly kind: 'cancel'; readonly target: string };

/** By the runtime's own names: dml is DirectML. */
export const PROVIDERS = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;
export type Provider = (typeof PROVIDERS)[number];

/**
 * Strict: a predicted span counts only with the same start, end and label as a gold one. For the task
 * `documents` each document is one item, so precision, recall and F1 all equal the accuracy.
 */
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
  /** Mean F1 over the labels that occur; absent where the loop does not compute it. */
  readonly macroF1?: number;
  /** Mean cross-entropy on the development documents, nats per counted token or document. */
  readonly devLoss?: number;
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
  readonly stopped: 'finished' | 'early' | 'paused';
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
    /** Documents without text that were left out; absent where none could be. */
    readonly skipped?: number;
    readonly hash: string;
  };
  /** Scores of the chosen weights on the test documents. */
  readonly test?: SpanScore;
  readonly privacy?: PrivacyRecord;
  /**
   * The eight-bit file beside the full one: offered only where it costs at most `bound` of the F1 that
   * the chosen weights have on the development documents. Absent where none was tried.
   */
  readonly int8?: {
    readonly offered: boolean;
    readonly f1: number;
    readonly fullF1: number;
    readonly bound: number;
  };
  readonly runtime: RuntimeFacts;
}

/** What a private run spent. Both accountants are stated; the PRV figure is the tighter one. */
export interface PrivacyRecord {
  readonly unit: 'sequence';
  readonly sequences: number;
  readonly sampleRate: number;
  readonly noiseMultiplier: number;
  readonly clipNorm: number;
  readonly steps: number;
  readonly delta: number;
  readonly epsilonRdp: number;
  readonly epsilonPrv: number;
}

export interface RuntimeFacts {
  readonly engine: string;
  readonly provider: string;
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
  /** For the task `documents`: every label with its probability, likeliest first. */
  readonly classes?: readonly { readonly label: string; readonly score: number }[];
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
  /** 'tagger', or the model type of config.json ("bert"); null where the folder does not say. */
  readonly architecture: string | null;
  /** What the model is made for; 'features' is an encoder that needs a new head. */
  readonly task: 'spans' | 'documents' | 'features';
  readonly labels: readonly string[];
  /** Every file of the folder. */
  readonly files: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  /** Which ONNX file of the folder is meant by the rest of the report. */
  readonly onnx: string;
  /** Files beside it that hold its weights. */
  readonly externalData: readonly string[];
  readonly producer: string;
  readonly opsets: Readonly<Record<string, number>>;
  /** Operator, with its domain where that is not the standard one → number of nodes. */
  readonly operators: Readonly<Record<string, number>>;
  readonly inputs: readonly InspectedPort[];
  readonly outputs: readonly InspectedPort[];
  /** Trainable numbers, by rule. */
  readonly parameters: number;
  readonly parameterBytes: number;
  /** Largest first. */
  readonly modules: readonly {
    readonly module: string;
    readonly tensors: number;
    readonly parameters: number;
  }[];
  readonly tokenizer: 'wordpiece' | 'bpe' | 'unigram' | 'words' | 'none' | 'unknown';
  /** Every place that names a license, as written there. */
  readonly licenses: readonly { readonly file: string; readonly license: string }[];
  /** Operators on the way from a weight to the result that have no gradient rule. */
  readonly untrainable: readonly string[];
  /** Names that the targets of low-rank adapters may hold. */
  readonly adaptable: readonly string[];
  readonly trainable: boolean;
  /** Why it cannot be trained, each with a code and a sentence for a person. */
  readonly refusals: readonly { readonly code: string; readonly sentence: string }[];
  /** Whether a probe run on a few tokens gave finite numbers, and if not, why. */
  readonly inference: { readonly works: boolean; readonly reason?: string };
}

export interface InspectedPort {
  readonly name: string;
  readonly type: string;
  /** A string is a free dimension, null an unknown one. */
  readonly dims: readonly (number | string | null)[];
}

export interface ParityResult {
  readonly kind: 'parity';
  readonly steps: number;
  /** Largest relative difference of a step's loss and gradient norm. */
  readonly losses: number;
  readonly gradientNorms: number;
  /** Largest absolute difference of a probe score, before and after training. */
  readonly probe: number;
  readonly bounds: {
    readonly losses: number;
    readonly gradientNorms: number;
    readonly probe: number;
  };
  readonly withinBounds: boolean;
}

export interface ProviderResult {
  readonly kind: 'provider';
  readonly provider: Provider;
  readonly offered: boolean;
  /** Null where it is offered. */
  readonly reason: 'notInBuild' | 'unavailable' | 'differs' | null;
  /** The runtime's own words; empty where there are none. */
  readonly detail: string;
  /** To the processor, over loss and gradients of one step; null where there was nothing to compare. */
  readonly maxDifference: number | null;
  readonly seconds: number;
}

export interface CheckResult {
  readonly kind: 'check';
  /** One row per module; groups whose gradient is zero by construction are left out and counted. */
  readonly groups: readonly {
    readonly module: string;
    readonly parameters: number;
    /** Between the computed slope and the measured one. */
    readonly relativeError: number;
    readonly gradientNorm: number;
  }[];
  readonly skipped: readonly string[];
  readonly worst: number;
  readonly bound: number;
  readonly withinBounds: boolean;
}

export interface HelloResult {
  readonly kind: 'hello';
  readonly protocol: typeof PROTOCOL_VERSION;
  readonly architectures: readonly string[];
  readonly runtime: RuntimeFacts;
}

export type ComputeResult =
  | TrainResult
  | PredictResult
  | InspectResult
  | ParityResult
  | CheckResult
  | HelloResult
  | ProviderResult;

export type ComputeEvent =
  | {
      readonly v: 2;
      readonly id: string;
      readonly event: 'progress';
      readonly progress: TrainProgress | PredictProgress;
    }
  | {
      readonly v: 2;
      readonly id: string;
      readonly event: 'checkpoint';
      readonly step: number;
      readonly bytes: Uint8Array;
    }
  | { readonly v: 2; readonly id: string; readonly event: 'done'; readonly result: ComputeResult }
  | {
      readonly v: 2;
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
