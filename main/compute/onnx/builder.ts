/**
 * Makes graphs in TypeScript: each call adds one node and returns the name of what it produces.
 * The same builder writes architectures, losses and gradients, so names never collide: a prefix per
 * builder and a counter per operator.
 */
import {
  floatTensor,
  intTensor,
  type Attribute,
  type ElementType,
  type Graph,
  type Node,
  type Port,
  type Tensor,
} from './model.ts';

export type AttributeValue = number | string | readonly number[] | Attribute;

export interface Builder {
  readonly nodes: Node[];
  readonly initializers: Map<string, Tensor>;
  input(name: string, type: ElementType, dims: Port['dims']): string;
  output(name: string, type: ElementType, dims: Port['dims']): void;
  /** A named trainable tensor. */
  parameter(name: string, tensor: Tensor): string;
  /** Constants are shared by value, so a graph holds each only once. */
  floats(values: readonly number[], dims?: readonly number[]): string;
  ints(values: readonly number[], dims?: readonly number[]): string;
  /** One-output node. Numbers become int attributes; pass `float(x)` for a float one. */
  op(op: string, inputs: readonly string[], attributes?: Record<string, AttributeValue>): string;
  ops(
    op: string,
    inputs: readonly string[],
    outputs: number,
    attributes?: Record<string, AttributeValue>,
  ): string[];
  /** Gives a value a second, chosen name, for outputs that others refer to. */
  alias(value: string, name: string): string;
  finish(name: string): Graph;
}

export const float = (value: number): Attribute => ({ kind: 'float', value });

const toAttribute = (value: AttributeValue): Attribute => {
  if (typeof value === 'number') return { kind: 'int', value };
  if (typeof value === 'string') return { kind: 'string', value };
  if (Array.isArray(value)) return { kind: 'ints', value: value as readonly number[] };
  return value as Attribute;
};

export function createBuilder(prefix: string): Builder {
  const nodes: Node[] = [];
  const inputs: Port[] = [];
  const outputs: Port[] = [];
  const initializers = new Map<string, Tensor>();
  const counters = new Map<string, number>();
  const fresh = (stem: string): string => {
    const count = counters.get(stem) ?? 0;
    counters.set(stem, count + 1);
    return `${prefix}/${stem}_${count}`;
  };
  const shared = new Map<string, string>();
  const constant = (key: string, stem: string, tensor: () => Tensor): string => {
    const known = shared.get(key);
    if (known !== undefined) return known;
    const name = fresh(stem);
    shared.set(key, name);
    initializers.set(name, tensor());
    return name;
  };
  const builder: Builder = {
    nodes,
    initializers,
    input(name, type, dims) {
      inputs.push({ name, type, dims });
      return name;
    },
    output: (name, type, dims) => void outputs.push({ name, type, dims }),
    parameter(name, tensor) {
      initializers.set(name, tensor);
      return name;
    },
    floats: (values, dims = [values.length]) =>
      constant(`f${dims.join()}:${values.join()}`, 'float', () => floatTensor(dims, values)),
    ints: (values, dims = [values.length]) =>
      constant(`i${dims.join()}:${values.join()}`, 'int', () => intTensor(dims, values)),
    op: (op, args, attributes = {}) => builder.ops(op, args, 1, attributes)[0] as string,
    ops(op, args, count, attributes = {}) {
      const stem = fresh(op);
      const names =
        count === 1 ? [stem] : Array.from({ length: count }, (_, index) => `${stem}.${index}`);
      nodes.push({
        name: stem,
        op,
        domain: '',
        inputs: args,
        outputs: names,
        attributes: Object.fromEntries(
          Object.entries(attributes).map(([key, value]) => [key, toAttribute(value)]),
        ),
      });
      return names;
    },
    alias(value, name) {
      nodes.push({
        name: fresh('Identity'),
        op: 'Identity',
        domain: '',
        inputs: [value],
        outputs: [name],
        attributes: {},
      });
      return name;
    },
    finish: (name) => ({ name, nodes, inputs, outputs, initializers }),
  };
  return builder;
}
