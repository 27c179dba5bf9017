/** The register that Art. 30 and 35 GDPR are generated from. */
export const registerProcedures = {} as const;
