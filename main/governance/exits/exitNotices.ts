// Whoever received a person's data is told when it was corrected, erased or restricted (GDPR Art. 19). The
// queue is filled while the person is still there and outlives them: it knows what left by exit and contents
// hash, and which request it answers, and no more.
import type { ExitNotice, InputOf } from '../../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Actor, Page, PageRequest, RoomContext } from '../context.ts';
import { createExitNoticeRepository, type NoticeRow } from './exitNoticeRepository.ts';
import type { Exits } from './exits.ts';

export interface QueueNotices {
  readonly requestId: string | null;
  readonly subjectId: string;
  readonly act: ExitNotice['act'];
}

export interface ExitNotices {
  /**
   * One notice for every exit to somebody else; joins the caller's transaction, and asked again for the same
   * request adds only what left since. Call before the person's rows go.
   */
  queue(actor: Actor, what: QueueNotices): { readonly queued: number };
  /** Open ones first, those waiting longest before; `sent.by` is an id. */
  list(page: PageRequest): Page<ExitNotice> & { readonly open: number };
  get(noticeId: string): ExitNotice | undefined;
  open(): number;
  /** Fails with NOT_FOUND, CONFLICT (sent before), BAD_INPUT (impossible, without saying why). */
  sent(actor: Actor, notice: Required<InputOf<'exit.noticeSent'>>): Result<ExitNotice>;
}

export function createExitNotices(
  { store, clock, random }: RoomContext,
  { exits }: { readonly exits: Pick<Exits, 'recipientsOf'> },
): ExitNotices {
  const repository = createExitNoticeRepository(store);

  const get = (noticeId: string): ExitNotice | undefined => {
    const row = repository.get(noticeId);
    return row && noticeOf(row);
  };

  return {
    queue: (actor, { requestId, subjectId, act }) =>
      store.transaction(() => {
        const wanted = exits
          .recipientsOf(subjectId)
          .filter(({ exitId }) => !repository.isQueued(exitId, requestId, act));
        for (const { exitId } of wanted) {
          repository.insert({
            id: random.newId('exitNotice'),
            ...{ exitId, requestId, act },
            at: clock.now(),
            actor: actor.userId,
          });
        }
        return { queued: wanted.length };
      }),
    list({ cursor, limit }) {
      const offset = Number(cursor ?? '0');
      const { total, open } = repository.counts();
      const items = Number.isSafeInteger(offset) ? repository.page(offset, limit) : [];
      const next = offset + items.length;
      return {
        items: items.map(noticeOf),
        next: next < total && items.length > 0 ? String(next) : null,
        total,
        open,
      };
    },
    get,
    open: () => repository.counts().open,
    sent: (actor, { noticeId, how, reference }) =>
      store.transaction((): Result<ExitNotice> => {
        const row = repository.get(noticeId);
        if (!row) return failure('NOT_FOUND', 'There is no such notice. Nothing was changed.');
        if (row.sent_at !== null) {
          return failure('CONFLICT', 'This notice was sent before. Nothing was changed.');
        }
        if (how === 'notPossible' && reference === '') {
          return failure(
            'BAD_INPUT',
            'Whoever cannot be told needs a reason (GDPR Art. 19). Nothing was changed. Say why it is impossible or takes a disproportionate effort.',
            { field: 'reference' },
          );
        }
        repository.send({ noticeId, at: clock.now(), actor: actor.userId, how, reference });
        return ok(get(noticeId) as ExitNotice);
      }),
  };
}

const noticeOf = (row: NoticeRow): ExitNotice => ({
  noticeId: row.id,
  exitId: row.exit_id,
  requestId: row.request_id,
  act: row.act,
  recipient: row.recipient,
  country: row.country,
  what: row.kind,
  sha256: row.sha256,
  leftAt: row.left_at,
  queuedAt: row.at,
  sent:
    row.sent_at === null || row.how === null
      ? null
      : { at: row.sent_at, by: row.sent_by ?? '', how: row.how, reference: row.reference ?? '' },
});
