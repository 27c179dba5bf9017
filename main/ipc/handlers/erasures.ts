// Rectification, redaction of third persons, and the decisions of an erasure.
import type { Handlers } from './types.ts';

export function erasuresHandlers(): Pick<Handlers, never> {
  return {};
}
