/**
 * Fused operators of newer opsets as the plain ones that have gradient rules. A form that is not
 * understood stays as it is, so that it is refused by name instead of trained wrongly.
 */
import { createBuilder, type Builder } from '../builder.ts';
import {
  attributeFloat,
  attributeInt,
  ELEMENT,
  type Graph,
  type Node,
  type Port,
} from '../model.ts';
import { producersOf } from '../order.ts';
import { rename } from './opset.ts';

/** Largest finite float32 with a minus: a masked score that leaves no NaN where a row has no other. */
const MASKED = -3.4028234663852886e38;

export function decompose(graph: Graph): Graph {
  const b = createBuilder('plain');
  const isBoolean = booleanValues(graph);
  for (const node of graph.nodes) {
    const done =
      node.domain === '' &&
      ((node.op === 'Attention' && attention(b, node, isBoolean)) ||
        (node.op === 'RMSNormalization' && rmsNormalization(b, node)));
    if (!done) b.nodes.push(node);
  }
  return {
    ...graph,
    nodes: b.nodes,
    initializers: new Map([...graph.initializers, ...b.initializers]),
  };
}

/**
 * Attention(23): softmax(Q·Kᵀ·scale + mask)·V over heads. Encoders use neither a cache, a causal mask,
 * soft capping nor fewer key heads; a node with one of these stays.
 * Source: https://onnx.ai/onnx/operators/onnx__Attention.html
 */
function attention(b: Builder, node: Node, isBoolean: (value: string) => boolean): boolean {
  const [query, key, value, mask = ''] = node.inputs as [string, string, string, string?];
  const heads = attributeInt(node, 'q_num_heads', 0);
  const understood =
    node.inputs.slice(4).every((input) => input === '') &&
    node.outputs.slice(1).every((output) => output === '') &&
    attributeInt(node, 'is_causal', 0) === 0 &&
    attributeFloat(node, 'softcap', 0) === 0 &&
    attributeInt(node, 'kv_num_heads', heads) === heads;
  if (!understood) return false;
  // Three dimensions come with the number of heads, four already have them apart.
  const apart = (x: string): string =>
    heads === 0
      ? x
      : b.op('Transpose', [b.op('Reshape', [x, b.ints([0, 0, heads, -1])])], {
          perm: [0, 2, 1, 3],
        });
  const q = apart(query);
  const keys = b.op('Transpose', [apart(key)], { perm: [0, 1, 3, 2] });
  let scores = b.op('Mul', [b.op('MatMul', [q, keys]), scaleOf(b, node, q)]);
  if (mask !== '')
    scores = isBoolean(mask)
      ? b.op('Where', [mask, scores, b.floats([MASKED], [])])
      : b.op('Add', [scores, mask]);
  const weights = b.op('Softmax', [scores], { axis: -1 });
  const mixed = b.op('MatMul', [weights, apart(value)]);
  if (heads === 0) rename(b, mixed, node.outputs[0] as string);
  else {
    const together = b.op('Transpose', [mixed], { perm: [0, 2, 1, 3] });
    rename(b, b.op('Reshape', [together, b.ints([0, 0, -1])]), node.outputs[0] as string);
  }
  return true;
}

/** One over the root of the head's width, unless the node says otherwise. */
function scaleOf(b: Builder, node: Node, q: string): string {
  const given = attributeFloat(node, 'scale', 0);
  if (given !== 0) return b.floats([given], []);
  const width = b.op('Gather', [b.op('Shape', [q]), b.ints([-1], [])], { axis: 0 });
  const wide = b.op('Cast', [width], { to: ELEMENT.float32.code });
  return b.op('Reciprocal', [b.op('Sqrt', [wide])]);
}

/** RMSNormalization(23) over the last axis: x / sqrt(mean(x²) + epsilon) · scale. */
function rmsNormalization(b: Builder, node: Node): boolean {
  if (attributeInt(node, 'axis', -1) !== -1) return false;
  const [x, scale] = node.inputs as [string, string];
  const epsilon = b.floats([attributeFloat(node, 'epsilon', 1e-5)], []);
  // Not ReduceMean: its axes moved from attribute to input in opset 18, those of ReduceSum before.
  const size = b.op('Cast', [b.op('Gather', [b.op('Shape', [x]), b.ints([-1], [])], { axis: 0 })], {
    to: ELEMENT.float32.code,
  });
  const squares = b.op('ReduceSum', [b.op('Mul', [x, x]), b.ints([-1])], { keepdims: 1 });
  const root = b.op('Sqrt', [b.op('Add', [b.op('Div', [squares, size]), epsilon])]);
  const normal = b.op('Div', [x, root]);
  rename(b, b.op('Mul', [normal, scale]), node.outputs[0] as string);
  return true;
}

const COMPARES = new Set([
  'Equal',
  'Less',
  'LessOrEqual',
  'Greater',
  'GreaterOrEqual',
  'And',
  'Or',
  'Not',
  'Xor',
  'IsNaN',
]);

/** Tells booleans by where they come from; what merely moves elements keeps their type. */
function booleanValues(graph: Graph): (value: string) => boolean {
  const producers = producersOf(graph.nodes);
  const inputs = new Map(
    graph.inputs.map((port): [string, Port['type']] => [port.name, port.type]),
  );
  return (value) => {
    for (let name = value; ;) {
      const type = inputs.get(name) ?? graph.initializers.get(name)?.type;
      if (type !== undefined) return type === 'bool';
      const node = producers.get(name);
      if (!node) return false;
      if (COMPARES.has(node.op)) return true;
      if (node.op === 'Cast') return attributeInt(node, 'to', 1) === ELEMENT.bool.code;
      if (node.op === 'ConstantOfShape') {
        const fill = node.attributes['value'];
        return fill?.kind === 'tensor' && fill.value.type === 'bool';
      }
      const index = node.op === 'Where' ? 1 : 0;
      const next = node.inputs[index] ?? '';
      if (
        next === '' ||
        !/^(Where|Identity|Reshape|Unsqueeze|Squeeze|Expand|Tile|Transpose|Slice|Gather|Concat)$/.test(
          node.op,
        )
      )
        return false;
      name = next;
    }
  };
}
