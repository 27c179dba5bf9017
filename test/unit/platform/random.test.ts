import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../main/platform/index.ts';
import { createFakeClock } from '../../fakes/clock.ts';
import { createFakeRandom } from '../../fakes/random.ts';

describe('ids', () => {
  const clock = createFakeClock('2016-07-30T23:54:10.259Z');

  it('are a prefix and a ULID', () => {
    const id = createRandom(clock).newId('document');
    expect(id).toMatch(/^doc_[0-9A-HJKMNP-TV-Z]{26}$/);
    // The specification's own example of a time: 1469922850259 is spelled 01ARZ3NDEK + one more digit.
    expect(id.slice(4, 14)).toBe('01ARZ3NDEK');
  });

  it('sort in the order of making, also within one millisecond and after the clock is set back', () => {
    const random = createRandom(clock);
    const ids: string[] = [];
    for (let count = 0; count < 500; count += 1) {
      if (count === 200) clock.set('2016-07-30T23:54:09.000Z');
      if (count === 300) clock.advance(5_000);
      ids.push(random.newId('job'));
    }
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('differ between two makers at the same instant', () => {
    const made = Array.from({ length: 50 }, () => createRandom(clock).newId('run'));
    expect(new Set(made).size).toBe(made.length);
  });

  it('repeat under the fake, so that a test can name them', () => {
    const make = (seed: string) => createFakeRandom(createFakeClock(), seed).newId('model');
    expect(make('a')).toBe(make('a'));
    expect(make('a')).not.toBe(make('b'));
  });
});
