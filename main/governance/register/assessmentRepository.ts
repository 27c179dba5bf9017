// SQL of the assessments: events in order, never changed.
import type { Store } from '../../store/index.ts';

export type AssessmentEventType = 'written' | 'approved' | 'waived' | 'waiverEnded';

export interface AssessmentEventRow {
  readonly purpose_id: string;
  readonly version: number;
  readonly type: AssessmentEventType;
  /** JSON: the text, the day of review, or the reason. */
  readonly body: string;
  readonly at: string;
  readonly actor: string;
  readonly audit_seq: number;
}

export interface AssessmentRepository {
  insert(row: AssessmentEventRow): void;
  /** Oldest first. */
  events(purposeId: string): readonly AssessmentEventRow[];
}

const COLUMNS = 'purpose_id, version, type, body, at, actor, audit_seq';

export function createAssessmentRepository({ db }: Pick<Store, 'db'>): AssessmentRepository {
  const insert = db.prepare(
    `INSERT INTO assessment_event (${COLUMNS})
     VALUES (@purpose_id, @version, @type, @body, @at, @actor, @audit_seq)`,
  );
  const events = db.prepare<AssessmentEventRow>(
    `SELECT ${COLUMNS} FROM assessment_event WHERE purpose_id = ? ORDER BY seq`,
  );
  return {
    insert: (row) => void insert.run({ ...row }),
    events: (purposeId) => events.all([purposeId]),
  };
}
