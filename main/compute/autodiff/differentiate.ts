/**
 * Reverse-mode differentiation of a graph: walk the nodes from the loss back to the targets, let each
 * node's rule turn the gradients of its outputs into contributions to its inputs, and add up what
 * arrives at the same value. The result is a bigger graph that computes the loss and all gradients in
 * one run.
 */
import { fault } from '../fault.ts';
import {
  createBuilder,
  describeNode,
  isFloat,
  orderNodes,
  prune,
  type Builder,
  type Graph,
  type Node,
  type Port,
} from '../onnx/index.ts';
import type { Fact, Facts, RuleContext } from './context.ts';
import { RULES } from './rules.ts';
import { sameDims } from './shapes.ts';

export interface Target {
  readonly name: string;
  /**
   * An embedding table whose gradient is wanted as rows, one per looked-up index, instead of a dense
   * tensor of the table's size. It may only be used by Gather along axis 0.
   */
  readonly rows?: boolean;
}

/** `value` and `indices` name graph values of the step graph. */
export type Gradient =
  | { readonly kind: 'dense'; readonly value: string }
  | {
      readonly kind: 'rows';
      readonly parts: readonly {
        readonly indices: string;
        readonly value: string;
        /** Each row of `value` belongs to this many consecutive indices (bags share one gradient). */
        readonly repeat: number;
      }[];
    };

export interface Differentiated {
  readonly graph: Graph;
  /** Absent where the loss does not depend on the target. */
  readonly gradients: ReadonlyMap<string, Gradient>;
}

/**
 * @param facts types and shapes of every value of `graph` at the shapes it will run with.
 * @param loss a scalar float value of the graph.
 * @throws Fault 'unsupported-operator' naming the node that has no rule.
 */
export function differentiate(
  graph: Graph,
  facts: Facts,
  loss: string,
  targets: readonly Target[],
): Differentiated {
  const b = createBuilder('grad');
  const seeds = new Map([[loss, b.floats([1], [])]]);
  return pullBack({ graph, facts, seeds, targets, builder: b, keep: [loss] });
}

export interface PullBack {
  readonly graph: Graph;
  readonly facts: Facts;
  /** Where the walk begins: values of the graph, and the value that is the gradient of each. */
  readonly seeds: ReadonlyMap<string, string>;
  readonly targets: readonly Target[];
  /** Receives the gradient nodes; may already hold the seeds. */
  readonly builder: Builder;
  /** Values that stay outputs beside the gradients. */
  readonly keep: readonly string[];
}

/** Reverse mode from any set of values, whose gradients are given. */
export function pullBack(request: PullBack): Differentiated {
  const { graph, facts, seeds, targets, builder: b } = request;
  const forward = orderNodes(graph.nodes, [...seeds.keys()]);
  const rewritten = new Map<Node, string[]>();
  const factOf = (name: string): Fact => {
    const fact = facts.get(name);
    if (!fact) throw new Error(`The shape of the value "${name}" is not known`);
    return fact;
  };

  // Values through which a target reaches the loss; an integer or boolean value ends the path.
  const needs = new Set(targets.map((target) => target.name));
  for (const node of forward) {
    if (!node.inputs.some((input) => needs.has(input))) continue;
    for (const output of node.outputs)
      if (output !== '' && isFloat(factOf(output).type)) needs.add(output);
  }

  const arrived = new Map<string, string[]>();
  for (const [value, gradient] of seeds) arrived.set(value, [gradient]);
  const collect = (name: string): string | undefined => {
    const parts = arrived.get(name);
    if (!parts || parts.length <= 1) return parts?.[0];
    const sum = b.op('Sum', parts);
    arrived.set(name, [sum]);
    return sum;
  };
  const rowTargets = new Set(targets.filter((target) => target.rows).map((target) => target.name));
  const rowParts = new Map<string, { indices: string; value: string; repeat: number }[]>();

  for (const node of forward.toReversed()) {
    const wanted = node.inputs.map((input) => needs.has(input));
    if (!wanted.includes(true)) continue;
    const grads = node.outputs.map((output) => (output === '' ? undefined : collect(output)));
    if (grads.every((grad) => grad === undefined)) continue;

    const table = node.inputs.find((input) => rowTargets.has(input));
    if (table !== undefined) {
      const parts = rowParts.get(table) ?? [];
      parts.push(rowsOf(node, table, grads[0] as string));
      rowParts.set(table, parts);
      continue;
    }
    const rule = node.domain === '' ? RULES[node.op] : undefined;
    if (!rule)
      throw fault(
        'unsupported-operator',
        `The model cannot be trained: there is no gradient rule for ${describeNode(node)}.`,
      );
    const contributions = rule(contextOf(node, grads));
    node.inputs.forEach((input, index) => {
      const contribution = contributions[index];
      if (!wanted[index] || contribution === undefined || contribution === null) return;
      const list = arrived.get(input) ?? [];
      list.push(contribution);
      arrived.set(input, list);
    });
  }

  const gradients = new Map<string, Gradient>();
  for (const { name, rows } of targets) {
    const parts = rowParts.get(name);
    const value = rows ? undefined : collect(name);
    if (parts) gradients.set(name, { kind: 'rows', parts });
    else if (value !== undefined) gradients.set(name, { kind: 'dense', value });
  }
  return { graph: assemble(), gradients };

  function contextOf(node: Node, grads: (string | undefined)[]): RuleContext {
    const refuse = (reason: string): never => {
      throw fault(
        'unsupported-operator',
        `The model cannot be trained through ${describeNode(node)}: ${reason}.`,
      );
    };
    return {
      node,
      b,
      grads,
      get d(): string {
        return grads[0] ?? refuse('its first output does not lead to the loss');
      },
      x: (index) => node.inputs[index] as string,
      y: (index) => node.outputs[index] as string,
      hasInput: (index) => (node.inputs[index] ?? '') !== '',
      xDims: (index) => factOf(node.inputs[index] as string).dims,
      yDims: (index) => factOf(node.outputs[index] as string).dims,
      ints: (index) =>
        factOf(node.inputs[index] as string).ints ??
        refuse(`its input ${index} is not a constant for this shape`),
      extraOutput(index) {
        const outputs = rewritten.get(node) ?? [...node.outputs];
        while (outputs.length <= index) outputs.push('');
        outputs[index] ||= `grad/${node.outputs[0]}/output_${index}`;
        rewritten.set(node, outputs);
        return outputs[index] as string;
      },
      refuse,
    };
  }

  /** A bag (Gather, then a sum over the bag) sends the same gradient to all its rows: keep one copy. */
  function rowsOf(node: Node, table: string, value: string) {
    if (node.op !== 'Gather' || node.inputs[0] !== table)
      throw new Error(`${describeNode(node)} uses the row table "${table}" other than by Gather`);
    const indices = node.inputs[1] as string;
    const dims = factOf(indices).dims;
    const bag = dims.at(-1) ?? 1;
    const width = factOf(table).dims.slice(1);
    const producer = b.nodes.findLast((candidate) => candidate.outputs[0] === value);
    if (producer?.op === 'Expand') {
      const source = producer.inputs[0] as string;
      const reshape = b.nodes.find((candidate) => candidate.outputs[0] === source);
      const shape = b.initializers.get(reshape?.inputs[1] ?? '');
      const bagged = [...dims.slice(0, -1), 1, ...width];
      if (reshape?.op === 'Reshape' && shape && sameDims(constants(shape.bytes), bagged))
        return { indices, value: source, repeat: bag };
    }
    return { indices, value, repeat: 1 };
  }

  /** The step graph: forward nodes, gradient nodes, and as outputs what is kept and each distinct gradient. */
  function assemble(): Graph {
    const outputs = new Map<string, Port>();
    const add = (name: string, dims: readonly number[]): void =>
      void outputs.set(name, { name, type: 'float32', dims });
    for (const name of request.keep) add(name, factOf(name).dims);
    for (const [name, gradient] of gradients) {
      const { dims } = factOf(name);
      if (gradient.kind === 'dense') add(gradient.value, dims);
      else
        for (const part of gradient.parts) {
          const index = factOf(part.indices).dims;
          const lead = part.repeat === 1 ? index : [...index.slice(0, -1), 1];
          add(part.value, [...lead, ...dims.slice(1)]);
          if (!graph.inputs.some((port) => port.name === part.indices))
            outputs.set(part.indices, { name: part.indices, type: 'int64', dims: index });
        }
    }
    return prune({
      name: `${graph.name}-step`,
      nodes: [
        ...forward.map((node) => {
          const extended = rewritten.get(node);
          return extended ? { ...node, outputs: extended } : node;
        }),
        ...b.nodes,
      ],
      inputs: graph.inputs,
      outputs: [...outputs.values()],
      initializers: new Map([...graph.initializers, ...b.initializers]),
    });
  }
}

const constants = (bytes: Uint8Array): number[] =>
  Array.from(new BigInt64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8), Number);
