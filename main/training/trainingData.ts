/*
 * What a run learns from, read once through the gate and fixed by a hash: a resumed run must see the
 * same bytes in the same order, or its checkpoint means nothing.
 */
import { createHash } from 'node:crypto';
import type { Recipe } from '../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { SnapshotReader, SnapshotText } from '../labeling/index.ts';
import type { WireDocument } from '../models/index.ts';
import { canonicalJson } from '../platform/index.ts';

export interface TrainingData {
  readonly train: readonly WireDocument[];
  readonly dev: readonly WireDocument[];
  /** Read only where the recipe scores them at the end. */
  readonly test: readonly WireDocument[];
  /** Sorted, because the order of labels is the order of the model's classes. */
  readonly labels: readonly string[];
  /** Everyone whose documents take part, with how many; development documents steer the training too. */
  readonly subjects: ReadonlyMap<string, number>;
  readonly documents: number;
  /** Documents of the snapshot that the gate no longer lets through. */
  readonly withheld: number;
  /** Documents left out because they lack the field that holds their class. */
  readonly unlabeled: number;
  /** SHA-256 over ids, texts, spans and classes of the splits in order, hex. */
  readonly sha256: string;
}

/** Where the class of a document stands unless the recipe says otherwise. */
export const LABEL_FIELD = 'label';

/** What of a document counts, by what is to be learned. */
type Learned = 'spans' | 'documents' | 'text';

export function learnedOf(recipe: Recipe): Learned {
  return recipe.architecture === 'pretraining' ? 'text' : (recipe.task ?? 'spans');
}

/**
 * Fails with SNAPSHOT_EMPTY, with RECIPE_INVALID where the documents do not have what the recipe learns,
 * and with what the reader fails with while reading.
 */
export function collectTrainingData(
  reader: Pick<SnapshotReader, 'documents' | 'withheld'>,
  recipe: Recipe,
): Result<TrainingData> {
  const hash = createHash('sha256');
  const subjects = new Map<string, number>();
  const splits = {
    train: [] as WireDocument[],
    dev: [] as WireDocument[],
    test: [] as WireDocument[],
  };
  const learned = learnedOf(recipe);
  const field = fieldOf(recipe);
  const fields = new Set<string>();
  let unlabeled = 0;
  const withTest = recipe.architecture === 'encoder' && recipe.testAtEnd;
  for (const split of withTest
    ? (['train', 'dev', 'test'] as const)
    : (['train', 'dev'] as const)) {
    for (const document of reader.documents(split)) {
      for (const key of Object.keys(document.metadata)) if (!key.startsWith('_')) fields.add(key);
      const wire = wireOf(document, learned, field);
      if (!wire) {
        unlabeled += 1;
        continue;
      }
      const { subjectId } = document;
      splits[split].push(wire);
      hash.update(
        canonicalJson([split, wire.id, wire.text, wire.spans.map(plain), wire.label ?? null]),
      );
      if (subjectId !== null && split !== 'test') {
        subjects.set(subjectId, (subjects.get(subjectId) ?? 0) + 1);
      }
    }
  }
  const labels = labelsOf([...splits.train, ...splits.dev], learned);
  const lacking = lackOf(splits.train, labels, { learned, field, fields: [...fields], unlabeled });
  if (lacking) return lacking;
  return ok({
    ...splits,
    labels,
    subjects,
    documents: splits.train.length + splits.dev.length,
    withheld: reader.withheld().reduce((sum, { count }) => sum + count, 0),
    unlabeled,
    sha256: hash.digest('hex'),
  });
}

const fieldOf = (recipe: Recipe): string =>
  (recipe.architecture === 'pretraining' ? undefined : recipe.labelField) ?? LABEL_FIELD;

const plain = ({ start, end, label }: WireDocument['spans'][number]) => ({ start, end, label });

/** Undefined for a document that lacks its class. */
function wireOf(
  { documentId, text, spans, metadata }: SnapshotText,
  learned: Learned,
  field: string,
): WireDocument | undefined {
  switch (learned) {
    case 'spans':
      return { id: documentId, text, spans: spans.map(plain) };
    case 'text':
      return { id: documentId, text, spans: [] };
    case 'documents': {
      const label = metadata[field]?.trim();
      return label ? { id: documentId, text, spans: [], label } : undefined;
    }
  }
}

export function labelsOf(documents: readonly WireDocument[], learned: Learned): string[] {
  const found = documents.flatMap(({ spans, label }) =>
    learned === 'documents' ? [label as string] : spans.map((span) => span.label),
  );
  return [...new Set(found)].sort();
}

function lackOf(
  train: readonly WireDocument[],
  labels: readonly string[],
  of: {
    readonly learned: Learned;
    readonly field: string;
    readonly fields: readonly string[];
    readonly unlabeled: number;
  },
): Result<never> | undefined {
  if (of.learned === 'documents' && of.unlabeled > 0 && labels.length === 0) {
    const known = [...of.fields].sort().slice(0, 20).join(', ');
    return failure(
      'RECIPE_INVALID',
      `No document of this snapshot has a class in its field "${of.field}". Nothing was changed. ${known === '' ? 'Its documents came without fields; import them from a table or JSON Lines.' : `Its fields are: ${known}. Name one of them as labelField.`}`,
      { field: 'labelField', wanted: of.field },
    );
  }
  if (train.length === 0) {
    return failure(
      'SNAPSHOT_EMPTY',
      'None of the training documents of this snapshot may be used now. Nothing was changed. Look at the consents of this purpose, or freeze a new snapshot.',
    );
  }
  if (of.learned === 'spans' && train.every(({ spans }) => spans.length === 0)) {
    return failure(
      'SNAPSHOT_EMPTY',
      'The training documents of this snapshot hold no labels. Nothing was changed. Label some documents and freeze a new snapshot.',
    );
  }
  if (of.learned === 'documents' && labels.length < 2) {
    return failure(
      'RECIPE_INVALID',
      `All documents have the class "${labels[0] ?? ''}" in "${of.field}", so there is nothing to tell apart. Nothing was changed. Bring documents of other classes, or name another field.`,
      { field: 'labelField', wanted: of.field },
    );
  }
  return undefined;
}
