/*
 * Measures a model on one split of a snapshot. Texts come through the gate for the operation `evaluate`,
 * so people who withdrew since the freeze are left out and counted; the result is stored whole, hashed,
 * and never edited.
 */
import { createHash } from 'node:crypto';
import type { Evaluation, Progress } from '../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { Actor, AuditLog } from '../governance/index.ts';
import type { SnapshotReader, Snapshots } from '../labeling/index.ts';
import type {
  ComputeClient,
  ModelRegistry,
  PredictedDocument,
  RuntimeFacts,
} from '../models/index.ts';
import {
  attempt,
  canonicalJson,
  type Clock,
  type JsonValue,
  type Random,
} from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import { createEvaluationRepository, type EvaluationRow } from './evaluationRepository.ts';
import { score, type Numbers, type Prediction, type ScoreFacts } from './scores.ts';

export interface EvaluationDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly snapshots: Pick<Snapshots, 'open'>;
  readonly models: ModelRegistry;
  readonly compute: Pick<ComputeClient, 'predict'>;
}

/** What stands in the stored body beside the contract's numbers. */
export interface EvaluationFacts extends ScoreFacts {
  readonly modelSha256: string;
  readonly manifestSha256: string;
  readonly policySha256: string;
  readonly runtime: RuntimeFacts;
}

export interface EvaluationDetails {
  readonly evaluation: Evaluation;
  readonly facts: EvaluationFacts;
  /** Leaf in the audit log. */
  readonly auditSeq: number | null;
}

export interface EvaluationCall {
  readonly actor: Actor;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface Evaluations {
  /**
   * Fails with NOT_FOUND, MODEL_BLOCKED, SNAPSHOT_EMPTY, SNAPSHOT_CHANGED, PURPOSE_RETIRED, GATE_DENIED,
   * COMPUTE_LOST, OUT_OF_MEMORY, CANCELLED.
   */
  run(
    call: EvaluationCall,
    order: {
      readonly modelId: string;
      /** Without it the snapshot the model was trained from. */
      readonly snapshotId?: string;
      readonly split: Evaluation['split'];
    },
  ): Promise<Result<Evaluation>>;
  /** Newest first, at most 100; of all models for null. */
  list(modelId: string | null): Evaluation[];
  /** As `list`, with what a report needs besides. */
  details(modelId: string): readonly EvaluationDetails[];
}

interface Body {
  readonly numbers: Numbers;
  readonly facts: EvaluationFacts;
  readonly documents: number;
  readonly withheld: number;
  readonly seconds: number;
}

/** Documents that cross to compute at once: bounds the memory of both processes. */
const BATCH = 400;

export function createEvaluations(deps: EvaluationDeps): Evaluations {
  const { store, clock, random, audit, models, compute } = deps;
  const repository = createEvaluationRepository(store.db);

  async function predictAll(
    call: EvaluationCall,
    modelId: string,
    documents: readonly Document[],
  ): Promise<Result<{ readonly predictions: Prediction[]; readonly runtime: RuntimeFacts }>> {
    const model = { files: models.bundle(modelId) };
    const predictions: Prediction[] = [];
    let runtime: RuntimeFacts | undefined;
    const began = clock.monotonicMs();
    for (let at = 0; at < documents.length; at += BATCH) {
      const batch = documents.slice(at, at + BATCH);
      const result = await compute.predict(
        {
          model,
          documents: batch.map(({ documentId, text, spans }) => ({
            id: documentId,
            text,
            gold: spans,
          })),
          tokens: true,
        },
        {
          signal: call.signal,
          onProgress({ documents: done }) {
            const all = at + done;
            const perDocument = (clock.monotonicMs() - began) / 1000 / Math.max(1, all);
            call.onProgress({
              stage: 'predicting',
              done: all,
              total: documents.length,
              unit: 'documents',
              etaSeconds: all === 0 ? null : perDocument * (documents.length - all),
            });
          },
        },
      );
      if (!result.ok) return result;
      runtime = result.value.runtime;
      const byId = new Map(result.value.documents.map((document) => [document.id, document]));
      for (const document of batch) {
        predictions.push(predictionOf(document, byId.get(document.documentId)));
      }
    }
    return ok({ predictions, runtime: runtime as RuntimeFacts });
  }

  function details(row: EvaluationRow): EvaluationDetails {
    const { numbers, facts, ...counts } = JSON.parse(row.body) as Body;
    return {
      evaluation: {
        evaluationId: row.id,
        modelId: row.model_id,
        model: row.model,
        snapshotId: row.snapshot_id,
        snapshot: row.snapshot,
        split: row.split,
        at: row.at,
        ...counts,
        ...numbers,
        sha256: row.sha256,
      },
      facts,
      auditSeq: row.audit_seq,
    };
  }

  return {
    async run(call, { modelId, snapshotId, split }) {
      const usable = models.requireUsable(modelId);
      if (!usable.ok) return usable;
      const model = usable.value;
      if (model.task !== 'spans') {
        return failure(
          'RECIPE_INVALID',
          model.task === 'features'
            ? `"${model.name}" marks nothing by itself, so there is nothing to measure. Nothing was changed. Measure a model that was built on it.`
            : `"${model.name}" tells whole documents apart; this report is about spans. Nothing was changed. Its scores on the development and test documents are on its run and its card.`,
          { model: model.name },
        );
      }
      const began = clock.monotonicMs();
      const opened = deps.snapshots.open(snapshotId ?? model.snapshotId, {
        actor: call.actor,
        operation: 'evaluate',
      });
      if (!opened.ok) return opened;
      const reader = opened.value;
      // A text that is not the frozen one comes as a fault from inside the iteration.
      const read = attempt(() => [...reader.documents(split)]);
      if (!read.ok) return read;
      const documents = read.value;
      if (documents.length === 0) return nothingToMeasure(split);
      const predicted = await predictAll(call, modelId, documents);
      if (!predicted.ok) return predicted;
      if (call.signal.aborted) return cancelled();
      call.onProgress({
        stage: 'evaluating',
        done: documents.length,
        total: documents.length,
        unit: 'documents',
        etaSeconds: null,
      });
      // A person can withdraw while the model predicts: the model may have gone stale meanwhile.
      const still = models.requireUsable(modelId);
      if (!still.ok) return still;
      const { numbers, facts } = score(predicted.value.predictions);
      const { snapshot } = reader;
      const body: Body = {
        numbers,
        facts: {
          ...facts,
          modelSha256: model.sha256,
          manifestSha256: snapshot.manifestSha256,
          policySha256: reader.policySha256,
          runtime: predicted.value.runtime,
        },
        documents: documents.length,
        withheld: withheldIn(reader),
        seconds: Math.round(clock.monotonicMs() - began) / 1000,
      };
      const canonical = canonicalJson(body as unknown as JsonValue);
      const sha256 = createHash('sha256').update(canonical).digest('hex');
      const evaluationId = random.newId('evaluation');
      store.transaction(() => {
        const leaf = audit.append({
          action: 'evaluation.store',
          actor: call.actor.userId,
          roles: call.actor.roles,
          object: { type: 'evaluation', id: evaluationId },
          purpose: snapshot.purposeId,
          policy: reader.policySha256,
          counts: { documents: documents.length, withheld: body.withheld },
          commitments: {
            evaluation: sha256,
            model: model.sha256,
            manifest: snapshot.manifestSha256,
          },
        });
        repository.insert({
          id: evaluationId,
          model_id: modelId,
          snapshot_id: snapshot.snapshotId,
          split,
          at: clock.now(),
          body: canonical,
          sha256,
          audit_seq: leaf.seq,
        });
      });
      const stored = repository.newest(modelId).find(({ id }) => id === evaluationId);
      return ok(details(stored as EvaluationRow).evaluation);
    },
    list: (modelId) => repository.newest(modelId).map((row) => details(row).evaluation),
    details: (modelId) => repository.newest(modelId).map(details),
  };
}

type Document = ReturnType<SnapshotReader['documents']> extends Iterable<infer D> ? D : never;

const withheldIn = (reader: SnapshotReader): number =>
  reader.withheld().reduce((sum, { count }) => sum + count, 0);

function predictionOf(document: Document, predicted: PredictedDocument | undefined): Prediction {
  const tokens = predicted?.tokens;
  if (!predicted || !tokens?.gold) {
    throw new Error(`Compute left out the result of ${document.documentId}`);
  }
  return {
    gold: document.spans,
    predicted: predicted.spans,
    goldTags: tokens.gold,
    predictedTags: tokens.tags,
  };
}

const cancelled = (): Result<never> =>
  failure('CANCELLED', 'Cancelled. No result was stored; earlier ones are as they were.', {}, true);

const nothingToMeasure = (split: string): Result<never> =>
  failure(
    'SNAPSHOT_EMPTY',
    `There is no document in the split "${split}" that may be used for evaluation now. Nothing was changed. Choose another split, or freeze a snapshot that has one.`,
    { split },
  );
