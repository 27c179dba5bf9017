// Policies as signed files.
import type { HandlersOf } from './core.ts';

export const policiesHandlers: HandlersOf<never> = {};
