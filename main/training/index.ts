/*
 * The face of the training room: runs, their curves and checkpoints, and how the room follows a person
 * who withdraws or is erased.
 */
import type { Model, Run, TrainingPoint } from '../../shared/contract/index.ts';
import type { Result } from '../../shared/kernel/result.ts';
import type { Actor, SubjectFollower } from '../governance/index.ts';
import { createCheckpoints } from './checkpoints.ts';
import { createRunRepository } from './runRepository.ts';
import { createRunner, type RunnerDeps } from './runner.ts';
import { createRuns, type RunDetails } from './runs.ts';
import { createSweepRepository } from './sweepRepository.ts';
import { createSweeps, type Sweeps } from './sweeps.ts';
import { createTraining as createUseCases, type Training as UseCases } from './training.ts';
import { createUnlearning, type Unlearning, type UnlearningDeps } from './unlearning/index.ts';

export type { RunCall, Trained } from './runner.ts';
export type { RunDetails, StoredRecipe } from './runs.ts';
export type { RunFacts } from './runState.ts';
export type { SweepCall, SweepOrder, Sweeps, SweepTable } from './sweeps.ts';
export type { RunOrder } from './training.ts';
export type { RetrainOrder, Unlearning } from './unlearning/index.ts';
export { thin } from './curve.ts';
export { trainOutside, type OutsideHooks, type OutsideOrder } from './outside.ts';
export type { OutsideRecord } from './outsideRecord.ts';
export { recipeSha256, resolveRecipe, type ResolvedRecipe } from './recipe.ts';

export interface TrainingDeps extends Omit<
  RunnerDeps,
  'repository' | 'runs' | 'checkpoints' | 'onModel'
> {
  readonly snapshots: UnlearningDeps['snapshots'];
  readonly scanFolders?: UnlearningDeps['scanFolders'];
}

export interface Training extends Omit<UseCases, 'finish' | 'goOn'> {
  readonly sweeps: Sweeps;
  readonly unlearning: Unlearning;
  /** Newest first, at most 500, without trials of sweeps; or the trials of one sweep in their order. */
  list(sweepId?: string): Run[];
  /** Fails with NOT_FOUND. */
  get(runId: string): Result<RunDetails>;
  /** At most `limit` points, evenly spread; those with a development score stay. */
  curve(runId: string, limit: number): TrainingPoint[];
  /** To be handed to `governance.follow`. */
  readonly follower: SubjectFollower;
  /** To be handed to `governance.onConsentLost`; marks no model, so it counts none. */
  consentLost(subjectIds: readonly string[], purposeId: string): number;
  /** To be handed to `governance.subjects.onStopped`. */
  useStopped(subjectId: string): void;
}

export function createTraining(deps: TrainingDeps): Training {
  const repository = createRunRepository(deps.store.db);
  const runs = createRuns({ clock: deps.clock, repository });
  const checkpoints = createCheckpoints({ store: deps.store, clock: deps.clock, repository });
  const all = {
    ...{ ...deps, repository, runs, checkpoints },
    // The unlearning knows the runner, and what the runner commits may end an unlearning.
    onModel: (actor: Actor, runId: string, model: Model): void =>
      unlearning.settle(actor, runId, model),
  };
  const runner = createRunner(all);
  const training = createUseCases({ ...all, runner });
  const unlearning = createUnlearning({
    ...all,
    runner,
    training,
    scanFolders: deps.scanFolders ?? (() => []),
  });
  const sweeps = createSweeps({
    ...all,
    runner,
    training,
    sweeps: createSweepRepository(deps.store.db),
  });
  const checkpointsOf = (subjectId: string): number =>
    repository.ofSubject(subjectId).filter(({ checkpoint }) => checkpoint !== null).length;

  return {
    run: training.run,
    resume: training.resume,
    preview: training.preview,
    recover() {
      sweeps.recover();
      unlearning.blockOverdue();
      return training.recover();
    },
    sweeps,
    unlearning,
    list: runs.list,
    get: runs.get,
    curve: runs.curve,
    follower: {
      name: 'training',
      access: (subjectId) => [
        {
          what: 'runs',
          columns: ['run', 'runId', 'startedAt', 'purpose', 'documents'],
          rows: repository
            .ofSubject(subjectId)
            .map(({ name, id, started_at, purpose, documents }) => [
              name,
              id,
              started_at,
              purpose,
              documents,
            ]),
        },
      ],
      erasureCounts: (subjectId) => [{ what: 'files', count: checkpointsOf(subjectId) }],
      erase(subjectId) {
        const rows = checkpointsOf(subjectId);
        runner.losePermission([subjectId]);
        unlearning.blockOverdue();
        return [{ table: 'run_checkpoint', rows }]; // What else names the person goes by cascade.
      },
    },
    consentLost(subjectIds, purposeId) {
      runner.losePermission(subjectIds, purposeId);
      unlearning.blockOverdue(); // Where the policy gives no time at all.
      return 0;
    },
    useStopped: runner.stopUse,
  };
}
