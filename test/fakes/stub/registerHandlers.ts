// The register that Art. 30 and 35 GDPR are generated from.
import type { HandlersOf } from './core.ts';

export const registerHandlers: HandlersOf<never> = {};
