/*
 * The face of the training room: runs, their curves and checkpoints, and how the room follows a person
 * who withdraws or is erased.
 */
import type { Run, TrainingPoint } from '../../shared/contract/index.ts';
import type { Result } from '../../shared/kernel/result.ts';
import type { SubjectFollower } from '../governance/index.ts';
import { createCheckpoints } from './checkpoints.ts';
import { createRunRepository } from './runRepository.ts';
import { createRuns, type RunDetails } from './runs.ts';
import {
  createTraining as createRunner,
  type Training as Runner,
  type TrainingDeps as RunnerDeps,
} from './training.ts';

export type { RunCall, Trained } from './training.ts';
export type { RunDetails, StoredRecipe } from './runs.ts';
export type { RunFacts } from './runState.ts';
export { thin } from './curve.ts';
export { resolveRecipe, type ResolvedRecipe } from './recipe.ts';

export type TrainingDeps = Omit<RunnerDeps, 'repository' | 'runs' | 'checkpoints'>;

export interface Training extends Runner {
  /** Newest first, at most 500. */
  list(): Run[];
  /** Fails with NOT_FOUND. */
  get(runId: string): Result<RunDetails>;
  /** At most `limit` points, evenly spread; those with a development score stay. */
  curve(runId: string, limit: number): TrainingPoint[];
  /** To be handed to `governance.follow`. */
  readonly follower: SubjectFollower;
  /** To be handed to `governance.onConsentLost`; marks no model, so it counts none. */
  consentLost(subjectIds: readonly string[], purposeId: string): number;
}

export function createTraining(deps: TrainingDeps): Training {
  const repository = createRunRepository(deps.store.db);
  const runs = createRuns({ clock: deps.clock, repository });
  const checkpoints = createCheckpoints({ store: deps.store, clock: deps.clock, repository });
  const runner = createRunner({ ...deps, repository, runs, checkpoints });
  const checkpointsOf = (subjectId: string): number =>
    repository.ofSubject(subjectId).filter(({ checkpoint }) => checkpoint !== null).length;

  return {
    ...runner,
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
        return [{ table: 'run_checkpoint', rows }]; // What else names the person goes by cascade.
      },
    },
    consentLost(subjectIds, purposeId) {
      runner.losePermission(subjectIds, purposeId);
      return 0;
    },
  };
}
