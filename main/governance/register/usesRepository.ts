// SQL of what the record counts: who received what under a purpose, and how much data there is.
import type { Store } from '../../store/index.ts';

export interface RecipientRow {
  readonly recipient: string;
  readonly country: string | null;
  readonly exits: number;
  readonly lastAt: string;
  readonly auditSeq: number;
}

export interface UsesRepository {
  /** Last one first; null: of every purpose. People who took away their own data are no recipients. */
  recipients(purposeId: string | null): readonly RecipientRow[];
  scale(categories: readonly string[]): { readonly documents: number; readonly people: number };
}

export function createUsesRepository({ db }: Pick<Store, 'db'>): UsesRepository {
  const recipients = db.prepare<RecipientRow>(
    `SELECT recipient, country, count(*) AS exits, max(at) AS lastAt, max(audit_seq) AS auditSeq
     FROM exit_record WHERE to_subject = 0 AND (@purpose IS NULL OR purpose = @purpose)
     GROUP BY recipient, country ORDER BY lastAt DESC LIMIT 200`,
  );
  const scale = db.prepare<{ documents: number; people: number }>(
    `SELECT count(*) AS documents, count(DISTINCT subject_id) AS people FROM document
     WHERE kind = 'original' AND category IN (SELECT value FROM json_each(?))`,
  );
  return {
    recipients: (purposeId) => recipients.all({ purpose: purposeId }),
    scale: (categories) => scale.get([JSON.stringify(categories)]) ?? { documents: 0, people: 0 },
  };
}
