// SQL of what an access request is answered with, beside texts, consents and exits.
import type { Store } from '../../store/index.ts';

export interface DecisionRow {
  readonly at: string;
  readonly purpose: string;
  readonly operation: string;
  readonly policy_sha256: string;
  readonly reach: 'person' | 'collection' | 'everything';
}

export interface SnapshotUse {
  readonly name: string;
  readonly at: string;
  readonly purpose: string;
  readonly documents: number;
}

export interface ModelUse {
  readonly name: string;
  readonly at: string;
  readonly documents: number;
}

export interface DocumentFrame {
  readonly rowid: number;
  readonly collection: string;
  readonly imported_at: string;
}

export interface LabelRow {
  readonly document_rowid: number;
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly annotator: string;
}

export interface AccessRepository {
  frames(subjectId: string): readonly DocumentFrame[];
  /** Labels as they came with the import; labels made in projects come from the labeling room. */
  importedLabels(subjectId: string): readonly LabelRow[];
  /**
   * Decisions that covered the person: about them alone, about a collection their documents were already
   * in, or about everything. Newest first, at most `limit`.
   */
  decisions(subjectId: string, limit: number): readonly DecisionRow[];
  countDecisions(subjectId: string): number;
  snapshots(subjectId: string): readonly SnapshotUse[];
  models(subjectId: string): readonly ModelUse[];
  knownSince(subjectId: string): string | undefined;
}

const COVERING = `FROM gate_decision g WHERE g.allowed > 0 AND (g.subject_id = @subject
  OR (g.subject_id IS NULL AND g.collection_id IS NULL
      AND EXISTS (SELECT 1 FROM document d WHERE d.subject_id = @subject AND d.imported_at <= g.at))
  OR (g.subject_id IS NULL AND EXISTS (SELECT 1 FROM document d
      WHERE d.subject_id = @subject AND d.collection_id = g.collection_id AND d.imported_at <= g.at)))`;

export function createAccessRepository({ db }: Pick<Store, 'db'>): AccessRepository {
  const frames = db.prepare<DocumentFrame>(
    `SELECT d.rowid, c.name AS collection, d.imported_at FROM document d JOIN collection c ON c.id = d.collection_id
     WHERE d.subject_id = ? ORDER BY d.rowid`,
  );
  const labels = db.prepare<LabelRow>(
    `SELECT s.document_rowid, s.start, s.end, s.label, s.annotator FROM source_span s
     JOIN document d ON d.rowid = s.document_rowid WHERE d.subject_id = ? ORDER BY s.document_rowid, s.start, s.end`,
  );
  const decisions = db.prepare<DecisionRow>(
    `SELECT g.at, coalesce((SELECT p.name FROM purpose p WHERE p.id = g.purpose_id), g.purpose_id) AS purpose,
       g.operation, g.policy_sha256,
       CASE WHEN g.subject_id IS NOT NULL THEN 'person' WHEN g.collection_id IS NOT NULL THEN 'collection' ELSE 'everything' END AS reach
     ${COVERING} ORDER BY g.id DESC LIMIT @limit`,
  );
  const countDecisions = db.prepare<{ n: number }>(`SELECT count(*) AS n ${COVERING}`);
  const snapshots = db.prepare<SnapshotUse>(
    `SELECT s.name, s.created_at AS at, p.name AS purpose, count(*) AS documents
     FROM snapshot_document m JOIN snapshot s ON s.id = m.snapshot_id JOIN purpose p ON p.id = s.purpose_id
     JOIN document d ON d.rowid = m.document_rowid WHERE d.subject_id = ? GROUP BY s.id ORDER BY s.created_at`,
  );
  const models = db.prepare<ModelUse>(
    `SELECT m.name, m.created_at AS at, t.documents FROM model_subject t JOIN model m ON m.id = t.model_id
     WHERE t.subject_id = ? ORDER BY m.created_at`,
  );
  const since = db.prepare<{ created_at: string }>('SELECT created_at FROM subject WHERE id = ?');
  return {
    frames: (subjectId) => frames.all([subjectId]),
    importedLabels: (subjectId) => labels.all([subjectId]),
    decisions: (subject, limit) => decisions.all({ subject, limit }),
    countDecisions: (subject) => countDecisions.get({ subject })?.n ?? 0,
    snapshots: (subjectId) => snapshots.all([subjectId]),
    models: (subjectId) => models.all([subjectId]),
    knownSince: (subjectId) => since.get([subjectId])?.created_at,
  };
}
