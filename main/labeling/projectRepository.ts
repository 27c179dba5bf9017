// SQL of projects.
import type { Store } from '../store/index.ts';

export interface ProjectRow {
  readonly id: string;
  readonly name: string;
  readonly purpose_id: string;
  readonly collection_id: string;
  /** JSON of the label definitions. */
  readonly labels: string;
  readonly created_at: string;
  readonly collection: string;
  readonly purpose: string;
}

export function createProjectRepository({ db }: Pick<Store, 'db'>) {
  const FIELDS = `SELECT p.*, k.name AS collection, u.name AS purpose FROM project p
    JOIN collection k ON k.id = p.collection_id JOIN purpose u ON u.id = p.purpose_id`;
  const byId = db.prepare<ProjectRow>(`${FIELDS} WHERE p.id = ?`);
  const all = db.prepare<ProjectRow>(`${FIELDS} ORDER BY p.id LIMIT 500`);
  const named = db.prepare('SELECT 1 FROM project WHERE name = ?');
  const insert = db.prepare(
    `INSERT INTO project (id, name, purpose_id, collection_id, labels, created_at, actor)
     VALUES (@id, @name, @purposeId, @collectionId, @labels, @at, @actor)`,
  );
  const labeled = db.prepare<{ rowid: number }>(
    `SELECT d.rowid FROM document d WHERE d.collection_id = ?
     AND EXISTS (SELECT 1 FROM source_span s WHERE s.document_rowid = d.rowid) ORDER BY d.rowid`,
  );
  return {
    byId: (id: string) => byId.get([id]),
    all: () => all.all(),
    nameTaken: (name: string): boolean => named.get([name]) !== undefined,
    insert(row: {
      id: string;
      name: string;
      purposeId: string;
      collectionId: string;
      labels: string;
      at: string;
      actor: string;
    }): void {
      insert.run({ ...row });
    },
    /** Documents of the collection that came with labels. */
    labeledDocuments: (collectionId: string): number[] =>
      labeled.all([collectionId]).map(({ rowid }) => rowid),
  };
}
