/**
 * From which age somebody may consent alone. Art. 8(1) GDPR sets 16 and lets a member state go down to 13;
 * Art. 31 PIPL sets 14. Strictly Art. 8 speaks of services of the information society: for care and
 * research national law on capacity may ask for more, so a site can set its own age. Counsel confirms the
 * table against national law before it is relied on; raise the version with every change.
 */
import type { LegalBasis } from './purpose.ts';

export const CONSENT_AGE_VERSION = '2026-11';

/** Years, by ISO 3166-1 alpha-2. Source: national acts implementing Art. 8(1); to be confirmed by counsel. */
export const CONSENT_AGES: Readonly<Record<string, number>> = {
  AT: 14,
  BE: 13,
  BG: 14,
  CH: 16,
  CN: 14,
  CY: 14,
  CZ: 15,
  DE: 16,
  DK: 15,
  EE: 13,
  ES: 14,
  FI: 13,
  FR: 15,
  GB: 13,
  GR: 15,
  HR: 16,
  HU: 16,
  IE: 16,
  IS: 13,
  IT: 14,
  LI: 16,
  LT: 14,
  LU: 16,
  LV: 13,
  MT: 13,
  NL: 16,
  NO: 13,
  PL: 16,
  PT: 13,
  RO: 16,
  SE: 13,
  SI: 15,
  SK: 16,
};

/** Where nobody has said which law applies: the highest that Art. 8 knows. */
export const STRICTEST_CONSENT_AGE = 16;
/** Art. 28 and 31 PIPL: data of people under 14 is sensitive and needs the consent of a guardian. */
export const PIPL_CONSENT_AGE = 14;

export interface ConsentAgeRule {
  readonly country: string | null;
  /** What the site set for itself; null: the age of the country. */
  readonly own: number | null;
}

/** In years, for one purpose. */
export function consentAgeFor(rule: ConsentAgeRule, basis: LegalBasis): number {
  const age =
    rule.own ??
    (rule.country === null ? undefined : CONSENT_AGES[rule.country]) ??
    STRICTEST_CONSENT_AGE;
  return basis.piplSeparateConsent ? Math.max(age, PIPL_CONSENT_AGE) : age;
}
