// The register that Art. 30 and 35 GDPR are generated from.
import type { Handlers } from './types.ts';

export function registerHandlers(): Pick<Handlers, never> {
  return {};
}
