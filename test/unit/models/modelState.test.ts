import { describe, expect, it } from 'vitest';
import { foldModelState, type ModelEvent } from '../../../main/models/modelState.ts';

const created: ModelEvent = { type: 'created', reason: '' };

describe('the state of a model', () => {
  it('is valid after it was made', () => {
    expect(foldModelState([created])).toEqual({ state: 'valid', reason: null });
  });

  it('is stale from the first withdrawal, with the newest reason', () => {
    const events: ModelEvent[] = [
      created,
      { type: 'stale', reason: 'a consent was withdrawn' },
      { type: 'stale', reason: 'a person was erased' },
    ];
    expect(foldModelState(events)).toEqual({ state: 'stale', reason: 'a person was erased' });
  });

  it('never goes back towards use', () => {
    const events: ModelEvent[] = [
      created,
      { type: 'blocked', reason: 'by the steward' },
      { type: 'stale', reason: 'a consent was withdrawn' },
      created,
    ];
    expect(foldModelState(events)).toEqual({ state: 'blocked', reason: 'by the steward' });
  });

  it.each(['superseded', 'destroyed'] as const)('ends as %s', (type) => {
    expect(foldModelState([created, { type: 'stale', reason: 'x' }, { type, reason: '' }])).toEqual(
      {
        state: type,
        reason: null,
      },
    );
  });
});
