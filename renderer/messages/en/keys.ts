/** Keys: device binding and the key of the log. */
export const keys = {} as const;
