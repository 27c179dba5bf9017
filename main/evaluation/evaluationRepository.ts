/*
 * SQL of evaluations. The body is canonical JSON and hashed; names are joined when read.
 */
import type { Db } from '../store/index.ts';

export interface EvaluationRow {
  readonly id: string;
  readonly model_id: string;
  readonly model: string;
  readonly snapshot_id: string;
  readonly snapshot: string;
  readonly split: 'train' | 'dev' | 'test';
  readonly at: string;
  readonly body: string;
  readonly sha256: string;
  readonly audit_seq: number | null;
}

const EVALUATION = `
  SELECT evaluation.*, model.name AS model, snapshot.name AS snapshot
  FROM evaluation
  JOIN model ON model.id = evaluation.model_id
  JOIN snapshot ON snapshot.id = evaluation.snapshot_id`;

export type EvaluationRepository = ReturnType<typeof createEvaluationRepository>;

export function createEvaluationRepository(db: Db) {
  const newest = db.prepare<EvaluationRow>(
    `${EVALUATION} WHERE @model_id IS NULL OR evaluation.model_id = @model_id
     ORDER BY evaluation.at DESC, evaluation.id DESC LIMIT 100`,
  );
  const insert = db.prepare(
    `INSERT INTO evaluation (id, model_id, snapshot_id, split, at, body, sha256, audit_seq)
     VALUES (@id, @model_id, @snapshot_id, @split, @at, @body, @sha256, @audit_seq)`,
  );
  return {
    newest: (modelId: string | null) => newest.all({ model_id: modelId }),
    insert: (row: Omit<EvaluationRow, 'model' | 'snapshot'>) => void insert.run({ ...row }),
  };
}
