/**
 * Module paths out of node names. PyTorch's exporter names a node after the module that made it
 * ("/bert/encoder/layer.0/attention/self/query/MatMul") and appends "_1", "_2" … to the last module
 * when that module is called again.
 */
import type { Graph, Node } from './model.ts';

/** "bert.encoder.layer.0.attention.self.query"; empty for nodes without a path. */
const pathOf = (node: Node): string => {
  const parts = node.name.split('/');
  return parts[0] === '' ? parts.slice(1, -1).join('.') : '';
};

/**
 * Tells the module of each node. A numbered path counts as another call of the unnumbered one only
 * where that exists too: "query_1" beside "query" is a second call, "ln_1" beside "ln_2" is a name.
 */
export function modulesOf(graph: Graph): (node: Node) => string {
  const paths = new Set<string>();
  for (const node of graph.nodes) {
    const path = pathOf(node);
    for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1))
      paths.add(path.slice(0, end));
  }
  const resolved = new Map<string, string>();
  const resolve = (path: string): string => {
    const known = resolved.get(path);
    if (known !== undefined) return known;
    const dot = path.lastIndexOf('.');
    const parent = dot < 0 ? '' : `${resolve(path.slice(0, dot))}.`;
    const own = path.slice(dot + 1);
    const plain = own.replace(/_\d+$/, '');
    const again = plain !== own && paths.has(path.slice(0, dot + 1) + plain);
    const result = parent + (again ? plain : own);
    resolved.set(path, result);
    return result;
  };
  return (node) => resolve(pathOf(node));
}

/** A name that a state dict could hold, in contrast to a number the exporter made up. */
export const isGivenName = (name: string): boolean =>
  !name.startsWith('/') && !name.includes('::') && !/^\d+$/.test(name);
