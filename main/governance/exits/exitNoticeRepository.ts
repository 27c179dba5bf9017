// SQL of the notices under Art. 19. A notice names an exit and a request; nothing here leads to a person.
import type { ExitNotice } from '../../../shared/contract/index.ts';
import type { Store } from '../../store/index.ts';

export interface NoticeRow {
  readonly id: string;
  readonly exit_id: string;
  readonly request_id: string | null;
  readonly act: ExitNotice['act'];
  readonly at: string;
  readonly actor: string;
  readonly recipient: string;
  readonly country: string | null;
  readonly kind: string;
  readonly sha256: string;
  readonly left_at: string;
  readonly sent_at: string | null;
  readonly sent_by: string | null;
  readonly how: NonNullable<ExitNotice['sent']>['how'] | null;
  readonly reference: string | null;
}

/** Where a list goes on: the open ones in order of waiting, then the sent ones backwards. */
const PLACE = `CASE WHEN t.at IS NULL THEN '0' || n.at ELSE '1' END`;
const SELECT = `SELECT n.id, n.exit_id, n.request_id, n.act, n.at, n.actor, x.recipient, x.country, x.kind, x.sha256, x.at AS left_at,
  t.at AS sent_at, t.actor AS sent_by, t.how, t.reference
  FROM exit_notice n JOIN exit_record x ON x.id = n.exit_id LEFT JOIN exit_notice_sent t ON t.notice_id = n.id`;

export type ExitNoticeRepository = ReturnType<typeof createExitNoticeRepository>;

export function createExitNoticeRepository({ db }: Pick<Store, 'db'>) {
  const insert = db.prepare(
    `INSERT OR IGNORE INTO exit_notice (id, exit_id, request_id, act, at, actor)
     VALUES (@id, @exitId, @requestId, @act, @at, @actor)`,
  );
  const queued = db.prepare(
    'SELECT 1 FROM exit_notice WHERE exit_id = @exitId AND request_id IS @requestId AND act = @act',
  );
  const get = db.prepare<NoticeRow>(`${SELECT} WHERE n.id = ?`);
  const page = db.prepare<NoticeRow>(
    `${SELECT} ORDER BY ${PLACE}, t.at DESC, n.id LIMIT @limit OFFSET @offset`,
  );
  const counts = db.prepare<{ total: number; open: number }>(
    `SELECT count(*) AS total, count(*) FILTER (WHERE t.notice_id IS NULL) AS open
     FROM exit_notice n LEFT JOIN exit_notice_sent t ON t.notice_id = n.id`,
  );
  const send = db.prepare(
    `INSERT INTO exit_notice_sent (notice_id, at, actor, how, reference)
     VALUES (@noticeId, @at, @actor, @how, @reference)`,
  );
  return {
    insert: (row: {
      readonly id: string;
      readonly exitId: string;
      readonly requestId: string | null;
      readonly act: string;
      readonly at: string;
      readonly actor: string;
    }) => void insert.run({ ...row }),
    isQueued: (exitId: string, requestId: string | null, act: string) =>
      queued.get({ exitId, requestId, act }) !== undefined,
    get: (id: string) => get.get([id]),
    page: (offset: number, limit: number) => page.all({ offset, limit }),
    counts: () => counts.get() ?? { total: 0, open: 0 },
    send: (row: {
      readonly noticeId: string;
      readonly at: string;
      readonly actor: string;
      readonly how: string;
      readonly reference: string;
    }) => void send.run({ ...row }),
  };
}
