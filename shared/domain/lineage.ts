/**
 * Whether a model may still be used. `valid → stale → blocked → superseded | destroyed`: a person in its
 * training data withdrew or was erased, so it is stale and refused from that moment, while the steward
 * decides; blocked once the time for deciding is over, or when the steward says so; then a model trained
 * without that person took its place, or its weights are gone. A fold over events that never goes back:
 * what a model has seen cannot be unseen, only trained again.
 */
import { toInstant, type Instant } from '../kernel/time.ts';

export const MODEL_STATES = ['valid', 'stale', 'blocked', 'superseded', 'destroyed'] as const;
export type ModelState = (typeof MODEL_STATES)[number];

/** Why a person is no longer behind a model. */
export const DEPARTURE_GROUNDS = ['withdrawal', 'retention', 'erasure'] as const;
export type DepartureGround = (typeof DEPARTURE_GROUNDS)[number];

/**
 * What a retraining can promise. `weights`: the file is byte for byte that of a run which never saw the
 * people. `perShard`: so is each constituent, the untouched ones among them. `distribution`: the people
 * were absent, but the noise of private training is never drawn twice, so no two runs have one hash.
 */
export const EXACTNESS = ['weights', 'perShard', 'distribution'] as const;
export type Exactness = (typeof EXACTNESS)[number];

export interface ModelEvent {
  readonly type: Exclude<ModelState, 'valid'> | 'created';
  readonly at: Instant;
  readonly reason: string;
}

export interface ModelLineage {
  readonly state: ModelState;
  /** The newest reason of that state; null while valid, and where none was given. */
  readonly reason: string | null;
  /** When it came to be in this state. */
  readonly since: Instant | null;
}

/** @param events of one model, in the order recorded. Events that would lead back change nothing. */
export function lineageOf(events: readonly ModelEvent[]): ModelLineage {
  let current: ModelLineage = { state: 'valid', reason: null, since: null };
  for (const { type, at, reason } of events) {
    if (type === 'created') continue;
    const rank = MODEL_STATES.indexOf(type);
    if (rank < 0) throw new RangeError(`Unknown model event: ${String(type)}`);
    const now = MODEL_STATES.indexOf(current.state);
    if (rank < now) continue;
    current = {
      state: type,
      reason: reason === '' ? (rank === now ? current.reason : null) : reason,
      since: rank === now ? current.since : at,
    };
  }
  return current;
}

/** Scoring, suggesting and handing out need a valid model: a stale one is refused at once. */
export const isUsable = (state: ModelState): boolean => state === 'valid';

const DAY_MS = 86_400_000;

/** When a stale model is blocked if nobody has decided until then; null in every other state. */
export function decideBy({ state, since }: ModelLineage, decisionDays: number): Instant | null {
  if (state !== 'stale' || since === null) return null;
  return toInstant(Date.parse(since) + decisionDays * DAY_MS);
}
