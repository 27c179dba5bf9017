import type { Annotation, Edit, OutputOf, Task } from '../../../shared/contract/index.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
import { deniedFor } from './corpusHandlers.ts';
import { at, digest, id, LABELS, type StubTask } from './fixtures.ts';

function tasksOf(projectId: string, { vault }: StubContext): StubTask[] {
  const tasks = vault.tasks.get(projectId);
  if (!tasks) throw new Refusal('NOT_FOUND', 'There is no such project.');
  return tasks;
}

/** Tasks whose document the project's purpose may see. */
function permitted(projectId: string, context: StubContext): StubTask[] {
  const project = context.vault.projects.find((each) => each.projectId === projectId);
  if (!project) throw new Refusal('NOT_FOUND', 'There is no such project.');
  return tasksOf(projectId, context).filter((task) => {
    const document = context.vault.documents.find(
      (each) => each.row.documentId === task.documentId,
    );
    return document && deniedFor(document.row, project.purposeId, context) === null;
  });
}

const stepsOf = (stack: readonly Annotation[][]) =>
  stack.length === 0 ? null : { label: 'edit', count: stack.length };

function shown(projectId: string, task: StubTask, context: StubContext): Task {
  const all = permitted(projectId, context);
  const document = context.vault.documents.find((each) => each.row.documentId === task.documentId)!;
  return {
    projectId,
    documentId: task.documentId,
    name: document.row.name,
    subjectKey: document.row.subjectKey,
    language: document.note.language,
    position: all.indexOf(task) + 1,
    of: all.length,
    text: document.note.text,
    sha256: digest(task.documentId),
    annotations: task.annotations,
    suggestions: task.suggestions,
    completed: task.completed,
    revision: task.revision,
    undo: stepsOf(task.undo),
    redo: stepsOf(task.redo),
  };
}

function taskOf(input: { projectId: string; documentId: string }, context: StubContext): StubTask {
  const task = tasksOf(input.projectId, context).find(
    (each) => each.documentId === input.documentId,
  );
  if (!task) throw new Refusal('NOT_FOUND', 'There is no such task.');
  return task;
}

function edited(task: StubTask, context: StubContext): OutputOf<'label.apply'> {
  task.revision += 1;
  const storedAt = new Date().toISOString();
  context.emit('data.stored', { at: storedAt });
  return {
    revision: task.revision,
    storedAt,
    annotations: task.annotations,
    suggestions: task.suggestions,
    completed: task.completed,
    undo: stepsOf(task.undo),
    redo: stepsOf(task.redo),
  };
}

let made = 900_000;
function apply(task: StubTask, edit: Edit): void {
  const add = (
    span: { start: number; end: number; label: string },
    origin: 'human' | 'suggestion',
  ) =>
    (task.annotations = [
      ...task.annotations,
      {
        ...span,
        annotationId: id('ann', made++),
        annotator: 'Reader A',
        origin,
        at: new Date().toISOString(),
      },
    ]);
  switch (edit.do) {
    case 'add':
      add(edit.span, 'human');
      break;
    case 'remove':
      task.annotations = task.annotations.filter((each) => each.annotationId !== edit.annotationId);
      break;
    case 'change':
      task.annotations = task.annotations.map((each) =>
        each.annotationId === edit.annotationId ? { ...each, ...edit.span } : each,
      );
      break;
    case 'accept':
    case 'reject': {
      const found = task.suggestions.find((each) => each.suggestionId === edit.suggestionId);
      if (found && edit.do === 'accept') {
        add({ start: found.start, end: found.end, label: found.label }, 'suggestion');
      }
      task.suggestions = task.suggestions.filter((each) => each !== found);
    }
  }
}

export const labelingHandlers: HandlersOf<
  | 'project.create'
  | 'project.list'
  | 'task.open'
  | 'task.list'
  | 'label.apply'
  | 'label.undo'
  | 'label.redo'
  | 'task.complete'
  | 'snapshot.freeze'
  | 'snapshot.list'
> = {
  'project.create'(input, context) {
    const { vault } = context;
    const collection = vault.collections.find((each) => each.collectionId === input.collectionId);
    const purpose = vault.purposes.find((each) => each.purposeId === input.purposeId);
    if (!collection || !purpose) throw new Refusal('NOT_FOUND', 'Collection or purpose are gone.');
    const project = {
      projectId: id('prj', vault.projects.length + 1),
      name: input.name,
      purposeId: purpose.purposeId,
      purpose: purpose.name,
      collectionId: collection.collectionId,
      collection: collection.name,
      labels: input.labels ?? [...LABELS],
      createdAt: new Date().toISOString(),
      documents: collection.documents,
      completed: 0,
      withheld: 0,
      annotations: 0,
    };
    vault.projects.push(project);
    vault.tasks.set(
      project.projectId,
      vault.documents.map(({ row }) => ({
        documentId: row.documentId,
        annotations: [],
        suggestions: [],
        completed: false,
        revision: 0,
        undo: [],
        redo: [],
      })),
    );
    context.changed('projects');
    return project;
  },
  'project.list': (_, { vault }) => ({ items: [...vault.projects] }),
  'task.open'({ projectId, documentId, from, direction }, context) {
    const all = permitted(projectId, context);
    const pick = (): StubTask | undefined => {
      if (documentId !== null) {
        const asked = all.find((task) => task.documentId === documentId);
        if (asked) return asked;
        throw new Refusal('GATE_DENIED', 'The gate did not release this document.', {
          step: 'subject',
          reason: 'restricted',
        });
      }
      const start = all.findIndex((task) => task.documentId === from);
      if (direction === 'previous') return all[start - 1];
      if (direction === 'next') return all[start + 1];
      return (
        all.find((task, index) => index > start && !task.completed) ??
        all.find((task) => !task.completed)
      );
    };
    const task = pick();
    return { task: task ? shown(projectId, task, context) : null };
  },
  'task.list'({ projectId, offset, limit }, context) {
    const all = permitted(projectId, context);
    return {
      total: all.length,
      items: all.slice(offset, offset + limit).map((task, index) => ({
        documentId: task.documentId,
        name: shown(projectId, task, context).name,
        completed: task.completed,
        annotations: task.annotations.length,
        position: offset + index + 1,
      })),
    };
  },
  'label.apply'(input, context) {
    const task = taskOf(input, context);
    if (input.revision !== task.revision) {
      throw new Refusal('STALE_EDIT', 'The note was changed in the meantime.');
    }
    task.undo.push(task.annotations);
    task.redo = [];
    for (const edit of input.edits) apply(task, edit);
    return edited(task, context);
  },
  'label.undo'(input, context) {
    const task = taskOf(input, context);
    const before = task.undo.pop();
    if (!before) throw new Refusal('NOTHING_TO_UNDO', 'There is nothing to undo.');
    task.redo.push(task.annotations);
    task.annotations = before;
    return edited(task, context);
  },
  'label.redo'(input, context) {
    const task = taskOf(input, context);
    const after = task.redo.pop();
    if (!after) throw new Refusal('NOTHING_TO_UNDO', 'There is nothing to redo.');
    task.undo.push(task.annotations);
    task.annotations = after;
    return edited(task, context);
  },
  'task.complete'(input, context) {
    const task = taskOf(input, context);
    task.completed = input.completed;
    context.changed('annotations');
    return edited(task, context);
  },
  async 'snapshot.freeze'(input, context) {
    await context.progress('freeze', 30, 'documents');
    const project = context.vault.projects.find((each) => each.projectId === input.projectId);
    const known = context.vault.snapshots[0];
    if (!project || !known)
      throw new Refusal('SNAPSHOT_EMPTY', 'No finished document is permitted.');
    const snapshot = {
      ...known,
      snapshotId: id('snp', context.vault.snapshots.length + 1),
      name: input.name,
      createdAt: at(0),
    };
    context.vault.snapshots.unshift(snapshot);
    context.changed('snapshots');
    return snapshot;
  },
  'snapshot.list': (_, { vault }) => ({ items: [...vault.snapshots] }),
};
