// Files of opset 11 and 12 must compute the same after they were put into the words of opset 17.
import { describe, expect, it } from 'vitest';
import {
  bumpOpset,
  createBuilder,
  float,
  type Builder,
} from '../../../../../main/compute/onnx/index.ts';
import { difference, modelOf, runModel } from './runModel.ts';

const CASES: Readonly<Record<string, (b: Builder, x: string) => string>> = {
  'Squeeze and Unsqueeze with axes': (b, x) =>
    b.op('Squeeze', [b.op('Unsqueeze', [x], { axes: [0, 2] })], { axes: [0] }),
  'Squeeze of every axis of one': (b, x) =>
    b.op('Squeeze', [b.op('Unsqueeze', [x], { axes: [0] })]),
  'ReduceSum with axes': (b, x) => b.op('ReduceSum', [x], { axes: [1], keepdims: 0 }),
  'ReduceSum of everything': (b, x) => b.op('ReduceSum', [x], { keepdims: 0 }),
  'ReduceMean, whose axes stay an attribute': (b, x) => b.op('ReduceMean', [x], { axes: [-1] }),
  'Split with sizes': (b, x) => b.ops('Split', [x], 2, { axis: 2, split: [1, 3] })[1] as string,
  'Split in equal parts': (b, x) => b.ops('Split', [x], 2, { axis: 2 })[1] as string,
  'Softmax over the last axis': (b, x) => b.op('Softmax', [x], { axis: -1 }),
  'Softmax over the last axis, counted from the front': (b, x) => b.op('Softmax', [x], { axis: 2 }),
  'Softmax without an axis flattens from the first': (b, x) => b.op('Softmax', [x]),
  'Softmax over everything': (b, x) => b.op('Softmax', [x], { axis: 0 }),
  'LogSoftmax from the middle': (b, x) => b.op('LogSoftmax', [x], { axis: 1 }),
  'Dropout with its ratio': (b, x) => b.op('Dropout', [x], { ratio: float(0.3) }),
};

/** Dimensions of the result, where they are not three. */
const RANK: Readonly<Record<string, number>> = {
  'Squeeze and Unsqueeze with axes': 4,
  'ReduceSum with axes': 2,
  'ReduceSum of everything': 0,
};

describe('opset bump', () => {
  for (const opset of [11, 12])
    for (const [name, build] of Object.entries(CASES)) {
      if (opset === 12 && name.startsWith('Dropout')) continue;
      it(`${name}, from ${opset}`, async () => {
        const b = createBuilder('old');
        const y = build(b, b.input('x', 'float32', [2, 3, 4]));
        // Named dimensions of its own let the runtime tell the shape.
        const rank = RANK[name] ?? 3;
        const dims = Array.from({ length: rank }, (_, axis) => `d${axis}`);
        b.output(b.alias(y, 'y'), 'float32', dims);
        const before = modelOf(b.finish('g'), opset);
        const after = bumpOpset(before);
        expect(after.opsets['']).toBe(17);
        expect(difference(await runModel(before), await runModel(after))).toBeLessThan(1e-6);
      });
    }

  it('leaves files alone that are newer, or too old to know', () => {
    const b = createBuilder('g');
    b.output(b.op('Relu', [b.input('x', 'float32', [1])]), 'float32', [1]);
    for (const opset of [9, 17, 21]) {
      const model = modelOf(b.finish('g'), opset);
      expect(bumpOpset(model)).toBe(model);
    }
  });

  it('keeps the graph of 13 to 16 as it is', () => {
    const b = createBuilder('g');
    b.output(b.op('Softmax', [b.input('x', 'float32', [2, 3])], { axis: 0 }), 'float32', [2, 3]);
    const model = modelOf(b.finish('g'), 14);
    expect(bumpOpset(model).graph).toBe(model.graph);
    expect(bumpOpset(model).irVersion).toBe(8);
  });
});
