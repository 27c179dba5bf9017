// The register of breaches (GDPR Art. 33(5)).
import type { Handlers } from './types.ts';

export function breachesHandlers(): Pick<Handlers, never> {
  return {};
}
