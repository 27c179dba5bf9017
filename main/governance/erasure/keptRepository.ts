// SQL of what an erasure leaves on a ground, and of which documents that is.
import type { KeepScope } from '../../../shared/contract/index.ts';
import type { KeepGround } from '../../../shared/domain/erasures.ts';
import type { Store } from '../../store/index.ts';
import { OWN_DOCUMENTS } from '../personTables.ts';

export interface KeptRow {
  readonly seq: number;
  readonly request_id: string;
  readonly subject_id: string;
  readonly scope: KeepScope['of'];
  /** The collection's id, or the category; empty for consents. */
  readonly target: string;
  readonly ground: KeepGround;
  readonly text: string;
  readonly until: string;
  readonly approved_by: string;
  readonly kept_at: string | null;
}

export interface CollectionOfPerson {
  readonly collectionId: string;
  readonly name: string;
  readonly category: 'health' | 'finance' | 'other';
  readonly documents: number;
}

const COLUMNS =
  'seq, request_id, subject_id, scope, target, ground, text, until, approved_by, kept_at';

/** Documents of the person that a part of this request keeps. `d` is a document. */
const IS_KEPT = `EXISTS (SELECT 1 FROM kept_part k WHERE k.request_id = @request
  AND ((k.scope = 'collection' AND k.target = d.collection_id) OR (k.scope = 'category' AND k.target = d.category)))`;

export function createKeptRepository({ db }: Pick<Store, 'db'>) {
  const ofRequest = db.prepare<KeptRow>(
    `SELECT ${COLUMNS} FROM kept_part WHERE request_id = ? ORDER BY seq`,
  );
  const drop = db.prepare('DELETE FROM kept_part WHERE request_id = ? AND kept_at IS NULL');
  const insert = db.prepare(
    `INSERT INTO kept_part (request_id, subject_id, scope, target, ground, text, until, at, actor)
     VALUES (@request_id, @subject_id, @scope, @target, @ground, @text, @until, @at, @actor)`,
  );
  const markKept = db.prepare(
    'UPDATE kept_part SET kept_at = @at, approved_by = @by WHERE request_id = @request AND kept_at IS NULL',
  );
  const inForce = db.prepare<KeptRow>(
    `SELECT ${COLUMNS} FROM kept_part WHERE kept_at IS NOT NULL ORDER BY until, seq LIMIT 500`,
  );
  const ofSubject = db.prepare<KeptRow>(
    `SELECT ${COLUMNS} FROM kept_part WHERE subject_id = ? AND kept_at IS NOT NULL ORDER BY seq`,
  );
  const collections = db.prepare<CollectionOfPerson>(
    `SELECT d.collection_id AS collectionId, k.name, d.category, count(*) AS documents
     FROM document d JOIN collection k ON k.id = d.collection_id WHERE d.rowid IN (${OWN_DOCUMENTS})
     GROUP BY d.collection_id, d.category ORDER BY k.name, d.category`,
  );
  const documents = (kept: boolean) =>
    db.prepare<{ rowid: number; id: string }>(
      `SELECT d.rowid, d.id FROM document d WHERE d.rowid IN (${OWN_DOCUMENTS}) AND ${kept ? '' : 'NOT'} ${IS_KEPT} ORDER BY d.rowid`,
    );
  const kept = documents(true);
  const going = documents(false);
  const collectionName = db.prepare<{ name: string }>('SELECT name FROM collection WHERE id = ?');
  const countIn = db.prepare<{ n: number }>(
    `SELECT count(*) AS n FROM document d WHERE d.subject_id = @subject
     AND ((@scope = 'collection' AND d.collection_id = @target) OR (@scope = 'category' AND d.category = @target))`,
  );

  return {
    ofRequest: (requestId: string) => ofRequest.all([requestId]),
    replace(
      requestId: string,
      rows: readonly (Omit<KeptRow, 'seq' | 'approved_by' | 'kept_at'> & {
        readonly at: string;
        readonly actor: string;
      })[],
    ): void {
      drop.run([requestId]);
      for (const row of rows) insert.run({ ...row });
    },
    markKept: (request: string, at: string, by: string) => void markKept.run({ request, at, by }),
    /** Parts in force, of one person. */
    ofSubject: (subjectId: string) => ofSubject.all([subjectId]),
    /** The nearest end date first. */
    inForce: () => inForce.all(),
    collections: (subject: string) => collections.all({ subject }),
    kept: (subject: string, request: string) => kept.all({ subject, request }),
    going: (subject: string, request: string) => going.all({ subject, request }),
    collectionName: (id: string) => collectionName.get([id])?.name,
    countIn: (subject: string, scope: string, target: string): number =>
      countIn.get({ subject, scope, target })?.n ?? 0,
  };
}
export type KeptRepository = ReturnType<typeof createKeptRepository>;
