// Rectification, redaction of third persons, and the decisions of an erasure.
import type { HandlersOf } from './core.ts';

export const erasuresHandlers: HandlersOf<never> = {};
