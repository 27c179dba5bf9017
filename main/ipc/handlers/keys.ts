// What binds keys to a device and how the key of the log is succeeded.
import type { Handlers } from './types.ts';

export function keysHandlers(): Pick<Handlers, never> {
  return {};
}
