/**
 * Order and reachability over a graph: nodes so that producers come first, and only those that a
 * wanted value needs. A file with a cycle is refused here, before anything walks it.
 */
import { fault } from '../fault.ts';
import { describeNode, type Graph, type Node } from './model.ts';

/** Index of the node that makes each value. */
export function producersOf(nodes: readonly Node[]): Map<string, Node> {
  const producers = new Map<string, Node>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (producers.has(output))
        throw fault('bad-model', `Two nodes of the model produce the value "${output}".`);
      producers.set(output, node);
    }
  }
  return producers;
}

/** The nodes `targets` depend on, producers first; input order is kept where it is already valid. */
export function orderNodes(nodes: readonly Node[], targets: readonly string[]): Node[] {
  const producers = producersOf(nodes);
  const done = new Set<Node>();
  const open = new Set<Node>();
  const ordered: Node[] = [];
  const roots = targets.flatMap((name) => producers.get(name) ?? []);
  // Depth first with an explicit stack: exported graphs are thousands of nodes deep.
  const stack: { node: Node; next: number }[] = [];
  const enter = (node: Node): void => {
    if (done.has(node)) return;
    if (open.has(node))
      throw fault(
        'bad-model',
        `The graph of the model runs in a circle through ${describeNode(node)}.`,
      );
    open.add(node);
    stack.push({ node, next: 0 });
  };
  for (const root of roots) {
    enter(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const input = top.node.inputs[top.next++];
      if (input !== undefined) {
        const producer = producers.get(input);
        if (producer) enter(producer);
        continue;
      }
      stack.pop();
      open.delete(top.node);
      done.add(top.node);
      ordered.push(top.node);
    }
  }
  return ordered;
}

/**
 * Every value is made once and before it is missed: no two producers, no input or output that nothing
 * gives. Subgraphs of control flow are not looked into.
 * @throws Fault 'bad-model' naming the value and the node that misses it.
 */
export function checkGraph(graph: Graph): void {
  const producers = producersOf(graph.nodes);
  const given = new Set([...graph.initializers.keys(), ...graph.inputs.map(({ name }) => name)]);
  for (const name of given)
    if (producers.has(name))
      throw fault('bad-model', `The value "${name}" of the model is both given and produced.`);
  const known = (name: string): boolean => name === '' || given.has(name) || producers.has(name);
  for (const node of graph.nodes)
    for (const input of node.inputs)
      if (!known(input))
        throw fault(
          'bad-model',
          `${describeNode(node)} needs the value "${input}", which nothing in the model gives.`,
        );
  for (const { name } of graph.outputs)
    if (!known(name)) throw fault('bad-model', `Nothing in the model makes its output "${name}".`);
  orderNodes(graph.nodes, [...producers.keys()]);
}

/** Drops nodes and initializers that no output needs. */
export function prune(graph: Graph): Graph {
  const nodes = orderNodes(
    graph.nodes,
    graph.outputs.map((port) => port.name),
  );
  const used = new Set(nodes.flatMap((node) => node.inputs));
  for (const port of graph.outputs) used.add(port.name);
  return {
    ...graph,
    nodes,
    inputs: graph.inputs.filter((port) => used.has(port.name)),
    initializers: new Map([...graph.initializers].filter(([name]) => used.has(name))),
  };
}
