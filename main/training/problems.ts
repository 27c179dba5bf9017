/*
 * What stands against a recipe before it runs, as far as it can be told without reading a text: does the
 * base fit, does the snapshot have what the recipe asks for. A run asks more strictly; this is for the
 * person who is still choosing.
 */
import type { Base, Recipe, RecipeProblem, Snapshot } from '../../shared/contract/index.ts';

export function problemsOf(
  recipe: Recipe,
  snapshot: Snapshot | null,
  base: Base | undefined,
): RecipeProblem[] {
  return [
    ...(recipe.architecture === 'encoder' ? baseProblems(recipe, snapshot, base) : []),
    ...(snapshot === null ? [] : snapshotProblems(recipe, snapshot)),
  ];
}

const problem = (
  severity: RecipeProblem['severity'],
  code: RecipeProblem['code'],
  field: string,
  message: string,
): RecipeProblem => ({ severity, code, field, message });

function baseProblems(
  recipe: Extract<Recipe, { readonly architecture: 'encoder' }>,
  snapshot: Snapshot | null,
  base: Base | undefined,
): RecipeProblem[] {
  if (!base) {
    return [problem('error', 'baseMissing', 'base', 'There is no such base in this vault.')];
  }
  const found: RecipeProblem[] = [];
  const add = (...of: Parameters<typeof problem>): void => void found.push(problem(...of));
  if (base.verdict !== 'trainable') {
    add('error', 'baseRefused', 'base', `"${base.name}" cannot be trained, only predict.`);
  }
  if (base.state !== 'valid') {
    add(
      'error',
      'baseNotUsable',
      'base',
      `"${base.name}" is ${base.state}: it learned from a person whose data may no longer be used.`,
    );
  }
  if (snapshot !== null && base.purposeId !== null && base.purposeId !== snapshot.purposeId) {
    add(
      'error',
      'baseOtherPurpose',
      'base',
      `"${base.name}" learned from people for another purpose than this snapshot's.`,
    );
  }
  const { mode, maxTokens } = recipe;
  if (base.maxTokens !== null && maxTokens > base.maxTokens) {
    add(
      'error',
      'tooManyTokens',
      'maxTokens',
      `"${base.name}" reads at most ${base.maxTokens} tokens at once; longer notes become overlapping windows by themselves.`,
    );
  }
  if (mode.kind === 'lora' && base.loraTargets.length > 0) {
    const unknown = mode.targets.filter((target) => !base.loraTargets.includes(target));
    if (unknown.length > 0) {
      add(
        unknown.length === mode.targets.length ? 'error' : 'warning',
        'targetsUnknown',
        'mode.targets',
        `"${base.name}" has no modules called ${unknown.join(', ')}; it has ${base.loraTargets.join(', ')}.`,
      );
    }
  }
  return found;
}

function snapshotProblems(recipe: Recipe, snapshot: Snapshot): RecipeProblem[] {
  const found: RecipeProblem[] = [];
  const has = (split: string): boolean => snapshot.splits.some((one) => one.split === split);
  if (!has('dev')) {
    found.push(
      problem(
        'warning',
        'noDevelopment',
        'patience',
        'The snapshot has no development documents: no score while training, no early stop, and the last weights are kept instead of the best.',
      ),
    );
  }
  if (recipe.architecture === 'encoder' && recipe.testAtEnd && !has('test')) {
    found.push(
      problem(
        'warning',
        'noTest',
        'testAtEnd',
        'The snapshot has no test documents to score at the end.',
      ),
    );
  }
  const task = recipe.architecture === 'pretraining' ? null : (recipe.task ?? 'spans');
  if (task === 'spans' && snapshot.labels.length === 0) {
    found.push(problem('error', 'labelsMissing', 'task', 'Nothing is labeled in this snapshot.'));
  }
  if (task === 'spans' && (snapshot.unfinished ?? 0) > 0) {
    found.push(
      problem(
        'error',
        'labelsMissing',
        'task',
        `In ${snapshot.unfinished} of its documents nobody finished the labels.`,
      ),
    );
  }
  return found;
}
