// SQL of findings in de-identified copies and of the surrogates of people. Originals are kept as keyed
// hashes: the book must not be a second place where names lie.
import type { Store } from '../store/index.ts';
import type { AppliedFinding } from './apply.ts';
import type { Book } from './surrogates/index.ts';

export function createDeidRepository({ db }: Pick<Store, 'db'>) {
  const secret = db.prepare<{ value: Buffer }>('SELECT value FROM vault_secret WHERE name = ?');
  const putSecret = db.prepare('INSERT OR IGNORE INTO vault_secret (name, value) VALUES (?, ?)');
  const get = db.prepare<{ replacement: string }>(
    'SELECT replacement FROM deid_surrogate WHERE subject_id = ? AND label = ? AND original_hmac = ?',
  );
  const put = db.prepare(
    'INSERT OR REPLACE INTO deid_surrogate (subject_id, label, original_hmac, replacement) VALUES (?, ?, ?, ?)',
  );
  const uses = db.prepare(
    'SELECT 1 FROM deid_surrogate WHERE subject_id = ? AND label = ? AND replacement = ? LIMIT 1',
  );
  const insertFinding = db.prepare(
    `INSERT INTO deid_finding (document_rowid, ordinal, start, end, label, rule, score, replacement)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const dropFindings = db.prepare('DELETE FROM deid_finding WHERE document_rowid = ?');
  function insertFindings(rowid: number, findings: readonly AppliedFinding[]): void {
    findings.forEach(({ resultStart, resultEnd, label, rule, score, replacement }, ordinal) => {
      insertFinding.run([rowid, ordinal, resultStart, resultEnd, label, rule, score, replacement]);
    });
  }
  return {
    secret(name: string, make: () => Uint8Array): Buffer {
      const known = secret.get([name]);
      if (known !== undefined) return known.value;
      putSecret.run([name, make()]);
      return (secret.get([name]) as { value: Buffer }).value;
    },
    book(subjectId: string, hash: (original: string) => Buffer): Book {
      return {
        get: (label, original) => get.get([subjectId, label, hash(original)])?.replacement,
        put: (label, original, replacement) =>
          void put.run([subjectId, label, hash(original), replacement]),
        uses: (label, replacement) => uses.get([subjectId, label, replacement]) !== undefined,
      };
    },
    /** Places are those of the copy: the copy's row must not point into the original. */
    insertFindings,
    replaceFindings(rowid: number, findings: readonly AppliedFinding[]): void {
      dropFindings.run([rowid]);
      insertFindings(rowid, findings);
    },
  };
}
