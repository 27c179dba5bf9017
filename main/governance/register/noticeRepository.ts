// SQL of the notices: published once, never changed; what was found in a text is a row of its own.
import type { Store } from '../../store/index.ts';

export interface NoticeRow {
  readonly id: string;
  readonly purpose_id: string;
  readonly version: string;
  readonly language: string;
  readonly title: string;
  readonly text: string;
  readonly sha256: string;
  readonly at: string;
  readonly actor: string;
  readonly audit_seq: number;
}

export interface NoticeRepository {
  insert(row: NoticeRow): void;
  get(id: string): NoticeRow | undefined;
  /** In order of publication. */
  ofPurpose(purposeId: string): readonly NoticeRow[];
  check(row: {
    readonly notice_id: string;
    /** JSON list of elements. */
    readonly contains: string;
    readonly at: string;
    readonly actor: string;
    readonly audit_seq: number;
  }): void;
  /** What was found last, as JSON; undefined where nobody looked. */
  found(noticeId: string): string | undefined;
  /** Every version the purpose ever had, oldest first. */
  versionsOf(purposeId: string): readonly string[];
}

const COLUMNS = 'id, purpose_id, version, language, title, text, sha256, at, actor, audit_seq';

export function createNoticeRepository({ db }: Pick<Store, 'db'>): NoticeRepository {
  const insert = db.prepare(
    `INSERT INTO notice (${COLUMNS})
     VALUES (@id, @purpose_id, @version, @language, @title, @text, @sha256, @at, @actor, @audit_seq)`,
  );
  const get = db.prepare<NoticeRow>(`SELECT ${COLUMNS} FROM notice WHERE id = ?`);
  const ofPurpose = db.prepare<NoticeRow>(
    `SELECT ${COLUMNS} FROM notice WHERE purpose_id = ? ORDER BY at, id`,
  );
  const check = db.prepare(
    `INSERT INTO notice_check (notice_id, contains, at, actor, audit_seq)
     VALUES (@notice_id, @contains, @at, @actor, @audit_seq)`,
  );
  const found = db.prepare<{ contains: string }>(
    'SELECT contains FROM notice_check WHERE notice_id = ? ORDER BY seq DESC LIMIT 1',
  );
  const versions = db.prepare<{ version: string }>(
    `SELECT json_extract(body, '$.noticeVersion') AS version FROM purpose WHERE id = @id
     UNION ALL
     SELECT version FROM (
       SELECT reason AS version FROM purpose_event WHERE purpose_id = @id AND type = 'notice' ORDER BY seq
     )`,
  );
  return {
    insert: (row) => void insert.run({ ...row }),
    get: (id) => get.get([id]),
    ofPurpose: (purposeId) => ofPurpose.all([purposeId]),
    check: (row) => void check.run({ ...row }),
    found: (noticeId) => found.get([noticeId])?.contains,
    versionsOf: (purposeId) => [
      ...new Set(versions.all({ id: purposeId }).map(({ version }) => version)),
    ],
  };
}
