// The labels of a project: checked as people give them, or dealt out from the labels that came with an
// import. Every label differs from the others by key, and by color and underline together, because color
// alone excludes people.
import { LabelDefinition } from '../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';

export const MAX_LABELS = 100;
const COLORS = 12;
const PATTERNS = LabelDefinition.shape.pattern.options;
/** Digits first; then letters that the labeling screen does not use for its own commands. */
const KEYS = [...'123456789acdefhilmnoprstvyz'];

/** Fails with SCHEMA_INVALID (params `problem`, `label`). */
export function checkLabels(
  labels: readonly LabelDefinition[],
): Result<readonly LabelDefinition[]> {
  if (labels.length === 0) return invalid('noLabels', '', 'The project has no labels.');
  if (labels.length > MAX_LABELS) {
    return invalid(
      'tooManyLabels',
      '',
      `A project may have ${MAX_LABELS} labels; this has ${labels.length}.`,
    );
  }
  const ids = new Set<string>();
  const names = new Set<string>();
  const keys = new Set<string>();
  for (const { id, name, key } of labels) {
    // `O` means "no label" in every tag scheme; white space would end a column.
    if (id === 'O' || /[\s\p{Cc}]/u.test(id)) {
      return invalid(
        'badId',
        id,
        `"${id}" cannot be a label: it is reserved or holds white space.`,
      );
    }
    if (ids.has(id)) return invalid('duplicateId', id, `The label "${id}" is given twice.`);
    if (names.has(name)) return invalid('duplicateName', id, `Two labels are named "${name}".`);
    if (key !== null && keys.has(key.toLowerCase())) {
      return invalid('duplicateKey', id, `Two labels have the key "${key}".`);
    }
    ids.add(id);
    names.add(name);
    if (key !== null) keys.add(key.toLowerCase());
  }
  return ok(labels);
}

const invalid = (problem: string, label: string, what: string) =>
  failure('SCHEMA_INVALID', `${what} Nothing was created. Change the labels and try again.`, {
    problem,
    label,
  });

/** In the order given, which decides who gets the digits. Fails with SCHEMA_INVALID. */
export function labelsFromIds(ids: readonly string[]): Result<readonly LabelDefinition[]> {
  return checkLabels(
    ids.map((id, index) => ({
      id,
      name: id,
      key: KEYS[index] ?? null,
      color: index % COLORS,
      // Shifted with every round of colors: 48 labels pass before a pair comes again.
      pattern: PATTERNS[(index + Math.floor(index / COLORS)) % PATTERNS.length] ?? 'solid',
      guideline: '',
    })),
  );
}
