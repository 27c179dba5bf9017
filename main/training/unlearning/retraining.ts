/*
 * Exact retraining: the same recipe and seeds over the frozen data without everyone who left. Nothing of
 * the old weights goes in, and everything a run decides by its data (splits, vocabulary, classes, order,
 * best epoch) is decided anew from the documents that stay, so the result is byte for byte the model that
 * would have been made had these people never been in the vault (an exception: private training, whose
 * noise cannot be drawn twice). The new model takes the old one's place in the transaction that commits it.
 */
import type { Model, Recipe, UnlearningCertificate } from '../../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Actor } from '../../governance/index.ts';
import type { Snapshots } from '../../labeling/index.ts';
import { prepare, type Prepared } from '../preparation.ts';
import { recipeSha256 } from '../recipe.ts';
import type { RunCall, Runner, RunnerDeps, Trained } from '../runner.ts';
import type { RunDetails } from '../runs.ts';
import { filesOfShard } from '../sharding/trainShards.ts';
import type { Training } from '../training.ts';
import { exactnessOf, type Cases } from './cases.ts';
import { certify, markOf, type CertificateDeps } from './certificates.ts';
import type { OldWeights } from './unlearningRepository.ts';

export interface RetrainingDeps extends CertificateDeps, RunnerDeps {
  readonly runner: Runner;
  readonly training: Pick<Training, 'goOn'>;
  readonly snapshots: Pick<Snapshots, 'open' | 'get' | 'derive' | 'isSplitKept'>;
  readonly cases: Cases;
}

export interface RetrainOrder {
  readonly modelId: string;
  readonly old: OldWeights;
  readonly name?: string;
}

/**
 * Fails like `train.run`, and with MODEL_BLOCKED or CONFLICT where the model cannot be trained again. After
 * a cancel it goes on from the checkpoint, unless somebody left since: then it begins anew without them.
 */
export async function retrain(
  deps: RetrainingDeps,
  call: RunCall,
  order: RetrainOrder,
): Promise<Result<Trained>> {
  const { cases, certificates, runs, runner } = deps;
  const found = cases.get(order.modelId);
  if (!found.ok) return found;
  const { model, retraining } = found.value;
  if (retraining.obstacle !== null) return cannot(model, retraining.obstacle);
  if (retraining.runId !== null) {
    const pending = runs.get(retraining.runId);
    if (!pending.ok) return pending;
    const resumed = await deps.training.goOn(call, retraining.runId, pending.value);
    // Its data is not what it began with: somebody else left. The checkpoint is gone with them.
    if (resumed.ok || runs.get(retraining.runId).ok === false) return resumed;
    const still = runs.get(retraining.runId);
    const dropped = still.ok && !still.value.run.resumable;
    if (!dropped || call.signal.aborted || !RESTARTS.has(resumed.error.code)) return resumed;
  }
  const details = runs.get(model.runId);
  if (!details.ok) return details;
  const without = cases.leavers(model.modelId);
  const derived = deps.snapshots.derive(call.actor, {
    snapshotId: model.snapshotId,
    without,
    name: `${model.snapshot.slice(0, 160)}, without those who left`,
  });
  if (!derived.ok) return derived;
  const resolved = recipeFor(cases, details.value);
  const prepared = prepare(deps, call.actor, derived.value.snapshotId, resolved);
  if (!prepared.ok) return prepared;
  for (const subjectId of prepared.value.subjects.keys()) {
    if (without.has(subjectId)) throw new Error('A person who left would be trained on again');
  }
  const runId = deps.store.transaction(() => {
    const id = runner.begin(call, prepared.value, {
      name: order.name ?? model.name,
      recipe: {
        preset: details.value.stored.recipe.preset,
        resolved,
        sha256: recipeSha256(resolved),
      },
    });
    certificates.insertRun(id, model.modelId, order.old);
    return id;
  });
  return runner.finish(call, runId, {
    ...prepared.value,
    kept: keptShards(deps.models, model, details.value, prepared.value),
  });
}

/** Shards of the old model whose documents are the very same: their files are what a training would make. */
function keptShards(
  models: Pick<RetrainingDeps['models'], 'bundle'>,
  { modelId }: Model,
  { folded }: RunDetails,
  { shards }: Prepared,
): Prepared['kept'] {
  const then = folded.facts?.shards ?? [];
  const same = (shards ?? []).filter(({ number, sha256 }) =>
    then.some((fact) => fact.shard === number && fact.data === sha256 && fact.sha256 !== null),
  );
  if (same.length === 0) return new Map();
  const bundle = models.bundle(modelId);
  return new Map(same.map(({ number }) => [number, filesOfShard(bundle, number)]));
}

/** After these a fresh start leaves the people out; after anything else it would end the same way. */
const RESTARTS = new Set(['GATE_DENIED', 'SNAPSHOT_CHANGED', 'SNAPSHOT_EMPTY']);

/** The old recipe to the letter; what it was built on may have a successor of its own. */
function recipeFor(cases: Cases, details: RunDetails): Recipe {
  const { resolved } = details.stored;
  const base = cases.baseOf(details);
  return resolved.architecture === 'encoder' && base?.replaced
    ? { ...resolved, base: base.baseId }
    : resolved;
}

/**
 * Called in the transaction that commits any model: where its run was to replace another, it does, and the
 * certificate is written with it.
 */
export function settle(
  deps: CertificateDeps & Pick<RetrainingDeps, 'models' | 'runs' | 'snapshots' | 'cases'>,
  actor: Actor,
  runId: string,
  successor: Model,
): UnlearningCertificate | undefined {
  const { models, runs, snapshots, cases, certificates } = deps;
  const retraining = certificates.ofRun(runId);
  if (!retraining) return undefined;
  const found = cases.get(retraining.model_id);
  const before = found.ok ? runs.get(found.value.model.runId) : found;
  const after = runs.get(runId);
  if (!found.ok || !before.ok || !after.ok) throw new Error('A model or its run has vanished');
  const { model } = found.value;
  // Decided otherwise meanwhile: it stays what it is, and the new model stands for itself.
  if (model.state === 'superseded' || model.state === 'destroyed') return undefined;
  models.succeed(model.modelId, successor.modelId);
  models.end(actor, model.modelId, 'superseded', 'trained again without them');
  const manifestOf = (of: Model): string => snapshots.get(of.snapshotId)?.manifestSha256 ?? '';
  const base = cases.baseOf(before.value);
  const { resolved } = before.value.stored;
  return certify(deps, actor, {
    decision: 'retrained',
    model: markOf(model),
    successor: markOf(successor),
    recipeSha256: after.value.run.recipeSha256,
    data: {
      before: manifestOf(model),
      after: manifestOf(successor),
      documentsBefore: model.documents,
      documentsAfter: successor.documents,
      peopleBefore: model.subjects,
      peopleAfter: successor.subjects,
    },
    left: found.value.left,
    exactness: exactnessOf(after.value),
    shards: shardsOf(before.value, after.value),
    notes: [
      ...(before.value.run.sweepId !== null ? (['chosenBySweep'] as const) : []),
      ...('timeBudgetSeconds' in resolved && resolved.timeBudgetSeconds !== undefined
        ? (['timeBudget'] as const)
        : []),
      ...(resolved.architecture === 'encoder' && resolved.privacy
        ? (['privateNoise'] as const)
        : []),
      ...(snapshots.isSplitKept(successor.snapshotId) ? (['splitsKept'] as const) : []),
      ...(base?.replaced ? (['builtOnSuccessor'] as const) : []),
    ],
    destruction: null,
  });
}

function shardsOf(before: RunDetails, after: RunDetails): UnlearningCertificate['shards'] {
  const then = new Map(before.folded.facts?.shards?.map((fact) => [fact.shard, fact.sha256]));
  return (after.folded.facts?.shards ?? []).map(({ shard, sha256, kept }) => ({
    shard,
    before: then.get(shard) ?? null,
    after: sha256,
    retrained: !kept && sha256 !== null,
  }));
}

const WHY: Readonly<Record<string, string>> = {
  destroyed: 'its weights are destroyed',
  superseded: 'another model has taken its place',
  nobodyLeft: 'nobody it learned from has left',
  dataGone: 'the snapshot it learned from is gone',
  baseStale: 'the model it was built on must be decided first',
  baseGone: 'what it was built on is gone',
};

const cannot = (model: Model, obstacle: string): Result<never> =>
  failure(
    obstacle === 'baseStale' || obstacle === 'baseGone' ? 'MODEL_BLOCKED' : 'CONFLICT',
    `"${model.name}" cannot be trained again: ${WHY[obstacle] ?? obstacle}. Nothing was changed.`,
    { model: model.name, state: model.state, reason: obstacle },
  );

export const retrained = (
  trained: Trained,
  certificate: UnlearningCertificate | undefined,
): Result<Trained & { readonly certificate: UnlearningCertificate }> =>
  certificate
    ? ok({ ...trained, certificate })
    : failure(
        'CONFLICT',
        `"${trained.model.name}" was trained and kept, but the model it was to replace was decided otherwise meanwhile.`,
        { model: trained.model.name },
      );
