/*
 * The face of the models room: the registry of trained models, the client side of compute, and how the
 * room follows a person who withdraws or is erased.
 */
import type { SubjectFollower } from '../governance/index.ts';
import { createComputeClient, type ComputeClient } from './computeClient.ts';
import type { LaunchCompute } from './computeLink.ts';
import type { LaneTiming } from './computeLane.ts';
import { createModelRegistry, type ModelRegistry, type RegistryDeps } from './modelRegistry.ts';

export type { ComputeExit, ComputeLink, LaunchCompute } from './computeLink.ts';
export type { ComputeClient, PredictHooks, TrainHooks } from './computeClient.ts';
export type { LaneTiming } from './computeLane.ts';
export type { ModelFile, ModelHistory, ModelRegistry, NewModel } from './modelRegistry.ts';
export { PRESETS } from '../compute/protocol.ts';
export type {
  EpochEvaluation,
  ModelBundle,
  PredictedDocument,
  PredictedSpan,
  PredictJob,
  PredictResult,
  RuntimeFacts,
  TaggerRecipe,
  TrainJob,
  TrainProgress,
  TrainResult,
  WireDocument,
  WireSpan,
} from '../compute/protocol.ts';

export interface ModelsDeps extends RegistryDeps {
  readonly launchCompute: LaunchCompute;
  readonly timing?: Partial<LaneTiming>;
  /** Compute was started again after it was lost; for the event `compute.restarted`. */
  readonly onComputeRestart?: (attempt: number) => void;
}

export interface Models extends ModelRegistry {
  readonly compute: ComputeClient;
  /** To be handed to `governance.follow`. */
  readonly follower: SubjectFollower;
  /** To be handed to `governance.onConsentLost`. */
  consentLost(subjectIds: readonly string[], purposeId: string): number;
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
  return {
    ...registry,
    compute,
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
        registry.markStale([subjectId], { reason: 'a person was erased' });
        return [];
      },
      models: (subjectId) =>
        registry.taughtBy(subjectId).map(({ modelId, name, state }) => ({ modelId, name, state })),
    },
    consentLost: (subjectIds, purposeId) =>
      registry.markStale(subjectIds, { reason: 'a consent was withdrawn', purposeId }),
    close: () => compute.close(),
  };
}
