/**
 * Cuts the sequences of an update into forward-and-backward passes. What an update computes is a sum
 * over its sequences, so any cut gives the same numbers up to rounding; sequences of like length share a
 * pass only to pad less. Shapes are few and fixed, because each needs a session of its own.
 */
export interface PassPlan {
  /** Sequences per pass; the last pass of an epoch is filled up with empty rows. */
  readonly rows: number;
  /** Lengths a pass may have, ascending. */
  readonly lengths: readonly number[];
}

export interface Pass {
  readonly members: readonly number[];
  readonly length: number;
}

const STEP = 8;
const BUCKETS = 4;
/** A pass costs about as much as this many padded tokens besides its tokens. */
const PASS_COST = 96;

const rounded = (length: number, most: number): number =>
  Math.min(most, Math.max(STEP, Math.ceil(length / STEP) * STEP));

export interface PassSettings {
  readonly batchSize: number;
  readonly accumulation: number;
  readonly bucketing: boolean;
  readonly maxTokens: number;
}

/**
 * @param lengths of all sequences in tokens, in training order.
 * @returns the cut that pads least, never with more rows than the recipe's batch.
 */
export function planPasses(lengths: readonly number[], settings: PassSettings): PassPlan {
  const { batchSize, accumulation, bucketing, maxTokens } = settings;
  const longest = lengths.reduce((a, b) => Math.max(a, b), 1);
  const top = rounded(longest, maxTokens);
  if (!bucketing) return { rows: batchSize, lengths: [top] };
  const buckets = [
    ...new Set(
      Array.from({ length: BUCKETS }, (_, index) =>
        rounded((longest * (index + 1)) / BUCKETS, maxTokens),
      ),
    ),
  ];
  const update = batchSize * accumulation;
  let best: PassPlan = { rows: batchSize, lengths: buckets };
  let least = Infinity;
  for (let rows = batchSize; rows >= 1; rows = rows > 1 ? Math.ceil(rows / 2) : 0) {
    const plan = { rows, lengths: buckets };
    let cost = 0;
    for (let from = 0; from < lengths.length; from += update) {
      const members = lengths.slice(from, from + update).map((_, index) => from + index);
      for (const pass of cutPasses(members, lengths, plan)) cost += rows * pass.length + PASS_COST;
    }
    if (cost < least) [best, least] = [plan, cost];
    if (update / rows >= 2 * BUCKETS) break;
  }
  return best;
}

/** The passes of one update, longest sequences first. */
export function cutPasses(
  members: readonly number[],
  lengths: readonly number[],
  plan: PassPlan,
): Pass[] {
  const sorted =
    plan.lengths.length === 1
      ? members
      : members.toSorted((a, b) => (lengths[b] as number) - (lengths[a] as number));
  const passes: Pass[] = [];
  for (let from = 0; from < sorted.length; from += plan.rows) {
    const part = sorted.slice(from, from + plan.rows);
    const needed = part.reduce((most, index) => Math.max(most, lengths[index] as number), 1);
    const length = plan.lengths.find((bucket) => bucket >= needed) ?? needed;
    passes.push({ members: part, length });
  }
  return passes;
}

/**
 * Groups for inference alone, where any shape will do: neighbors in length, few padded tokens.
 * @param exact for a graph without a mask, which would take padding for text: equal lengths only.
 */
export function groupByLength(
  lengths: readonly number[],
  limits: { readonly tokens: number; readonly rows: number; readonly exact?: boolean },
): Pass[] {
  const lengthOf = (index: number): number => lengths[index] as number;
  const order = [...lengths.keys()].toSorted((a, b) => lengthOf(b) - lengthOf(a));
  const groups: Pass[] = [];
  for (let from = 0; from < order.length;) {
    const length = Math.max(1, lengthOf(order[from] as number));
    const most = Math.max(1, Math.min(limits.rows, Math.floor(limits.tokens / length)));
    const members = order
      .slice(from, from + most)
      .filter((index) => !limits.exact || lengthOf(index) === length);
    groups.push({ members, length });
    from += members.length;
  }
  return groups;
}
