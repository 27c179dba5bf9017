// A restored backup knows people who were erased after it was made. Before anybody can use it, the erasures
// are carried out again: the same order, deletion, change of key and proof on bytes as the first time. Who
// is not in this copy is remembered all the same, so that no import brings the person back.
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Actor, RoomContext } from '../context.ts';
import type { Erasure } from './erasure.ts';
import type { ErasureEntry, KnownErasures } from './erasureJournal.ts';
import type { KeptParts } from './keptParts.ts';
import type { Requests } from '../requests/requests.ts';
import type { Subjects } from '../subjects.ts';

export interface Replayed {
  /** Erased again, with proof. */
  readonly erased: number;
  /** Known to this copy as erased. */
  readonly before: number;
  /** Not in this copy. */
  readonly absent: number;
}

export interface ReplayDeps {
  readonly erasure: Erasure;
  readonly requests: Requests;
  readonly subjects: Subjects;
  readonly keptParts: KeptParts;
}

export interface ReplayWatch {
  /** Looked at between two people; the copy that is being made usable goes with it. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export async function replayErasures(
  { store, clock }: Pick<RoomContext, 'store' | 'clock'>,
  { erasure, requests, subjects, keptParts }: ReplayDeps,
  actor: Actor,
  known: KnownErasures,
  { signal, onProgress }: ReplayWatch = {},
): Promise<Result<Replayed>> {
  const people = new Map(
    store.db
      .all<{ id: string }>('SELECT id FROM subject')
      .map(({ id }) => [subjects.subjectRef(id).toString('hex'), id]),
  );
  const orderOf = (orderId: string): string | undefined =>
    store.db.get<{ request_id: string }>(
      `SELECT request_id FROM request_event WHERE type = 'ordered' AND json_extract(body, '$.orderId') = ?`,
      [orderId],
    )?.request_id;

  function remember({ identifiers, at, orderId }: ErasureEntry): void {
    for (const hmac of identifiers) {
      store.db.run(
        'INSERT OR IGNORE INTO erased_identifier (hmac, at, order_id) VALUES (?, ?, ?)',
        [Buffer.from(hmac, 'hex'), at, orderId],
      );
    }
  }

  async function erase(requestId: string): Promise<Result<unknown>> {
    const asked = erasure.preview(requestId);
    if (!asked.ok) return asked;
    const { confirmation, keep } = asked.value;
    return erasure.erase(actor, { requestId, confirmation, keep, carriedOutBefore: true });
  }

  const gone = new Set<string>();
  let erased = 0;
  let before = 0;
  let absent = 0;
  for (const [done, entry] of known.entries.entries()) {
    signal?.throwIfAborted();
    onProgress?.(done, known.entries.length);
    const ordered = orderOf(entry.orderId);
    const request = ordered === undefined ? undefined : requests.get(ordered);
    const subjectId = people.get(entry.subjectRef);
    // A copy of a copy lists a person once per life of the vault; the first entry did it.
    const repeated = ordered === undefined && gone.has(entry.subjectRef);
    if (repeated || (request?.ok && request.value.state === 'closed')) before += repeated ? 0 : 1;
    else if (subjectId === undefined && !request?.ok) absent += 1;
    else {
      const requestId = ordered ?? openedFor(subjectId as string);
      if (typeof requestId !== 'string') return requestId;
      if (ordered === undefined && entry.keep) {
        keptParts.adopt(actor, { requestId, subjectId: subjectId as string }, entry.keep);
      }
      const done = await erase(requestId);
      if (!done.ok) return failure(done.error.code, done.error.message, done.error.params);
      erased += 1;
      if (!entry.keep) gone.add(entry.subjectRef);
    }
    store.transaction(() => remember(entry));
  }
  return ok({ erased, before, absent });

  function openedFor(subjectId: string): string | Result<never> {
    const opened = requests.open(actor, {
      kind: 'erasure',
      subject: { subjectId },
      receivedOn: clock.now().slice(0, 10),
    });
    return opened.ok ? opened.value.requestId : opened;
  }
}
