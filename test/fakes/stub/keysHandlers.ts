// What binds keys to a device and how the key of the log is succeeded.
import type { HandlersOf } from './core.ts';

export const keysHandlers: HandlersOf<never> = {};
