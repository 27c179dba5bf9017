// Fused operators of newer opsets against their plain form, both in ONNX Runtime.
import { describe, expect, it } from 'vitest';
import {
  createBuilder,
  decompose,
  float,
  type AttributeValue,
  type Graph,
} from '../../../../../main/compute/onnx/index.ts';
import { difference, modelOf, runModel } from './runModel.ts';

interface AttentionCase {
  readonly heads?: number;
  readonly mask?: 'bool' | 'float32';
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

/** Batch 2, 2 heads, 3 queries, 5 keys, width 4. */
function attention({ heads, mask, attributes = {} }: AttentionCase): Graph {
  const b = createBuilder('g');
  const flat = heads !== undefined;
  const q = b.input('q', 'float32', flat ? [2, 3, 8] : [2, 2, 3, 4]);
  const k = b.input('k', 'float32', flat ? [2, 5, 8] : [2, 2, 5, 4]);
  const v = b.input('v', 'float32', flat ? [2, 5, 8] : [2, 2, 5, 4]);
  const inputs = [q, k, v];
  if (mask) inputs.push(b.op('Unsqueeze', [b.input('mask', mask, [2, 3, 5]), b.ints([1])]));
  const counts: Record<string, AttributeValue> = flat
    ? { q_num_heads: heads, kv_num_heads: heads }
    : {};
  const y = b.op('Attention', inputs, { ...counts, ...attributes });
  b.output(b.alias(y, 'y'), 'float32', flat ? [2, 3, 8] : [2, 2, 3, 4]);
  return b.finish('g');
}

const CASES: Readonly<Record<string, AttentionCase>> = {
  'heads apart': {},
  'heads together': { heads: 2 },
  'a scale of its own': { heads: 2, attributes: { scale: float(0.3) } },
  'an additive mask': { mask: 'float32' },
  'a boolean mask': { heads: 2, mask: 'bool' },
};

describe('decompose', () => {
  for (const [name, example] of Object.entries(CASES))
    it(`Attention with ${name}`, async () => {
      const fused = attention(example);
      const plain = decompose(fused);
      expect(plain.nodes.map(({ op }) => op)).not.toContain('Attention');
      const [a, b] = [
        await runModel(modelOf(fused, 23, 11)),
        await runModel(modelOf(plain, 23, 11)),
      ];
      expect(difference(a, b)).toBeLessThan(1e-5);
    });

  it('leaves forms of Attention it does not understand', () => {
    const forms: readonly Record<string, AttributeValue>[] = [
      { is_causal: 1 },
      { softcap: float(5) },
    ];
    for (const attributes of forms) {
      const graph = attention({ heads: 2, attributes });
      expect(decompose(graph).nodes.map(({ op }) => op)).toContain('Attention');
    }
  });

  it('RMSNormalization', async () => {
    const b = createBuilder('g');
    const [x, scale] = [b.input('x', 'float32', [2, 3, 4]), b.input('scale', 'float32', [4])];
    const y = b.op('RMSNormalization', [x, scale], { epsilon: float(1e-3) });
    b.output(b.alias(y, 'y'), 'float32', [2, 3, 4]);
    const fused = b.finish('g');
    const plain = decompose(fused);
    expect(plain.nodes.map(({ op }) => op)).not.toContain('RMSNormalization');
    const [a, c] = [await runModel(modelOf(fused, 23, 11)), await runModel(modelOf(plain, 23, 11))];
    expect(difference(a, c)).toBeLessThan(1e-5);
  });
});
