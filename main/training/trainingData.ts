/*
 * What a run learns from, read once through the gate and fixed by a hash: a resumed run must see the
 * same bytes in the same order, or its checkpoint means nothing.
 */
import { createHash } from 'node:crypto';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { SnapshotReader } from '../labeling/index.ts';
import type { WireDocument } from '../models/index.ts';
import { canonicalJson } from '../platform/index.ts';

export interface TrainingData {
  readonly train: readonly WireDocument[];
  readonly dev: readonly WireDocument[];
  /** Everyone whose documents take part, with how many; development documents steer the training too. */
  readonly subjects: ReadonlyMap<string, number>;
  readonly documents: number;
  /** Documents of the snapshot that the gate no longer lets through. */
  readonly withheld: number;
  /** SHA-256 over ids, texts and spans of both splits in order, hex. */
  readonly sha256: string;
}

/** Fails with SNAPSHOT_EMPTY, and with what the reader fails with while reading. */
export function collectTrainingData(reader: SnapshotReader): Result<TrainingData> {
  const hash = createHash('sha256');
  const subjects = new Map<string, number>();
  const splits = { train: [] as WireDocument[], dev: [] as WireDocument[] };
  let spans = 0;
  for (const split of ['train', 'dev'] as const) {
    for (const { documentId, subjectId, text, spans: labeled } of reader.documents(split)) {
      const wire = labeled.map(({ start, end, label }) => ({ start, end, label }));
      splits[split].push({ id: documentId, text, spans: wire });
      hash.update(canonicalJson([split, documentId, text, wire]));
      if (subjectId !== null) subjects.set(subjectId, (subjects.get(subjectId) ?? 0) + 1);
      if (split === 'train') spans += wire.length;
    }
  }
  if (splits.train.length === 0 || spans === 0) {
    return failure(
      'SNAPSHOT_EMPTY',
      splits.train.length === 0
        ? 'None of the training documents of this snapshot may be used now. Nothing was changed. Look at the consents of this purpose, or freeze a new snapshot.'
        : 'The training documents of this snapshot hold no labels. Nothing was changed. Label some documents and freeze a new snapshot.',
    );
  }
  return ok({
    ...splits,
    subjects,
    documents: splits.train.length + splits.dev.length,
    withheld: reader.withheld().reduce((sum, { count }) => sum + count, 0),
    sha256: hash.digest('hex'),
  });
}
