// A policy comes to a vault: read, held against what is declared here, and applied whole in one transaction.
// The first one pins the key of the organisation; from then on only that key, or one it handed over to, speaks.
import type {
  OutputOf,
  Policy,
  PolicyProblem,
  PolicySummary,
} from '../../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Backups } from '../backups/backups.ts';
import type { Actor, RoomContext } from '../context.ts';
import type { Purposes } from '../gate/purposes.ts';
import type { RetentionRules, RuleDraft } from '../retention/index.ts';
import type { PolicyBook } from './policyBook.ts';
import { policyProblems } from './policyCheck.ts';
import {
  continues,
  fingerprintOf,
  policySha256,
  readPolicyFile,
  type SignedPolicy,
} from './policyFile.ts';
import { createPolicyRepository } from './policyRepository.ts';

export type PolicyPreview = OutputOf<'policy.preview'>;

export interface PolicyActs {
  preview(text: string): PolicyPreview;
  /** `sha256`: of the policy that was previewed. Fails with POLICY_INVALID (params name the problems). */
  apply(actor: Actor, text: string, sha256: string): Result<PolicySummary>;
}

export interface PolicyActsDeps extends RoomContext {
  readonly book: PolicyBook;
  readonly purposes: Pick<Purposes, 'list' | 'declare'>;
  readonly retention: Pick<RetentionRules, 'list' | 'set'>;
  readonly backups: Pick<Backups, 'state' | 'schedule' | 'usualFolder'>;
}

const USUAL_KEEP = 14;

export function createPolicyActs(deps: PolicyActsDeps): PolicyActs {
  const { store, clock, random, audit, book, purposes, retention, backups } = deps;
  const repository = createPolicyRepository(store);

  function judge(text: string): {
    readonly signed: SignedPolicy | undefined;
    readonly policy: Policy | undefined;
    readonly problems: readonly PolicyProblem[];
  } {
    const { policy, signed, problems } = readPolicyFile(text);
    if (!policy) return { signed: undefined, policy, problems };
    const all = [...problems];
    if (!signed && all.length === 0) all.push({ place: '', code: 'signature', detail: '' });
    const current = repository.newest();
    if (signed && current && !continues(signed.file, current.key)) {
      all.push({
        place: 'signature.key',
        code: signed.file.succession.length > 0 ? 'succession' : 'foreignKey',
        detail: fingerprintOf(signed.file.signature.key),
      });
    }
    if (current && policy.version <= current.version) {
      all.push({ place: 'policy.version', code: 'older', detail: String(current.version) });
    }
    const prefix = signed || 'policy' in (JSON.parse(text) as object) ? 'policy.' : '';
    for (const problem of policyProblems(policy, purposes.list())) {
      all.push({ ...problem, place: `${prefix}${problem.place}` });
    }
    return { signed, policy, problems: all };
  }

  const undeclared = ({ purposes: wanted }: Policy) => {
    const names = new Set(purposes.list().map(({ name }) => name));
    return wanted.filter(({ name }) => !names.has(name));
  };

  /** Null where the schedule is as strict as the policy already. */
  function stricterSchedule({ limits }: Policy) {
    const most = limits.backupEveryHours;
    const now = backups.state().policy;
    if (most === undefined || (now && now.intervalHours <= most)) return null;
    return {
      intervalHours: most,
      keep: now?.keep ?? USUAL_KEEP,
      folder: now?.folder ?? backups.usualFolder(),
    };
  }

  function effectsOf(policy: Policy): PolicyPreview['effects'] {
    const schedule = stricterSchedule(policy);
    const standing = retention.list().filter(({ source }) => source === 'organisation');
    const isKept = (rule: (typeof standing)[number]): boolean =>
      policy.retention.some(
        ({ category, purpose, days }) =>
          category === rule.category && purpose === rule.purpose && days === rule.days,
      );
    return [
      ...undeclared(policy).map(({ name }) => ({ what: 'declares' as const, name })),
      ...policy.retention.map(({ category, purpose, days }) => ({
        what: 'retention' as const,
        name: [category, purpose, `${days} d`].filter(Boolean).join(', '),
      })),
      ...standing
        .filter((rule) => !isKept(rule))
        .map(({ category, purpose, days }) => ({
          what: 'endsRetention' as const,
          name: [category, purpose, `${days} d`].filter(Boolean).join(', '),
        })),
      ...(schedule ? [{ what: 'backups' as const, name: `${schedule.intervalHours} h` }] : []),
    ];
  }

  function declare(actor: Actor, policy: Policy): Result<void> {
    for (const { parent, ...draft } of undeclared(policy)) {
      const parentId =
        parent === null ? null : purposes.list().find(({ name }) => name === parent)?.purposeId;
      const declared = purposes.declare(actor, { ...draft, parentId: parentId ?? null });
      if (!declared.ok) return declared;
    }
    return ok(undefined);
  }

  function setRetention(actor: Actor, policy: Policy): Result<unknown> {
    const idOf = new Map(purposes.list().map(({ name, purposeId }) => [name, purposeId]));
    const rules: RuleDraft[] = policy.retention.map(({ purpose, ...rule }) => ({
      ...rule,
      purposeId: purpose === null ? null : (idOf.get(purpose) ?? null),
    }));
    return retention.set(actor, rules, 'organisation');
  }

  return {
    preview(text) {
      const { policy, signed, problems } = judge(text);
      return {
        summary: policy ? summaryOf(policy, signed?.file.signature.key) : null,
        problems: [...problems].slice(0, 500),
        sha256: policy ? summaryOf(policy, undefined).sha256 : '0'.repeat(64),
        pins: repository.newest() === undefined,
        effects: policy && problems.length === 0 ? effectsOf(policy) : [],
      };
    },
    apply(actor, text, sha256) {
      const { signed, problems } = judge(text);
      if (!signed || problems.length > 0) return invalid(problems);
      if (signed.sha256 !== sha256) {
        return invalid([{ place: '', code: 'hash', detail: signed.sha256 }]);
      }
      const { policy, file } = signed;
      const applied = rolledBack(store, () => {
        const declared = declare(actor, policy);
        if (!declared.ok) return declared;
        const set = setRetention(actor, policy);
        if (!set.ok) return set;
        const id = random.newId('policy');
        const { seq } = audit.append({
          action: 'policy.apply',
          actor: actor.userId,
          roles: actor.roles,
          object: { type: 'policy', id },
          policy: sha256,
          counts: { version: policy.version },
        });
        repository.insert({
          id,
          version: policy.version,
          sha256,
          key: file.signature.key,
          file: JSON.stringify(file),
          at: clock.now(),
          actor: actor.userId,
          audit_seq: seq,
        });
        const schedule = stricterSchedule(policy);
        return schedule ? backups.schedule(actor, schedule) : ok(undefined);
      });
      if (!applied.ok) return applied;
      book.refresh();
      audit.sign();
      return ok(summaryOf(policy, file.signature.key));
    },
  };
}

/** A refusal half way must leave nothing behind: the transaction is given up by throwing. */
function rolledBack(store: RoomContext['store'], act: () => Result<unknown>): Result<unknown> {
  const refused = new Error('refused');
  let result: Result<unknown> = ok(undefined);
  try {
    store.transaction(() => {
      result = act();
      if (!result.ok) throw refused;
    });
  } catch (error) {
    if (error !== refused) throw error;
  }
  return result;
}

export function summaryOf(policy: Policy, key: string | undefined): PolicySummary {
  const { organisation, title, version, issuedOn, note, onlyThesePurposes, without, limits } =
    policy;
  return {
    ...{ organisation, title, version, issuedOn, note, onlyThesePurposes, without, limits },
    sha256: policySha256(policy),
    key: key === undefined ? '' : fingerprintOf(key),
    purposes: policy.purposes.map(({ name }) => name),
    retention: policy.retention.map(({ category, purpose, days, ground }) => ({
      ...{ category, purpose, days, ground },
    })),
  };
}

const invalid = (problems: readonly PolicyProblem[]) =>
  failure(
    'POLICY_INVALID',
    `This policy cannot be applied here (${problems
      .slice(0, 10)
      .map(({ place, code, detail }) => [place, code, detail].filter(Boolean).join(' '))
      .join('; ')}). Nothing was changed. Give the list back to whoever wrote it.`,
    { problems: problems.length },
  );
