/** Retention: what is due, why, and what is held back. */
export const retention = {} as const;
