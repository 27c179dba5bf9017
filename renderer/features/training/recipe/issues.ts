/** What the schema finds wrong with a recipe, as a sentence in the person's language beside the field. */
import type { Recipe } from '../../../../shared/contract/index.ts';
import { number, t, tData } from '../../../messages/index.ts';

type Issue = NonNullable<ReturnType<typeof Recipe.safeParse>['error']>['issues'][number];
interface Checked {
  readonly error?: { readonly issues: readonly Issue[] } | undefined;
}

/** The first sentence per path; what belongs to no field stands under `''`. */
export function issuesByPath(checked: Checked): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const issue of checked.error?.issues ?? []) {
    // Parts of a list are told at the list.
    const path = issue.path.filter((part) => typeof part === 'string').join('.');
    if (!found.has(path)) found.set(path, sentence(issue, path));
  }
  return found;
}

function sentence(issue: Issue, path: string): string {
  const own = tData(`recipe.issue.at.${path}`, '');
  switch (issue.code) {
    case 'too_small': {
      if (path === 'base') return own;
      if (issue.origin === 'string' || issue.origin === 'array') return t('recipe.issue.needed');
      const low = shown(issue.minimum);
      return issue.inclusive === false
        ? t('recipe.issue.above', { low })
        : t('recipe.issue.atLeast', { low });
    }
    case 'too_big': {
      const high = shown(issue.maximum);
      if (issue.origin === 'array') return t('recipe.issue.tooMany', { high });
      if (issue.origin === 'string') return t('recipe.issue.tooLong', { high });
      return issue.inclusive === false
        ? t('recipe.issue.below', { high })
        : t('recipe.issue.atMost', { high });
    }
    case 'not_multiple_of':
      return t('recipe.issue.multiple', { divisor: shown(issue.divisor) });
    case 'invalid_type':
      if (issue.input === undefined) return t('recipe.issue.needed');
      if (issue.expected === 'int') return t('recipe.issue.whole');
      if (issue.expected === 'number') return t('recipe.issue.number');
      return t('recipe.issue.value');
    case 'invalid_value':
    case 'invalid_union':
      return own || t('recipe.issue.value');
    case 'unrecognized_keys':
      return t('recipe.issue.unknown', { keys: issue.keys.join(', ') });
    case 'custom':
      return own || issue.message;
    default:
      return issue.message;
  }
}

const shown = (limit: number | bigint): string => number(Number(limit), undefined);
