// From an order to the whole recipe: what presets become, what changes do to them, what is refused.
import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../../main/training/problems.ts';
import { recipeSha256, resolveRecipe } from '../../../main/training/recipe.ts';
import {
  RecipeOrder,
  type Base,
  type Recipe,
  type Snapshot,
} from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';

const resolved = (order: unknown): Recipe =>
  unwrap(resolveRecipe(RecipeOrder.parse(order))).resolved;
const BASE_ID = 'bas_00000001';
const classic = { architecture: 'encoder', preset: 'classic', base: BASE_ID };

describe('an order', () => {
  it('of the classic recipe is the one of the paper', () => {
    expect(resolved(classic)).toMatchObject({
      learningRate: 2e-5,
      epochs: 5,
      batchSize: 16,
      maxTokens: 128,
      mode: { kind: 'full' },
      task: 'spans',
      testAtEnd: true,
      base: BASE_ID,
    });
  });

  it('that names the epochs keeps the clock and the size of the data out of it', () => {
    const preset = resolved({ architecture: 'tagger', preset: 'standard' });
    expect(preset).toHaveProperty('timeBudgetSeconds');
    const named = resolved({ architecture: 'tagger', preset: 'standard', epochs: 3 });
    expect(named).not.toHaveProperty('timeBudgetSeconds');
    expect(named).not.toHaveProperty('leastSteps');
  });

  it('of another rank keeps the strength of the adapters', () => {
    const lora = { ...classic, preset: 'lora' };
    expect(resolved({ ...lora, rank: 32 })).toMatchObject({ mode: { rank: 32, alpha: 64 } });
    expect(resolved({ ...lora, targets: ['q_lin'] })).toMatchObject({
      mode: { rank: 8, targets: ['q_lin'] },
    });
  });

  it('of shorter sequences shortens their overlap', () => {
    expect(resolved({ ...classic, maxTokens: 40 })).toMatchObject({ overlap: 10 });
  });

  it('of a wider small encoder keeps its proportions', () => {
    const order = { architecture: 'pretraining', preset: 'small', hidden: 256 };
    expect(resolved(order)).toMatchObject({ hidden: 256, intermediate: 1024 });
  });

  it('that does not fit together is refused by the name of the setting', () => {
    const order = RecipeOrder.parse({ architecture: 'pretraining', preset: 'small', heads: 5 });
    expect(resolveRecipe(order)).toMatchObject({
      error: { code: 'RECIPE_INVALID', params: { field: 'heads' } },
    });
  });

  it('and the whole recipe it comes to have one hash, whatever the order of keys', () => {
    const recipe = resolved(classic);
    expect(unwrap(resolveRecipe(recipe)).sha256).toBe(recipeSha256(recipe));
    const turned = Object.fromEntries(Object.entries(recipe).reverse()) as unknown as Recipe;
    expect(recipeSha256(turned)).toBe(recipeSha256(recipe));
    expect(recipeSha256({ ...recipe, seed: 2 })).not.toBe(recipeSha256(recipe));
  });
});

describe('what stands against a recipe', () => {
  const base: Base = {
    baseId: BASE_ID,
    origin: 'imported',
    name: 'Small BERT',
    verdict: 'trainable',
    task: 'features',
    family: 'bert',
    labels: [],
    parameters: 1000,
    maxTokens: 512,
    hidden: 32,
    layers: 2,
    loraTargets: ['key', 'query', 'value'],
    licence: null,
    sizeBytes: 1,
    sha256: '0'.repeat(64),
    state: 'valid',
    at: '2026-11-23T09:00:00.000Z',
    by: 'Ana',
    runs: 0,
    purposeId: null,
  };
  const snapshot = {
    purposeId: 'pur_00000001',
    splits: [{ split: 'train' }, { split: 'dev' }],
    labels: [{ label: 'NAME', count: 3 }],
  } as unknown as Snapshot;
  const codes = (order: object, on: Snapshot | null, from: Base | undefined) =>
    problemsOf(resolved({ ...classic, testAtEnd: false, ...order }), on, from).map(
      ({ code, severity }) => `${severity} ${code}`,
    );

  it('is nothing where all fits', () => {
    expect(codes({}, snapshot, base)).toEqual([]);
  });

  it.each([
    ['a base that is not there', {}, undefined, 'error baseMissing'],
    ['one that only predicts', {}, { ...base, verdict: 'inferenceOnly' }, 'error baseRefused'],
    ['a stale one', {}, { ...base, state: 'stale' }, 'error baseNotUsable'],
    ['one of another purpose', {}, { ...base, purposeId: 'pur_9' }, 'error baseOtherPurpose'],
    ['sequences it cannot read', { maxTokens: 1024 }, base, 'error tooManyTokens'],
    ['adapters on nothing', { preset: 'lora', targets: ['q_lin'] }, base, 'error targetsUnknown'],
    [
      'adapters on some',
      { preset: 'lora', targets: ['query', 'q_lin'] },
      base,
      'warning targetsUnknown',
    ],
    ['a test without documents', { testAtEnd: true }, base, 'warning noTest'],
  ])('is %s', (_, order, from, expected) => {
    expect(codes(order, snapshot, from as Base | undefined)).toContain(expected);
  });

  it('is a snapshot without labels, finished documents or development part', () => {
    expect(codes({}, { ...snapshot, labels: [] }, base)).toContain('error labelsMissing');
    expect(codes({}, { ...snapshot, unfinished: 2 }, base)).toContain('error labelsMissing');
    expect(codes({}, { ...snapshot, splits: [] }, base)).toContain('warning noDevelopment');
  });
});
