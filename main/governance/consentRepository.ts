// SQL of consent events. Nothing here is ever updated.
import type { ConsentEvent } from '../../shared/domain/consent.ts';
import type { Store } from '../store/index.ts';

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
}

export interface ConsentRepository {
  insert(
    row: Omit<ConsentRow, 'seq' | 'subject_id' | 'purpose_id' | 'purpose'> & {
      readonly subjectId: string;
      readonly purposeId: string;
    },
  ): void;
  /** In the order recorded. */
  events(subjectId: string, purposeId?: string): readonly ConsentRow[];
  lastRecordedAt(): string | undefined;
  /** Consents given that end between two instants, for people not yet asked again. */
  endingBetween(from: string, to: string): number;
}

const SELECT = `SELECT e.seq, e.subject_id, e.purpose_id, p.name AS purpose, e.type, e.at, e.recorded_at, e.actor,
  e.notice_version, e.channel, e.evidence, e.expires_at FROM consent_event e JOIN purpose p ON p.id = e.purpose_id`;

export function createConsentRepository({ db }: Pick<Store, 'db'>): ConsentRepository {
  const insert = db.prepare(`INSERT INTO consent_event
    (subject_id, purpose_id, type, at, recorded_at, actor, notice_version, channel, evidence, expires_at)
    VALUES (@subjectId, @purposeId, @type, @at, @recorded_at, @actor, @notice_version, @channel, @evidence, @expires_at)`);
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
    insert: (row) => void insert.run({ ...row }),
    events: (subjectId, purposeId) =>
      purposeId === undefined ? ofSubject.all([subjectId]) : ofPair.all([subjectId, purposeId]),
    lastRecordedAt: () => last.get()?.at,
    endingBetween: (from, to) => ending.get([from, to])?.n ?? 0,
  };
}
