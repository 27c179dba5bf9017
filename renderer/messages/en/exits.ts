/** Exits: what left, for whom, and who has to be told. */
export const exits = {} as const;
