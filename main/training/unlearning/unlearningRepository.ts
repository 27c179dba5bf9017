/*
 * SQL of unlearning: which run trains which model anew, certificates, how long a decision may take.
 */
import type { UnlearningCertificate } from '../../../shared/contract/index.ts';
import type { Db } from '../../store/index.ts';

/** What is to become of the old weights. */
export type OldWeights = 'destroy' | 'keep';

export interface Retraining {
  readonly run_id: string;
  readonly model_id: string;
  readonly old: OldWeights;
}

export type UnlearningRepository = ReturnType<typeof createUnlearningRepository>;

export function createUnlearningRepository(db: Db) {
  const insertRun = db.prepare(
    'INSERT INTO unlearning_run (run_id, model_id, old) VALUES (?, ?, ?)',
  );
  const ofRun = db.prepare<Retraining>('SELECT * FROM unlearning_run WHERE run_id = ?');
  const ofModel = db.prepare<Retraining>(
    'SELECT * FROM unlearning_run WHERE model_id = ? ORDER BY run_id DESC',
  );
  const insertCertificate = db.prepare(
    'INSERT INTO unlearning_certificate (id, model_id, at, body, sha256, audit_seq) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const certificates = db.prepare<{ readonly body: string }>(
    'SELECT body FROM unlearning_certificate WHERE model_id = ? ORDER BY id DESC LIMIT 20',
  );
  const days = db.prepare<{ readonly decision_days: number }>(
    'SELECT decision_days FROM unlearning_policy ORDER BY seq DESC LIMIT 1',
  );
  const setDays = db.prepare(
    'INSERT INTO unlearning_policy (at, actor, decision_days) VALUES (?, ?, ?)',
  );
  return {
    insertRun: (runId: string, modelId: string, old: OldWeights) =>
      void insertRun.run([runId, modelId, old]),
    ofRun: (runId: string) => ofRun.get([runId]),
    /** Newest first. */
    ofModel: (modelId: string) => ofModel.all([modelId]),
    insertCertificate(certificate: UnlearningCertificate) {
      const { certificateId, model, at, sha256, auditSeq } = certificate;
      const body = JSON.stringify(certificate);
      insertCertificate.run([certificateId, model.modelId, at, body, sha256, auditSeq]);
    },
    /** Newest first. */
    certificates: (modelId: string) =>
      certificates.all([modelId]).map(({ body }) => JSON.parse(body) as UnlearningCertificate),
    decisionDays: () => days.get()?.decision_days,
    setDecisionDays: (at: string, actor: string, count: number) =>
      void setDays.run([at, actor, count]),
  };
}
