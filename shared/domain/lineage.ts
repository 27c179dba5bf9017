/**
 * Whether a model may still be used. `valid → stale → blocked → superseded | destroyed`: a person in its
 * training data withdrew or was erased, so it is stale; somebody blocked it; a model trained without that
 * person took its place, or its weights are gone. A fold over events that never goes back: what a model
 * has seen cannot be unseen, only trained again.
 */
import type { Instant } from '../kernel/time.ts';

export const MODEL_STATES = ['valid', 'stale', 'blocked', 'superseded', 'destroyed'] as const;
export type ModelState = (typeof MODEL_STATES)[number];

export interface ModelEvent {
  readonly type: Exclude<ModelState, 'valid'> | 'created';
  readonly at: Instant;
  readonly reason: string;
}

export interface ModelLineage {
  readonly state: ModelState;
  /** Why it is in this state, from the event that brought it there; null while valid. */
  readonly reason: string | null;
  readonly since: Instant | null;
}

/** @param events of one model, in the order recorded. Events that would lead back change nothing. */
export function lineageOf(events: readonly ModelEvent[]): ModelLineage {
  let current: ModelLineage = { state: 'valid', reason: null, since: null };
  for (const { type, at, reason } of events) {
    if (type === 'created') continue;
    const rank = MODEL_STATES.indexOf(type);
    if (rank < 0) throw new RangeError(`Unknown model event: ${String(type)}`);
    if (rank > MODEL_STATES.indexOf(current.state)) current = { state: type, reason, since: at };
  }
  return current;
}

/** Scoring, suggesting and handing out need a valid model: a stale one is refused at once. */
export const isUsable = (state: ModelState): boolean => state === 'valid';
