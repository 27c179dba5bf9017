// Everything that keeps a policy from being applied here, each named by its place in the file. Nothing is
// applied in part, so all problems are found at once.
import {
  contract,
  type Policy,
  type PolicyProblem,
  type ProcedureName,
  type Purpose,
  type Role,
} from '../../../shared/contract/index.ts';
import { checkPurpose, needsConsent } from '../../../shared/domain/purpose.ts';

/**
 * What no policy takes away: the rights of the people in the data, the way out of a policy, and what keeps the
 * vault open and its log honest.
 */
const PROTECTED =
  /^(vault|settings|job|policy|order|audit|request|recovery|backup|breach|device)\.|^(consent\.withdraw|user\.list|user\.changePassphrase|notice\.get|notice\.list)$/;

export function policyProblems(policy: Policy, declared: readonly Purpose[]): PolicyProblem[] {
  return [
    ...purposeProblems(policy, declared),
    ...retentionProblems(policy, declared),
    ...roleProblems(policy),
  ];
}

function purposeProblems(policy: Policy, declared: readonly Purpose[]): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const seen = new Set<string>();
  const known = new Map(declared.map((purpose) => [purpose.name, purpose]));
  policy.purposes.forEach((purpose, index) => {
    const place = `purposes.${index}`;
    const add = (field: string, code: PolicyProblem['code'], detail: string): void =>
      void problems.push({ place: `${place}${field}`, code, detail });
    if (seen.has(purpose.name)) add('.name', 'twice', purpose.name);
    for (const problem of checkPurpose(purpose)) add('', 'purposeUnsound', problem);
    if (purpose.parent !== null && !seen.has(purpose.parent) && !known.has(purpose.parent)) {
      add('.parent', 'parentUnknown', purpose.parent);
    }
    const former = known.get(purpose.name);
    if (former?.state === 'retired') add('.name', 'purposeRetired', purpose.name);
    else if (former) {
      const parent = declared.find(({ purposeId }) => purposeId === former.parentId)?.name ?? null;
      const field = differsIn(purpose, former, parent);
      if (field) add(`.${field}`, 'purposeDiffers', purpose.name);
    }
    seen.add(purpose.name);
  });
  return problems;
}

/** A declared purpose is never edited, so a policy that says otherwise names another purpose. */
function differsIn(
  wanted: Policy['purposes'][number],
  former: Purpose,
  parent: string | null,
): string | undefined {
  const sorted = (list: readonly string[]): string => [...list].sort().join();
  if (wanted.parent !== parent) return 'parent';
  if (sorted(wanted.operations) !== sorted(former.operations)) return 'operations';
  if (sorted(wanted.categories) !== sorted(former.categories)) return 'categories';
  if (
    wanted.basis.article6 !== former.basis.article6 ||
    wanted.basis.article9 !== former.basis.article9 ||
    wanted.basis.piplSeparateConsent !== former.basis.piplSeparateConsent
  ) {
    return 'basis';
  }
  return wanted.retentionDays === former.retentionDays ? undefined : 'retentionDays';
}

function retentionProblems(policy: Policy, declared: readonly Purpose[]): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const seen = new Set<string>();
  policy.retention.forEach(({ category, purpose: name, start }, index) => {
    const add = (field: string, code: PolicyProblem['code'], detail: string): void =>
      void problems.push({ place: `retention.${index}.${field}`, code, detail });
    const key = `${category} ${name ?? ''}`;
    if (seen.has(key)) add('category', 'twice', key.trim());
    seen.add(key);
    if (name === null) {
      if (start === 'consentEnd') add('start', 'startNeedsConsent', start);
      return;
    }
    const purpose =
      policy.purposes.find((each) => each.name === name) ??
      declared.find((each) => each.name === name && each.state === 'active');
    if (!purpose) return add('purpose', 'purposeUnknown', name);
    if (!purpose.categories.includes(category)) add('category', 'categoryNotCovered', category);
    if (start === 'consentEnd' && !needsConsent(purpose.basis)) {
      add('start', 'startNeedsConsent', name);
    }
  });
  return problems;
}

function roleProblems(policy: Policy): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  policy.without.forEach(({ role, procedures }, index) => {
    procedures.forEach((name, at) => {
      const code = narrowingProblem(role, name);
      if (code) {
        problems.push({
          place: `without.${index}.procedures.${at}`,
          code,
          detail: name.slice(0, 60),
        });
      }
    });
  });
  return problems;
}

function narrowingProblem(role: Role, name: string): PolicyProblem['code'] | undefined {
  if (!Object.hasOwn(contract, name)) return 'procedureUnknown';
  if (PROTECTED.test(name)) return 'procedureProtected';
  const { roles } = contract[name as ProcedureName];
  // A policy that takes away what was never given was written for another contract.
  return roles === 'anyone' || !roles.includes(role) ? 'neverAllowed' : undefined;
}
