/** Retention rules, what is due and why, legal holds, deletion runs. */
export const retentionProcedures = {} as const;
