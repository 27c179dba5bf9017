/**
 * Constant nodes become initializers, so that everything a file fixes lies in one place. Exporters
 * write scalars, shapes and at times whole weights as Constant nodes.
 */
import { floatTensor, intTensor, type Graph, type Node, type Tensor } from '../model.ts';

/** The tensor a Constant node stands for; null for forms that stay nodes (strings, sparse). */
function constantOf(node: Node): Tensor | null {
  if (node.op !== 'Constant' || node.domain !== '') return null;
  for (const [name, attribute] of Object.entries(node.attributes)) {
    if (name === 'value' && attribute.kind === 'tensor') return attribute.value;
    if (name === 'value_float' && attribute.kind === 'float')
      return floatTensor([], [attribute.value]);
    if (name === 'value_floats' && attribute.kind === 'floats')
      return floatTensor([attribute.value.length], attribute.value);
    if (name === 'value_int' && attribute.kind === 'int') return intTensor([], [attribute.value]);
    if (name === 'value_ints' && attribute.kind === 'ints')
      return intTensor([attribute.value.length], attribute.value);
  }
  return null;
}

export function hoistConstants(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.filter((node) => {
    const tensor = constantOf(node);
    if (tensor) initializers.set(node.outputs[0] as string, tensor);
    return tensor === null;
  });
  return { ...graph, nodes, initializers };
}
