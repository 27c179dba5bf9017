// SQL of tasks: events, suggestions, and the order of a queue. Whether a document may be opened is the
// gate's rule, compiled into the queries that walk the queue.
import type { CompiledGate } from '../governance/index.ts';
import type { Store } from '../store/index.ts';
import type { AnnotationEvent, EventType, Origin } from './fold.ts';

export interface DocumentPlace {
  readonly rowid: number;
  readonly documentId: string;
  readonly name: string;
  readonly collectionId: string;
}

export interface StoredSuggestion {
  readonly suggestionId: string;
  readonly modelId: string;
  readonly model: string;
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly score: number;
}

export interface NewEvent {
  readonly projectId: string;
  readonly rowid: number;
  readonly batch: number;
  readonly annotator: string;
  readonly at: string;
  readonly type: EventType;
  readonly annotationId?: string | null;
  readonly start?: number | null;
  readonly end?: number | null;
  readonly label?: string | null;
  readonly origin?: Origin | null;
  readonly suggestionId?: string | null;
  readonly reverts?: number | null;
}

interface EventRow {
  readonly document_rowid: number;
  readonly seq: number;
  readonly batch: number;
  readonly annotator: string;
  readonly at: string;
  readonly type: EventType;
  readonly annotation_id: string | null;
  readonly start: number | null;
  readonly end: number | null;
  readonly label: string | null;
  readonly origin: Origin | null;
  readonly suggestion_id: string | null;
  readonly reverts: number | null;
}

export interface TaskRow {
  readonly rowid: number;
  readonly documentId: string;
  readonly name: string;
  readonly completed: 0 | 1;
  readonly annotations: number;
  /** From 1, in the order of import. */
  readonly position: number;
}

export type TaskRepository = ReturnType<typeof createTaskRepository>;

/** The newest of the two decides; a task without either is open. */
const COMPLETED = `coalesce((SELECT e.type FROM annotation_event e WHERE e.project_id = @projectId AND e.document_rowid = d.rowid
  AND e.type IN ('complete', 'reopen') ORDER BY e.seq DESC LIMIT 1), 'reopen') = 'complete'`;

/** Adds less removals in batches that are in force. `e` is an event of the project. */
const COUNTED = `CASE e.type WHEN 'add' THEN 1 WHEN 'remove' THEN -1 ELSE 0 END`;
const IN_FORCE = `e.type IN ('add', 'remove') AND coalesce((SELECT u.type FROM annotation_event u
  WHERE u.project_id = e.project_id AND u.document_rowid = e.document_rowid AND u.reverts = e.batch AND u.reverts IS NOT NULL
  ORDER BY u.seq DESC LIMIT 1), 'redo') = 'redo'`;

export function createTaskRepository({ db }: Pick<Store, 'db'>) {
  const place = db.prepare<DocumentPlace>(
    `SELECT rowid, id AS documentId, name, collection_id AS collectionId FROM document WHERE id = ?`,
  );
  const key = db.prepare<{ value: string }>(
    `SELECT i.value FROM subject_identifier i JOIN document d ON d.subject_id = i.subject_id
     WHERE d.rowid = ? ORDER BY i.scheme, i.value LIMIT 1`,
  );
  const position = db.prepare<{ n: number }>(
    'SELECT count(*) AS n FROM document WHERE collection_id = ? AND rowid < ?',
  );
  const size = db.prepare<{ n: number }>(
    'SELECT count(*) AS n FROM document WHERE collection_id = ?',
  );
  const events = db.prepare<EventRow>(
    'SELECT * FROM annotation_event WHERE project_id = ? AND document_rowid = ? ORDER BY seq',
  );
  const projectEvents = db.prepare<EventRow>(
    'SELECT * FROM annotation_event WHERE project_id = ? ORDER BY document_rowid, seq',
  );
  const insertEvent = db.prepare(
    `INSERT INTO annotation_event (project_id, document_rowid, batch, annotator, at, type, annotation_id, start, end, label, origin, suggestion_id, reverts)
     VALUES (@projectId, @rowid, @batch, @annotator, @at, @type, @annotationId, @start, @end, @label, @origin, @suggestionId, @reverts)`,
  );
  const suggestions = db.prepare<StoredSuggestion>(
    `SELECT s.id AS suggestionId, s.model_id AS modelId, coalesce(m.name, s.model_id) AS model, s.start, s.end, s.label, s.score
     FROM suggestion s LEFT JOIN model m ON m.id = s.model_id
     WHERE s.project_id = ? AND s.document_rowid = ? ORDER BY s.start, s.end DESC, s.id`,
  );
  const dropSuggestions = db.prepare(
    'DELETE FROM suggestion WHERE project_id = ? AND document_rowid = ? AND model_id = ?',
  );
  const insertSuggestion = db.prepare(
    `INSERT INTO suggestion (id, project_id, document_rowid, model_id, start, end, label, score, at)
     VALUES (@id, @projectId, @rowid, @modelId, @start, @end, @label, @score, @at)`,
  );

  return {
    place: (documentId: string) => place.get([documentId]),
    subjectKey: (rowid: number) => key.get([rowid])?.value ?? null,
    /** From 1. */
    position: (collectionId: string, rowid: number): number =>
      (position.get([collectionId, rowid])?.n ?? 0) + 1,
    size: (collectionId: string): number => size.get([collectionId])?.n ?? 0,

    events: (projectId: string, rowid: number): AnnotationEvent[] =>
      events.all([projectId, rowid]).map(eventOf),
    /** Task by task, in the order of the queue; one pass. Nothing may be written meanwhile. */
    *eventsByTask(
      projectId: string,
    ): Generator<{ readonly rowid: number; readonly events: AnnotationEvent[] }> {
      let rowid = -1;
      let own: AnnotationEvent[] = [];
      for (const row of projectEvents.iterate([projectId])) {
        if (row.document_rowid !== rowid) {
          if (own.length > 0) yield { rowid, events: own };
          rowid = row.document_rowid;
          own = [];
        }
        own.push(eventOf(row));
      }
      if (own.length > 0) yield { rowid, events: own };
    },
    insert: (event: NewEvent): void =>
      void insertEvent.run({
        annotationId: null,
        start: null,
        end: null,
        label: null,
        origin: null,
        suggestionId: null,
        reverts: null,
        ...event,
      }),

    suggestions: (projectId: string, rowid: number) => suggestions.all([projectId, rowid]),
    dropSuggestions: (projectId: string, rowid: number, modelId: string) =>
      void dropSuggestions.run([projectId, rowid, modelId]),
    insertSuggestion(row: {
      id: string;
      projectId: string;
      rowid: number;
      modelId: string;
      start: number;
      end: number;
      label: string;
      score: number;
      at: string;
    }): void {
      insertSuggestion.run({ ...row });
    },

    /** The nearest document the gate permits, behind or before `from`; the first of all where `from` is null. */
    neighbor(
      gate: CompiledGate,
      project: { readonly projectId: string; readonly collectionId: string },
      from: number | null,
      direction: 'next' | 'previous' | 'nextOpen',
    ): string | undefined {
      const back = direction === 'previous';
      const open = direction === 'nextOpen' ? `AND NOT (${COMPLETED})` : '';
      return db.get<{ id: string }>(
        `SELECT d.id FROM document d ${gate.joins} WHERE d.collection_id = @collectionId
         AND d.rowid ${back ? '<' : '>'} @from AND (${gate.denial}) IS NULL ${open}
         ORDER BY d.rowid ${back ? 'DESC' : 'ASC'} LIMIT 1`,
        {
          ...gate.params,
          collectionId: project.collectionId,
          from: from ?? 0,
          ...(direction === 'nextOpen' && { projectId: project.projectId }),
        },
      )?.id;
    },
    /**
     * Of the documents at places `offset` to `offset + limit`, those the gate permits. Places count withheld
     * documents too, so that a number stays with its document whatever anybody consents to.
     */
    tasks(
      gate: CompiledGate,
      project: { readonly projectId: string; readonly collectionId: string },
      offset: number,
      limit: number,
    ): readonly TaskRow[] {
      return db.all<TaskRow>(
        `SELECT d.rowid, d.id AS documentId, d.name, d.place + @offset AS position, ${COMPLETED} AS completed,
           (SELECT coalesce(sum(${COUNTED}), 0) FROM annotation_event e
            WHERE e.project_id = @projectId AND e.document_rowid = d.rowid AND ${IN_FORCE}) AS annotations
         FROM (SELECT *, rowid AS rowid, row_number() OVER (ORDER BY rowid) AS place FROM
           (SELECT *, rowid AS rowid FROM document WHERE collection_id = @collectionId ORDER BY rowid LIMIT @limit OFFSET @offset)) d
         ${gate.joins} WHERE (${gate.denial}) IS NULL ORDER BY d.rowid`,
        { ...gate.params, ...project, limit, offset },
      );
    },
    completedCount: (projectId: string, collectionId: string): number =>
      db.get<{ n: number }>(
        `SELECT count(*) AS n FROM (SELECT DISTINCT e.document_rowid AS rowid FROM annotation_event e
           WHERE e.project_id = @projectId AND e.type IN ('complete', 'reopen')) t
         JOIN document d ON d.rowid = t.rowid WHERE d.collection_id = @collectionId AND ${COMPLETED}`,
        { projectId, collectionId },
      )?.n ?? 0,
    annotationCount: (projectId: string): number =>
      Math.max(
        0,
        db.get<{ n: number }>(
          `SELECT coalesce(sum(${COUNTED}), 0) AS n FROM annotation_event e WHERE e.project_id = @projectId AND ${IN_FORCE}`,
          { projectId },
        )?.n ?? 0,
      ),
  };
}

const eventOf = (row: EventRow): AnnotationEvent => ({
  seq: row.seq,
  batch: row.batch,
  annotator: row.annotator,
  at: row.at,
  type: row.type,
  annotationId: row.annotation_id,
  start: row.start,
  end: row.end,
  label: row.label,
  origin: row.origin,
  suggestionId: row.suggestion_id,
  reverts: row.reverts,
});
