// Who goes into which split. People are split, never documents: a person in two splits would let a model be
// praised for remembering. The draw is a hash of the person's identifier and a seed, so the same data and
// seed give the same splits in every vault, and a person stays where they were when more people come.
import { createHash } from 'node:crypto';

export interface Fractions {
  readonly dev: number;
  readonly test: number;
  readonly seed: number;
}

export interface Group {
  /** Identifier of the person, or name of a document nobody is known for. */
  readonly key: string;
}

export type Drawn = 'train' | 'dev' | 'test';

/** Uniform in [0, 1), from the first 48 bits of SHA-256. */
export const draw = (key: string, seed: number): number =>
  createHash('sha256').update(`${seed}\0${key}`).digest().readUIntBE(0, 6) / 2 ** 48;

/** Every split with a fraction gets at least one group where there are enough; train is served first. */
export function splitGroups(
  keys: readonly string[],
  { dev, test, seed }: Fractions,
): Map<string, Drawn> {
  const drawn = [...new Set(keys)]
    .map((key) => ({ key, at: draw(key, seed) }))
    .sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
  const splits = new Map<string, Drawn>(
    drawn.map(({ key, at }) => [key, at < test ? 'test' : at < test + dev ? 'dev' : 'train']),
  );
  const size = (split: Drawn): number => [...splits.values()].filter((of) => of === split).length;
  const move = (from: Drawn, to: Drawn): void => {
    const group = drawn.findLast(({ key }) => splits.get(key) === from);
    if (group !== undefined) splits.set(group.key, to);
  };
  const wanted: readonly (readonly [Drawn, boolean])[] = [
    ['train', dev + test < 1],
    ['dev', dev > 0],
    ['test', test > 0],
  ];
  for (const [split, asked] of wanted) {
    if (!asked || size(split) > 0) continue;
    const donor = (['train', 'dev', 'test'] as const)
      .filter((other) => other !== split)
      .sort((a, b) => size(b) - size(a))[0];
    // The last of a split is not taken away again.
    if (donor !== undefined && size(donor) > 1) move(donor, split);
  }
  return splits;
}
