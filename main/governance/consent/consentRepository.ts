// SQL of consent events. Nothing here is ever updated.
import type {
  ConsentEvent,
  ConsentMethod,
  GuardianRelation,
} from '../../../shared/domain/consent.ts';
import type { Store } from '../../store/index.ts';

export interface ConsentRow {
  readonly seq: number;
  readonly subject_id: string;
  readonly purpose_id: string;
  readonly purpose: string;
  readonly type: ConsentEvent['type'];
  readonly at: string;
  readonly recorded_at: string;
  readonly actor: string;
  readonly notice_version: string;
  readonly channel: string;
  readonly evidence: string;
  readonly expires_at: string | null;
  readonly guardian: number;
  readonly separate: number;
  readonly conditional: number;
  readonly confirmed_at: string | null;
  readonly confirmed_ground: string | null;
}

/** What proves a decision and decides nothing. */
export interface ConsentDetailRow {
  readonly language: string | null;
  readonly method: ConsentMethod | null;
  readonly present: string;
  readonly received_at: string | null;
  readonly guardian_name: string | null;
  readonly guardian_relation: GuardianRelation | null;
  readonly guardian_authority: string | null;
}

export interface ConsentRepository {
  /** @returns the number of the event. */
  insert(
    row: Pick<
      ConsentRow,
      | 'type'
      | 'at'
      | 'recorded_at'
      | 'actor'
      | 'notice_version'
      | 'channel'
      | 'evidence'
      | 'expires_at'
      | 'guardian'
      | 'separate'
      | 'conditional'
    > & { readonly subjectId: string; readonly purposeId: string },
  ): number;
  insertDetail(seq: number, detail: ConsentDetailRow): void;
  details(subjectId: string, purposeId: string): ReadonlyMap<number, ConsentDetailRow>;
  confirm(row: {
    readonly seq: number;
    readonly at: string;
    readonly actor: string;
    readonly ground: string;
  }): void;
  /** The record of a person's consent to a purpose; made with the first event. */
  record(
    subjectId: string,
    purposeId: string,
  ): { readonly id: string; readonly opened_at: string } | undefined;
  openRecord(row: {
    readonly id: string;
    readonly subjectId: string;
    readonly purposeId: string;
    readonly at: string;
  }): void;
  birthDate(subjectId: string): string | null;
  setBirthDate(subjectId: string, birthDate: string | null): void;
  /** Versions of the notice that were ever in force for a purpose. */
  noticeVersions(purposeId: string): readonly string[];
  /** In the order recorded. */
  events(subjectId: string, purposeId?: string): readonly ConsentRow[];
  lastRecordedAt(): string | undefined;
  /** Consents given that end between two instants, for people not yet asked again. */
  endingBetween(from: string, to: string): number;
}

const SELECT = `SELECT e.seq, e.subject_id, e.purpose_id, p.name AS purpose, e.type, e.at, e.recorded_at, e.actor,
  e.notice_version, e.channel, e.evidence, e.expires_at, e.guardian, e.separate, e.conditional, k.at AS confirmed_at, k.ground AS confirmed_ground
  FROM consent_event e JOIN purpose p ON p.id = e.purpose_id LEFT JOIN consent_confirmation k ON k.consent_seq = e.seq`;

export function createConsentRepository({ db }: Pick<Store, 'db'>): ConsentRepository {
  const insert = db.prepare(`INSERT INTO consent_event
    (subject_id, purpose_id, type, at, recorded_at, actor, notice_version, channel, evidence, expires_at, guardian, separate, conditional)
    VALUES (@subjectId, @purposeId, @type, @at, @recorded_at, @actor, @notice_version, @channel, @evidence, @expires_at, @guardian, @separate, @conditional)`);
  const insertDetail = db.prepare(`INSERT INTO consent_detail
    (consent_seq, language, method, present, received_at, guardian_name, guardian_relation, guardian_authority)
    VALUES (@seq, @language, @method, @present, @received_at, @guardian_name, @guardian_relation, @guardian_authority)`);
  const details = db.prepare<ConsentDetailRow & { readonly consent_seq: number }>(
    `SELECT d.* FROM consent_detail d JOIN consent_event e ON e.seq = d.consent_seq WHERE e.subject_id = ? AND e.purpose_id = ?`,
  );
  const confirm = db.prepare(
    'INSERT INTO consent_confirmation (consent_seq, at, actor, ground) VALUES (@seq, @at, @actor, @ground)',
  );
  const record = db.prepare<{ id: string; opened_at: string }>(
    'SELECT id, opened_at FROM consent_record WHERE subject_id = ? AND purpose_id = ?',
  );
  const openRecord = db.prepare(
    'INSERT OR IGNORE INTO consent_record (id, subject_id, purpose_id, opened_at) VALUES (@id, @subjectId, @purposeId, @at)',
  );
  const birth = db.prepare<{ birth_date: string }>(
    'SELECT birth_date FROM subject_birth WHERE subject_id = ?',
  );
  const setBirth = db.prepare(
    `INSERT INTO subject_birth (subject_id, birth_date) VALUES (?, ?)
     ON CONFLICT (subject_id) DO UPDATE SET birth_date = excluded.birth_date`,
  );
  const unsetBirth = db.prepare('DELETE FROM subject_birth WHERE subject_id = ?');
  const versions = db.prepare<{ version: string }>(
    `SELECT json_extract(body, '$.noticeVersion') AS version FROM purpose WHERE id = @purposeId
     UNION SELECT reason FROM purpose_event WHERE purpose_id = @purposeId AND type = 'notice'`,
  );
  const ofPair = db.prepare<ConsentRow>(
    `${SELECT} WHERE e.subject_id = ? AND e.purpose_id = ? ORDER BY e.seq`,
  );
  const ofSubject = db.prepare<ConsentRow>(`${SELECT} WHERE e.subject_id = ? ORDER BY e.seq`);
  const last = db.prepare<{ at: string }>(
    'SELECT recorded_at AS at FROM consent_event ORDER BY seq DESC LIMIT 1',
  );
  const ending = db.prepare<{ n: number }>(
    `SELECT count(*) AS n FROM consent_event e WHERE e.type = 'given' AND e.expires_at > ? AND e.expires_at <= ?
     AND NOT EXISTS (SELECT 1 FROM consent_event n WHERE n.purpose_id = e.purpose_id AND n.subject_id = e.subject_id
       AND (n.at > e.at OR (n.at = e.at AND n.seq > e.seq)))`,
  );
  return {
    insert: (row) => Number(insert.run({ ...row }).lastInsertRowid),
    insertDetail: (seq, detail) => void insertDetail.run({ seq, ...detail }),
    details: (subjectId, purposeId) =>
      new Map(details.all([subjectId, purposeId]).map((row) => [row.consent_seq, row])),
    confirm: (row) => void confirm.run({ ...row }),
    record: (subjectId, purposeId) => record.get([subjectId, purposeId]),
    openRecord: (row) => void openRecord.run({ ...row }),
    birthDate: (subjectId) => birth.get([subjectId])?.birth_date ?? null,
    setBirthDate: (subjectId, birthDate) =>
      void (birthDate === null
        ? unsetBirth.run([subjectId])
        : setBirth.run([subjectId, birthDate])),
    noticeVersions: (purposeId) => versions.all({ purposeId }).map(({ version }) => version),
    events: (subjectId, purposeId) =>
      purposeId === undefined ? ofSubject.all([subjectId]) : ofPair.all([subjectId, purposeId]),
    lastRecordedAt: () => last.get()?.at,
    endingBetween: (from, to) => ending.get([from, to])?.n ?? 0,
  };
}
