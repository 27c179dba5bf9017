/**
 * The numbers of training. Each file of ./training measures a few rows and exports `measures`; heavy
 * ones run in child processes, so that the peak memory they state is their own.
 */
import type { Measure } from './report.ts';

type Rows = { readonly measures: () => readonly Measure[] | Promise<readonly Measure[]> };

/** Quick rows first, the models that are trained to the end last. */
const ROWS: readonly (() => Promise<Rows>)[] = [
  () => import('./training/adamw.ts'),
  () => import('./training/tokenizers.ts'),
  () => import('./training/steps.ts'),
  () => import('./training/inference.ts'),
  () => import('./training/shards.ts'),
  () => import('./training/builtHere.ts'),
];

export async function measures(): Promise<readonly Measure[]> {
  const found: Measure[] = [];
  for (const load of ROWS) found.push(...(await (await load()).measures()));
  return found;
}
