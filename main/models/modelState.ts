/*
 * What a model may be used for, as a fold over its events: valid -> stale -> blocked -> superseded or
 * destroyed. A model learned from people; when one of them withdraws or is erased the weights still
 * carry their influence, so the model stops scoring at once and stays visible with the reason.
 */
import type { Model } from '../../shared/contract/procedures/models.ts';

export type ModelState = Model['state'];

export type ModelEventType = 'created' | Exclude<ModelState, 'valid'>;

export interface ModelEvent {
  readonly type: ModelEventType;
  /** Why, in words for a person; never names anybody. */
  readonly reason: string;
}

export interface FoldedState {
  readonly state: ModelState;
  readonly reason: string | null;
}

/** A later event never takes a model back towards use: retraining makes a new model instead. */
const SEVERITY: Readonly<Record<ModelEventType, number>> = {
  created: 0,
  stale: 1,
  blocked: 2,
  superseded: 3,
  destroyed: 4,
};

/** Events in the order they were recorded. The newest reason of the gravest state is shown. */
export function foldModelState(events: readonly ModelEvent[]): FoldedState {
  let current: ModelEvent = { type: 'created', reason: '' };
  for (const event of events) {
    if (SEVERITY[event.type] >= SEVERITY[current.type]) current = event;
  }
  return {
    state: current.type === 'created' ? 'valid' : current.type,
    reason: current.type === 'created' || current.reason === '' ? null : current.reason,
  };
}
