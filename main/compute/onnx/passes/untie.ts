/**
 * One initializer per parameter. PyTorch's exporter stores tensors of equal value once and hands out
 * copies through Identity nodes, and simplifiers then drop the Identity nodes. Two things look alike
 * there and must be told apart:
 *
 * - A tensor whose elements all agree (the ones and zeros a normalization or a bias starts from) equals
 *   others by chance. PyTorch trains one per module, so each module gets its own.
 * - A tensor whose elements vary never equals another one by chance. Its copies are uses of one
 *   parameter (DeBERTa projects content and positions with the same keys; a language-model head may
 *   share the embedding) and stay one, else each copy would get a part of the gradient.
 */
import { isFloat, sizeOf, type Graph, type Node, type Tensor } from '../model.ts';
import { producersOf } from '../order.ts';
import { isGivenName, modulesOf } from '../scope.ts';

export function untie(graph: Graph): Graph {
  const { sources, nodes } = withoutCopies(graph);
  const initializers = new Map(graph.initializers);
  const owner = createOwners({ ...graph, nodes }, sources);
  const uses = new Map<string, { node: Node; index: number; name: string }[]>();
  for (const node of nodes)
    node.inputs.forEach((name, index) => {
      const source = sources.get(name) ?? name;
      if (!initializers.has(source)) return;
      const list = uses.get(source) ?? [];
      list.push({ node, index, name });
      uses.set(source, list);
    });

  const renamed = new Map<Node, Map<number, string>>();
  for (const [source, list] of uses) {
    const tensor = initializers.get(source) as Tensor;
    const separate = isFloat(tensor.type) && sizeOf(tensor.dims) > 1 && isUniform(tensor);
    const names = new Map<string, string>();
    for (const { node, index, name } of list) {
      let own = source;
      if (separate) {
        // A copy that carries a name of its own is that parameter, whoever uses it.
        const key = name !== source && isGivenName(name) ? `name ${name}` : owner(node);
        own = names.get(key) ?? pick([...names.values()].includes(source), source, name, key);
        names.set(key, own);
        initializers.set(own, tensor);
      }
      if (own !== name) {
        const changes = renamed.get(node) ?? new Map<number, string>();
        renamed.set(node, changes.set(index, own));
      }
    }
  }
  return {
    ...graph,
    initializers,
    nodes: nodes.map((node) => {
      const changes = renamed.get(node);
      if (!changes) return node;
      return { ...node, inputs: node.inputs.map((name, index) => changes.get(index) ?? name) };
    }),
  };

  /** A named copy keeps its name and the first plain use the stored one; others are named by owner. */
  function pick(taken: boolean, source: string, name: string, key: string): string {
    if (name !== source && !initializers.has(name)) return name;
    if (!taken) return source;
    for (let count = 1; ; count += 1) {
      const candidate = `${source}/${key.replace(/^\w+ /, '')}${count > 1 ? `/${count}` : ''}`;
      if (!initializers.has(candidate)) return candidate;
    }
  }
}

/** Drops Identity nodes over initializers; `sources` maps the names they handed out to what they copy. */
function withoutCopies(graph: Graph): { sources: Map<string, string>; nodes: readonly Node[] } {
  const sources = new Map<string, string>();
  const outputs = new Set(graph.outputs.map((port) => port.name));
  const nodes = graph.nodes.filter((node) => {
    const [input, output] = [node.inputs[0] ?? '', node.outputs[0] ?? ''];
    if (node.op !== 'Identity' || node.domain !== '' || outputs.has(output)) return true;
    const source = sources.get(input) ?? input;
    if (!graph.initializers.has(source)) return true;
    sources.set(output, source);
    return false;
  });
  return { sources, nodes };
}

/**
 * Whose parameter a use is: a bias belongs to the weight it follows; anything else to the module of
 * its node, or to the node itself in a file without module paths.
 */
function createOwners(graph: Graph, sources: ReadonlyMap<string, string>): (node: Node) => string {
  const producers = producersOf(graph.nodes);
  const moduleOf = modulesOf(graph);
  const ids = new Map(graph.nodes.map((node, index) => [node, index]));
  return (node) => {
    if (node.op === 'Add')
      for (const input of node.inputs) {
        const product = producers.get(input);
        const weight = product?.op === 'MatMul' ? (product.inputs[1] ?? '') : '';
        const source = sources.get(weight) ?? weight;
        const tensor = graph.initializers.get(source);
        if (tensor && !isUniform(tensor)) return `weight ${source}`;
      }
    const path = moduleOf(node);
    return path === '' ? `node ${ids.get(node) ?? 0}` : `module ${path}`;
  };
}

/** Whether all elements are the same bits. */
export function isUniform({ type, bytes, dims }: Tensor): boolean {
  const width = bytes.length / Math.max(1, sizeOf(dims));
  if (type === 'float32' && bytes.byteOffset % 4 === 0) {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    return words.every((word) => word === words[0]);
  }
  return bytes.every((byte, index) => byte === bytes[index % width]);
}
