/**
 * Whole-graph rewrites, applied in this order before differentiation: separate shared copies, lift
 * parameters, fix dimensions. Lifting comes before any folding: a constant folder that still sees
 * trainable tensors as constants computes them away, and gradients silently miss paths.
 */
import type { Graph, Node, Port, Tensor } from './model.ts';

/**
 * PyTorch's exporter stores equal tensors once and hands copies out through Identity nodes, so two
 * normalizations that both start at ones would be trained as one. Each copy becomes its own tensor.
 */
export function separateCopies(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.filter((node: Node) => {
    const shared = node.op === 'Identity' ? initializers.get(node.inputs[0] as string) : undefined;
    if (shared) initializers.set(node.outputs[0] as string, shared);
    return !shared;
  });
  return { ...graph, nodes, initializers };
}

/** Turns the named initializers into graph inputs, so that their values are fed at every run. */
export function liftParameters(graph: Graph, names: readonly string[]): Graph {
  const lifted = names.map((name): Port => {
    const tensor = graph.initializers.get(name);
    if (!tensor) throw new Error(`No initializer "${name}" to lift`);
    return { name, type: tensor.type, dims: tensor.dims };
  });
  const initializers = new Map(graph.initializers);
  for (const name of names) initializers.delete(name);
  return { ...graph, inputs: [...graph.inputs, ...lifted], initializers };
}

/** Replaces symbolic dimensions of the inputs; gradients are built for one shape per bucket. */
export function specialize(graph: Graph, dims: Readonly<Record<string, number>>): Graph {
  return {
    ...graph,
    inputs: graph.inputs.map((port) => ({
      ...port,
      dims: port.dims.map((dim) => (typeof dim === 'string' ? (dims[dim] ?? dim) : dim)),
    })),
  };
}

/** Writes trained values back into the original graph, whose dynamic axes stay as they were. */
export function withValues(graph: Graph, values: ReadonlyMap<string, Tensor>): Graph {
  const initializers = new Map(graph.initializers);
  for (const [name, tensor] of values) {
    if (!initializers.has(name)) throw new Error(`No initializer "${name}" to replace`);
    initializers.set(name, tensor);
  }
  return { ...graph, initializers };
}
