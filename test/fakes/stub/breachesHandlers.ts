// The register of breaches (GDPR Art. 33(5)).
import type { HandlersOf } from './core.ts';

export const breachesHandlers: HandlersOf<never> = {};
