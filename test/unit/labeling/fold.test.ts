import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldTask, type AnnotationEvent } from '../../../main/labeling/fold.ts';

type Act = { readonly who: 'a' | 'b'; readonly do: 'add' | 'remove' | 'change' | 'undo' | 'redo' };

/** A task played through its own face: every act is what the service would store for it. */
function play(acts: readonly Act[]) {
  const events: AnnotationEvent[] = [];
  const push = (
    annotator: string,
    event: Partial<AnnotationEvent> & Pick<AnnotationEvent, 'type'>,
    batch: number,
  ): void =>
    void events.push({
      seq: events.length + 1,
      batch,
      annotator,
      at: '',
      annotationId: null,
      start: null,
      end: null,
      label: null,
      origin: null,
      suggestionId: null,
      reverts: null,
      ...event,
    });
  for (const act of acts) {
    const state = foldTask(events);
    const batch = state.nextBatch;
    const [first] = state.annotations;
    if (act.do === 'add') {
      const start = events.length * 2;
      push(
        act.who,
        {
          type: 'add',
          annotationId: `n${events.length}`,
          start,
          end: start + 1,
          label: 'X',
          origin: 'human',
        },
        batch,
      );
    } else if (act.do === 'undo' || act.do === 'redo') {
      const step = state[act.do](act.who);
      if (step !== null) push(act.who, { type: act.do, reverts: step.batch }, batch);
    } else if (first !== undefined) {
      const { annotationId, start, end } = first;
      push(
        act.who,
        act.do === 'remove'
          ? { type: 'remove', annotationId }
          : { type: 'change', annotationId, start, end: end + 1, label: 'Y' },
        batch,
      );
    }
  }
  return { events, state: foldTask(events) };
}

const acts = (who: fc.Arbitrary<'a' | 'b'>) =>
  fc.array(
    fc.record({
      who,
      do: fc.constantFrom('add', 'add', 'remove', 'change', 'undo', 'redo'),
    }) as fc.Arbitrary<Act>,
    { maxLength: 30 },
  );
const places = (state: ReturnType<typeof foldTask>): string[] =>
  state.annotations.map(
    ({ annotationId, start, end, label }) => `${annotationId} ${start}-${end} ${label}`,
  );

describe('what the events of a task say', () => {
  it('is undone to the state before and redone to the state after, for one person, without end', () => {
    fc.assert(
      fc.property(acts(fc.constant('a')), (history) => {
        const { state } = play(history);
        if (state.undo('a') === null) return;
        const undone = play([...history, { who: 'a', do: 'undo' }]);
        const redone = play([...history, { who: 'a', do: 'undo' }, { who: 'a', do: 'redo' }]);
        expect(places(redone.state)).toEqual(places(state));
        expect(redone.state.undo('a')?.batch).toBe(state.undo('a')?.batch);
        expect(undone.state.redo('a')?.batch).toBe(state.undo('a')?.batch);
        // Taking everything back leaves nothing.
        let all = history;
        for (let step = 0; step <= history.length; step += 1)
          all = [...all, { who: 'a', do: 'undo' }];
        expect(places(play(all).state)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('lets nobody take back what somebody else did', () => {
    fc.assert(
      fc.property(acts(fc.constantFrom('a', 'b')), (history) => {
        const { events, state } = play(history);
        for (const who of ['a', 'b']) {
          const step = state.undo(who);
          if (step !== null)
            expect(events.find(({ batch }) => batch === step.batch)?.annotator).toBe(who);
        }
        expect(state.revision).toBe(events.length);
        expect(new Set(places(state)).size).toBe(state.annotations.length);
      }),
      { numRuns: 300 },
    );
  });

  it('forgets what could be redone once something new is done', () => {
    const { state } = play([
      { who: 'a', do: 'add' },
      { who: 'a', do: 'undo' },
      { who: 'a', do: 'add' },
    ]);
    expect(state.redo('a')).toBeNull();
    expect(state.annotations).toHaveLength(1);
  });
});
