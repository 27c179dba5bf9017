// Purposes: what data may be used for, and on which legal ground (GDPR Art. 5(1)(b), 6, 9(2); PIPL Art.
// 29). Declared once and never edited, because consents, decisions and snapshots refer to what was
// declared; a purpose ends by being retired, its notice is replaced by a new version.
import type { Purpose } from '../../shared/contract/index.ts';
import { checkPurpose, needsConsent, type PurposeProblem } from '../../shared/domain/purpose.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import { canonicalJson } from '../platform/index.ts';
import type { Actor, RoomContext } from './context.ts';
import { createPurposeRepository, type PurposeRow } from './purposeRepository.ts';

export type DeclarePurpose = Pick<
  Purpose,
  'name' | 'description' | 'operations' | 'categories' | 'basis' | 'noticeVersion' | 'retentionDays'
>;

export interface Purposes {
  /** Fails with CONFLICT where the name is taken, BAD_INPUT where the legal basis does not carry it. */
  declare(actor: Actor, purpose: DeclarePurpose): Result<Purpose>;
  /** Fails with NOT_FOUND, PURPOSE_RETIRED. */
  retire(actor: Actor, purposeId: string, reason: string): Result<Purpose>;
  /** A new notice: consents given to the former one lapse. Fails with NOT_FOUND, PURPOSE_RETIRED, CONFLICT. */
  renewNotice(actor: Actor, purposeId: string, noticeVersion: string): Result<Purpose>;
  get(purposeId: string): Purpose | undefined;
  /** As `get`, with the failure to hand on: NOT_FOUND, or PURPOSE_RETIRED where it must be active. */
  require(purposeId: string, options?: { readonly active: boolean }): Result<Purpose>;
  /** In order of declaration. */
  list(): readonly Purpose[];
}

type PurposeBody = Omit<Purpose, 'purposeId' | 'name' | 'state' | 'declaredAt' | 'needsConsent'>;

export function createPurposes({ store, clock, random }: RoomContext): Purposes {
  const repository = createPurposeRepository(store);

  function require(purposeId: string, { active } = { active: false }): Result<Purpose> {
    const row = repository.get(purposeId);
    if (!row) return failure('NOT_FOUND', 'There is no such purpose. Nothing was changed.');
    const purpose = purposeOf(row);
    return active && purpose.state === 'retired' ? retired(purpose) : ok(purpose);
  }

  function withEvent(
    actor: Actor,
    purposeId: string,
    event: { readonly type: 'retired' | 'notice'; readonly reason: string },
    check: (purpose: Purpose) => Result<unknown>,
  ): Result<Purpose> {
    return store.transaction(() => {
      const found = require(purposeId, { active: true });
      if (!found.ok) return found;
      const checked = check(found.value);
      if (!checked.ok) return checked;
      repository.event({ purposeId, at: clock.now(), actor: actor.userId, ...event });
      return require(purposeId);
    });
  }

  return {
    declare(actor, declared) {
      const problem = checkPurpose(declared)[0];
      if (problem) return failure('BAD_INPUT', PROBLEMS[problem], { problem });
      return store.transaction(() => {
        if (repository.nameTaken(declared.name)) {
          return failure(
            'CONFLICT',
            `There is already a purpose named "${declared.name}". Nothing was changed. Choose another name.`,
            { name: declared.name },
          );
        }
        const { name, ...rest } = declared;
        const id = random.newId('purpose');
        const body: PurposeBody = {
          description: rest.description,
          operations: [...new Set(rest.operations)],
          categories: [...new Set(rest.categories)],
          basis: rest.basis,
          noticeVersion: rest.noticeVersion,
          retentionDays: rest.retentionDays,
        };
        repository.insert({
          id,
          name,
          body: canonicalJson(body),
          at: clock.now(),
          actor: actor.userId,
        });
        return require(id);
      });
    },
    retire: (actor, purposeId, reason) =>
      withEvent(actor, purposeId, { type: 'retired', reason }, () => ok(undefined)),
    renewNotice: (actor, purposeId, noticeVersion) =>
      withEvent(actor, purposeId, { type: 'notice', reason: noticeVersion }, (purpose) =>
        purpose.noticeVersion === noticeVersion
          ? failure(
              'CONFLICT',
              `Version "${noticeVersion}" of the notice is already in force. Nothing was changed.`,
              { noticeVersion },
            )
          : ok(undefined),
      ),
    get(purposeId) {
      const row = repository.get(purposeId);
      return row && purposeOf(row);
    },
    require,
    list: () => repository.all().map(purposeOf),
  };
}

function purposeOf(row: PurposeRow): Purpose {
  const body = JSON.parse(row.body) as PurposeBody;
  return {
    purposeId: row.id,
    name: row.name,
    ...body,
    noticeVersion: row.notice ?? body.noticeVersion,
    needsConsent: needsConsent(body.basis),
    state: row.retired === 1 ? 'retired' : 'active',
    declaredAt: row.declared_at,
  };
}

const UNCHANGED = 'Nothing was declared.';
const PROBLEMS: Readonly<Record<PurposeProblem, string>> = {
  nameMissing: `The purpose has no name. ${UNCHANGED} Give it one.`,
  noOperation: `The purpose allows no operation. ${UNCHANGED} Choose at least one.`,
  noCategory: `The purpose covers no category of data. ${UNCHANGED} Choose at least one.`,
  article6Unknown: `The basis of Art. 6(1) GDPR is unknown. ${UNCHANGED} Choose one of (a) to (f).`,
  article9Unknown: `The condition of Art. 9(2) GDPR is unknown. ${UNCHANGED} Choose one of (a) to (j).`,
  article9Missing: `Health data needs a condition of Art. 9(2) GDPR beside the basis of Art. 6. ${UNCHANGED} Name the condition, or leave health out of the categories.`,
  noticeMissing: `Consent is given to a notice, and this purpose names none. ${UNCHANGED} Give the version of the notice.`,
  retentionInvalid: `The retention is not a number of whole days. ${UNCHANGED} Give at least one day, or none.`,
};

const retired = ({ name }: Purpose) =>
  failure(
    'PURPOSE_RETIRED',
    `The purpose "${name}" is retired: nothing may be used for it any more. Nothing was changed. Choose or declare another purpose.`,
    { purpose: name },
  );
