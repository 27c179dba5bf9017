// The table of settings holds to the schema, every word it needs is there, and what a person types is what
// the document says.
import { describe, expect, test } from 'vitest';
import { en } from '../../../../renderer/messages/en/index.ts';
import { locale } from '../../../../renderer/messages/index.ts';
import { RecipeDraft } from '../../../../renderer/features/training/recipe/draft.svelte.ts';
import { APART, GROUPS, SETTINGS } from '../../../../renderer/features/training/recipe/settings.ts';
import { read, written } from '../../../../renderer/features/training/recipe/written.ts';
import { around, dimensionOf } from '../../../../renderer/features/training/sweeps/space.ts';
import { scaleOf } from '../../../../renderer/charts/parallel.ts';
import {
  EncoderRecipe,
  PretrainingRecipe,
  Recipe,
  RecipeProblem,
  SEARCHABLE,
  SearchDimension,
  TaggerRecipe,
  type Architecture,
} from '../../../../shared/contract/index.ts';

const SCHEMAS = {
  tagger: TaggerRecipe,
  encoder: EncoderRecipe,
  pretraining: PretrainingRecipe,
} as const;
const KINDS = Object.keys(SCHEMAS) as Architecture[];

describe('the table of settings', () => {
  test.each(KINDS)('shows every setting of %s once, and none that is not in the schema', (kind) => {
    const shown = SETTINGS[kind].map(({ path }) => path);
    expect(new Set(shown).size).toBe(shown.length);
    const top = new Set(shown.map((path) => path.split('.')[0]!));
    const wanted = Object.keys(SCHEMAS[kind].shape).filter((key) => !APART.includes(key));
    expect([...top].sort()).toEqual(wanted.sort());
  });

  test('shows every part of a mode', () => {
    const shown = SETTINGS.encoder
      .map(({ path }) => path)
      .filter((path) => path.startsWith('mode.'));
    expect(shown.sort()).toEqual(
      ['kind', 'freezeEmbeddings', 'rank', 'alpha', 'targets'].map((key) => `mode.${key}`).sort(),
    );
  });

  test('has a name, a hint and words for the options of each', () => {
    const settings = KINDS.flatMap((kind) => SETTINGS[kind]);
    const missing = settings
      .flatMap(({ path, options = [] }) => [
        `recipe.field.${path}`,
        `recipe.hint.${path}`,
        ...options.map((option) => `recipe.option.${path}.${option || 'unset'}`),
      ])
      .concat(GROUPS.map((group) => `recipe.group.${group}`))
      .concat(RecipeProblem.shape.code.options.map((code) => `recipe.problem.${code}`))
      .concat(SEARCHABLE.map((setting) => `recipe.field.${setting}`))
      .filter((key) => !Object.hasOwn(en, key));
    expect(missing).toEqual([]);
  });
});

describe('a number in a field', () => {
  test.each([
    ['2e-5', 'en', 2e-5],
    ['0,5', 'de', 0.5],
    ['.25', 'zh', 0.25],
    ['0,5', 'en', '0,5'], // Stays as typed; the schema asks for a number.
    ['', 'en', undefined],
    ['0x10', 'en', '0x10'],
    ['1e', 'en', '1e'],
  ] as const)('%j in %s is %j', (text, language, value) => {
    expect(read(text, 'number', language)).toBe(value);
  });
  test('is written so that it reads back', () => {
    for (const language of ['en', 'de', 'zh'] as const) {
      for (const value of [2e-5, 0.5, 1e-7, 65536]) {
        expect(read(written(value, 'number', language), 'number', language)).toBe(value);
      }
    }
    expect(read('1, 2，4', 'numbers', 'zh')).toEqual([1, 2, 4]);
  });
});

describe('a recipe while it is made', () => {
  const draftOf = (kind: Architecture, preset: string): RecipeDraft => {
    const draft = new RecipeDraft();
    draft.choose(kind, preset);
    return draft;
  };

  test('orders an unchanged preset by its name, a changed one whole', () => {
    const draft = draftOf('tagger', 'quick');
    expect(draft.order).toEqual({ architecture: 'tagger', preset: 'quick' });
    draft.set('epochs', 3);
    expect(draft.changed).toEqual(new Set(['epochs']));
    expect(draft.order).toMatchObject({ epochs: 3, leastSteps: 240 });
    draft.reset('epochs');
    expect(draft.order).toEqual({ architecture: 'tagger', preset: 'quick' });
  });

  test('brings along what another mode needs, and takes it back', () => {
    const draft = draftOf('encoder', 'classic');
    draft.set('base', 'bas_01KAR000001');
    draft.set('mode.kind', 'lora');
    expect(draft.recipe).toMatchObject({ mode: { kind: 'lora', rank: 8 } });
    draft.reset('mode.kind');
    expect(draft.recipe).toMatchObject({ mode: { kind: 'full' } });
    expect(draft.changed.size).toBe(0);
  });

  test('keeps delta at or below one over the number of sequences', () => {
    for (const sequences of [1, 24, 999, 10_000]) {
      const draft = draftOf('encoder', 'classic');
      draft.set('base', 'bas_01KAR000001');
      draft.usePrivacy(true, sequences);
      expect(draft.at('privacy.delta')).toBeLessThanOrEqual(1 / sequences);
      if (sequences > 1) expect(draft.recipe).not.toBeNull();
    }
  });

  test('says in the language of the person what is wrong, at the field', () => {
    const draft = draftOf('tagger', 'quick');
    draft.type(
      SETTINGS.tagger.find(({ path }) => path === 'epochs')!,
      'many',
    );
    locale.set('de');
    expect(draft.issues.get('epochs')).toBe('Eine Zahl, etwa 0,01 oder 2e-5');
    locale.set('en');
    draft.set('epochs', 1.5);
    expect(draft.issues.get('epochs')).toBe('A whole number');
    expect(draft.order).toBeNull();
  });

  test('takes a document back that it made, and nothing that is no recipe', () => {
    const draft = draftOf('pretraining', 'small');
    draft.set('layers', 6);
    const text = JSON.stringify(draft.document);
    const other = new RecipeDraft();
    expect(other.load(text)).toBe(true);
    expect(other.recipe).toEqual(Recipe.parse(JSON.parse(text)));
    expect(other.preset).toBeNull();
    for (const wrong of ['', '[]', '{}', 'null', '{"architecture":"toString"}']) {
      expect(other.load(wrong)).toBe(false);
    }
    expect(other.recipe).toMatchObject({ layers: 6 });
  });
});

test.each(KINDS)('the neighborhood of every searchable setting of %s is a valid space', (kind) => {
  const draft = new RecipeDraft();
  draft.choose(kind, kind === 'encoder' ? 'lora' : kind === 'tagger' ? 'quick' : 'small');
  for (const setting of SEARCHABLE) {
    if (!draft.settings.some(({ path }) => path === setting)) continue;
    const found = dimensionOf(kind, around(kind, setting, draft.at(setting), 'de'), 'de');
    expect([setting, SearchDimension.safeParse(found).success]).toEqual([setting, true]);
  }
});

describe('an axis of the plot', () => {
  const axis = (kind: 'linear' | 'log' | 'choice') => ({ id: 'a', name: 'a', kind });
  test('spreads rates by their order of magnitude', () => {
    const { place } = scaleOf(axis('log'), [1e-5, 1e-4, 1e-3]);
    expect(place(1e-4)).toBeCloseTo(0.5, 12);
  });
  test('tells both ends and nothing outside them', () => {
    const { ticks } = scaleOf(axis('linear'), [0.2, 0.58, null]);
    expect(ticks.map(({ value }) => value).sort()).toEqual([0.2, 0.3, 0.4, 0.5, 0.58]);
    expect(ticks.every(({ at }) => at >= 0 && at <= 1)).toBe(true);
  });
  test('puts a single value in the middle, and has no place for what is missing', () => {
    expect(scaleOf(axis('linear'), [3, 3]).place(3)).toBe(0.5);
    expect(scaleOf(axis('choice'), ['b', 'a', null]).place(null)).toBeNull();
    expect(scaleOf(axis('choice'), ['b', 'a']).place('b')).toBe(1);
  });
});
