/** Rectification, redaction of third persons, and the decisions of an erasure. */
export const erasuresProcedures = {} as const;
