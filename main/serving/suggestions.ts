/*
 * Suggestions for annotators: a model reads one text and proposes spans. For a task they are stored
 * beside it until a person decides; for a text from outside the vault nothing is stored at all.
 */
import type { Span } from '../../shared/domain/spans.ts';
import { checkSpan, sameSpan, snapToGraphemes } from '../../shared/domain/spans.ts';
import { createGraphemes } from '../../shared/domain/graphemes.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { Actor, Gate } from '../governance/index.ts';
import type { Labeling } from '../labeling/index.ts';
import type { ComputeClient, Predictors } from '../models/index.ts';

export interface ScoredSpan extends Span {
  /** Probability of exactly this span, 0 to 1. */
  readonly score: number;
}

/** What a model says about a text: one of the two is empty, by what the model was made for. */
export interface Suggested {
  readonly spans: readonly ScoredSpan[];
  /** Every class of the whole text with its probability, likeliest first. */
  readonly classes: readonly { readonly label: string; readonly score: number }[];
}

export interface ServingDeps {
  readonly predictors: Predictors;
  readonly compute: Pick<ComputeClient, 'predict'>;
  readonly gate: Pick<Gate, 'open'>;
  readonly labeling: Pick<Labeling, 'projects' | 'annotations' | 'suggestions'>;
}

export interface SuggestCall {
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

export interface Serving {
  /**
   * Spans that the project's schema knows and that nobody has marked yet, replacing the model's earlier
   * suggestions of this task. Fails with NOT_FOUND, MODEL_BLOCKED, GATE_DENIED, PURPOSE_RETIRED,
   * COMPUTE_LOST, OUT_OF_MEMORY, CANCELLED.
   */
  suggestForDocument(
    call: SuggestCall,
    task: { readonly modelId: string; readonly projectId: string; readonly documentId: string },
  ): Promise<Result<readonly ScoredSpan[]>>;
  /** Fails with NOT_FOUND, MODEL_BLOCKED, COMPUTE_LOST, OUT_OF_MEMORY, CANCELLED. */
  suggestForText(
    call: SuggestCall,
    request: { readonly modelId: string; readonly text: string },
  ): Promise<Result<Suggested>>;
}

export function createServing({ predictors, compute, gate, labeling }: ServingDeps): Serving {
  async function predict(
    { signal }: SuggestCall,
    modelId: string,
    text: string,
  ): Promise<Result<Suggested>> {
    const usable = predictors.require(modelId);
    if (!usable.ok) return usable;
    const result = await compute.predict(
      { model: { files: predictors.bundle(modelId) }, documents: [{ id: 'text', text }] },
      { signal },
    );
    if (!result.ok) return result;
    // The model may have gone stale while it was reading: its answer is not used then.
    const still = predictors.require(modelId);
    if (!still.ok) return still;
    const graphemes = createGraphemes(text);
    const spans = (result.value.documents[0]?.spans ?? [])
      .map(({ start, end, label, score }) =>
        snapToGraphemes({ start, end, label, score }, graphemes),
      )
      .filter((span) => checkSpan(span, graphemes) === null);
    return ok({ spans, classes: result.value.documents[0]?.classes ?? [] });
  }

  return {
    suggestForText: (call, { modelId, text }) => predict(call, modelId, text),
    async suggestForDocument(call, { modelId, projectId, documentId }) {
      const usable = predictors.require(modelId);
      if (!usable.ok) return usable;
      if (usable.value.task !== 'spans') {
        return failure(
          'MODEL_BLOCKED',
          `"${usable.value.name}" tells whole documents apart and marks nothing in them. Nothing was changed. Choose a model that was trained on spans.`,
          { model: usable.value.name, state: 'valid', reason: 'documents' },
        );
      }
      const project = labeling.projects.get(projectId);
      if (!project.ok) return project;
      const opened = gate.open({
        actor: call.actor,
        purposeId: project.value.purposeId,
        operation: 'suggest',
        collectionId: project.value.collectionId,
        documentIds: [documentId],
      });
      if (!opened.ok) return opened;
      const document = opened.value.read(documentId);
      if (!document.ok) return document;
      const predicted = await predict(call, modelId, document.value.text);
      if (!predicted.ok) return predicted;
      const known = new Set(project.value.labels.map(({ id }) => id));
      const existing = labeling.annotations.current(projectId, documentId);
      const fresh = predicted.value.spans.filter(
        (span) => known.has(span.label) && !existing.some((marked) => sameSpan(marked, span)),
      );
      labeling.suggestions.put(projectId, documentId, modelId, fresh);
      return ok(fresh);
    },
  };
}
