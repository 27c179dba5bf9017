/** Policies: what the organisation has set. */
export const policies = {} as const;
