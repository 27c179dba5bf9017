// The gate's rule (shared/domain/gate.ts) as SQL over `document d`: one expression that is NULL for a
// permitted document and 'step:reason' for a withheld one. The filter and the reasons shown are this same
// expression, so they cannot drift apart. Counting a million documents asks the same rule once per person and
// kind of document instead of once per document (`Counting`). A property test compares both with the pure
// function.
import { coversCategory, type Category } from '../../../shared/domain/purpose.ts';
import type { GateReason, GateStep } from '../../../shared/domain/gate.ts';
import { DATE_KEY, DAY_MS, type RetentionLimit } from '../../../shared/domain/retention.ts';
import type { SqlValue } from '../../store/index.ts';
import { consentAgeSql, GUARDIAN_LAPSES_SQL, needsSeparateSql } from '../consent/consentRules.ts';
import { dutiesOf, refusalOf, type Denial, type PolicyQuestion } from './policy.ts';
import { isHeldSql } from '../retention/holdRepository.ts';

export interface CompiledGate {
  /** To follow `FROM document d`. */
  readonly joins: string;
  /** SQL expression: NULL where permitted, else text that `parseDenial` reads. */
  readonly denial: string;
  /** Named; every name starts with `gate`. */
  readonly params: Readonly<Record<string, SqlValue>>;
}

/** The rule for groups of documents `g` that differ in nothing but their dates and holds. */
export interface Counting {
  /** To follow `FROM (groups) g`. */
  readonly joins: string;
  /** Of the steps before retention: NULL, or the denial of the whole group. */
  readonly early: string;
  /** 1 where a period that depends on the person alone has ended. */
  readonly gone: string;
  /** Conditions on `document d` by which a group is told apart. */
  readonly past: string;
  readonly undated: string;
  readonly held: string;
  /** What is said of a document that no earlier step denies, by kind. */
  readonly rest: Readonly<Record<'original' | 'deidentified', string | null>>;
}

export type GatePlan = CompiledGate & { readonly counting: Counting };

/** The newer of two opposing events decides; no event means not. */
const flagged = (subject: string, on: string, off: string): string =>
  `(SELECT f.type FROM subject_event f WHERE f.subject_id = ${subject} AND f.type IN ('${on}', '${off}') ORDER BY f.seq DESC LIMIT 1) = '${on}'`;

/** `erasing` never ends: what follows it is the deletion of the person, or an order to be resumed. */
const isErasing = (subject: string): string =>
  `EXISTS (SELECT 1 FROM subject_event f WHERE f.subject_id = ${subject} AND f.type = 'erasing')`;
const isRestricted = (subject: string): string =>
  flagged(subject, 'restricted', 'restrictionLifted');
const isObjecting = (subject: string): string => flagged(subject, 'objected', 'objectionResolved');

type Case = readonly [condition: string, denial: Denial];

/** The denial of a person's state, NULL for most: of whom no event speaks nothing more is asked. */
const stateSql = (row: string): string =>
  `CASE WHEN EXISTS (SELECT 1 FROM subject_event f WHERE f.subject_id = ${row}.subject_id) THEN ${caseSql(
    [
      [isErasing(`${row}.subject_id`), { step: 'state', reason: 'erased' }],
      [isRestricted(`${row}.subject_id`), { step: 'state', reason: 'restricted' }],
      [isObjecting(`${row}.subject_id`), { step: 'state', reason: 'objected' }],
    ],
    'NULL',
  )} END`;

/** `active`, `restricted` or `objected`, for lists of people. */
export const subjectStateSql = (subject: string): string =>
  `CASE WHEN ${isErasing(subject)} OR ${isRestricted(subject)} THEN 'restricted'
    WHEN ${isObjecting(subject)} THEN 'objected' ELSE 'active' END`;

/** The event that speaks for a person about a purpose, as `consent_event c`. */
export const consentJoin = (subject: string, purpose: string, now: string, as = 'c'): string =>
  `LEFT JOIN consent_event ${as} ON ${as}.seq = (SELECT n.seq FROM consent_event n
    WHERE n.purpose_id = ${purpose} AND n.subject_id = ${subject} AND n.at <= ${now} ORDER BY n.at DESC, n.seq DESC LIMIT 1)`;

/**
 * `consentAt` of shared/domain/consent.ts over `consent_event c`; both must say the same. What is the same
 * for every row (the purpose's basis, the site's age) stands in subqueries that refer to no row, which
 * SQLite evaluates once.
 */
export const consentStateSql = (purpose: string, notice: string, now: string): string => {
  const ofAge = `(SELECT date(b.birth_date, '+' || ${consentAgeSql(purpose)} || ' years')
      FROM subject_birth b WHERE b.subject_id = c.subject_id)`;
  return `CASE WHEN c.seq IS NULL THEN 'never' WHEN c.type <> 'given' THEN c.type
    WHEN c.expires_at <= ${now} THEN 'expired' WHEN c.notice_version <> ${notice} THEN 'lapsed'
    WHEN c.guardian = 0 AND EXISTS (SELECT 1 FROM subject_birth) AND c.at < ${ofAge} THEN 'guardianMissing'
    WHEN c.guardian = 1 AND ${GUARDIAN_LAPSES_SQL} AND c.at < ${ofAge} AND ${now} >= ${ofAge} THEN 'outgrown'
    WHEN c.separate = 0 AND ${needsSeparateSql(purpose)} THEN 'notSeparate'
    WHEN c.conditional = 1 AND NOT EXISTS (SELECT 1 FROM consent_confirmation k WHERE k.consent_seq = c.seq AND k.at <= ${now})
      THEN 'conditional'
    ELSE 'given' END`;
};

const CONSENT_REASONS = {
  never: 'consentNever',
  refused: 'consentRefused',
  withdrawn: 'consentWithdrawn',
  expired: 'consentExpired',
  lapsed: 'consentLapsed',
  guardianMissing: 'consentGuardianMissing',
  outgrown: 'consentOutgrown',
  notSeparate: 'consentNotSeparate',
  conditional: 'consentConditional',
} as const;

const CATEGORIES: readonly Category[] = ['health', 'finance', 'other'];

export function compileGate(question: PolicyQuestion): GatePlan {
  const { purpose, operation } = question;
  const refusal = refusalOf(question);
  if (refusal) {
    const denial = (row: string): string =>
      refusal.step === 'role' ? spell(refusal) : `coalesce(${stateSql(row)}, ${spell(refusal)})`;
    return {
      joins: '',
      denial: denial('d'),
      params: {},
      counting: {
        joins: '',
        early: denial('g'),
        ...{ gone: '0', past: '0', undated: '0', held: '0' },
        rest: { original: null, deidentified: null },
      },
    };
  }
  const consent = purpose.needsConsent ? consentSql(question) : null;
  const retention = retentionSql(question, consent);

  const early = (row: string, otherwise: string): string => {
    const cases: Case[] = [
      [outside(row, purpose.categories), { step: 'basis', reason: 'categoryNotCovered' }],
      [
        outside(
          row,
          CATEGORIES.filter((category) => coversCategory(purpose.basis, category)),
        ),
        { step: 'basis', reason: 'article9Missing' },
      ],
    ];
    const afterState = (rest: string): string =>
      `coalesce(${stateSql(row)}, ${caseSql(cases, rest)})`;
    if (consent === null) return afterState(otherwise);
    cases.push([`${row}.subject_id IS NULL`, { step: 'basis', reason: 'subjectUnknown' }]);
    return afterState(`coalesce(${consent.reason}, ${otherwise})`);
  };

  const rest = (kind: 'original' | 'deidentified'): string | null => {
    const unmet = [...dutiesOf(operation, kind), ...question.duties].find(
      ({ met }) => met !== true,
    );
    return unmet === undefined ? null : `duty:${unmet.name}`;
  };
  const resting = { original: rest('original'), deidentified: rest('deidentified') };
  const duty = `CASE d.kind WHEN 'deidentified' THEN ${text(resting.deidentified)} ELSE ${text(resting.original)} END`;
  const late = retention.isBounded
    ? `CASE WHEN ${retention.past} OR ${retention.gone('d')} THEN
        CASE WHEN ${isHeldSql('d')} THEN 'retention:heldPastRetention' ELSE 'retention:retentionPassed' END
       WHEN ${retention.undated} THEN 'retention:retentionUnknown' ELSE ${duty} END`
    : duty;
  return {
    joins: consent?.joins('d') ?? '',
    denial: early('d', late),
    params: { ...consent?.params, ...retention.params },
    counting: {
      joins: consent?.joins('g') ?? '',
      early: early('g', 'NULL'),
      gone: retention.gone('g'),
      past: retention.past,
      undated: retention.undated,
      held: retention.isBounded ? isHeldSql('d') : '0',
      rest: resting,
    },
  };
}

export interface ConsentSql {
  joins(row: string): string;
  /** NULL where consent is given, else the denial. */
  readonly reason: string;
  /** When consent ended, NULL while it has not. */
  readonly endedAt: string;
  readonly params: Readonly<Record<string, SqlValue>>;
}

/**
 * `consentAlong` of shared/domain/purposeTree.ts: one join for each purpose of the way up.
 * @param name the name of the joined event; two purposes in one statement need two.
 */
export function consentSql(
  {
    purpose,
    ancestors,
    now,
  }: Pick<PolicyQuestion, 'purpose' | 'ancestors'> & { readonly now: string },
  name = 'c',
): ConsentSql {
  const way = [purpose, ...ancestors];
  const param = (what: string, level: number): string => `gate${what}_${name}${level}`;
  const nowParam = `gateNow_${name}`;
  const params: Record<string, SqlValue> = { [nowParam]: now };
  const levels = way.map(({ purposeId, noticeVersion }, level) => {
    params[param('Purpose', level)] = purposeId;
    params[param('Notice', level)] = noticeVersion;
    // Everybody declared below this level by the time of a consent given here is covered by it.
    const newest =
      way
        .slice(0, level)
        .map(({ declaredAt }) => declaredAt)
        .sort()
        .at(-1) ?? '';
    params[param('Declared', level)] = newest;
    const as = level === 0 ? name : `${name}${level}`;
    const state = consentStateSql(
      `@${param('Purpose', level)}`,
      `@${param('Notice', level)}`,
      `@${nowParam}`,
    ).replaceAll(/\bc\./g, `${as}.`);
    const endedAt = `CASE ${state} WHEN 'expired' THEN ${as}.expires_at WHEN 'withdrawn' THEN ${as}.at WHEN 'refused' THEN ${as}.at END`;
    return { as, level, state, endedAt };
  });
  type Level = (typeof levels)[number];

  /** The nearest level with a decision speaks, unless its consent is not for this purpose or was revoked. */
  const speaking = (of: (level: Level) => string, never: string): string => {
    if (levels.length === 1) return of(levels[0] as Level);
    const cases = levels.map((level) => {
      const revoked = levels
        .slice(level.level + 1)
        .map(
          (above) =>
            `WHEN ${above.as}.type IN ('withdrawn', 'refused') AND ${above.as}.at > ${level.as}.at THEN ${of(above)}`,
        );
      const given = [
        ...(level.level === 0
          ? []
          : [`WHEN @${param('Declared', level.level)} > ${level.as}.at THEN ${never}`]),
        ...revoked,
      ];
      const spoken =
        given.length === 0
          ? of(level)
          : `CASE WHEN ${level.state} <> 'given' THEN ${of(level)} ${given.join(' ')} ELSE ${of(level)} END`;
      return `WHEN ${level.as}.seq IS NOT NULL THEN ${spoken}`;
    });
    return `CASE ${cases.join(' ')} ELSE ${never} END`;
  };

  const state = speaking((level) => level.state, "'never'");
  const reasons = Object.entries(CONSENT_REASONS).map(
    ([name, reason]) => `WHEN '${name}' THEN 'basis:${reason}'`,
  );
  return {
    joins: (row) =>
      levels
        .map(({ as, level }) =>
          consentJoin(`${row}.subject_id`, `@${param('Purpose', level)}`, `@${nowParam}`, as),
        )
        .join(' '),
    reason: `CASE ${state} WHEN 'given' THEN NULL ${reasons.join(' ')} ELSE 'basis:consentUnknown' END`,
    endedAt: speaking((level) => level.endedAt, 'NULL'),
    params,
  };
}

interface RetentionSql {
  readonly isBounded: boolean;
  readonly past: string;
  /** Of the person and the category alone, so it stands over documents as over groups of them. */
  gone(row: 'd' | 'g'): string;
  readonly undated: string;
  readonly params: Readonly<Record<string, SqlValue>>;
}

/** The date of `dateOfDocument`; SQLite too would read 30 February as 2 March, which then is not what stands there. */
export const documentDateSql = (d: string): string =>
  `(SELECT CASE WHEN date(x.v) = x.v THEN x.v END FROM (SELECT substr(json_extract(${d}.metadata, '$.${DATE_KEY}'), 1, 10) AS v) x)`;

/** True where the start of a limit, as SQL, lies so far back that the period has ended. */
export function endedSql(
  { start, category }: RetentionLimit,
  cut: string,
  d: string,
  consentEndedAt: string,
): string {
  const began = {
    import: `${d}.imported_at`,
    documentDate: `${documentDateSql(d)} || 'T00:00:00.000Z'`,
    consentEnd: consentEndedAt,
  }[start];
  return `(${category === null ? '' : `${d}.category = '${category}' AND `}${began} <= ${cut})`;
}

/** True where a period should start with the document's own date and there is none. */
export const undatedSql = ({ start, category }: RetentionLimit, d: string): string =>
  start !== 'documentDate'
    ? '0'
    : `(${category === null ? '' : `${d}.category = '${category}' AND `}${documentDateSql(d)} IS NULL)`;

/** `dueFor` of shared/domain/retention.ts, asked whether the day has come. */
function retentionSql(
  { purpose, limits, now }: PolicyQuestion,
  consent: ConsentSql | null,
): RetentionSql {
  const applying = limits.filter(
    ({ category, start }) =>
      (category === null || purpose.categories.includes(category)) &&
      (start !== 'consentEnd' || consent !== null),
  );
  const params: Record<string, SqlValue> = {};
  const ended = applying.map((limit, index) => {
    params[`gateCut${index}`] = new Date(Date.parse(now) - limit.days * DAY_MS).toISOString();
    return { limit, cut: `@gateCut${index}` };
  });
  const anyOf = (conditions: readonly string[]): string =>
    conditions.length === 0 ? '0' : `(${conditions.join(' OR ')})`;
  return {
    isBounded: applying.length > 0,
    past: anyOf(
      ended
        .filter(({ limit }) => limit.start !== 'consentEnd')
        .map(({ limit, cut }) => endedSql(limit, cut, 'd', 'NULL')),
    ),
    gone: (row) =>
      anyOf(
        ended
          .filter(({ limit }) => limit.start === 'consentEnd')
          .map(({ limit, cut }) => endedSql(limit, cut, row, consent?.endedAt ?? 'NULL')),
      ),
    undated: anyOf(applying.map((limit) => undatedSql(limit, 'd')).filter((sql) => sql !== '0')),
    params,
  };
}

const text = (value: string | null): string => (value === null ? 'NULL' : `'${value}'`);
const outside = (row: string, categories: readonly Category[]): string =>
  `${row}.category NOT IN (${categories.map((name) => text(name)).join(', ')})`;
const spell = ({ step, reason }: Denial): string => `'${step}:${reason}'`;

function caseSql(cases: readonly Case[], otherwise: string): string {
  if (cases.length === 0) return otherwise;
  const whens = cases.map(([condition, denial]) => `WHEN ${condition} THEN ${spell(denial)}`);
  return `CASE ${whens.join('\n ')} ELSE ${otherwise} END`;
}

export function parseDenial(text: string): Denial {
  const [step, reason] = text.split(':') as [GateStep, GateReason];
  return { step, reason };
}
