/**
 * Where the law is cited from: article numbers and dates that generated documents print. One dated list;
 * when a regulation is renumbered or its dates move, this file changes and nothing else.
 */
export const LAW = {
  version: '2026-11-24',
  /** Whether counsel has compared this version with the official texts; printed where it is used. */
  confirmed: false,
  cite: {
    record: 'Art. 30(1) GDPR',
    recordOfProcessor: 'Art. 30(2) GDPR',
    controller: 'Art. 30(1)(a) GDPR',
    purposes: 'Art. 30(1)(b) GDPR',
    categories: 'Art. 30(1)(c) GDPR',
    recipients: 'Art. 30(1)(d) GDPR',
    transfers: 'Art. 30(1)(e) GDPR',
    retention: 'Art. 30(1)(f) GDPR',
    security: 'Art. 30(1)(g), 32(1) GDPR',
    processor: 'Art. 30(2)(a) GDPR',
    processorCategories: 'Art. 30(2)(b) GDPR',
    processorTransfers: 'Art. 30(2)(c) GDPR',
    processorSecurity: 'Art. 30(2)(d), 32(1) GDPR',
    basis: 'Art. 6(1), 9(2) GDPR; Art. 13, 29 PIPL',
    notice: 'Art. 13, 14 GDPR; Art. 17 PIPL',
    assessment: 'Art. 35 GDPR; Art. 55, 56 PIPL',
    description: 'Art. 35(7)(a) GDPR',
    necessity: 'Art. 35(7)(b) GDPR',
    risks: 'Art. 35(7)(c) GDPR',
    measures: 'Art. 35(7)(d) GDPR',
    advice: 'Art. 35(2) GDPR',
    views: 'Art. 35(9) GDPR',
    priorConsultation: 'Art. 36 GDPR',
    biasDetection: 'Art. 4a Regulation (EU) 2024/1689',
  },
  /** Regulation (EU) 2024/1689 as amended by (EU) 2026/1744, known from secondary sources only. */
  dates: {
    highRiskListed: '2027-12-02',
    highRiskProducts: '2028-08-02',
  },
} as const;

export type Citation = keyof typeof LAW.cite;
