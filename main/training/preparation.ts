/*
 * Everything a run needs before its first step: the documents the gate lets through, what they are to
 * teach, and the encoder it starts from. Nothing is written here, so a refusal leaves no run behind.
 */
import type { Recipe } from '../../shared/contract/index.ts';
import { failure, ok, type Failure, type Result } from '../../shared/kernel/result.ts';
import type { Actor } from '../governance/index.ts';
import type { SnapshotReader, Snapshots } from '../labeling/index.ts';
import type { Bases, ChosenBase } from '../models/index.ts';
import { attempt } from '../platform/index.ts';
import { dealShards, type Shard } from './sharding/shards.ts';
import { collectTrainingData, learnedOf, type TrainingData } from './trainingData.ts';

export interface Prepared {
  readonly recipe: Recipe;
  readonly reader: SnapshotReader;
  readonly data: TrainingData;
  readonly base: ChosenBase | null;
  /** Null where the recipe asks for none. */
  readonly shards: readonly Shard[] | null;
  /** Shards of an earlier model that need not be trained again; empty for an ordinary run. */
  readonly kept: ReadonlyMap<number, Readonly<Record<string, Uint8Array>>>;
  /** Of the documents and of the model it is built on: whoever is here has shaped the result. */
  readonly subjects: ReadonlyMap<string, number>;
}

export interface PreparationDeps {
  readonly snapshots: Pick<Snapshots, 'open' | 'get'>;
  readonly bases: Pick<Bases, 'choose' | 'find' | 'bundle'>;
  /** Whether the impact assessment that a policy may ask for is there (Art. 35 GDPR). */
  readonly mayTrain: (purposeId: string) => Result<unknown>;
}

/**
 * Fails with NOT_FOUND, SNAPSHOT_EMPTY, SNAPSHOT_CHANGED, PURPOSE_RETIRED, GATE_DENIED, RECIPE_INVALID,
 * MODEL_BLOCKED.
 */
export function prepare(
  { snapshots, bases, mayTrain }: PreparationDeps,
  actor: Actor,
  snapshotId: string,
  recipe: Recipe,
): Result<Prepared> {
  const opened = snapshots.open(snapshotId, { actor, operation: 'train' });
  if (!opened.ok) return opened;
  const reader = opened.value;
  const assessed = mayTrain(reader.snapshot.purposeId);
  if (!assessed.ok) return assessed;
  const { unfinished = 0 } = reader.snapshot;
  if (unfinished > 0 && learnedOf(recipe) === 'spans') {
    return failure(
      'RECIPE_INVALID',
      `In ${unfinished} of its documents nobody finished the labels: a model would learn that there is nothing to find in them. Nothing was changed. Freeze a snapshot of finished documents for this.`,
      { field: 'task', count: unfinished },
    );
  }
  const chosen = chooseBase(bases, recipe, reader.snapshot.purposeId);
  if (!chosen.ok) return chosen;
  // A text that is not the frozen one comes as a fault from inside the iteration.
  const collected = attempt(() => collectTrainingData(reader, recipe));
  const data = collected.ok ? collected.value : collected;
  if (!data.ok) return data;
  const subjects = new Map(data.value.subjects);
  for (const { subjectId, documents } of chosen.value?.subjects ?? []) {
    subjects.set(subjectId, (subjects.get(subjectId) ?? 0) + documents);
  }
  const shards = dealShards(data.value, recipe, reader.groupOf);
  if (!shards.ok) return shards;
  return ok({
    ...{ recipe, reader, data: data.value, base: chosen.value, subjects },
    ...{ shards: shards.value, kept: new Map() },
  });
}

function chooseBase(
  bases: Pick<Bases, 'choose'>,
  recipe: Recipe,
  purposeId: string,
): Result<ChosenBase | null> {
  return recipe.architecture === 'encoder' ? bases.choose(recipe.base, purposeId) : ok(null);
}

/** Why the checkpoint of a run that began with other documents must go, and the sentence for it. */
export interface Drift {
  readonly reason: 'permissionLost' | 'snapshotChanged';
  readonly error: Failure;
}

/** Undefined where the documents are those the run began with. */
export function driftOf({ data }: Prepared, began: string | null): Drift | undefined {
  if (data.sha256 === began) return undefined;
  if (data.withheld === 0) {
    const { error } = failure(
      'SNAPSHOT_CHANGED',
      'The documents of this run are not the ones it began with, so its checkpoint was destroyed. Freeze a new snapshot and start a new run.',
    );
    return { reason: 'snapshotChanged', error };
  }
  const documents = `${data.withheld} ${data.withheld === 1 ? 'document' : 'documents'}`;
  const { error } = failure(
    'GATE_DENIED',
    `${documents} of this run may no longer be used, and its checkpoint has learned from them, so it was destroyed. Freeze a new snapshot and start a new run.`,
    { step: 'basis', reason: 'withdrawn', count: data.withheld },
  );
  return { reason: 'permissionLost', error };
}
