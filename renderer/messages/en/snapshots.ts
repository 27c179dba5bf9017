export const snapshots = {} as const;
