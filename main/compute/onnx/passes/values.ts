/** The way back: trained values into the graph they came from. */
import type { Graph, Tensor } from '../model.ts';

/** Replaces initializers; dynamic axes and everything else stay as they were. */
export function withValues(graph: Graph, values: ReadonlyMap<string, Tensor>): Graph {
  const initializers = new Map(graph.initializers);
  for (const [name, tensor] of values) {
    if (!initializers.has(name)) throw new Error(`No initializer "${name}" to replace`);
    initializers.set(name, tensor);
  }
  return { ...graph, initializers };
}
