/**
 * Where the tags above the text go. A tag stands over the first letter of its span, is pushed back from the
 * right edge, and is left out where the tag before it on the same line leaves no room: the side panel then
 * names the span. Pure; widths and places are pixels, measured by the view.
 */
export interface TagPlace {
  /** Offset of the fragment it stands over. */
  readonly at: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  /** The tag of the selected span is shown in any case. */
  readonly must: boolean;
}

const GAP = 6;
/** Fragments of one line differ by less in their top edge. */
const SAME_LINE = 4;

/** In reading order; answers how far each shown tag moves to the left. */
export function placeTags(places: readonly TagPlace[], right: number): ReadonlyMap<number, number> {
  const shown = new Map<number, number>();
  let line = Number.NaN;
  let free = 0;
  for (const { at, left, top, width, must } of places) {
    if (!(Math.abs(top - line) < SAME_LINE)) {
      line = top;
      free = Number.NEGATIVE_INFINITY;
    }
    const start = Math.min(left, right - width);
    if (start < free && !must) continue;
    shown.set(at, left - start);
    free = Math.max(free, start + width + GAP);
  }
  return shown;
}
