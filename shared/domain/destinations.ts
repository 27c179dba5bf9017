/**
 * Whether data may go to a country (GDPR Art. 44-46, PIPL Art. 38-40). What is not allowed by name is
 * blocked. The lists are data with a version; counsel confirms them before they are relied on.
 */
export const DESTINATIONS_VERSION = '2026-11';

const EEA =
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK';
/**
 * Decisions under Art. 45(3) that cover the whole country. Those that cover only some recipients (Canada,
 * the United States) are left out: a transfer entry of the register has to name the recipient's ground.
 */
const ADEQUATE = 'AD AR CH FO GB GG IL IM JE JP KR NZ UY';

const listOf = (codes: string): ReadonlySet<string> => new Set(codes.split(' '));
export const EEA_COUNTRIES = listOf(EEA);
export const ADEQUATE_COUNTRIES = listOf(ADEQUATE);

/** ISO 3166-1 alpha-2. */
export const COUNTRY_CODES: readonly string[] = (
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ ' +
  'CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR ' +
  'GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP ' +
  'KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ ' +
  'NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW ' +
  'SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ ' +
  'UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'
).split(' ');

export const DESTINATION_GROUNDS = ['home', 'eea', 'adequacy', 'transfer'] as const;
export type DestinationGround = (typeof DESTINATION_GROUNDS)[number];

/**
 * @param home the site's country; null while nobody has chosen one.
 * @param country where it goes; null: it stays where the site is.
 * @param hasTransfer whether the register holds a transfer entry for the country.
 * @returns on which ground it may go there; null: it may not.
 */
export function destinationGround(
  home: string | null,
  country: string | null,
  hasTransfer: (country: string) => boolean,
): DestinationGround | null {
  if (country === null || country === home) return 'home';
  if (home !== null && EEA_COUNTRIES.has(home)) {
    if (EEA_COUNTRIES.has(country)) return 'eea';
    if (ADEQUATE_COUNTRIES.has(country)) return 'adequacy';
  }
  return hasTransfer(country) ? 'transfer' : null;
}
