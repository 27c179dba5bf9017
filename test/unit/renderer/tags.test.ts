import { describe, expect, it } from 'vitest';
import { placeTags, type TagPlace } from '../../../renderer/features/labeling/tags.ts';

const tag = (at: number, left: number, top = 0, more: Partial<TagPlace> = {}): TagPlace => ({
  at,
  left,
  top,
  width: 40,
  must: false,
  ...more,
});
const shown = (places: readonly TagPlace[], right = 500) =>
  Object.fromEntries(placeTags(places, right));

describe('placeTags', () => {
  it('leaves out a tag that would run into the one before it on its line', () => {
    expect(shown([tag(0, 0), tag(5, 30), tag(9, 60)])).toEqual({ 0: 0, 9: 0 });
  });

  it('starts anew on each line', () => {
    expect(shown([tag(0, 0), tag(5, 30, 37)])).toEqual({ 0: 0, 5: 0 });
  });

  it('pushes a tag back from the right edge, and drops it if that place is taken', () => {
    expect(shown([tag(0, 0), tag(5, 480)])).toEqual({ 0: 0, 5: 20 });
    expect(shown([tag(0, 440), tag(5, 485)])).toEqual({ 0: 0 });
  });

  it('always shows the tag of the selected span', () => {
    expect(shown([tag(0, 0), tag(5, 30, 0, { must: true })])).toEqual({ 0: 0, 5: 0 });
  });
});
