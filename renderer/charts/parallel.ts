/** Where values stand on the axes of a parallel coordinates plot. Positions are shares of the height, 0 below. */
export interface Axis {
  readonly id: string;
  readonly name: string;
  readonly kind: 'linear' | 'log' | 'choice';
}
export type Value = number | string | null;

export interface Scale {
  readonly place: (value: Value) => number | null;
  readonly ticks: readonly { readonly value: number | string; readonly at: number }[];
}

/** Of the values that occur. A single value stands in the middle. */
export function scaleOf(axis: Axis, values: readonly Value[]): Scale {
  if (axis.kind === 'choice') return choices(values);
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === 0) return { place: () => null, ticks: [] };
  const log = axis.kind === 'log' && numbers.every((value) => value > 0);
  const project = log ? Math.log10 : (value: number) => value;
  const low = project(Math.min(...numbers));
  const high = project(Math.max(...numbers));
  const at = (value: number): number =>
    high === low ? 0.5 : (project(value) - low) / (high - low);
  const between = (value: number): boolean =>
    high > low && project(value) >= low - 1e-9 && project(value) <= high + 1e-9;
  const found = log ? decades(10 ** low, 10 ** high) : rounded(low, high);
  // The ends are always told; a round number that would run into one of them is not.
  const ends = high === low ? [numbers[0]!] : [Math.min(...numbers), Math.max(...numbers)];
  const inner = found.filter((tick) => between(tick) && at(tick) > 0.09 && at(tick) < 0.91);
  return {
    place: (value) => (typeof value === 'number' ? at(value) : null),
    ticks: [...ends, ...inner].map((value) => ({ value, at: at(value) })),
  };
}

function choices(values: readonly Value[]): Scale {
  const known = [...new Set(values.filter((value) => value !== null).map(String))].sort();
  const at = (index: number): number =>
    known.length === 1 ? 0.5 : index / Math.max(1, known.length - 1);
  return {
    place: (value) => (value === null ? null : at(known.indexOf(String(value)))),
    ticks: known.map((value, index) => ({ value, at: at(index) })),
  };
}

/** 1, 2 and 5 of each power of ten for a short range, the powers alone for a long one. */
function decades(low: number, high: number): readonly number[] {
  const from = Math.floor(Math.log10(low));
  const to = Math.ceil(Math.log10(high));
  const steps = to - from > 2 ? [1] : [1, 2, 5];
  return Array.from({ length: to - from + 1 }, (_, index) =>
    steps.map((step) => Number(`${step}e${from + index}`)),
  ).flat();
}

/** About four round numbers. */
function rounded(low: number, high: number): readonly number[] {
  if (high === low) return [];
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough)!;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}
