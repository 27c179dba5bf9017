/**
 * What people may ask for (GDPR Art. 7(3), 15 to 18, 20, 21) and the closed lists an answer is given in.
 * Codes stay in the record of the request; free words about a person stand in letters, which go with them.
 */
export const REQUEST_KINDS = [
  'access',
  'rectification',
  'erasure',
  'restriction',
  'portability',
  'objection',
  'withdrawal',
] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** How the person was known to be who they say (Art. 12(6)). A copy of a document is never kept. */
export const IDENTITY_CHECKS = [
  'inPerson',
  'documentShown',
  'knownToStaff',
  'signedOnline',
  'representative',
] as const;

/** Art. 12(3): the only two grounds for two further months. */
export const EXTENSION_GROUNDS = ['complexity', 'number'] as const;
export type ExtensionGround = (typeof EXTENSION_GROUNDS)[number];

/** Why a request may be refused, by the article that says so. */
export const REFUSALS = {
  unfounded: 'Article 12(5): the request is manifestly unfounded',
  excessive: 'Article 12(5): the request is excessive',
  identity: 'Article 12(2) and 11: the person could not be identified',
  othersRights: 'Articles 15(4) and 20(4): the rights of others would be harmed',
  accurate: 'Article 16: the data was found to be accurate',
  exception: 'Articles 17(3) and 18(1): the law requires or allows the data to be kept or used',
  notPortable: 'Article 20(1): the data was not provided on consent or under a contract',
} as const;
export type RefusalCode = keyof typeof REFUSALS;
export const REFUSAL_CODES = Object.keys(REFUSALS) as readonly RefusalCode[];

/** Art. 18(1)(a) to (d). */
export const RESTRICTION_GROUNDS = {
  accuracy: 'Article 18(1)(a): the person contests that the data is accurate',
  unlawful: 'Article 18(1)(b): the use is unlawful and the person opposes erasure',
  claims: 'Article 18(1)(c): the person needs the data for legal claims',
  objection: 'Article 18(1)(d): an objection is pending',
} as const;
export type RestrictionGround = keyof typeof RESTRICTION_GROUNDS;
