import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  balancedWeights,
  writeTarget,
} from '../../../../../main/compute/architectures/encoder/index.ts';

/** Made by test/fixtures/compute/crossEntropy.py with PyTorch. */
const TORCH = JSON.parse(
  readFileSync(new URL('../../../../fixtures/compute/crossEntropy.json', import.meta.url), 'utf8'),
) as {
  readonly classes: number;
  readonly logits: readonly number[];
  readonly labels: readonly number[];
  readonly cases: readonly {
    readonly smoothing: number;
    readonly weights: readonly number[] | null;
    readonly loss: number;
    readonly gradient: readonly number[];
  }[];
};

describe('the objective of encoders', () => {
  it.each(TORCH.cases)(
    'is the mean of PyTorch with smoothing $smoothing and weights $weights',
    ({ smoothing, weights, loss, gradient }) => {
      const { classes, logits, labels } = TORCH;
      const objective = { classes, smoothing, weights: weights && Float64Array.from(weights) };
      const targets = new Float32Array(logits.length);
      const counted = labels.reduce(
        (sum, label, position) => sum + writeTarget(objective, targets, position, label),
        0,
      );
      let sum = 0;
      const slopes: number[] = [];
      for (let row = 0; row < labels.length; row++) {
        const scores = logits.slice(row * classes, (row + 1) * classes);
        const mass = scores.reduce((total, value) => total + Math.exp(value), 0);
        const wanted = targets.subarray(row * classes, (row + 1) * classes);
        const total = wanted.reduce((a, b) => a + b, 0);
        scores.forEach((value, c) => {
          sum -= wanted[c]! * (value - Math.log(mass));
          slopes.push((total * Math.exp(value)) / mass - wanted[c]!);
        });
      }
      expect(sum / counted).toBeCloseTo(loss, 6);
      slopes.forEach((slope, i) => expect(slope / counted).toBeCloseTo(gradient[i]!, 6));
    },
  );

  it('counts a window by the share of its text', () => {
    const to = new Float32Array(2);
    const objective = { classes: 2, smoothing: 0, weights: Float64Array.of(1, 3) };
    expect(writeTarget(objective, to, 0, 1, 0.25)).toBe(0.75);
    expect([...to]).toEqual([0, 0.75]);
  });

  // sklearn.utils.class_weight.compute_class_weight('balanced', classes=[0,1,2], y=[0]*6+[1]*3+[2])
  it('balances classes as scikit-learn does, and leaves absent ones at one', () => {
    expect([...balancedWeights([6, 3, 1])]).toEqual([10 / 18, 10 / 9, 10 / 3]);
    expect([...balancedWeights([6, 0, 2])]).toEqual([8 / 12, 1, 2]);
  });
});
