/*
 * What has become of a run, folded from its events. A process that dies writes nothing, so a run that
 * claims to be running although nobody runs it is closed as interrupted at the next unlock.
 */
import {
  ERRORS,
  isErrorCode,
  type PrivacySpent,
  type Run,
  type TestScore,
} from '../../shared/contract/index.ts';
import type { ShardFacts } from './sharding/shards.ts';

export type RunEvent = { readonly at: string } & (
  | { readonly type: 'started' | 'resumed'; readonly jobId: string | null; readonly data: string }
  | { readonly type: 'planned'; readonly totalSteps: number }
  | { readonly type: 'computeLost'; readonly step: number }
  | { readonly type: 'checkpointRefused'; readonly step: number; readonly code: string }
  | { readonly type: 'checkpointDestroyed'; readonly reason: string }
  | {
      readonly type: 'done';
      readonly seconds: number;
      readonly modelId: string;
      readonly facts: RunFacts;
    }
  | { readonly type: 'paused'; readonly seconds: number; readonly devF1: number | null }
  | { readonly type: 'failed'; readonly seconds: number; readonly code: string }
  | { readonly type: 'cancelled' | 'interrupted'; readonly seconds: number }
);
type WithoutAt<E> = E extends RunEvent ? Omit<E, 'at'> : never;
export type RunEventBody = WithoutAt<RunEvent>;

/** What compute said about a finished run; shown on the model card. */
export interface RunFacts {
  readonly steps: number;
  readonly epochs: number;
  readonly stopped: 'finished' | 'early' | 'paused';
  readonly parameters: number;
  readonly devF1: number | null;
  readonly bestEpoch: number | null;
  readonly trainDocuments: number;
  readonly devDocuments: number;
  readonly tokens: number;
  readonly spans: number;
  readonly misaligned: number;
  readonly overlapping: number;
  readonly engine: string;
  readonly threads: number;
  readonly node: string;
  readonly platform: string;
  readonly devMacroF1?: number;
  /** Nats per counted token or document. */
  readonly devLoss?: number;
  readonly test?: TestScore;
  readonly testDocuments?: number;
  readonly privacy?: PrivacySpent;
  /** Documents left out because they lacked the field that holds their class. */
  readonly unlabeled?: number;
  /** Documents without text. */
  readonly skipped?: number;
  /** Of a model in shards. */
  readonly shards?: readonly ShardFacts[];
}

export interface FoldedRun {
  readonly state: Run['state'];
  readonly jobId: string | null;
  readonly totalSteps: number | null;
  readonly finishedAt: string | null;
  readonly modelId: string | null;
  readonly errorCode: string | null;
  /** Time spent so far, without the current stretch. */
  readonly seconds: number;
  /** Begin of the current stretch; null unless running. */
  readonly since: string | null;
  /** SHA-256 of the documents it learns from, as first read. */
  readonly data: string | null;
  readonly facts: RunFacts | null;
}

export function foldRun(events: readonly RunEvent[]): FoldedRun {
  let run: FoldedRun = {
    state: 'running',
    jobId: null,
    totalSteps: null,
    finishedAt: null,
    modelId: null,
    errorCode: null,
    seconds: 0,
    since: null,
    data: null,
    facts: null,
  };
  for (const event of events) {
    switch (event.type) {
      case 'started':
      case 'resumed':
        run = {
          ...run,
          state: 'running',
          jobId: event.jobId,
          finishedAt: null,
          errorCode: null,
          since: event.at,
          data: run.data ?? event.data,
        };
        break;
      case 'planned':
        run = { ...run, totalSteps: event.totalSteps };
        break;
      case 'done':
      case 'paused':
      case 'failed':
      case 'cancelled':
      case 'interrupted':
        run = {
          ...run,
          state: event.type,
          finishedAt: event.at,
          since: null,
          seconds: run.seconds + event.seconds,
          ...(event.type === 'done' && { modelId: event.modelId, facts: event.facts }),
          errorCode: event.type === 'failed' ? event.code : null,
        };
        break;
      default:
        break;
    }
  }
  return run;
}

/** A run that was refused or whose recipe does not work cannot be continued, only started anew. */
export function isResumable({ state, errorCode }: FoldedRun, hasCheckpoint: boolean): boolean {
  if (!hasCheckpoint || state === 'running' || state === 'done') return false;
  if (state !== 'failed' || errorCode === null || !isErrorCode(errorCode)) return true;
  return ERRORS[errorCode].class !== 'denied' && errorCode !== 'TRAINING_DIVERGED';
}
