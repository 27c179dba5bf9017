// The full record of a consent and its receipt.
import type { HandlersOf } from './core.ts';

export const consentRecordsHandlers: HandlersOf<never> = {};
