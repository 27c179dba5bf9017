// Projects: a purpose, a collection, a schema. The labels that came with an import may count as an
// annotator's; they become events of the project like everybody else's.
import type { LabelDefinition, Project } from '../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { Corpus } from '../corpus/index.ts';
import type { Actor, Governance } from '../governance/index.ts';
import type { Clock, Random } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import { createProjectRepository, type ProjectRow } from './projectRepository.ts';
import { checkLabels, labelsFromIds } from './schema.ts';
import type { TaskRepository } from './taskRepository.ts';

export interface CreateProject {
  readonly name: string;
  readonly purposeId: string;
  readonly collectionId: string;
  readonly labels?: readonly LabelDefinition[] | undefined;
  readonly adoptImported: boolean;
}

/** What other rooms need to know of a project. */
export type ProjectCore = Omit<Project, 'documents' | 'completed' | 'withheld' | 'annotations'>;

export interface Projects {
  /**
   * Fails with NOT_FOUND, CONFLICT (name), SCHEMA_INVALID, PURPOSE_RETIRED, GATE_DENIED (the purpose does
   * not cover labeling).
   */
  create(actor: Actor, wanted: CreateProject): Result<Project>;
  /** Fails with NOT_FOUND. */
  get(projectId: string): Result<ProjectCore>;
  /** With counts. `withheld` is what an annotator could not open now. */
  list(actor: Actor): Project[];
}

const ADOPTED_AT_ONCE = 500;

export function createProjects(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly governance: Pick<Governance, 'purposes' | 'gate'>;
  readonly corpus: Pick<Corpus, 'collection' | 'labels' | 'sourceSpans'>;
  readonly tasks: TaskRepository;
}): Projects {
  const { store, clock, random, corpus, tasks } = deps;
  const { purposes, gate } = deps.governance;
  const repository = createProjectRepository(store);

  function chooseLabels({
    labels,
    collectionId,
  }: CreateProject): Result<readonly LabelDefinition[]> {
    if (labels !== undefined) return checkLabels(labels);
    const found = corpus.labels(collectionId).map(({ label }) => label);
    if (found.length > 0) return labelsFromIds(found);
    return failure(
      'SCHEMA_INVALID',
      'No labels came with this collection. Nothing was created. Give the labels of the project.',
      { problem: 'noLabels', label: '' },
    );
  }

  /**
   * Labels are copied for every document: they are no text, and whether they may be used is asked of the
   * gate whenever somebody opens, freezes or trains.
   */
  function adopt(
    projectId: string,
    collectionId: string,
    labels: readonly LabelDefinition[],
  ): void {
    const known = new Set(labels.map(({ id }) => id));
    const at = clock.now();
    const rowids = repository.labeledDocuments(collectionId);
    for (let from = 0; from < rowids.length; from += ADOPTED_AT_ONCE) {
      for (const [rowid, spans] of corpus.sourceSpans(rowids.slice(from, from + ADOPTED_AT_ONCE))) {
        let batch = 0;
        for (const [annotator, own] of Map.groupBy(spans, (span) => span.annotator)) {
          batch += 1;
          for (const { start, end, label } of own) {
            if (!known.has(label)) continue;
            const annotationId = random.newId('annotation');
            tasks.insert({
              projectId,
              rowid,
              batch,
              annotator,
              at,
              type: 'add',
              annotationId,
              start,
              end,
              label,
              origin: 'import',
            });
          }
          tasks.insert({ projectId, rowid, batch, annotator, at, type: 'complete' });
        }
      }
    }
  }

  function withCounts(row: ProjectRow, actor: Actor): Project {
    const { projectId, collectionId, ...core } = coreOf(row);
    const summary = gate.summary({
      // Counts disclose nothing; they answer what an annotator would meet, whoever looks.
      actor: { ...actor, roles: ['clinician'] },
      purposeId: core.purposeId,
      operation: 'label',
      collectionId,
    });
    const documents = tasks.size(collectionId);
    return {
      projectId,
      collectionId,
      ...core,
      documents,
      completed: tasks.completedCount(projectId, collectionId),
      withheld: summary.ok ? documents - summary.value.permitted : documents,
      annotations: tasks.annotationCount(projectId),
    };
  }

  return {
    create(actor, wanted) {
      const { name, purposeId, collectionId, adoptImported } = wanted;
      const purpose = purposes.require(purposeId, { active: true });
      if (!purpose.ok) return purpose;
      if (!purpose.value.operations.includes('label')) {
        return failure(
          'GATE_DENIED',
          `The purpose "${purpose.value.name}" does not cover labeling. Nothing was created. Choose or declare another purpose.`,
          { step: 'basis', reason: 'operationNotCovered', purpose: purpose.value.name },
        );
      }
      if (corpus.collection(collectionId) === undefined) {
        return failure('NOT_FOUND', 'There is no such collection. Nothing was created.');
      }
      const labels = chooseLabels(wanted);
      if (!labels.ok) return labels;
      return store.transaction((): Result<Project> => {
        if (repository.nameTaken(name)) {
          return failure(
            'CONFLICT',
            `There is already a project named "${name}". Nothing was created. Choose another name.`,
            { name },
          );
        }
        const id = random.newId('project');
        const at = clock.now();
        const json = JSON.stringify(labels.value);
        repository.insert({
          id,
          name,
          purposeId,
          collectionId,
          labels: json,
          at,
          actor: actor.userId,
        });
        if (adoptImported) adopt(id, collectionId, labels.value);
        const row = repository.byId(id);
        if (row === undefined) throw new Error('A project that was just written is not there');
        return ok(withCounts(row, actor));
      });
    },
    get(projectId) {
      const row = repository.byId(projectId);
      return row === undefined
        ? failure('NOT_FOUND', 'There is no such project. Nothing was changed.')
        : ok(coreOf(row));
    },
    list: (actor) => repository.all().map((row) => withCounts(row, actor)),
  };
}

const coreOf = (row: ProjectRow): ProjectCore => ({
  projectId: row.id,
  name: row.name,
  purposeId: row.purpose_id,
  purpose: row.purpose,
  collectionId: row.collection_id,
  collection: row.collection,
  labels: JSON.parse(row.labels) as LabelDefinition[],
  createdAt: row.created_at,
});
