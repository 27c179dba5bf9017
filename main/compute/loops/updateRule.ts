/**
 * How an update comes about: which sequences it sees, how their gradients are formed and what is added
 * before the optimizer moves the weights. The plain rule shuffles and averages; private training draws
 * by chance, bounds each sequence's share and adds noise, and changes nothing else of a run.
 */
import type { differentiate } from '../autodiff/index.ts';
import type { PrivacyRecord } from '../protocol.ts';
import { shuffle, stream } from '../random.ts';
import type { Trainer } from './trainer.ts';

export interface UpdateRule {
  /**
   * The sequences of each update of an epoch (from 0), by index into the training sequences. Called again
   * when a run resumes; only a rule that is a pure function of the epoch resumes bit for bit.
   * An update may be empty: it still counts as one.
   */
  lay(epoch: number): readonly (readonly number[])[];
  /** Makes the step graph of one shape of pass; left out, plain reverse mode. */
  readonly differentiate?: typeof differentiate;
  /**
   * What the summed gradients of an update are divided by; left out, the weight of what it counted
   * (tokens or documents), so that the objective is their mean however passes are cut.
   */
  readonly divisor?: number;
  /** Largest global norm of the divided gradient; left out, the recipe's. */
  readonly clipNorm?: number;
  /** After the passes of an update and before the optimizer: noise goes through `addGradient`. */
  finish?(trainer: Trainer): void;
  /** What is stated in the result after so many updates. */
  record?(updates: number): PrivacyRecord;
}

/** Every sequence once per epoch, in an order drawn from the seed, `size` of them per update. */
export function shuffledUpdates(seed: number, sequences: number, size: number): UpdateRule {
  return {
    lay(epoch) {
      const order = shuffle(
        Array.from({ length: sequences }, (_, index) => index),
        stream(seed, 'epoch', epoch),
      );
      const updates: number[][] = [];
      for (let from = 0; from < sequences; from += size)
        updates.push(order.slice(from, from + size));
      return updates;
    },
  };
}
