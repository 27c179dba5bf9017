// Retention rules, what is due and why, legal holds, deletion runs.
import type { Handlers } from './types.ts';

export function retentionHandlers(): Pick<Handlers, never> {
  return {};
}
