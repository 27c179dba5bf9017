/*
 * The face of the models room: the registry of trained models, the client side of compute, and how the
 * room follows a person who withdraws or is erased.
 */
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { Corpus } from '../corpus/index.ts';
import type { Governance, SubjectFollower } from '../governance/index.ts';
import { createBases, type Bases } from './bases.ts';
import { createComputeClient, type ComputeClient } from './computeClient.ts';
import type { LaunchCompute } from './computeLink.ts';
import type { LaneTiming } from './computeLane.ts';
import { createHandOut, type HandOut } from './handOut.ts';
import { createModelRegistry, type ModelRegistry, type RegistryDeps } from './modelRegistry.ts';

export type { BaseCall, BaseOrder, Bases, BaseSource, ChosenBase } from './bases.ts';
export { readBundle, reportFiles, sha256Of, type Bundle } from './bundles/bundle.ts';
export { LARGEST_ZIP, zipOf, type ZipImage, type ZipSource } from './bundles/zipWriter.ts';
export { hashOfFiles } from './hash.ts';
export type { ComputeExit, ComputeLink, LaunchCompute } from './computeLink.ts';
export { baseReport } from './baseReport.ts';
export {
  createComputeClient,
  type ComputeClient,
  type PredictHooks,
  type TrainHooks,
} from './computeClient.ts';
export { probeProviders, type ProviderReport } from './providers.ts';
export type { LaneTiming } from './computeLane.ts';
export type {
  Departure,
  ModelFile,
  ModelHistory,
  ModelRegistry,
  NewModel,
  Taught,
} from './modelRegistry.ts';
export type {
  CheckResult,
  EpochEvaluation,
  InspectResult,
  ModelBundle,
  ParityResult,
  PredictedDocument,
  PredictedSpan,
  PredictJob,
  PredictResult,
  RuntimeFacts,
  TrainJob,
  TrainProgress,
  TrainResult,
  WireDocument,
  WireSpan,
} from '../compute/protocol.ts';

export interface ModelsDeps extends RegistryDeps {
  readonly launchCompute: LaunchCompute;
  readonly corpus: Pick<Corpus, 'source'>;
  readonly governance: Pick<Governance, 'exits' | 'purposes'>;
  /** The people of this vault, to show names where rows hold ids. */
  readonly users: () => readonly { readonly id: string; readonly name: string }[];
  readonly timing?: Partial<LaneTiming>;
  /** Compute was started again after it was lost; for the event `compute.restarted`. */
  readonly onComputeRestart?: (attempt: number) => void;
}

/** What may mark a text: a model of this vault, or a base that came with labels of its own. */
export interface Predictors {
  /** Fails with NOT_FOUND, and with MODEL_BLOCKED for what is not valid or marks nothing. */
  require(id: string): Result<{ readonly name: string; readonly task: 'spans' | 'documents' }>;
  bundle(id: string): Record<string, Uint8Array>;
}

export interface Models extends ModelRegistry {
  readonly compute: ComputeClient;
  readonly bases: Bases;
  readonly predictors: Predictors;
  readonly handOut: HandOut;
  /** To be handed to `governance.follow`. */
  readonly follower: SubjectFollower;
  /** To be handed to `governance.onConsentLost`. */
  consentLost(
    subjectIds: readonly string[],
    purposeId: string,
    ground?: 'withdrawal' | 'retention',
  ): number;
  /** Ends the compute processes for good: when the vault is locked. */
  close(): void;
}

export function createModels(deps: ModelsDeps): Models {
  const registry = createModelRegistry(deps);
  const compute = createComputeClient({
    launch: deps.launchCompute,
    ...(deps.timing && { timing: deps.timing }),
    ...(deps.onComputeRestart && { onRestart: deps.onComputeRestart }),
  });
  const bases = createBases({
    ...deps,
    registry,
    compute,
    nameOf: (userId) => deps.users().find(({ id }) => id === userId)?.name ?? userId,
  });
  return {
    ...registry,
    compute,
    bases,
    handOut: createHandOut({ registry, governance: deps.governance }),
    predictors: {
      require(id) {
        const base = id.startsWith('bas_') ? bases.find(id) : undefined;
        const found = base ? ok(base) : registry.requireUsable(id);
        if (!found.ok) return found;
        const { name, task, labels } = found.value;
        return task === 'spans' || (task === 'documents' && labels.length > 0)
          ? ok({ name, task })
          : failure(
              'MODEL_BLOCKED',
              `"${name}" has no labels, so it marks nothing. Nothing was changed. Train a model on it first.`,
              { model: name, state: 'valid', reason: 'noLabels' },
            );
      },
      bundle: bases.bundle,
    },
    follower: {
      name: 'models',
      access: (subjectId) => [
        {
          what: 'models',
          columns: ['model', 'modelId', 'createdAt', 'purpose', 'state'],
          rows: registry
            .taughtBy(subjectId)
            .map(({ name, modelId, createdAt, purpose, state }) => [
              name,
              modelId,
              createdAt,
              purpose,
              state,
            ]),
        },
      ],
      // The weights stay, refused for every use; the person's row keeps only the pseudonym.
      erase(subjectId) {
        registry.leave([subjectId], { ground: 'erasure' });
        return [];
      },
      models: (subjectId) =>
        registry.taughtBy(subjectId).map(({ modelId, name, state }) => ({ modelId, name, state })),
    },
    consentLost: (subjectIds, purposeId, ground = 'withdrawal') =>
      registry.leave(subjectIds, { ground, purposeId }),
    close: () => compute.close(),
  };
}
