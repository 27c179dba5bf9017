// What a consent has to be at this site: from which age a person consents alone, whether a guardian's consent
// ends with it. Set once for the site, read by the fold (`terms`) and by the SQL that says the same.
import {
  CONSENT_AGE_VERSION,
  CONSENT_AGES,
  consentAgeFor,
  PIPL_CONSENT_AGE,
  STRICTEST_CONSENT_AGE,
  type ConsentAgeRule,
} from '../../../shared/domain/consentAge.ts';
import type { ConsentTerms } from '../../../shared/domain/consent.ts';
import type { ConsentRules as Rules, Purpose } from '../../../shared/contract/index.ts';
import { createCalendarRepository } from '../requests/calendarRepository.ts';
import type { RoomContext } from '../context.ts';

const AGE = 'consentAge';
const LAPSES = 'guardianConsentLapses';

export interface ConsentRules {
  get(): Rules;
  set(rules: { readonly age: number | null; readonly guardianLapses: boolean }): Rules;
  /** For one purpose; the person's birth date is the caller's to add. */
  terms(purpose: Pick<Purpose, 'noticeVersion' | 'basis'>): Omit<ConsentTerms, 'birthDate'>;
}

export function createConsentRules({ store }: Pick<RoomContext, 'store'>): ConsentRules {
  const site = createCalendarRepository(store);

  const ageRule = (): ConsentAgeRule => {
    const own = site.site(AGE);
    // Where the site says it is; else where its public holidays are.
    const country = site.site('home') ?? site.site('country') ?? null;
    return { country, own: own === undefined ? null : Number(own) };
  };
  const guardianLapses = (): boolean => site.site(LAPSES) !== 'no';

  function get(): Rules {
    const { country, own } = ageRule();
    const basis = { article6: '6(1)(a)', article9: null, piplSeparateConsent: false } as const;
    return {
      country,
      age: consentAgeFor({ country, own }, basis),
      source: own !== null ? 'site' : country === null ? 'strictest' : 'country',
      tableVersion: CONSENT_AGE_VERSION,
      guardianLapses: guardianLapses(),
    };
  }

  return {
    get,
    set(rules) {
      site.setSite(AGE, rules.age === null ? null : String(rules.age));
      site.setSite(LAPSES, rules.guardianLapses ? null : 'no');
      return get();
    },
    terms: ({ noticeVersion, basis }) => ({
      noticeVersion,
      needsSeparate: basis.piplSeparateConsent,
      age: consentAgeFor(ageRule(), basis),
      guardianLapses: guardianLapses(),
    }),
  };
}

const siteSql = (name: string): string => `(SELECT s.value FROM site s WHERE s.name = '${name}')`;

/** Whether the purpose asks for a consent of its own (PIPL Art. 29). */
export const needsSeparateSql = (purpose: string): string =>
  `(SELECT coalesce(json_extract(q.body, '$.basis.piplSeparateConsent'), 0) FROM purpose q WHERE q.id = ${purpose})`;

/** `consentAgeFor` in years. */
export const consentAgeSql = (purpose: string): string =>
  `max(coalesce(CAST(${siteSql(AGE)} AS INTEGER), CASE coalesce(${siteSql('home')}, ${siteSql('country')}) ${Object.entries(
    CONSENT_AGES,
  )
    .map(([country, age]) => `WHEN '${country}' THEN ${age}`)
    .join(
      ' ',
    )} ELSE ${STRICTEST_CONSENT_AGE} END), CASE WHEN ${needsSeparateSql(purpose)} THEN ${PIPL_CONSENT_AGE} ELSE 0 END)`;

export const GUARDIAN_LAPSES_SQL = `coalesce(${siteSql(LAPSES)}, 'yes') <> 'no'`;
