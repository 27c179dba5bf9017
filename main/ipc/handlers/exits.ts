// What left, whom it went to, and the notices under Art. 19 GDPR.
import type { Handlers } from './types.ts';

export function exitsHandlers(): Pick<Handlers, never> {
  return {};
}
