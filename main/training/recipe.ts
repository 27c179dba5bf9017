/*
 * From the recipe a person chooses to the recipe a run carries out. Presets may change between versions,
 * so what is hashed and stored is the resolved document: the run can be made again from it alone.
 */
import { createHash } from 'node:crypto';
import type { PresetOrder, RecipeOrder } from '../../shared/contract/order.ts';
import {
  ENCODER_PRESETS,
  PRETRAINING_PRESETS,
  Recipe,
  TAGGER_PRESETS,
  type EncoderRecipe,
  type PretrainingRecipe,
  type TaggerRecipe,
  type TrainingMode,
} from '../../shared/contract/recipe.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import { canonicalJson, type JsonValue } from '../platform/index.ts';

export interface ResolvedRecipe {
  /** The preset the order named, null where it was a whole recipe. */
  readonly preset: string | null;
  readonly resolved: Recipe;
  /** SHA-256 over the canonical JSON of `resolved`, hex. */
  readonly sha256: string;
}

/** Fails with RECIPE_INVALID (param `field`) where what was changed of a preset does not fit together. */
export function resolveRecipe(order: RecipeOrder): Result<ResolvedRecipe> {
  const preset = 'preset' in order ? order.preset : null;
  const parsed = Recipe.safeParse('preset' in order ? fromPreset(order) : order);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') ?? '';
    return failure(
      'RECIPE_INVALID',
      `The recipe does not fit together: "${field}" ${issue?.message ?? 'is not valid'}. Nothing was changed. Change that setting.`,
      { field },
    );
  }
  return ok({ preset, resolved: parsed.data, sha256: recipeSha256(parsed.data) });
}

export const recipeSha256 = (recipe: Recipe): string =>
  createHash('sha256')
    .update(canonicalJson(recipe as unknown as JsonValue))
    .digest('hex');

function fromPreset(order: PresetOrder): unknown {
  switch (order.architecture) {
    case 'tagger':
      return taggerFrom(order);
    case 'encoder':
      return encoderFrom(order);
    case 'pretraining':
      return pretrainingFrom(order);
  }
}

type OrderOf<A extends PresetOrder['architecture']> = Extract<
  PresetOrder,
  { readonly architecture: A }
>;

function taggerFrom({ preset: name, ...changes }: OrderOf<'tagger'>): unknown {
  const { timeBudgetSeconds, leastSteps, ...preset }: TaggerRecipe = TAGGER_PRESETS[name];
  return {
    ...preset,
    // Somebody who names the epochs wants these; only the preset's own number bends to the clock and
    // to the size of the data.
    ...(changes.epochs === undefined && given({ leastSteps, timeBudgetSeconds })),
    ...given(changes),
  };
}

function encoderFrom({ preset: name, rank, targets, ...changes }: OrderOf<'encoder'>): unknown {
  const preset: Omit<EncoderRecipe, 'base'> = ENCODER_PRESETS[name];
  const mode: TrainingMode =
    preset.mode.kind === 'lora'
      ? {
          ...preset.mode,
          // alpha / rank scales the update: whoever changes the rank alone keeps its strength.
          ...(rank !== undefined && {
            rank,
            alpha: (preset.mode.alpha / preset.mode.rank) * rank,
          }),
          ...(targets !== undefined && { targets }),
        }
      : preset.mode;
  const maxTokens = changes.maxTokens ?? preset.maxTokens;
  return {
    ...preset,
    overlap: Math.min(preset.overlap, Math.floor(maxTokens / 4)),
    ...given(changes),
    mode,
  };
}

function pretrainingFrom({ preset: name, ...changes }: OrderOf<'pretraining'>): unknown {
  const { timeBudgetSeconds, ...preset }: PretrainingRecipe = PRETRAINING_PRESETS[name];
  const hidden = changes.hidden ?? preset.hidden;
  return {
    ...preset,
    intermediate: 4 * hidden,
    ...(changes.epochs === undefined && given({ timeBudgetSeconds })),
    ...given(changes),
  };
}

/** Zod leaves the optional keys that were not given as undefined. */
const given = (changes: object): object =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
