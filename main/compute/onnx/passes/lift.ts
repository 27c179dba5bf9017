/**
 * Parameters become graph inputs. This comes before any folding: a constant folder that still sees
 * trainable tensors as constants computes them away, and gradients silently miss paths.
 */
import type { Graph, Port } from '../model.ts';

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
