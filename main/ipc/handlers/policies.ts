// Policies as signed files.
import type { Handlers } from './types.ts';

export function policiesHandlers(): Pick<Handlers, never> {
  return {};
}
