/*
 * How a stretch of a run ends: in a model, in a pause, in a refusal, or in a failure that can be resumed.
 * Each is one transaction with its event, and the last look at the gate and the model commit together:
 * nothing comes between.
 */
import type { Model } from '../../shared/contract/index.ts';
import { failure, ok, type Failure, type Result } from '../../shared/kernel/result.ts';
import type { Actor, AuditLog } from '../governance/index.ts';
import type { Bases, EpochEvaluation, ModelRegistry, TrainResult } from '../models/index.ts';
import type { Store } from '../store/index.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Prepared } from './preparation.ts';
import type { RunRepository } from './runRepository.ts';
import type { RunFacts } from './runState.ts';
import type { Runs } from './runs.ts';
import type { ShardedResult } from './sharding/trainShards.ts';

export interface OutcomeDeps {
  readonly store: Store;
  readonly audit: AuditLog;
  readonly models: ModelRegistry;
  readonly bases: Pick<Bases, 'choose'>;
  readonly repository: RunRepository;
  readonly runs: Runs;
  readonly checkpoints: Checkpoints;
  /** In the transaction of a commit, once the model and its run are written. */
  readonly onModel: (actor: Actor, runId: string, model: Model) => void;
}

export interface Ended {
  readonly actor: Actor;
  readonly runId: string;
  readonly name: string;
  /** Of this stretch. */
  readonly seconds: number;
}

export interface Outcomes {
  /** Fails with GATE_DENIED where a person or a document lost permission, or the base is valid no more. */
  commit(ended: Ended, prepared: Prepared, result: TrainResult): Result<Model>;
  /** The same looks as at a commit; what is kept is the checkpoint alone. */
  pause(ended: Ended, prepared: Prepared, result: TrainResult): Result<void>;
  /** No model, no checkpoint, and a leaf that says so. */
  refuse(
    ended: Ended,
    purposeId: string,
    lost: number,
    first?: { readonly step: string; readonly reason: string },
  ): Result<never>;
  /** Failed or cancelled; says what is kept and how to go on. */
  close(ended: Ended, error: Failure, signal: AbortSignal): Result<never>;
  destroyCheckpoint(runId: string, reason: string): void;
}

export function createOutcomes(deps: OutcomeDeps): Outcomes {
  const { store, audit, models, bases, repository, runs, checkpoints } = deps;

  /** Undefined where everything it learned from may still be used. */
  function objection(ended: Ended, { reader, base }: Prepared): Result<never> | undefined {
    const { purposeId } = reader.snapshot;
    const { lost } = reader.recheck();
    if (lost.length > 0) return refuse(ended, purposeId, lost.length, lost[0]);
    const still = base && bases.choose(base.base.baseId, purposeId);
    if (still === null || still.ok) return undefined;
    return refuse(ended, purposeId, 1, { step: 'state', reason: 'base' });
  }

  function refuse(
    { actor, runId, seconds }: Ended,
    purposeId: string,
    lost: number,
    first?: { readonly step: string; readonly reason: string },
  ): Result<never> {
    store.transaction(() => {
      checkpoints.destroy(runId);
      runs.note(runId, { type: 'failed', code: 'GATE_DENIED', seconds });
      audit.append({
        action: 'run.refuse',
        actor: actor.userId,
        roles: actor.roles,
        object: { type: 'run', id: runId },
        purpose: purposeId,
        counts: { lost },
      });
    });
    return failure(
      'GATE_DENIED',
      `No model was made: while it trained, ${lost} ${lost === 1 ? 'person or document' : 'people or documents'} it learned from lost permission. The checkpoint was destroyed; the documents are safe. Freeze a new snapshot, which leaves them out, and train again.`,
      { step: first?.step ?? 'basis', reason: first?.reason ?? 'withdrawn', count: lost },
    );
  }

  return {
    commit(ended, prepared, result) {
      const { actor, runId, name, seconds } = ended;
      const { reader, data, subjects, recipe } = prepared;
      return store.transaction(() => {
        const refused = objection(ended, prepared);
        if (refused) return refused;
        const { snapshot } = reader;
        const model = models.create(actor, {
          name,
          runId,
          architecture: recipe.architecture,
          labels: data.labels,
          files: result.model.files,
          subjects: [...subjects].map(([subjectId, documents]) => ({ subjectId, documents })),
          documents: data.documents,
          purposeId: snapshot.purposeId,
          policySha256: reader.policySha256,
          manifestSha256: snapshot.manifestSha256,
        });
        repository.setProvider(runId, providerOf(result));
        checkpoints.destroy(runId);
        const { modelId } = model;
        runs.note(runId, { type: 'done', seconds, modelId, facts: factsOf(result, prepared) });
        deps.onModel(actor, runId, model);
        return ok(model);
      });
    },
    pause(ended, prepared, result) {
      const { runId, seconds } = ended;
      return store.transaction(() => {
        const refused = objection(ended, prepared);
        if (refused) return refused;
        repository.setProvider(runId, providerOf(result));
        runs.note(runId, { type: 'paused', seconds, devF1: result.best?.dev.f1 ?? null });
        return ok(undefined);
      });
    },
    refuse,
    close({ runId, seconds }, error, signal) {
      const kept = checkpoints.step(runId);
      if (error.code === 'CANCELLED') {
        const type = signal.reason === 'lock' ? 'interrupted' : 'cancelled';
        runs.note(runId, { type, seconds });
      } else {
        runs.note(runId, { type: 'failed', code: error.code, seconds });
      }
      const rest =
        kept === null
          ? 'There is no checkpoint yet; start again when ready.'
          : `The checkpoint at step ${kept} is kept; resume the run to go on from there.`;
      return {
        ok: false,
        error: {
          ...error,
          message: `${error.message} ${rest}`,
          params: { ...error.params, runId, ...(kept !== null && { step: kept }) },
        },
      };
    },
    destroyCheckpoint(runId, reason) {
      store.transaction(() => {
        if (checkpoints.destroy(runId)) runs.note(runId, { type: 'checkpointDestroyed', reason });
      });
    },
  };
}

function providerOf({ runtime }: TrainResult): string {
  const threads = `${runtime.threads} thread${runtime.threads === 1 ? '' : 's'}`;
  return `${runtime.engine}, ${runtime.provider}, ${threads}`.slice(0, 100);
}

function factsOf(result: TrainResult, { data }: Prepared): RunFacts {
  const { data: seen, runtime, test, privacy } = result;
  const best: EpochEvaluation | null = result.best;
  return {
    steps: result.steps,
    epochs: result.epochs,
    stopped: result.stopped,
    parameters: result.parameters,
    devF1: best?.dev.f1 ?? null,
    bestEpoch: best?.epoch ?? null,
    trainDocuments: data.train.length,
    devDocuments: data.dev.length,
    tokens: seen.tokens,
    spans: seen.spans,
    misaligned: seen.misaligned,
    overlapping: seen.overlapping,
    engine: runtime.engine,
    threads: runtime.threads,
    node: runtime.node,
    platform: runtime.platform,
    ...(best?.macroF1 !== undefined && { devMacroF1: best.macroF1 }),
    ...(best?.devLoss !== undefined && { devLoss: best.devLoss }),
    ...(test && { test, testDocuments: data.test.length }),
    ...(privacy && { privacy }),
    ...(data.unlabeled > 0 && { unlabeled: data.unlabeled }),
    ...(seen.skipped !== undefined && { skipped: seen.skipped }),
    ...('shards' in result && { shards: (result as ShardedResult).shards }),
  };
}
