/** Policies as signed files. */
export const policiesProcedures = {} as const;
