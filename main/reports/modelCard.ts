/*
 * What a model card says, as data: the JSON twin, and what the page is drawn from. After Mitchell et al.
 * 2019 and the Annex IV list of the AI Act (2024/1689), as far as Cloister knows the facts; the rest is
 * named as missing, so that nobody takes silence for "nothing to report".
 */
import type {
  Evaluation,
  Model,
  Purpose,
  Recipe,
  Run,
  Snapshot,
  TrainingPoint,
  UnlearningCase,
} from '../../shared/contract/index.ts';
import type { EvaluationDetails, EvaluationFacts } from '../evaluation/index.ts';
import type { Governance } from '../governance/index.ts';
import type { ModelFile, ModelHistory, ModelRegistry } from '../models/index.ts';
import type { RunDetails, RunFacts } from '../training/index.ts';
import { MISSING, plainFact, plural, type Fact } from './facts.ts';
import { erasureJson } from './modelCardErasure.ts';
import type { CompositionRow } from './reportRepository.ts';

export interface ModelCard {
  readonly writtenAt: string;
  readonly model: Model;
  readonly history: readonly ModelHistory[];
  /** Who left it, and what was decided. */
  readonly unlearning: UnlearningCase;
  readonly files: readonly ModelFile[];
  readonly purpose: Purpose | undefined;
  readonly snapshot: Snapshot | undefined;
  readonly composition: readonly CompositionRow[];
  /** People behind the model by what holds for them now; `erased` for those who were erased since. */
  readonly consent: readonly { readonly state: string; readonly people: number }[];
  readonly run: Run;
  readonly facts: RunFacts | null;
  readonly recipe: Recipe;
  readonly curve: readonly TrainingPoint[];
  readonly evaluations: readonly EvaluationDetails[];
  readonly limits: readonly string[];
  readonly unknown: readonly Fact[];
}

export interface CardSources {
  readonly model: Model;
  readonly writtenAt: string;
  readonly models: Pick<ModelRegistry, 'history' | 'files' | 'lineage'>;
  readonly governance: Pick<Governance, 'purposes' | 'consent'>;
  readonly run: RunDetails;
  readonly unlearning: UnlearningCase;
  readonly curve: readonly TrainingPoint[];
  readonly snapshot: Snapshot | undefined;
  readonly composition: readonly CompositionRow[];
  readonly evaluations: readonly EvaluationDetails[];
}

export function gatherModelCard(sources: CardSources): ModelCard {
  const { model, models, governance, run } = sources;
  const evaluations = newestPerSplit(sources.evaluations);
  const people = new Map<string, number>();
  for (const { subjectId } of models.lineage(model.modelId)) {
    const state =
      subjectId === null ? 'erased' : governance.consent.status(subjectId, model.purposeId).state;
    people.set(state, (people.get(state) ?? 0) + 1);
  }
  return {
    writtenAt: sources.writtenAt,
    model,
    history: models.history(model.modelId),
    unlearning: sources.unlearning,
    files: models.files(model.modelId),
    purpose: governance.purposes.get(model.purposeId),
    snapshot: sources.snapshot,
    composition: sources.composition,
    consent: [...people]
      .map(([state, count]) => ({ state, people: count }))
      .sort((a, b) => b.people - a.people || (a.state < b.state ? -1 : 1)),
    run: run.run,
    facts: run.folded.facts,
    recipe: run.stored.resolved,
    curve: sources.curve,
    evaluations,
    limits: limitsOf(run, evaluations),
    unknown: UNKNOWN,
  };
}

/** The newest result of each snapshot and split, development and test before training. */
function newestPerSplit(all: readonly EvaluationDetails[]): EvaluationDetails[] {
  const order: readonly Evaluation['split'][] = ['test', 'dev', 'train'];
  const newest = new Map<string, EvaluationDetails>();
  for (const details of all) {
    const key = `${details.evaluation.snapshotId} ${details.evaluation.split}`;
    if (!newest.has(key)) newest.set(key, details);
  }
  return [...newest.values()].sort(
    (a, b) => order.indexOf(a.evaluation.split) - order.indexOf(b.evaluation.split),
  );
}

/** The result a reader should look at first: unseen data before development data; never training data. */
export const headline = (
  evaluations: readonly EvaluationDetails[],
): EvaluationDetails | undefined =>
  evaluations.find(({ evaluation }) => evaluation.split !== 'train');

const FEW_DOCUMENTS = 30;
const FEW_SPANS = 20;

/** Only what follows from the stored numbers. */
function limitsOf(
  { folded, stored, run }: RunDetails,
  evaluations: readonly EvaluationDetails[],
): string[] {
  const limits: string[] = [];
  const main = headline(evaluations);
  if (!main) {
    limits.push(
      'No evaluation on development or test documents is stored: its quality is unknown.',
    );
  } else {
    const { evaluation, facts } = main;
    if (evaluation.split === 'dev') {
      limits.push(
        'The development documents chose which weights were kept and how sure the scores sound. Expect lower scores on documents that played no part; measure on a test split.',
      );
    }
    if (evaluation.documents < FEW_DOCUMENTS) {
      limits.push(
        `Measured on ${plural(evaluation.documents, 'document')}: the intervals are wide and may still be too narrow.`,
      );
    }
    const rare = evaluation.exact.perLabel.filter(({ support }) => support < FEW_SPANS);
    if (rare.length > 0) {
      limits.push(
        `Labels with fewer than ${FEW_SPANS} examples in that split, whose scores say little: ${rare.map(({ name, support }) => `${name} (${support})`).join(', ')}.`,
      );
    }
    if (facts.strict.droppedGold > 0) {
      limits.push(
        `${plural(facts.strict.droppedGold, 'gold span')} cannot be written as well-formed tags and are missing from the strict scores.`,
      );
    }
  }
  const { facts } = folded;
  if (facts && facts.misaligned + facts.overlapping > 0) {
    limits.push(
      `${plural(facts.misaligned, 'training span')} end inside a token and ${plural(facts.overlapping, 'span')} overlap another: learned in part or not at all.`,
    );
  }
  const { resolved } = stored;
  if ('timeBudgetSeconds' in resolved && resolved.timeBudgetSeconds !== undefined) {
    limits.push(
      `The recipe shortens itself to about ${resolved.timeBudgetSeconds} seconds on the machine at hand: the same recipe on another machine may make other weights.`,
    );
  }
  if (run.privacy) {
    limits.push(
      `The privacy guarantee is about one ${run.privacy.unit} of text, not about everything a person said: somebody with many documents is protected less. Choosing settings by trying several on the same people is not counted.`,
    );
  }
  if (facts?.shards) {
    limits.push(
      `It is ${plural(facts.shards.filter(({ sha256 }) => sha256 !== null).length, 'model')} that answer together, each trained on its own share of the people: one model over all of them would be more accurate.`,
    );
  }
  if (run.base) {
    limits.push(
      `It was built on "${run.base.name}": what that model learned, and from whom, is known here only as far as its own papers say.`,
    );
  }
  if (run.recipe.architecture === 'tagger') {
    limits.push(
      'The tagger sees a token and its neighborhood, not the whole document, and one label per token: nested spans cannot be found.',
    );
  }
  return limits;
}

const gap = (name: string): Fact => ({ name, value: null });
const UNKNOWN: readonly Fact[] = [
  gap('Owner and contact'),
  gap('License of the model'),
  gap('Intended users and clinical setting'),
  gap('Accuracy for groups of people, with intervals'),
  gap('Calibration of the scores'),
  gap('Robustness to typing errors, scans and other spelling'),
  gap('Membership inference, true positives at 0.1 % false positives'),
  gap('Sign-off by a reviewer'),
];

/** The machine-readable twin. Field order is fixed by canonical JSON when it is written. */
export function cardJson(card: ModelCard): Record<string, unknown> {
  const { model, purpose, snapshot } = card;
  return {
    schema: 'cloister/model-card',
    version: 1,
    writtenAt: card.writtenAt,
    model: {
      id: model.modelId,
      name: model.name,
      architecture: model.architecture,
      parameters: card.facts?.parameters ?? MISSING,
      labels: model.labels,
      createdAt: model.createdAt,
      sha256: model.sha256,
      files: card.files,
    },
    state: { current: model.state, reason: model.stateReason, history: card.history },
    erasure: erasureJson(card),
    purpose: purpose ?? MISSING,
    data: {
      snapshot: snapshot ?? MISSING,
      composition: card.composition,
      people: model.subjects,
      documents: model.documents,
      consent: card.consent,
    },
    training: {
      runId: card.run.runId,
      recipe: card.recipe,
      recipeSha256: card.run.recipeSha256,
      base: card.run.base,
      test: card.run.test,
      privacy: card.run.privacy,
      provider: card.run.provider,
      startedAt: card.run.startedAt,
      seconds: card.run.seconds,
      facts: card.facts ?? MISSING,
      curve: card.curve,
    },
    evaluations: card.evaluations.map(evaluationJson),
    limits: card.limits,
    unknown: card.unknown.map(plainFact),
  };
}

export const evaluationJson = ({
  evaluation,
  facts,
  auditSeq,
}: EvaluationDetails): Evaluation & { facts: EvaluationFacts; auditSeq: number | null } => ({
  ...evaluation,
  facts,
  auditSeq,
});
