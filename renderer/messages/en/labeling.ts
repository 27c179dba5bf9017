export const labeling = {} as const;
