/** Breaches: what happened, the clock, and who is affected. */
export const breaches = {} as const;
