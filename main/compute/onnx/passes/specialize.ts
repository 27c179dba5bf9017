/** Fixes dimensions: gradients are built for one shape of batch at a time. */
import type { Graph } from '../model.ts';

/** Replaces symbolic dimensions of the inputs. */
export function specialize(graph: Graph, dims: Readonly<Record<string, number>>): Graph {
  return {
    ...graph,
    inputs: graph.inputs.map((port) => ({
      ...port,
      dims: port.dims.map((dim) => (typeof dim === 'string' ? (dims[dim] ?? dim) : dim)),
    })),
  };
}
