/** The register of breaches (GDPR Art. 33(5)). */
export const breachesProcedures = {} as const;
