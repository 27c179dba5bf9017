/**
 * The labels an annotator may give, and how each is told apart: by name, key, color and underline
 * pattern, because color alone excludes people. Spans refer to a label by its id; ids are what imports,
 * tags and models carry, so they never change once spans exist.
 */
export const UNDERLINES = ['solid', 'double', 'dotted', 'wavy', 'thick'] as const;
/** `dashed` is missing on purpose: it marks a suggestion. */
export type Underline = (typeof UNDERLINES)[number];

export const LABEL_KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;
export type LabelKey = (typeof LABEL_KEYS)[number];

/** How many colors the palette has; a label carries an index into it. */
export const PALETTE_SIZE = 9;
export const MAX_LABELS = 200;

export interface Label {
  /** As it stands in tags and files, e.g. `RECORD_NUMBER`: no white space, unique. */
  readonly id: string;
  /** As people read it, unique. */
  readonly name: string;
  readonly key: LabelKey | null;
  /** 0 … `PALETTE_SIZE` − 1. */
  readonly color: number;
  readonly underline: Underline;
  /** The guideline in one paragraph; may be empty. */
  readonly description: string;
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
    | 'badUnderline'
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
      if (!LABEL_KEYS.includes(label.key)) report('badKey', label.key);
      else if (seen.key.has(label.key)) report('duplicateKey', label.key);
      seen.key.add(label.key);
    }
    const colorFits =
      Number.isInteger(label.color) && label.color >= 0 && label.color < PALETTE_SIZE;
    if (!colorFits) report('badColor', String(label.color));
    if (!UNDERLINES.includes(label.underline)) report('badUnderline', String(label.underline));

    const look = `${label.color} ${label.underline}`;
    // Past this many labels repeats cannot be avoided; key and name still differ.
    if (looks.has(look) && labels.length <= PALETTE_SIZE * UNDERLINES.length) {
      report('looksAlike', look);
    }
    looks.add(look);
  });
  return problems;
}

/** Letters of any script, digits, `_`, `.`, `-`; begins with a letter; at most 60; not `O`. */
export const isLabelId = (id: string): boolean =>
  id.length <= 60 && /^\p{L}[\p{L}\p{M}\p{N}_.-]*$/u.test(id) && id !== 'O';

/** A schema from bare ids, as an import meets them: keys, colors and patterns dealt out in order. */
export function schemaFromIds(ids: readonly string[]): LabelSchema {
  const unique = [...new Set(ids)];
  return {
    labels: unique.map((id, index) => ({
      id,
      name: readableName(id),
      key: LABEL_KEYS[index] ?? null,
      color: index % PALETTE_SIZE,
      // Nine colors and five patterns share no factor: 45 labels pass before a pair comes again.
      underline: UNDERLINES[index % UNDERLINES.length] ?? 'solid',
      description: '',
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
