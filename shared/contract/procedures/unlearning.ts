/** What happens to a model after a person has left it. */
export const unlearningProcedures = {} as const;
