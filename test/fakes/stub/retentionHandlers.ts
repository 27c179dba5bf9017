// Retention rules, what is due and why, legal holds, deletion runs.
import type { HandlersOf } from './core.ts';

export const retentionHandlers: HandlersOf<never> = {};
