/**
 * Files of opset 11 to 16 in the words of opset 17, which gradients are written in. From 13 on nothing
 * that encoders use changed its meaning, only its types; before, axes and sizes were attributes and
 * Softmax flattened its input to two dimensions. Later opsets stay as they are.
 * Source: https://github.com/onnx/onnx/blob/main/docs/Changelog.md
 */
import { createBuilder, type Builder } from '../builder.ts';
import { attributeInt, attributeInts, type Graph, type Model, type Node } from '../model.ts';

export const OLDEST_OPSET = 11;
export const TARGET_OPSET = 17;

/** A file older than OLDEST_OPSET is handed back as it is. */
export function bumpOpset(model: Model): Model {
  const from = model.opsets[''] ?? 1;
  if (from < OLDEST_OPSET || from >= TARGET_OPSET) return model;
  return {
    ...model,
    // Opset 17 came with IR version 8; a runtime may refuse the pair otherwise.
    irVersion: Math.max(8, model.irVersion),
    opsets: { ...model.opsets, '': TARGET_OPSET },
    graph: from < 13 ? toThirteen(model.graph) : model.graph,
  };
}

type Rewrite = (b: Builder, node: Node) => void;

const without = (node: Node, name: string): Node['attributes'] =>
  Object.fromEntries(Object.entries(node.attributes).filter(([key]) => key !== name));

/** Moves an attribute of integers to the second input; left out, it stays left out. */
const toInput =
  (name: string): Rewrite =>
  (b, node) => {
    const values = attributeInts(node, name);
    const inputs = values ? [node.inputs[0] as string, b.ints(values)] : node.inputs;
    b.nodes.push({ ...node, inputs, attributes: without(node, name) });
  };

/**
 * Before 13, everything from `axis` (by default 1) on was one dimension. At the last axis both
 * meanings agree; elsewhere the old one is written out.
 */
const flatten: Rewrite = (b, node) => {
  const axis = attributeInt(node, 'axis', 1);
  const [x, y] = [node.inputs[0] as string, node.outputs[0] as string];
  if (axis === -1) {
    b.nodes.push(node);
    return;
  }
  const flat = b.op('Flatten', [x], { axis });
  const result = b.op(node.op, [flat], { axis: -1 });
  const reshape = b.op('Reshape', [result, b.op('Shape', [x])]);
  rename(b, reshape, y);
};

/** The ratio became an input in 12; outside training it changes nothing and can go. */
const dropRatio: Rewrite = (b, node) =>
  void b.nodes.push({ ...node, attributes: without(node, 'ratio') });

const REWRITES: Readonly<Record<string, Rewrite>> = {
  Squeeze: toInput('axes'),
  Unsqueeze: toInput('axes'),
  ReduceSum: toInput('axes'),
  Split: toInput('split'),
  Softmax: flatten,
  LogSoftmax: flatten,
  Hardmax: flatten,
  Dropout: dropRatio,
};

function toThirteen(graph: Graph): Graph {
  const b = createBuilder('opset');
  for (const node of graph.nodes) {
    const rewrite = node.domain === '' ? REWRITES[node.op] : undefined;
    if (rewrite) rewrite(b, node);
    else b.nodes.push(node);
  }
  return {
    ...graph,
    nodes: b.nodes,
    initializers: new Map([...graph.initializers, ...b.initializers]),
  };
}

/** Lets the newest node produce `name` instead of what the builder called it. */
export function rename(b: Builder, made: string, name: string): void {
  const last = b.nodes.pop();
  if (last?.outputs[0] !== made) throw new Error('Only the newest node can be renamed');
  b.nodes.push({ ...last, outputs: [name] });
}
