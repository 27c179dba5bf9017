// What de-identification holds about a person: the copies of their notes and the stand-ins chosen for them.
// Both go with the person by foreign key, and the key behind the choices goes with the person's row.
import type { Governance, SubjectFollower } from '../governance/index.ts';
import type { Random } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import { createRemake, createTransform } from './remake.ts';

export function deidFollower({
  store,
  random,
  governance,
}: {
  readonly store: Pick<Store, 'db'>;
  readonly random: Random;
  readonly governance: Pick<Governance, 'subjects'>;
}): SubjectFollower {
  const { db } = store;
  const surrogates = db.prepare<{ label: string; replacement: string }>(
    'SELECT label, replacement FROM deid_surrogate WHERE subject_id = ? ORDER BY label, replacement',
  );
  const copies = db.prepare<{ name: string; collection: string; findings: number; at: string }>(
    `SELECT d.name, k.name AS collection, d.imported_at AS at,
       (SELECT count(*) FROM deid_finding f WHERE f.document_rowid = d.rowid) AS findings
     FROM document d JOIN collection k ON k.id = d.collection_id
     WHERE d.subject_id = ? AND d.kind = 'deidentified' ORDER BY d.rowid`,
  );
  const { transform } = createTransform({ store, random, subjects: governance.subjects });
  return {
    name: 'deid',
    remake: createRemake(store, transform),
    access: (subjectId) => [
      {
        what: 'deidentifiedCopies',
        columns: ['document', 'collection', 'madeAt', 'replacements'],
        rows: copies
          .all([subjectId])
          .map(({ name, collection, at, findings }) => [name, collection, at, findings]),
      },
      {
        what: 'surrogates',
        columns: ['label', 'replacement'],
        rows: surrogates.all([subjectId]).map(({ label, replacement }) => [label, replacement]),
      },
    ],
    erasureCounts: (subjectId) => [
      { what: 'deidentifiedCopies', count: copies.all([subjectId]).length },
      { what: 'surrogates', count: surrogates.all([subjectId]).length },
    ],
  };
}
