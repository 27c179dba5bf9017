// The texts people were given (GDPR Art. 7(1), 12-14; PIPL Art. 17): published once per purpose, version and
// language, with the hash that consents and receipts refer to. A purpose may still name a version whose text
// nobody published: that text is missing, and shown as missing.
import { createHash } from 'node:crypto';
import { NOTICE_ELEMENTS, type NoticeElement } from '../../../shared/domain/register.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Actor, RoomContext } from '../context.ts';
import { createNoticeRepository, type NoticeRow } from './noticeRepository.ts';
import type { Purposes } from '../gate/purposes.ts';

export interface PublishNotice {
  readonly purposeId: string;
  readonly version: string;
  /** BCP 47. */
  readonly language: string;
  readonly title: string;
  readonly text: string;
}

export interface Notice extends PublishNotice {
  readonly noticeId: string;
  /** Of the text in UTF-8, hexadecimal. */
  readonly sha256: string;
  readonly publishedAt: string;
  readonly actor: string;
  readonly auditSeq: number;
  /** What a person has found in the text; null where nobody looked yet. */
  readonly contains: readonly NoticeElement[] | null;
}

export interface Notices {
  /**
   * Never changed afterwards. A version the purpose has not had comes into force with it: consents to the
   * former one lapse. The text of a version it had can be filed for a
   * retired purpose too. Fails with NOT_FOUND, PURPOSE_RETIRED, CONFLICT (that text is published).
   */
  publish(
    actor: Actor,
    notice: PublishNotice,
  ): Result<{ readonly noticeId: string; readonly sha256: string; readonly renewed: boolean }>;
  get(noticeId: string): Notice | undefined;
  /** In that language, else in one of the same primary language, else the first one published. */
  find(purposeId: string, version: string, language?: string): Notice | undefined;
  /** In order of publication. */
  ofPurpose(purposeId: string): readonly Notice[];
  /** Versions the purpose had or has without any text. */
  missing(purposeId: string): readonly string[];
  /** What a person found in the text; replaces what was found before. Fails with NOT_FOUND. */
  check(actor: Actor, noticeId: string, contains: readonly NoticeElement[]): Result<Notice>;
}

export function createNotices(deps: RoomContext & { readonly purposes: Purposes }): Notices {
  const { store, clock, random, audit, purposes } = deps;
  const repository = createNoticeRepository(store);

  const noticeOf = (row: NoticeRow): Notice => {
    const { id, purpose_id, at, audit_seq, ...rest } = row;
    const found = repository.found(id);
    return {
      ...rest,
      noticeId: id,
      purposeId: purpose_id,
      publishedAt: at,
      auditSeq: audit_seq,
      contains: found === undefined ? null : (JSON.parse(found) as NoticeElement[]),
    };
  };

  return {
    publish(actor, { purposeId, version, language, title, text }) {
      return store.transaction(() => {
        const purpose = purposes.require(purposeId);
        if (!purpose.ok) return purpose;
        const taken = repository
          .ofPurpose(purposeId)
          .some((row) => row.version === version && row.language === language);
        if (taken) {
          return failure(
            'CONFLICT',
            `Version "${version}" of this notice is published in this language and cannot be changed: people agreed to it. Nothing was changed. Publish a new version.`,
            { version, language },
          );
        }
        // The text of a former version may be filed later; it does not come back into force.
        const renewed = !repository.versionsOf(purposeId).includes(version);
        if (renewed) {
          const renewal = purposes.renewNotice(actor, purposeId, version);
          if (!renewal.ok) return renewal;
        }
        const noticeId = random.newId('notice');
        const sha256 = createHash('sha256').update(text, 'utf8').digest('hex');
        const { seq } = audit.append({
          action: 'notice.publish',
          actor: actor.userId,
          roles: actor.roles,
          object: { type: 'notice', id: noticeId },
          purpose: purposeId,
          counts: { renewed: renewed ? 1 : 0 },
          commitments: { text: sha256 },
        });
        repository.insert({
          id: noticeId,
          purpose_id: purposeId,
          ...{ version, language, title, text, sha256 },
          at: clock.now(),
          actor: actor.userId,
          audit_seq: seq,
        });
        return ok({ noticeId, sha256, renewed });
      });
    },
    get(noticeId) {
      const row = repository.get(noticeId);
      return row && noticeOf(row);
    },
    find(purposeId, version, language) {
      const rows = repository.ofPurpose(purposeId).filter((row) => row.version === version);
      const primary = (tag: string): string => (tag.split('-', 1)[0] ?? '').toLowerCase();
      const row =
        rows.find((each) => each.language === language) ??
        rows.find(
          (each) => language !== undefined && primary(each.language) === primary(language),
        ) ??
        rows[0];
      return row && noticeOf(row);
    },
    ofPurpose: (purposeId) => repository.ofPurpose(purposeId).map(noticeOf),
    missing(purposeId) {
      const published = new Set(repository.ofPurpose(purposeId).map(({ version }) => version));
      return repository.versionsOf(purposeId).filter((version) => !published.has(version));
    },
    check(actor, noticeId, contains) {
      return store.transaction(() => {
        const row = repository.get(noticeId);
        if (!row) {
          return failure(
            'NOT_FOUND',
            'There is no such notice in this vault. Nothing was changed.',
          );
        }
        const found = NOTICE_ELEMENTS.filter((element) => contains.includes(element));
        const { seq } = audit.append({
          action: 'notice.check',
          actor: actor.userId,
          roles: actor.roles,
          object: { type: 'notice', id: noticeId },
          purpose: row.purpose_id,
          counts: { found: found.length },
        });
        repository.check({
          notice_id: noticeId,
          contains: JSON.stringify(found),
          at: clock.now(),
          actor: actor.userId,
          audit_seq: seq,
        });
        return ok(noticeOf(row));
      });
    },
  };
}
