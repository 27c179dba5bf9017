// The full record of a consent and its receipt.
import type { Handlers } from './types.ts';

export function consentRecordsHandlers(): Pick<Handlers, never> {
  return {};
}
