/** Register: who processes what, on which basis, and what is missing. */
export const register = {} as const;
