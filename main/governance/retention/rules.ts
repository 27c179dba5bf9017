// Retention rules: for which category and purpose, how long, counted from what, by which law. Never edited: a
// new rule for the same category and purpose ends the former one. What the organisation's policy sets stands
// beside the site's own rules; the shortest decides, so a site can be stricter and never more lenient.
import type { Purpose, RetentionRule } from '../../../shared/contract/index.ts';
import type { Category } from '../../../shared/domain/purpose.ts';
import type { RetentionLimit, RetentionStart } from '../../../shared/domain/retention.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Actor, RoomContext } from '../context.ts';
import type { Purposes } from '../gate/purposes.ts';
import { createRuleRepository, type RuleRow } from './ruleRepository.ts';

export interface RuleDraft {
  readonly category: Category;
  /** Null: whatever the purpose. */
  readonly purposeId: string | null;
  readonly days: number;
  readonly start: RetentionStart;
  /** The statute or decision behind it. */
  readonly ground: string;
}

export interface RetentionRules {
  /** In force. */
  list(): readonly RetentionRule[];
  /** By the site. Fails with NOT_FOUND, PURPOSE_RETIRED, BAD_INPUT (params `problem`). */
  setRule(actor: Actor, draft: RuleDraft): Result<RetentionRule>;
  /** Fails with NOT_FOUND, POLICY_LOCKED for a rule of the organisation. */
  endRule(actor: Actor, ruleId: string, reason: string): Result<{ readonly ruleId: string }>;
  /**
   * The whole set of one source, as a policy file gives it: rules that are not in it end, rules that stand
   * already stay as they are. All or nothing. Fails as `setRule`.
   */
  set(
    actor: Actor,
    rules: readonly RuleDraft[],
    source: 'site' | 'organisation',
  ): Result<readonly RetentionRule[]>;
  /** What bounds the use of data for a purpose: its own period, its rules, those of the purposes above it. */
  limitsOf(purpose: Purpose): readonly RetentionLimit[];
  /** Limits that stand whatever the purpose. */
  everyPurpose(): readonly RetentionLimit[];
}

export function createRetentionRules(
  { store, clock, random }: RoomContext,
  purposes: Purposes,
): RetentionRules {
  const repository = createRuleRepository(store);
  const list = (): readonly RetentionRule[] => repository.inForce().map(ruleOf);

  function check({ purposeId, category, start }: RuleDraft): Result<unknown> {
    if (purposeId === null) {
      return start === 'consentEnd' ? refuse('startNeedsPurpose') : ok(undefined);
    }
    const found = purposes.require(purposeId, { active: true });
    if (!found.ok) return found;
    if (!found.value.categories.includes(category)) return refuse('categoryNotCovered');
    return start === 'consentEnd' && !found.value.needsConsent
      ? refuse('startNeedsConsent')
      : ok(undefined);
  }

  function insert(actor: Actor, draft: RuleDraft, source: RuleRow['source']): RetentionRule {
    const row = {
      id: random.newId('retentionRule'),
      category: draft.category,
      purpose_id: draft.purposeId,
      days: draft.days,
      start: draft.start,
      ground: draft.ground,
      source,
      set_at: clock.now(),
    };
    repository.insert({ ...row, actor: actor.userId });
    const purpose = draft.purposeId === null ? null : (purposes.get(draft.purposeId)?.name ?? null);
    return ruleOf({ ...row, purpose });
  }

  const end = (actor: Actor, ruleId: string, reason: string): void =>
    repository.end(ruleId, { at: clock.now(), actor: actor.userId, reason });

  const isFor = (draft: RuleDraft, rule: RetentionRule): boolean =>
    rule.category === draft.category && rule.purposeId === draft.purposeId;
  const isSame = (draft: RuleDraft, rule: RetentionRule): boolean =>
    isFor(draft, rule) &&
    rule.days === draft.days &&
    rule.start === draft.start &&
    rule.ground === draft.ground;

  return {
    list,
    setRule: (actor, draft) =>
      store.transaction(() => {
        const checked = check(draft);
        if (!checked.ok) return checked;
        for (const rule of list()) {
          if (rule.source !== 'site' || !isFor(draft, rule)) continue;
          if (isSame(draft, rule)) return ok(rule);
          end(actor, rule.ruleId, 'replaced');
        }
        return ok(insert(actor, draft, 'site'));
      }),
    endRule: (actor, ruleId, reason) =>
      store.transaction(() => {
        const rule = list().find((each) => each.ruleId === ruleId);
        if (!rule) {
          return failure('NOT_FOUND', 'No such rule is in force. Nothing was changed.');
        }
        if (rule.source === 'organisation') {
          return failure(
            'POLICY_LOCKED',
            'This rule was set by your organisation. Nothing was changed. It ends with a new policy.',
          );
        }
        end(actor, ruleId, reason);
        return ok({ ruleId });
      }),
    set: (actor, drafts, source) =>
      store.transaction(() => {
        for (const draft of drafts) {
          const checked = check(draft);
          if (!checked.ok) return checked;
        }
        const standing = list().filter((rule) => rule.source === source);
        for (const rule of standing) {
          if (!drafts.some((draft) => isSame(draft, rule))) end(actor, rule.ruleId, 'replaced');
        }
        for (const draft of drafts) {
          if (!standing.some((rule) => isSame(draft, rule))) insert(actor, draft, source);
        }
        return ok(list().filter((rule) => rule.source === source));
      }),
    limitsOf(purpose) {
      const way = new Set([purpose.purposeId]);
      for (const { purposeId } of purposes.above(purpose.purposeId)) way.add(purposeId);
      const own: RetentionLimit[] =
        purpose.retentionDays === null
          ? []
          : [{ ruleId: null, category: null, days: purpose.retentionDays, start: 'import' }];
      const rules = list().filter(({ purposeId }) => purposeId === null || way.has(purposeId));
      return [...own, ...rules.map(limitOf)];
    },
    everyPurpose: () =>
      list()
        .filter(({ purposeId }) => purposeId === null)
        .map(limitOf),
  };
}

const limitOf = ({ ruleId, category, days, start }: RetentionRule): RetentionLimit => ({
  ruleId,
  category,
  days,
  start,
});

const ruleOf = (row: RuleRow): RetentionRule => ({
  ruleId: row.id,
  category: row.category as Category,
  purposeId: row.purpose_id,
  purpose: row.purpose,
  days: row.days,
  start: row.start as RetentionStart,
  action: 'delete',
  ground: row.ground,
  source: row.source,
  setAt: row.set_at,
});

const PROBLEMS = {
  categoryNotCovered:
    'The purpose does not use data of this category. Nothing was changed. Choose another category or purpose.',
  startNeedsPurpose:
    'A period that starts with the end of consent needs the purpose the consent was for. Nothing was changed. Choose the purpose.',
  startNeedsConsent:
    'The purpose does not rest on consent, so no end of consent starts a period. Nothing was changed. Choose another start.',
} as const;

const refuse = (problem: keyof typeof PROBLEMS) =>
  failure('BAD_INPUT', PROBLEMS[problem], { problem });
