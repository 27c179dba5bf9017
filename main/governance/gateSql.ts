// The gate's rule (shared/domain/gate.ts) as SQL over `document d`: one expression that is NULL for a
// permitted document and 'step:reason' for a withheld one. The filter and the reasons shown are this same
// expression, so they cannot drift apart; a property test compares it with the pure function.
import { coversCategory, type Category } from '../../shared/domain/purpose.ts';
import type { GateReason, GateStep } from '../../shared/domain/gate.ts';
import type { SqlValue } from '../store/index.ts';
import { refusalOf, type Denial, type PolicyQuestion } from './policy.ts';

export interface CompiledGate {
  /** To follow `FROM document d`. */
  readonly joins: string;
  /** SQL expression: NULL where permitted, else text that `parseDenial` reads. */
  readonly denial: string;
  /** Named; every name starts with `gate`. */
  readonly params: Readonly<Record<string, SqlValue>>;
}

type Rule = readonly [step: GateStep, reason: GateReason, condition: string];

/** The newer of two opposing events decides; no event means not. */
const flagged = (subject: string, on: string, off: string): string =>
  `(SELECT f.type FROM subject_event f WHERE f.subject_id = ${subject} AND f.type IN ('${on}', '${off}') ORDER BY f.seq DESC LIMIT 1) = '${on}'`;

/** `erasing` never ends: what follows it is the deletion of the person, or an order to be resumed. */
const isErasing = (subject: string): string =>
  `EXISTS (SELECT 1 FROM subject_event f WHERE f.subject_id = ${subject} AND f.type = 'erasing')`;
const isRestricted = (subject: string): string =>
  flagged(subject, 'restricted', 'restrictionLifted');
const isObjecting = (subject: string): string => flagged(subject, 'objected', 'objectionResolved');

const STATE_RULES: readonly Rule[] = [
  ['state', 'erased', isErasing('d.subject_id')],
  ['state', 'restricted', isRestricted('d.subject_id')],
  ['state', 'objected', isObjecting('d.subject_id')],
];

/** `active`, `restricted` or `objected`, for lists of people. */
export const subjectStateSql = (subject: string): string =>
  `CASE WHEN ${isErasing(subject)} OR ${isRestricted(subject)} THEN 'restricted'
    WHEN ${isObjecting(subject)} THEN 'objected' ELSE 'active' END`;

/** The event that speaks for a person about a purpose, as `consent_event c`. */
export const consentJoin = (subject: string, purpose: string, now: string): string =>
  `LEFT JOIN consent_event c ON c.seq = (SELECT n.seq FROM consent_event n
    WHERE n.purpose_id = ${purpose} AND n.subject_id = ${subject} AND n.at <= ${now} ORDER BY n.at DESC, n.seq DESC LIMIT 1)`;

/** `consentAt` of shared/domain/consent.ts over `consent_event c`; both must say the same. */
export const consentStateSql = (notice: string, now: string): string =>
  `CASE WHEN c.seq IS NULL THEN 'never' WHEN c.type <> 'given' THEN c.type
    WHEN c.expires_at <= ${now} THEN 'expired' WHEN c.notice_version <> ${notice} THEN 'lapsed' ELSE 'given' END`;

const CONSENT_REASONS = {
  never: 'consentNever',
  refused: 'consentRefused',
  withdrawn: 'consentWithdrawn',
  expired: 'consentExpired',
  lapsed: 'consentLapsed',
} as const;

const CATEGORIES: readonly Category[] = ['health', 'finance', 'other'];

export function compileGate(question: PolicyQuestion): CompiledGate {
  const { purpose, operation, now } = question;
  const refusal = refusalOf(question);
  if (refusal?.step === 'role') return gateOf([], refusal);
  if (refusal) return gateOf(STATE_RULES, refusal);

  const uncovered = CATEGORIES.filter((category) => !coversCategory(purpose.basis, category));
  const rules: Rule[] = [
    ...STATE_RULES,
    ['basis', 'categoryNotCovered', outside(purpose.categories)],
    ['basis', 'article9Missing', `d.category IN (${quoted(uncovered)})`],
  ];
  const params: Record<string, SqlValue> = {};
  let joins = '';
  if (purpose.needsConsent) {
    joins = consentJoin('d.subject_id', '@gatePurpose', '@gateNow');
    Object.assign(params, {
      gatePurpose: purpose.purposeId,
      gateNotice: purpose.noticeVersion,
      gateNow: now,
    });
    rules.push(['basis', 'subjectUnknown', 'd.subject_id IS NULL']);
    for (const [state, reason] of Object.entries(CONSENT_REASONS)) {
      rules.push(['basis', reason, `${consentStateSql('@gateNotice', '@gateNow')} = '${state}'`]);
    }
  }
  if (purpose.retentionDays !== null) {
    rules.push(['retention', 'retentionPassed', 'd.imported_at <= @gateCut']);
    params['gateCut'] = daysBefore(now, purpose.retentionDays);
  }
  if (operation === 'export') rules.push(['duty', 'deidentifyFirst', "d.kind <> 'deidentified'"]);
  return { ...gateOf(rules, null), joins, params };
}

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');
const outside = (categories: readonly Category[]): string =>
  `d.category NOT IN (${quoted(CATEGORIES.filter((category) => categories.includes(category)))})`;

const DAY_MS = 86_400_000;
const daysBefore = (now: string, days: number): string =>
  new Date(Date.parse(now) - days * DAY_MS).toISOString();

const spell = ({ step, reason }: Denial): string => `'${step}:${reason}'`;

function gateOf(rules: readonly Rule[], otherwise: Denial | null): CompiledGate {
  const rest = otherwise === null ? 'NULL' : spell(otherwise);
  const cases = rules.map(
    ([step, reason, condition]) => `WHEN ${condition} THEN ${spell({ step, reason })}`,
  );
  const denial = cases.length === 0 ? rest : `CASE ${cases.join('\n ')} ELSE ${rest} END`;
  return { joins: '', denial, params: {} };
}

export function parseDenial(text: string): Denial {
  const [step, reason] = text.split(':') as [GateStep, GateReason];
  return { step, reason };
}
