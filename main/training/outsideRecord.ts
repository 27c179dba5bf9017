/*
 * `run.json`, the record of a run without a vault: enough to make it again (recipe, hashes of the data and
 * of the base) and plain about what it lacks. Nobody's permission was asked, so it says `governed: false`
 * in the first place where a reader looks.
 */
import type { Recipe } from '../../shared/contract/index.ts';
import type { TrainResult } from '../models/index.ts';
import type { TrainingData } from './trainingData.ts';

export const NOTICE =
  'Trained outside a vault: no purpose, no consent and no lineage stand behind this model, and no erasure will reach it.';

export interface OutsideSplit {
  readonly folder: string;
  readonly format: string;
  readonly documents: number;
  readonly issues: number;
}

export interface OutsideRecord {
  readonly schema: 'cloister/run';
  readonly version: 1;
  readonly governed: false;
  readonly notice: string;
  readonly state: 'running' | 'done';
  readonly recipe: Recipe;
  readonly preset: string | null;
  readonly recipeSha256: string;
  readonly base: { readonly folder: string; readonly sha256: string } | null;
  readonly data: {
    readonly train: OutsideSplit;
    readonly dev: OutsideSplit | null;
    readonly test: OutsideSplit | null;
    readonly labels: readonly string[];
    /** Over names, texts, spans and classes of all splits in order. */
    readonly sha256: string;
  };
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly result: OutsideResult | null;
}

export type OutsideResult = Pick<
  TrainResult,
  | 'steps'
  | 'epochs'
  | 'stopped'
  | 'parameters'
  | 'history'
  | 'best'
  | 'lossCurve'
  | 'data'
  | 'test'
  | 'privacy'
  | 'runtime'
> & {
  /** Of all stretches together. */
  readonly seconds: number;
  readonly modelSha256: string;
  readonly files: readonly {
    readonly path: string;
    readonly sha256: string;
    readonly bytes: number;
  }[];
};

export const isSameRun = (
  record: OutsideRecord,
  now: {
    readonly recipeSha256: string;
    readonly baseSha256: string | null;
    readonly data: TrainingData;
  },
): boolean =>
  record.recipeSha256 === now.recipeSha256 &&
  (record.base?.sha256 ?? null) === now.baseSha256 &&
  record.data.sha256 === now.data.sha256;

/** Undefined for what is no record of this version. */
export function parseRecord(text: string): OutsideRecord | undefined {
  try {
    const record = JSON.parse(text) as Partial<OutsideRecord> | null;
    return record?.schema === 'cloister/run' && record.version === 1
      ? (record as OutsideRecord)
      : undefined;
  } catch {
    return undefined;
  }
}
