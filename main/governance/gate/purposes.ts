// Purposes: what data may be used for, and on which legal ground (GDPR Art. 5(1)(b), 6, 9(2); PIPL Art.
// 29). Declared once and never edited, because consents, decisions and snapshots refer to what was
// declared; a purpose ends by being retired, its notice is replaced by a new version. A purpose may be a part of
// a wider one (`shared/domain/purposeTree.ts`). A parent is named once, when it is there already, so there are
// no circles.
import type { Purpose } from '../../../shared/contract/index.ts';
import { checkPurpose, needsConsent, type PurposeProblem } from '../../../shared/domain/purpose.ts';
import {
  ancestorsOf,
  checkChild,
  MOST_DEPTH,
  type ChildProblem,
  type TreeNode,
} from '../../../shared/domain/purposeTree.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import { canonicalJson } from '../../platform/index.ts';
import type { Actor, RoomContext } from '../context.ts';
import { createPurposeRepository, type PurposeRow } from './purposeRepository.ts';

export type DeclarePurpose = Pick<
  Purpose,
  'name' | 'description' | 'operations' | 'categories' | 'basis' | 'noticeVersion' | 'retentionDays'
> & { readonly parentId?: string | null | undefined };

export interface Purposes {
  /**
   * Fails with CONFLICT where the name is taken, BAD_INPUT (param `problem`) where the legal basis does not
   * carry it or the purpose it would be a part of is narrower, NOT_FOUND and PURPOSE_RETIRED for that one.
   */
  declare(actor: Actor, purpose: DeclarePurpose): Result<Purpose>;
  /** Ends all that is below it too. Fails with NOT_FOUND, PURPOSE_RETIRED. */
  retire(actor: Actor, purposeId: string, reason: string): Result<Purpose>;
  /** A new notice: consents given to the former one lapse. Fails with NOT_FOUND, PURPOSE_RETIRED, CONFLICT. */
  renewNotice(actor: Actor, purposeId: string, noticeVersion: string): Result<Purpose>;
  get(purposeId: string): Purpose | undefined;
  /** As `get`, with the failure to hand on: NOT_FOUND, or PURPOSE_RETIRED where it must be active. */
  require(purposeId: string, options?: { readonly active: boolean }): Result<Purpose>;
  /** In order of declaration. */
  list(): readonly Purpose[];
  /** The purposes above one, nearest first. */
  above(purposeId: string): readonly Purpose[];
  /** All purposes of which this one is the whole, whatever their state. */
  below(purposeId: string): readonly Purpose[];
}

type PurposeBody = Omit<
  Purpose,
  'purposeId' | 'parentId' | 'depth' | 'name' | 'state' | 'declaredAt' | 'needsConsent'
>;

interface Node extends TreeNode {
  readonly row: PurposeRow;
}

export function createPurposes({ store, clock, random }: RoomContext): Purposes {
  const repository = createPurposeRepository(store);

  const nodeOf = (row: PurposeRow): Node => ({
    purposeId: row.id,
    parentId: row.parent_id,
    row,
  });
  function node(purposeId: string): Node | undefined {
    const row = repository.get(purposeId);
    return row && nodeOf(row);
  }
  const purposeOf = (of: Node, byId = node): Purpose => shown(of.row, ancestorsOf(of, byId));

  function get(purposeId: string): Purpose | undefined {
    const found = node(purposeId);
    return found && purposeOf(found);
  }

  function list(): readonly Purpose[] {
    const nodes = repository.all().map(nodeOf);
    const byId = new Map(nodes.map((each) => [each.purposeId, each]));
    return nodes.map((each) => purposeOf(each, (purposeId) => byId.get(purposeId)));
  }

  function require(purposeId: string, { active } = { active: false }): Result<Purpose> {
    const purpose = get(purposeId);
    if (!purpose) return failure('NOT_FOUND', 'There is no such purpose. Nothing was changed.');
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

  /** Why the purpose cannot be a part of this one; undefined where it can. */
  function refuseParent(declared: DeclarePurpose, parentId: string): Result<never> | undefined {
    const found = require(parentId, { active: true });
    if (!found.ok) return found;
    const parent = found.value;
    if (parent.depth >= MOST_DEPTH) {
      return failure(
        'BAD_INPUT',
        `"${parent.name}" is ${MOST_DEPTH} levels below its root, which is as deep as the tree goes. ${UNCHANGED} Choose a purpose further up.`,
        { problem: 'tooDeep', purpose: parent.name },
      );
    }
    const broader = checkChild(declared, parent)[0];
    return broader === undefined
      ? undefined
      : failure('BAD_INPUT', BROADER[broader](parent), {
          problem: broader,
          purpose: parent.name,
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
        const { name, parentId = null, ...rest } = declared;
        const refused = parentId === null ? undefined : refuseParent(declared, parentId);
        if (refused) return refused;
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
          parentId,
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
    get,
    require,
    list,
    above: (purposeId) =>
      ancestorsOf({ purposeId, parentId: repository.get(purposeId)?.parent_id ?? null }, node)?.map(
        (each) => purposeOf(each),
      ) ?? [],
    below(purposeId) {
      const found = new Set([purposeId]);
      // Parents are declared before their children.
      return list().filter((purpose) => {
        const isBelow = purpose.parentId !== null && found.has(purpose.parentId);
        if (isBelow) found.add(purpose.purposeId);
        return isBelow;
      });
    },
  };
}

/** @param above null where the way up is broken: then nothing may be used for it any more. */
function shown(row: PurposeRow, above: readonly Node[] | null): Purpose {
  const body = JSON.parse(row.body) as PurposeBody;
  const isActive = row.retired === 0 && above?.every((each) => each.row.retired === 0) === true;
  return {
    purposeId: row.id,
    parentId: row.parent_id,
    depth: above?.length ?? 0,
    name: row.name,
    ...body,
    noticeVersion: row.notice ?? body.noticeVersion,
    needsConsent: needsConsent(body.basis),
    state: isActive ? 'active' : 'retired',
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

const BROADER: Readonly<Record<ChildProblem, (parent: Purpose) => string>> = {
  operationsBroader: ({ name }) =>
    `A part of "${name}" may do no more than "${name}" does. ${UNCHANGED} Leave the further operations out, or declare a purpose of its own.`,
  categoriesBroader: ({ name }) =>
    `A part of "${name}" may use no other data than "${name}" does. ${UNCHANGED} Leave the further categories out, or declare a purpose of its own.`,
  retentionLonger: ({ name, retentionDays }) =>
    `A part of "${name}" may keep data no longer than the ${retentionDays ?? 0} days of "${name}". ${UNCHANGED} Give that many days or fewer.`,
  consentAvoided: ({ name }) =>
    `"${name}" rests on consent, so a part of it does too: otherwise it would go on after a withdrawal. ${UNCHANGED} Let it rest on consent, or declare a purpose of its own.`,
};

const retired = ({ name }: Purpose) =>
  failure(
    'PURPOSE_RETIRED',
    `The purpose "${name}" is retired: nothing may be used for it any more. Nothing was changed. Choose or declare another purpose.`,
    { purpose: name },
  );
