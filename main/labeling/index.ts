// The face of labeling: projects, tasks with their annotations, suggestions of models, frozen snapshots.
import type { Corpus } from '../corpus/index.ts';
import type { Governance } from '../governance/index.ts';
import type { Clock, Random } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import { createProjects, type Projects } from './projects.ts';
import { createSnapshots, type Snapshots } from './snapshots.ts';
import { createSuggestions, type Suggestions } from './suggestions.ts';
import { createTaskRepository } from './taskRepository.ts';
import { createTasks, type Tasks } from './tasks.ts';

export interface LabelingDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly governance: Governance;
  readonly corpus: Corpus;
  /** The people of this vault, to show names where rows hold ids. */
  readonly users: () => readonly { readonly id: string; readonly name: string }[];
  /** From the registry of models. */
  readonly isModelUsable: (modelId: string) => boolean;
}

export interface Labeling {
  readonly projects: Projects;
  readonly tasks: Tasks;
  /** What is marked on a document now. */
  readonly annotations: Pick<Tasks, 'current'>;
  readonly suggestions: Suggestions;
  readonly snapshots: Snapshots;
}

export function createLabeling(deps: LabelingDeps): Labeling {
  const { store, clock, random, governance, corpus, users, isModelUsable } = deps;
  const repository = createTaskRepository(store);
  const projects = createProjects({ store, clock, random, governance, corpus, tasks: repository });
  const tasks = createTasks({
    store,
    clock,
    random,
    governance,
    projects,
    repository,
    nameOf: nameFrom(users),
    isModelUsable,
  });
  return {
    projects,
    tasks,
    annotations: tasks,
    suggestions: createSuggestions({ store, clock, random, repository }),
    snapshots: createSnapshots({ store, clock, random, governance, projects, tasks: repository }),
  };
}

/** People who left the vault keep their id; imported annotators are called what the import called them. */
export const nameFrom =
  (users: LabelingDeps['users']) =>
  (annotator: string): string =>
    users().find(({ id }) => id === annotator)?.name ?? annotator;

export { labelingFollower } from './follower.ts';
export type { Marked, Origin } from './fold.ts';
export type { CreateProject, ProjectCore, Projects } from './projects.ts';
export type { FreezeOrder, SnapshotReader, SnapshotText, Snapshots } from './snapshots.ts';
export type { Split } from './snapshotRepository.ts';
export type { SuggestedSpan, Suggestions } from './suggestions.ts';
export type { TaskEdited, TaskList, TaskRef, Tasks } from './tasks.ts';
