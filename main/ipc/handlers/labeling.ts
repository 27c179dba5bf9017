// Labeling over the wire.
import type { Labeling } from '../../labeling/index.ts';
import { ok } from '../../../shared/kernel/result.ts';
import type { Handlers } from './types.ts';

type LabelingName =
  | 'project.create'
  | 'project.list'
  | 'task.open'
  | 'task.list'
  | 'label.apply'
  | 'label.undo'
  | 'label.redo'
  | 'task.complete'
  | 'snapshot.freeze'
  | 'snapshot.list';

export function labelingHandlers({
  labeling,
}: {
  readonly labeling: Labeling;
}): Pick<Handlers, LabelingName> {
  const { projects, tasks, snapshots } = labeling;
  return {
    'project.create'(input, { session, note, changed }) {
      const created = projects.create(session.actor, input);
      if (created.ok) {
        const { projectId, purposeId, annotations, documents } = created.value;
        note({ object: projectId, purposeId, counts: { documents, annotations } });
        changed('projects', 'annotations');
      }
      return created;
    },
    'project.list': (_, { session }) => ok({ items: projects.list(session.actor) }),
    'task.open'(input, { session, note }) {
      const opened = tasks.open(session.actor, input);
      if (!opened.ok) return opened;
      if (opened.value !== null) note({ object: opened.value.documentId });
      return ok({ task: opened.value });
    },
    'task.list': (input, { session }) => tasks.list(session.actor, input),
    'label.apply'({ revision, edits, ...task }, { session, note, changed }) {
      note({ object: task.documentId, counts: { edits: edits.length } });
      const edited = tasks.apply(session.actor, task, revision, edits);
      if (edited.ok) changed('annotations');
      return edited;
    },
    'label.undo'({ revision, ...task }, { session, note, changed }) {
      note({ object: task.documentId });
      const edited = tasks.undo(session.actor, task, revision);
      if (edited.ok) changed('annotations');
      return edited;
    },
    'label.redo'({ revision, ...task }, { session, note, changed }) {
      note({ object: task.documentId });
      const edited = tasks.redo(session.actor, task, revision);
      if (edited.ok) changed('annotations');
      return edited;
    },
    'task.complete'({ completed, ...task }, { session, note, changed }) {
      note({ object: task.documentId });
      const edited = tasks.complete(session.actor, task, completed);
      if (edited.ok) changed('annotations', 'projects');
      return edited;
    },
    'snapshot.freeze'(order, context) {
      context.title(order.name);
      const frozen = snapshots.freeze(context.session.actor, order);
      if (frozen.ok) {
        const { snapshotId, purposeId, splits } = frozen.value;
        const documents = splits.reduce((sum, of) => sum + of.documents, 0);
        context.progress({
          stage: 'freeze',
          done: documents,
          total: documents,
          unit: 'documents',
          etaSeconds: 0,
        });
        context.note({ object: snapshotId, purposeId, counts: { documents } });
        context.changed('snapshots');
      }
      return frozen;
    },
    'snapshot.list': () => ok({ items: snapshots.list() }),
  };
}
