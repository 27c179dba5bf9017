/** Models after a person has left them. */
export const unlearning = {} as const;
