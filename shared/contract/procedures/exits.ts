/** What left, whom it went to, and the notices under Art. 19 GDPR. */
export const exitsProcedures = {} as const;
