/**
 * What a gradient rule may know and do. A rule sees one node y = op(x0, x1, …), the gradient d of each
 * output, static shapes, and a builder to which it adds nodes. It returns one contribution per input
 * (null where no gradient flows); contributions nobody asked for are pruned afterwards, so rules never
 * test what is wanted.
 */
import type { Builder, ElementType, Node } from '../onnx/index.ts';

/** What is known of a value for one bucket: element type, concrete shape, and small integer contents. */
export interface Fact {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly ints?: readonly number[];
}
export type Facts = ReadonlyMap<string, Fact>;

export interface RuleContext {
  readonly node: Node;
  readonly b: Builder;
  /** Gradient of output 0, the only one most operators have. */
  readonly d: string;
  /** Gradient per output; undefined where the loss does not depend on that output. */
  readonly grads: readonly (string | undefined)[];
  x(index: number): string;
  y(index: number): string;
  hasInput(index: number): boolean;
  xDims(index: number): readonly number[];
  yDims(index: number): readonly number[];
  /** Contents of an integer input that fixes a shape; a fault names the node where they are unknown. */
  ints(index: number): readonly number[];
  /** An optional output of the forward node, added to it if it was left out. */
  extraOutput(index: number): string;
  refuse(reason: string): never;
}

export type Contribution = string | null;
export type Rule = (context: RuleContext) => readonly Contribution[];
