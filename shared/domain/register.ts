/**
 * Words of the register: who takes part in the processing, what a notice must tell a person, what keeps data
 * safe that goes abroad. Closed lists; their names in the reader's language stand with the messages.
 */
import { ADEQUATE_COUNTRIES, EEA_COUNTRIES } from './destinations.ts';
import type { LegalBasis } from './purpose.ts';

/** GDPR Art. 4(7)-(9), 26, 27, 37, 51. */
export const PARTY_ROLES = [
  'controller',
  'jointController',
  'representative',
  'dpo',
  'processor',
  'recipient',
  'authority',
] as const;
export type PartyRole = (typeof PARTY_ROLES)[number];

/** Chapter V GDPR (Art. 45, 46(2)(c)-(d), 47, 49) and Art. 38 and 55 PIPL. */
export const SAFEGUARDS = [
  'adequacy',
  'standardClauses',
  'bindingRules',
  'derogation',
  'piplStandardContract',
  'piplAssessment',
] as const;
export type Safeguard = (typeof SAFEGUARDS)[number];

/**
 * What a notice tells (GDPR Art. 13 and 14). `categories` and `source` only where the data came from
 * elsewhere, `statutory` only where it came from the person.
 */
export const NOTICE_ELEMENTS = [
  'controller',
  'representative',
  'dpo',
  'purpose',
  'basis',
  'interests',
  'recipients',
  'transfers',
  'retention',
  'rights',
  'withdrawal',
  'complaint',
  'statutory',
  'automation',
  'categories',
  'source',
] as const;
export type NoticeElement = (typeof NOTICE_ELEMENTS)[number];

/** Where the data of a purpose comes from, which decides between Art. 13 and Art. 14. */
export const DATA_SOURCES = ['person', 'elsewhere', 'both'] as const;
export type DataSource = (typeof DATA_SOURCES)[number];

/** The elements that apply to one purpose; which of them the text holds is for a person to say. */
export function elementsFor(facts: {
  readonly basis: LegalBasis;
  readonly needsConsent: boolean;
  /** Null while nobody has said: then both articles are asked for. */
  readonly source: DataSource | null;
  readonly hasRepresentative: boolean;
  readonly hasTransfers: boolean;
}): readonly NoticeElement[] {
  const { basis, needsConsent, source, hasRepresentative, hasTransfers } = facts;
  const applies: Partial<Record<NoticeElement, boolean>> = {
    representative: hasRepresentative,
    interests: basis.article6 === '6(1)(f)',
    transfers: hasTransfers,
    withdrawal: needsConsent,
    statutory: source !== 'elsewhere',
    categories: source !== 'person',
    source: source !== 'person',
  };
  return NOTICE_ELEMENTS.filter((element) => applies[element] !== false);
}

/** Risks to the rights and freedoms of people that an assessment weighs (Art. 35(7)(c), recital 75). */
export const LEVELS = ['low', 'medium', 'high'] as const;
export type Level = (typeof LEVELS)[number];

/** Decisions under Art. 45 GDPR that cover some recipients only: which, the entry of the register says. */
const PARTLY_ADEQUATE: readonly string[] = ['CA', 'US'];

/** A safeguard fits the law of the place it leaves: PIPL's from China alone, adequacy where a decision is. */
export function safeguardFits(safeguard: Safeguard, home: string | null, country: string): boolean {
  switch (safeguard) {
    case 'adequacy':
      return (
        home !== null &&
        EEA_COUNTRIES.has(home) &&
        (ADEQUATE_COUNTRIES.has(country) || PARTLY_ADEQUATE.includes(country))
      );
    case 'piplStandardContract':
    case 'piplAssessment':
      return home === 'CN';
    default:
      return home !== 'CN';
  }
}
