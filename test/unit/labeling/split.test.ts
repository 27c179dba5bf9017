import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitGroups } from '../../../main/labeling/split.ts';
import { checkLabels, labelsFromIds } from '../../../main/labeling/schema.ts';
import { unwrap } from '../../../shared/kernel/result.ts';

const keys = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `nhc\u001f${at}`);

describe('splits', () => {
  it('puts everybody into one split, the same one every time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 300 }), fc.integer(), (count, seed) => {
        const fractions = { dev: 0.2, test: 0.1, seed };
        const splits = splitGroups(keys(count), fractions);
        expect(splits.size).toBe(count);
        expect(new Set(splits.values())).toEqual(new Set(['train', 'dev', 'test']));
        expect([...splitGroups(keys(count).reverse(), fractions)].sort()).toEqual(
          [...splits].sort(),
        );
      }),
    );
  });

  it('comes near the fractions and moves nobody when people come', () => {
    const fractions = { dev: 0.2, test: 0.1, seed: 1 };
    const many = splitGroups(keys(5000), fractions);
    const share = (split: string): number =>
      [...many.values()].filter((of) => of === split).length / 5000;
    expect(share('dev')).toBeCloseTo(0.2, 1);
    expect(share('test')).toBeCloseTo(0.1, 1);
    const fewer = splitGroups(keys(4000), fractions);
    for (const [key, split] of fewer) expect(many.get(key)).toBe(split);
  });

  it('asks for no split that was not wanted', () => {
    expect(new Set(splitGroups(keys(2), { dev: 0, test: 0, seed: 1 }).values())).toEqual(
      new Set(['train']),
    );
  });
});

describe('label schemas', () => {
  it('gives keys, colors and patterns that tell 48 labels apart', () => {
    const labels = unwrap(labelsFromIds(Array.from({ length: 48 }, (_, at) => `L${at}`)));
    expect(labels.slice(0, 10).map(({ key }) => key)).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      'a',
    ]);
    expect(new Set(labels.map(({ color, pattern }) => `${color} ${pattern}`)).size).toBe(48);
    const given = labels.flatMap(({ key }) => key ?? []);
    expect(new Set(given).size).toBe(given.length);
    for (const command of 'jkwbxqgu') expect(given).not.toContain(command);
  });

  it.each([
    [['A', 'A'], 'duplicateId'],
    [['O'], 'badId'],
    [['FIRST NAME'], 'badId'],
    [[], 'noLabels'],
    [Array.from({ length: 101 }, (_, at) => `L${at}`), 'tooManyLabels'],
  ])('refuses %j', (ids, problem) => {
    expect(labelsFromIds(ids)).toMatchObject({
      ok: false,
      error: { code: 'SCHEMA_INVALID', params: { problem } },
    });
  });

  it('refuses one key for two labels, in either case', () => {
    const [first, second] = unwrap(labelsFromIds(['A', 'B']));
    if (first === undefined || second === undefined) throw new Error('no labels');
    expect(
      checkLabels([
        { ...first, key: 'n' },
        { ...second, key: 'N' },
      ]),
    ).toMatchObject({
      error: { params: { problem: 'duplicateKey' } },
    });
  });
});
