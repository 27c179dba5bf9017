/**
 * The labels an annotator may give, and how each is told apart: by name, key, color and underline
 * pattern, because color alone excludes people. Spans refer to a label by its id; ids are what imports,
 * tags and models carry, so they never change once spans exist.
 */
export const PATTERNS = ['solid', 'double', 'dotted', 'wavy'] as const;
/** Of the underline. `dashed` is missing on purpose: it marks a suggestion. */
export type Pattern = (typeof PATTERNS)[number];

/** How many colors the palette has; a label carries an index into it. */
export const PALETTE_SIZE = 12;
export const MAX_LABELS = 100;

/** Letters that already act on the text while labeling: next, previous, word steps, reject, undo, go, question. */
const RESERVED_KEYS = 'jkwbxugq';

export interface Label {
  /** As it stands in tags and files, e.g. `RECORD_NUMBER`: unique, one line, not `O`. */
  readonly id: string;
  /** As people read it, unique. */
  readonly name: string;
  /** A digit 1-9 or a letter that no other action uses. */
  readonly key: string | null;
  /** 0 … `PALETTE_SIZE` − 1. */
  readonly color: number;
  readonly pattern: Pattern;
  /** What to mark and what not, in one paragraph; may be empty. */
  readonly guideline: string;
}

export interface LabelSchema {
  readonly labels: readonly Label[];
}

export interface SchemaProblem {
  readonly kind:
    | 'noLabels'
    | 'tooManyLabels'
    | 'badId'
    | 'duplicateId'
    | 'badName'
    | 'duplicateName'
    | 'badKey'
    | 'duplicateKey'
    | 'badColor'
    | 'badPattern'
    | 'looksAlike';
  /** Position of the label the problem was found at; −1 when it concerns the whole schema. */
  readonly index: number;
  readonly value: string;
}

/**
 * Every problem of a schema, in the order of its labels; empty when sound. `O` is refused as an id
 * because it means "no label" in every tag scheme.
 */
export function checkLabelSchema(schema: LabelSchema): readonly SchemaProblem[] {
  const { labels } = schema;
  if (labels.length === 0) return [{ kind: 'noLabels', index: -1, value: '' }];
  const problems: SchemaProblem[] = [];
  if (labels.length > MAX_LABELS) {
    problems.push({ kind: 'tooManyLabels', index: -1, value: String(labels.length) });
  }
  const seen = { id: new Set<string>(), name: new Set<string>(), key: new Set<string>() };
  const looks = new Set<string>();
  labels.forEach((label, index) => {
    const report = (kind: SchemaProblem['kind'], value: string): void =>
      void problems.push({ kind, index, value });
    if (!isLabelId(label.id)) report('badId', label.id);
    else if (seen.id.has(label.id)) report('duplicateId', label.id);
    seen.id.add(label.id);

    const name = label.name.trim();
    if (name === '' || name.length > 80) report('badName', label.name);
    else if (seen.name.has(name)) report('duplicateName', name);
    seen.name.add(name);

    if (label.key !== null) {
      const key = label.key.toLowerCase();
      if (!/^[1-9a-z]$/.test(key) || RESERVED_KEYS.includes(key)) report('badKey', label.key);
      else if (seen.key.has(key)) report('duplicateKey', label.key);
      seen.key.add(key);
    }
    const colorFits =
      Number.isInteger(label.color) && label.color >= 0 && label.color < PALETTE_SIZE;
    if (!colorFits) report('badColor', String(label.color));
    if (!PATTERNS.includes(label.pattern)) report('badPattern', String(label.pattern));

    const look = `${label.color} ${label.pattern}`;
    // Past this many labels repeats cannot be avoided; key and name still differ.
    if (looks.has(look) && labels.length <= PALETTE_SIZE * PATTERNS.length) {
      report('looksAlike', look);
    }
    looks.add(look);
  });
  return problems;
}

/** One line without white space at its ends, at most 100 units; `O` means "no label" everywhere. */
export const isLabelId = (id: string): boolean =>
  id !== '' &&
  id.length <= 100 &&
  id === id.trim() &&
  !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(id) &&
  id !== 'O';

/** A schema from bare ids, as an import meets them: keys, colors and patterns dealt out in order. */
export function schemaFromIds(ids: readonly string[]): LabelSchema {
  const unique = [...new Set(ids)];
  return {
    labels: unique.map((id, index) => ({
      id,
      name: readableName(id),
      key: index < 9 ? String(index + 1) : null,
      color: index % PALETTE_SIZE,
      // One more step with every round of the palette: 48 labels pass before a pair comes again.
      pattern: PATTERNS[(index + Math.floor(index / PALETTE_SIZE)) % PATTERNS.length] ?? 'solid',
      guideline: '',
    })),
  };
}

/** `RECORD_NUMBER` reads "Record number"; ids with lower case letters are left as they are. */
function readableName(id: string): string {
  if (id !== id.toUpperCase()) return id;
  const words = id
    .replace(/[_.-]+/g, ' ')
    .trim()
    .toLowerCase();
  return words === '' ? id : words[0]!.toUpperCase() + words.slice(1);
}

export const labelById = (schema: LabelSchema, id: string): Label | null =>
  schema.labels.find((label) => label.id === id) ?? null;
