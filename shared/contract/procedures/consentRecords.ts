/** The full record of a consent and its receipt. */
export const consentRecordsProcedures = {} as const;
