// What labeling holds about a person: marks on their notes, suggestions, and the snapshots their notes went
// into. All of it goes with the notes by foreign key.
import type { SubjectFollower } from '../governance/index.ts';
import type { Store } from '../store/index.ts';
import { foldTask } from './fold.ts';
import { createMoveTasks } from './moved.ts';
import { createTaskRepository } from './taskRepository.ts';

export function labelingFollower({
  store,
  nameOf = (annotator) => annotator,
}: {
  readonly store: Pick<Store, 'db'>;
  readonly nameOf?: (annotator: string) => string;
}): SubjectFollower {
  const { db } = store;
  const repository = createTaskRepository(store);
  const tasks = db.prepare<{ project_id: string; project: string; rowid: number; name: string }>(
    `SELECT DISTINCT e.project_id, p.name AS project, d.rowid, d.name FROM annotation_event e
     JOIN document d ON d.rowid = e.document_rowid JOIN project p ON p.id = e.project_id
     WHERE d.subject_id = ? ORDER BY e.project_id, d.rowid`,
  );
  const snapshots = db.prepare<{
    snapshot: string;
    purpose: string;
    created_at: string;
    split: string;
    name: string;
  }>(
    `SELECT s.name AS snapshot, u.name AS purpose, s.created_at, sd.split, d.name FROM snapshot_document sd
     JOIN document d ON d.rowid = sd.document_rowid JOIN snapshot s ON s.id = sd.snapshot_id
     JOIN purpose u ON u.id = s.purpose_id WHERE d.subject_id = ? ORDER BY s.id, sd.position`,
  );
  const count = (table: string) =>
    db.prepare<{ n: number }>(
      `SELECT count(*) AS n FROM ${table} t JOIN document d ON d.rowid = t.document_rowid WHERE d.subject_id = ?`,
    );
  const counted = {
    labelEvents: count('annotation_event'),
    suggestions: count('suggestion'),
    snapshotEntries: count('snapshot_document'),
  };
  return {
    name: 'labeling',
    moved: createMoveTasks(store, repository),
    access: (subjectId) => [
      {
        what: 'labels',
        columns: ['project', 'document', 'start', 'end', 'label', 'annotator', 'origin', 'at'],
        rows: tasks
          .all([subjectId])
          .flatMap(({ project_id, project, rowid, name }) =>
            foldTask(repository.events(project_id, rowid)).annotations.map(
              ({ start, end, label, annotator, origin, at }) => [
                project,
                name,
                start,
                end,
                label,
                nameOf(annotator),
                origin,
                at,
              ],
            ),
          ),
      },
      {
        what: 'snapshots',
        columns: ['snapshot', 'purpose', 'frozenAt', 'split', 'document'],
        rows: snapshots
          .all([subjectId])
          .map(({ snapshot, purpose, created_at, split, name }) => [
            snapshot,
            purpose,
            created_at,
            split,
            name,
          ]),
      },
    ],
    erasureCounts: (subjectId) =>
      Object.entries(counted).map(([what, statement]) => ({
        what,
        count: statement.get([subjectId])?.n ?? 0,
      })),
  };
}
