/**
 * DP-SGD as a rule for updates (Abadi et al. 2016, https://arxiv.org/abs/1607.00133): Poisson batches,
 * the gradient of each sequence bounded in the step graph, noise on every trained weight, the sum divided
 * by the expected size of a batch.
 *
 * What the guarantee covers is the weights. The training loss and the gradient norm that are shown while
 * it runs, the choice of an epoch by development documents, and those documents themselves are outside it.
 * Draws are not repeated on resume: every update that the final weights went through is counted, and each
 * had its own sample and noise.
 */
import { randomFillSync } from 'node:crypto';
import { noiseFor, prvEpsilon, rdpEpsilon } from '../../../shared/domain/privacy/index.ts';
import { differentiatePerExample } from '../autodiff/index.ts';
import { fault } from '../fault.ts';
import { poissonBatches, secureGaussian, type SecureBytes } from '../optim/index.ts';
import type { EncoderRecipe, PrivacyRecord } from '../protocol.ts';
import type { UpdateRule } from './updateRule.ts';

export interface PrivateParts {
  readonly recipe: EncoderRecipe;
  readonly privacy: NonNullable<EncoderRecipe['privacy']>;
  /** Sequences to train on: windows of the documents. */
  readonly sequences: number;
  /** Inputs of the graph whose first axis is the batch. */
  readonly examples: readonly string[];
  /** The operating system's; tests bring their own. */
  readonly fill?: SecureBytes;
}

/** Norms are computed in 32 bits: a little more noise than accounted for covers their rounding. */
const ROUNDING = 1 + 2 ** -12;

const systemBytes: SecureBytes = (target) => void randomFillSync(target);

/** @throws Fault 'bad-request' where the recipe cannot be carried out privately, saying why. */
export function privateUpdates(parts: PrivateParts): UpdateRule {
  const { recipe, privacy, sequences, examples, fill = systemBytes } = parts;
  const { clipNorm, delta } = privacy;
  refuse(recipe);
  const size = recipe.batchSize * recipe.accumulation;
  if (size > sequences) {
    throw fault(
      'bad-request',
      `Private training needs at least as many sequences as a batch holds, and there are ${sequences} for batches of ${size}. Choose a smaller batchSize or accumulation.`,
    );
  }
  const sampleRate = size / sequences;
  const perEpoch = Math.ceil(sequences / size);
  const noiseMultiplier = noiseOf(privacy, sampleRate, perEpoch * recipe.epochs);
  return {
    lay: () => poissonBatches(sequences, sampleRate, perEpoch, fill),
    differentiate: (graph, facts, loss, targets) =>
      differentiatePerExample(graph, facts, loss, targets, { examples, clipNorm }),
    // The size of a Poisson batch depends on who is in it; its expectation does not.
    divisor: size,
    clipNorm: 0,
    finish(trainer) {
      const deviation = noiseMultiplier * clipNorm * ROUNDING;
      for (const { name, size: length } of trainer.arena.parameters)
        trainer.addGradient(name, secureGaussian(length, deviation, fill));
    },
    record(steps): PrivacyRecord {
      const phase = { sampleRate, noiseMultiplier, steps };
      return {
        unit: 'sequence',
        ...{ sequences, sampleRate, noiseMultiplier, clipNorm, steps, delta },
        epsilonRdp: rdpEpsilon([phase], delta).epsilon,
        epsilonPrv: prvEpsilon(phase, delta).epsilon,
      };
    },
  };
}

/** What looks at the data without being counted, or would leave weights without noise. */
function refuse({ classWeights, mode }: EncoderRecipe): void {
  if (classWeights !== 'none') {
    throw fault(
      'bad-request',
      'Balanced class weights count labels, which private training does not account for. Set classWeights to "none".',
    );
  }
  if (mode.kind === 'full' && mode.freezeEmbeddings !== true) {
    throw fault(
      'bad-request',
      'Which rows of an embedding table move tells which words occur. For private training set freezeEmbeddings, or choose LoRA or the head alone.',
    );
  }
}

function noiseOf(
  { noiseMultiplier, targetEpsilon, delta }: PrivateParts['privacy'],
  sampleRate: number,
  steps: number,
): number {
  if (noiseMultiplier !== undefined) return noiseMultiplier;
  const found = noiseFor({ targetEpsilon: targetEpsilon as number, delta, sampleRate, steps });
  if (found === null) {
    throw fault(
      'bad-request',
      `No noise keeps epsilon at ${targetEpsilon} over ${steps} updates. Choose fewer epochs, smaller batches or a larger epsilon.`,
    );
  }
  return found;
}
