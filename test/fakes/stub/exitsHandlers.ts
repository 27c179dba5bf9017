// What left, whom it went to, and the notices under Art. 19 GDPR.
import type { HandlersOf } from './core.ts';

export const exitsHandlers: HandlersOf<never> = {};
