/** What a model folder holds, without running it. */
import { RULES } from '../autodiff/index.ts';
import { decodeModel, isFloat, sizeOf } from '../onnx/index.ts';
import type { InspectResult, ModelBundle } from '../protocol.ts';
import { unpackTagger } from './bundle.ts';

/** Operators that only ever carry shapes, masks or positions; no gradient passes through them. */
const INTEGER_ONLY =
  /^(Shape|Size|Range|Constant|ConstantOfShape|Equal|Less|LessOrEqual|Greater|GreaterOrEqual|And|Or|Not|CumSum|OneHot|IsNaN|ArgMax|NonZero)$/;

export function inspect(model: ModelBundle): InspectResult {
  const { config, onnx } = unpackTagger(model);
  const { graph, opsets } = decodeModel(onnx);
  const operators: Record<string, number> = {};
  for (const { op, domain } of graph.nodes) {
    const name = domain === '' ? op : `${domain}.${op}`;
    operators[name] = (operators[name] ?? 0) + 1;
  }
  const floats = [...graph.initializers.values()].filter(({ type }) => isFloat(type));
  return {
    kind: 'inspect',
    architecture: config.architecture,
    labels: config.labels,
    parameters: floats.reduce((sum, { dims }) => sum + sizeOf(dims), 0),
    opsets,
    operators,
    untrainable: Object.keys(operators).filter((op) => !RULES[op] && !INTEGER_ONLY.test(op)),
  };
}
