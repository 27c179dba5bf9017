/*
 * Where a model stands after people left it, and what the steward can do: told from its lineage, its run
 * and what it was built on. Numbers and dates only, no names.
 */
import type { Model, UnlearningCase } from '../../../shared/contract/index.ts';
import { decideBy, type Exactness } from '../../../shared/domain/lineage.ts';
import { ok, type Result } from '../../../shared/kernel/result.ts';
import type { Snapshots } from '../../labeling/index.ts';
import type { Bases, ModelRegistry } from '../../models/index.ts';
import type { RunDetails, Runs } from '../runs.ts';
import { markOf } from './certificates.ts';
import { shardCount, shardOf } from '../sharding/shards.ts';
import type { UnlearningRepository } from './unlearningRepository.ts';

export interface CaseDeps {
  readonly models: ModelRegistry;
  readonly bases: Pick<Bases, 'find'>;
  readonly snapshots: Pick<Snapshots, 'get' | 'countByGroup'>;
  readonly runs: Pick<Runs, 'get'>;
  readonly certificates: UnlearningRepository;
}

export interface Cases {
  /** Fails with NOT_FOUND. */
  get(modelId: string): Result<UnlearningCase>;
  /** Models that are not valid: those to be decided first, then newest first. */
  list(): UnlearningCase[];
  decisionDays(): number;
  /** People who left the model and are still known here. */
  leavers(modelId: string): ReadonlySet<string>;
  /** What a retraining starts from: the base itself, or the model that took its place. */
  baseOf(details: RunDetails): { readonly baseId: string; readonly replaced: boolean } | null;
}

/** A fortnight: half of the month in which a person must be answered (GDPR Art. 12(3)). */
const DECISION_DAYS = 14;

export function createCases(deps: CaseDeps): Cases {
  const { models, bases, snapshots, runs, certificates } = deps;
  const decisionDays = (): number => certificates.decisionDays() ?? DECISION_DAYS;

  const leavers = (modelId: string): ReadonlySet<string> =>
    new Set(
      models
        .lineage(modelId)
        .flatMap(({ subjectId, left }) => (left && subjectId !== null ? [subjectId] : [])),
    );

  function baseOf({ run }: RunDetails): { baseId: string; replaced: boolean } | null {
    if (run.base === null) return null;
    const { baseId } = run.base;
    let now = baseId;
    for (let next = models.successor(now); next !== undefined; next = models.successor(now)) {
      now = next;
    }
    return { baseId: now, replaced: now !== baseId };
  }

  /** An estimate from the frozen data: the retraining itself compares what each shard learns from. */
  function touchedShards(
    { folded, stored }: RunDetails,
    model: Model,
  ): { total: number; touched: number } | null {
    const then = folded.facts?.shards;
    const count = shardCount(stored.resolved);
    if (!then || count === undefined) return null;
    const now = snapshots.countByGroup(model.snapshotId, leavers(model.modelId), (group) =>
      shardOf(group, count),
    );
    return {
      total: then.filter(({ sha256 }) => sha256 !== null).length,
      touched: then.filter(
        ({ shard, documents, sha256 }) => sha256 !== null && now.get(shard) !== documents,
      ).length,
    };
  }

  type Obstacle = UnlearningCase['retraining']['obstacle'];
  function obstacleOf(model: Model, details: RunDetails, hasLeft: boolean): Obstacle {
    if (model.state === 'destroyed' || model.state === 'superseded') return model.state;
    if (!hasLeft) return 'nobodyLeft';
    if (snapshots.get(model.snapshotId) === undefined) return 'dataGone';
    const chosen = baseOf(details);
    if (chosen === null) return null;
    const base = bases.find(chosen.baseId);
    if (!base || base.state === 'destroyed') return 'baseGone';
    return base.state === 'valid' ? null : 'baseStale';
  }

  function caseOf(model: Model): Result<UnlearningCase> {
    const details = runs.get(model.runId);
    if (!details.ok) return details;
    const { folded } = details.value;
    const lineage = models.lineage(model.modelId);
    const gone = lineage.filter(({ left }) => left !== null);
    const documents = gone.reduce((sum, each) => sum + each.documents, 0);
    const staying = Math.max(0, model.documents - documents);
    const share = model.documents > 0 ? staying / model.documents : 0;
    const successorId = models.successor(model.modelId);
    const successor = successorId === undefined ? undefined : models.get(successorId);
    const predecessorId = models.predecessor(model.modelId);
    const predecessor = predecessorId === undefined ? undefined : models.get(predecessorId);
    const since = models.since(model.modelId);
    const shards = touchedShards(details.value, model);
    const { state, stateReason: reason } = model;
    return ok({
      model,
      since,
      decideBy: decideBy({ state, reason, since }, decisionDays()),
      left: models.departures(model.modelId).slice(-500),
      documents,
      retraining: {
        obstacle: obstacleOf(model, details.value, gone.length > 0),
        exactness: exactnessOf(details.value),
        documents: staying,
        people: lineage.length - gone.length,
        seconds:
          folded.seconds > 0
            ? folded.seconds * (shards ? shards.touched / shards.total : share)
            : null,
        shards,
        runId:
          certificates.ofModel(model.modelId).find(({ run_id }) => {
            const found = runs.get(run_id);
            return found.ok && found.value.run.resumable;
          })?.run_id ?? null,
      },
      predecessor: predecessor?.ok ? markOf(predecessor.value) : null,
      successor: successor?.ok
        ? { ...markOf(successor.value), state: successor.value.state }
        : null,
      certificates: certificates.certificates(model.modelId),
    });
  }

  const get = (modelId: string): Result<UnlearningCase> => {
    const model = models.get(modelId);
    return model.ok ? caseOf(model.value) : model;
  };

  return {
    get,
    list() {
      const open = (state: Model['state']): number =>
        state === 'stale' || state === 'blocked' ? 0 : 1;
      return models
        .list()
        .filter(({ state }) => state !== 'valid')
        .sort((a, b) => open(a.state) - open(b.state))
        .flatMap((model) => {
          const found = caseOf(model);
          return found.ok ? [found.value] : [];
        });
    },
    decisionDays,
    leavers,
    baseOf,
  };
}

export function exactnessOf({ stored }: RunDetails): Exactness {
  const { resolved } = stored;
  if (shardCount(resolved) !== undefined) return 'perShard';
  return resolved.architecture === 'encoder' && resolved.privacy ? 'distribution' : 'weights';
}
