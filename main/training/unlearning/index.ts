/*
 * What becomes of a model after a person has left it (governance reference, 4.4): it is refused at once, the
 * steward decides within the days the policy gives, and the decision ends in a certificate. Read cases.ts
 * for what is shown, retraining.ts for exact retraining, destruction.ts for the end of the weights.
 */
import type {
  Model,
  OutputOf,
  Progress,
  UnlearningCase,
  UnlearningCertificate,
} from '../../../shared/contract/index.ts';
import { failure, type Result } from '../../../shared/kernel/result.ts';
import type { Actor } from '../../governance/index.ts';
import type { Snapshots } from '../../labeling/index.ts';
import type { RunCall, Runner, RunnerDeps } from '../runner.ts';
import type { Training } from '../training.ts';
import { createCases } from './cases.ts';
import { destroyModel, DESTRUCTION_STAGES } from './destruction.ts';
import { retrain, retrained, settle, type RetrainOrder } from './retraining.ts';
import { createUnlearningRepository } from './unlearningRepository.ts';

export interface Unlearning {
  /** Models that people left, those to be decided first. */
  list(): UnlearningCase[];
  /** Fails with NOT_FOUND. */
  get(modelId: string): Result<UnlearningCase>;
  /** Fails with NOT_FOUND, CONFLICT (nobody left it, or it is decided). */
  block(actor: Actor, modelId: string): Result<UnlearningCase>;
  /** Fails like `train.run`, and with CONFLICT, ERASURE_UNPROVEN (the new model stands then). */
  retrain(call: RunCall, order: RetrainOrder): Promise<Result<OutputOf<'unlearning.retrain'>>>;
  /** Fails with NOT_FOUND, CONFLICT, CONFIRMATION_MISMATCH, ERASURE_UNPROVEN. */
  destroy(
    call: { readonly actor: Actor; readonly onProgress: (progress: Progress) => void },
    order: { readonly modelId: string; readonly confirmation: string },
  ): Promise<Result<UnlearningCertificate>>;
  decisionDays(): number;
  setDecisionDays(actor: Actor, days: number): void;
  /** Blocks stale models whose time is over; returns how many. When the vault opens, and as people leave. */
  blockOverdue(): number;
}

export interface UnlearningDeps extends RunnerDeps {
  readonly runner: Runner;
  readonly training: Pick<Training, 'goOn'>;
  readonly snapshots: Pick<Snapshots, 'open' | 'get' | 'derive' | 'isSplitKept' | 'countByGroup'>;
  readonly scanFolders: () => readonly string[];
}

export function createUnlearning(deps: UnlearningDeps): Unlearning & {
  /** See `settle`: for the commit of any model. */
  readonly settle: (actor: Actor, runId: string, model: Model) => void;
} {
  const { store, clock, models, runner } = deps;
  const certificates = createUnlearningRepository(store.db);
  const cases = createCases({ ...deps, certificates });
  const all = { ...deps, certificates, cases };

  async function destroy(
    actor: Actor,
    modelId: string,
    onProgress: (progress: Progress) => void,
  ): Promise<Result<UnlearningCertificate>> {
    return destroyModel(all, actor, modelId, async (stage) => {
      onProgress({
        stage,
        done: DESTRUCTION_STAGES.indexOf(stage),
        total: DESTRUCTION_STAGES.length,
        unit: 'files',
        etaSeconds: null,
      });
      // What follows holds this process: let the message out first.
      await new Promise((resolve) => setImmediate(resolve));
    });
  }

  return {
    list: cases.list,
    get: cases.get,
    block: (actor, modelId) =>
      store.transaction((): Result<UnlearningCase> => {
        const found = cases.get(modelId);
        if (!found.ok) return found;
        const { model } = found.value;
        if (model.state !== 'stale') {
          return failure(
            'CONFLICT',
            `"${model.name}" is ${model.state}: there is nothing to block. Nothing was changed.`,
            { model: model.name, state: model.state },
          );
        }
        models.end(actor, modelId, 'blocked', 'by the steward');
        return cases.get(modelId);
      }),
    retrain: async (call, order) => {
      const trained = await runner.alone(() => retrain(all, call, order));
      if (!trained.ok) return trained;
      const [certificate] = certificates
        .certificates(order.modelId)
        .filter(({ successor }) => successor?.modelId === trained.value.model.modelId);
      const done = retrained(trained.value, certificate);
      if (!done.ok || order.old === 'keep') return done;
      const destroyed = await destroy(call.actor, order.modelId, call.onProgress);
      return destroyed.ok ? done : destroyed;
    },
    async destroy({ actor, onProgress }, { modelId, confirmation }) {
      const found = models.get(modelId);
      if (!found.ok) return found;
      if (confirmation.trim() !== found.value.name.trim()) {
        return failure(
          'CONFIRMATION_MISMATCH',
          'What was typed is not the name of this model. Nothing was destroyed. Type it exactly as shown.',
        );
      }
      return destroy(actor, modelId, onProgress);
    },
    decisionDays: cases.decisionDays,
    setDecisionDays(actor, days) {
      certificates.setDecisionDays(clock.now(), actor.userId, days);
      this.blockOverdue();
    },
    blockOverdue: () =>
      store.transaction(() => {
        const overdue = models
          .list()
          .filter(({ state }) => state === 'stale')
          .filter(({ modelId }) => {
            const found = cases.get(modelId);
            return found.ok && (found.value.decideBy ?? '~') <= clock.now();
          });
        for (const { modelId } of overdue) {
          models.end(
            { userId: 'system' as Actor['userId'] },
            modelId,
            'blocked',
            'nobody decided in time',
          );
        }
        return overdue.length;
      }),
    settle: (actor, runId, model) => void settle(all, actor, runId, model),
  };
}

export type { RetrainOrder } from './retraining.ts';
