/*
 * SQL of the model registry: models, their sealed files, whom they learned from, their events.
 */
import type { DepartureGround, ModelEvent } from '../../shared/domain/lineage.ts';
import type { Db, SealedId } from '../store/index.ts';

export interface ModelRow {
  readonly id: string;
  readonly name: string;
  readonly run_id: string;
  readonly architecture: string;
  /** JSON array. */
  readonly labels: string;
  readonly sha256: string;
  readonly documents: number;
  readonly created_at: string;
  readonly task: 'spans' | 'documents' | 'features';
  readonly snapshot_id: string;
  readonly snapshot: string;
  readonly purpose_id: string;
  readonly purpose: string;
  readonly subjects: number;
  readonly bytes: number;
}

export interface ModelEventRow {
  readonly seq: number;
  readonly model_id: string;
  readonly type: ModelEvent['type'];
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
  readonly audit_seq: number | null;
}

export interface ModelFileRow {
  readonly path: string;
  readonly sealed_id: SealedId;
  readonly sha256: string;
  readonly bytes: number;
}

const MODEL = `
  SELECT model.*, CASE model.architecture WHEN 'pretraining' THEN 'features'
      ELSE COALESCE(json_extract(run.recipe, '$.resolved.task'), 'spans') END AS task,
    run.snapshot_id, snapshot.name AS snapshot, snapshot.purpose_id, purpose.name AS purpose,
    (SELECT COUNT(*) FROM model_subject WHERE model_id = model.id) AS subjects,
    (SELECT COALESCE(SUM(bytes), 0) FROM model_file WHERE model_id = model.id) AS bytes
  FROM model
  JOIN run ON run.id = model.run_id
  JOIN snapshot ON snapshot.id = run.snapshot_id
  JOIN purpose ON purpose.id = snapshot.purpose_id`;

export interface LineageRow {
  /** Null once the person was erased. */
  readonly subject_id: string | null;
  readonly documents: number;
  readonly left_at: string | null;
  readonly left_ground: DepartureGround | null;
}

export type ModelRepository = ReturnType<typeof createModelRepository>;

export function createModelRepository(db: Db) {
  const byId = db.prepare<ModelRow>(`${MODEL} WHERE model.id = ?`);
  const newest = db.prepare<ModelRow>(
    `${MODEL} ORDER BY model.created_at DESC, model.id DESC LIMIT 500`,
  );
  const ofRun = db.prepare<ModelRow>(`${MODEL} WHERE model.run_id = ?`);
  const events = db.prepare<ModelEventRow>(
    'SELECT * FROM model_event WHERE model_id = ? ORDER BY seq',
  );
  const allEvents = db.prepare<ModelEventRow>('SELECT * FROM model_event ORDER BY seq');
  const files = db.prepare<ModelFileRow>(
    'SELECT path, sealed_id, sha256, bytes FROM model_file WHERE model_id = ? ORDER BY path',
  );
  const insertModel = db.prepare(
    `INSERT INTO model (id, name, run_id, architecture, labels, sha256, documents, created_at)
     VALUES (@id, @name, @run_id, @architecture, @labels, @sha256, @documents, @created_at)`,
  );
  const insertFile = db.prepare(
    'INSERT INTO model_file (model_id, path, sealed_id, sha256, bytes) VALUES (?, ?, ?, ?, ?)',
  );
  const insertSubject = db.prepare(
    'INSERT INTO model_subject (model_id, subject_ref, subject_id, documents) VALUES (?, ?, ?, ?)',
  );
  const insertEvent = db.prepare(
    `INSERT INTO model_event (model_id, type, at, actor, reason, audit_seq)
     VALUES (@model_id, @type, @at, @actor, @reason, @audit_seq)`,
  );
  const taughtBy = db.prepare<{ readonly id: string }>(
    `SELECT model.id FROM model_subject JOIN model ON model.id = model_subject.model_id
     WHERE model_subject.subject_id = ? ORDER BY model.id`,
  );
  const parameters = db.prepare<{ readonly count: number | null }>(
    `SELECT json_extract(run_event.body, '$.facts.parameters') AS count FROM model
     JOIN run_event ON run_event.run_id = model.run_id AND run_event.type = 'done' WHERE model.id = ?`,
  );
  const lineage = db.prepare<LineageRow>(
    'SELECT subject_id, documents, left_at, left_ground FROM model_subject WHERE model_id = ? ORDER BY subject_ref',
  );
  // Who withdrew and was erased later left once; the graver ground is what is true now.
  const leave = db.prepare(
    `UPDATE model_subject SET left_at = COALESCE(left_at, @at),
       left_ground = CASE left_ground WHEN 'erasure' THEN 'erasure' ELSE @ground END
     WHERE model_id = @model_id AND subject_id = @subject_id`,
  );
  const insertSuccessor = db.prepare(
    'INSERT INTO model_successor (model_id, successor_id, at) VALUES (?, ?, ?)',
  );
  const successor = db.prepare<{ readonly id: string }>(
    'SELECT successor_id AS id FROM model_successor WHERE model_id = ?',
  );
  const predecessor = db.prepare<{ readonly id: string }>(
    'SELECT model_id AS id FROM model_successor WHERE successor_id = ?',
  );

  return {
    byId: (id: string) => byId.get([id]),
    newest: () => newest.all(),
    ofRun: (runId: string) => ofRun.get([runId]),
    events: (modelId: string) => events.all([modelId]),
    allEvents: () => allEvents.all(),
    lineage: (modelId: string) => lineage.all([modelId]),
    files: (modelId: string) => files.all([modelId]),
    parameters: (modelId: string) => parameters.get([modelId])?.count ?? 0,
    insertModel(
      row: Omit<
        ModelRow,
        'task' | 'snapshot_id' | 'snapshot' | 'purpose_id' | 'purpose' | 'subjects' | 'bytes'
      >,
    ) {
      insertModel.run({ ...row });
    },
    insertFile(modelId: string, file: ModelFileRow) {
      insertFile.run([modelId, file.path, file.sealed_id, file.sha256, file.bytes]);
    },
    insertSubject(modelId: string, ref: Uint8Array, subjectId: string, documents: number) {
      insertSubject.run([modelId, ref, subjectId, documents]);
    },
    insertEvent(event: Omit<ModelEventRow, 'seq'>) {
      insertEvent.run({ ...event });
    },
    leave(modelId: string, subjectId: string, at: string, ground: DepartureGround) {
      leave.run({ model_id: modelId, subject_id: subjectId, at, ground });
    },
    insertSuccessor: (modelId: string, successorId: string, at: string) =>
      void insertSuccessor.run([modelId, successorId, at]),
    successor: (modelId: string) => successor.get([modelId])?.id,
    predecessor: (modelId: string) => predecessor.get([modelId])?.id,
    /** Models that learned from the person. */
    taughtBy: (subjectId: string) => taughtBy.all([subjectId]).map((row) => row.id),
  };
}
