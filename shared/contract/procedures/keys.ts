/** What binds keys to a device and how the key of the log is succeeded. */
export const keysProcedures = {} as const;
