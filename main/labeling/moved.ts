// Tasks of a text of which a passage was corrected. Every place that an event names is moved with the text,
// so that the history reads over the words as they are now; how far, the correction's own record says. A mark
// on the passage itself is taken off by an event of whoever corrected it: it can be taken back, and the task
// is open again. Undone events whose place is gone keep their row and mark nothing.
import { shiftRange, type Passage } from '../../shared/domain/erasures.ts';
import type { Range } from '../../shared/domain/spans.ts';
import type { MovedPlaces, SetAside, TextChange } from '../governance/index.ts';
import type { Store } from '../store/index.ts';
import { foldTask } from './fold.ts';
import { createTaskRepository, type TaskRepository } from './taskRepository.ts';

interface Place extends Range {
  readonly seq: number;
}
interface Suggested extends Range {
  readonly id: string;
  readonly label: string;
  readonly model_id: string;
}

export function createMoveTasks(
  { db }: Pick<Store, 'db'>,
  repository: TaskRepository = createTaskRepository({ db }),
): (change: TextChange) => MovedPlaces {
  const projects = db.prepare<{ project_id: string }>(
    'SELECT DISTINCT project_id FROM annotation_event WHERE document_rowid = ? ORDER BY project_id',
  );
  const places = db.prepare<Place>(
    'SELECT seq, start, end FROM annotation_event WHERE document_rowid = ? AND end > ?',
  );
  const move = db.prepare('UPDATE annotation_event SET start = ?, end = ? WHERE seq = ?');
  const suggestions = db.prepare<Suggested>(
    'SELECT id, start, end, label, model_id FROM suggestion WHERE document_rowid = ? AND end > ?',
  );
  const moveSuggestion = db.prepare('UPDATE suggestion SET start = ?, end = ? WHERE id = ?');
  const dropSuggestion = db.prepare('DELETE FROM suggestion WHERE id = ?');

  /** The marks that stand now and that the passage touches, task by task. */
  function touched(rowid: number, passage: Passage) {
    return projects.all([rowid]).flatMap(({ project_id: projectId }) => {
      const state = foldTask(repository.events(projectId, rowid));
      const marks = state.annotations.filter((marked) => shiftRange(marked, passage) === null);
      return marks.length === 0 ? [] : [{ projectId, state, marks }];
    });
  }

  return ({ rowid, passage, actor, at }) => {
    const tasks = touched(rowid, passage);
    const setAside: SetAside[] = [];
    let shifted = 0;
    let reopened = 0;
    for (const { seq, start, end } of places.all([rowid, passage.start])) {
      const moved = shiftRange({ start, end }, passage);
      if (moved === null) {
        const left = aroundPassage({ start, end }, passage);
        move.run([left?.start ?? null, left?.end ?? null, seq]);
      } else if (moved.start !== start) {
        move.run([moved.start, moved.end, seq]);
        shifted += 1;
      }
    }
    for (const { projectId, state, marks } of tasks) {
      const common = { projectId, rowid, annotator: actor.userId, at };
      for (const { annotationId, start, end, label, annotator } of marks) {
        repository.insert({ ...common, batch: state.nextBatch, type: 'remove', annotationId });
        setAside.push({ what: 'annotation', start, end, label, by: annotator });
      }
      if (!state.completed) continue;
      repository.insert({ ...common, batch: state.nextBatch + 1, type: 'reopen' });
      reopened += 1;
    }
    for (const { id, start, end, label, model_id: by } of suggestions.all([rowid, passage.start])) {
      const moved = shiftRange({ start, end }, passage);
      if (moved === null) {
        dropSuggestion.run([id]);
        setAside.push({ what: 'suggestion', start, end, label, by });
      } else if (moved.start !== start) {
        moveSuggestion.run([moved.start, moved.end, id]);
        shifted += 1;
      }
    }
    return { shifted, setAside, reopened };
  };
}

/** What a touched place covers once the new words are in: itself and them. Null where nothing is left. */
function aroundPassage({ start, end }: Range, passage: Passage): Range | null {
  const by = passage.inserted - (passage.end - passage.start);
  const around = {
    start: Math.min(start, passage.start),
    end: Math.max(end + by, passage.start + passage.inserted),
  };
  return around.end > around.start ? around : null;
}
