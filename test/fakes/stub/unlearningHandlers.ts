// What happens to a model after a person has left it.
import type { HandlersOf } from './core.ts';

export const unlearningHandlers: HandlersOf<never> = {};
