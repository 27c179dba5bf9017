/** Sequences as the inputs a graph asks for: ids, mask, token types, positions, padded to one shape. */
import type { Graph } from '../../onnx/index.ts';
import type { HostTensor } from '../../sessions/index.ts';
import { inputsOf, type Admission } from './admit.ts';
import { TARGETS, writeTarget, type Objective } from './objective.ts';

/** One window of a document, special tokens included. */
export interface Sequence {
  readonly ids: Int32Array;
  /** Segment of each token; null means all zero. */
  readonly types: Int32Array | null;
  /** Class of each position, IGNORED where it does not count; one element for a class of the whole text. */
  readonly labels: Int32Array;
  /** Share of each counted position in the objective. */
  readonly share: number;
}

export interface Ports extends Readonly<Admission['inputs']> {
  /** Input names that hold 32-bit integers; the others hold 64-bit ones. */
  readonly narrow: ReadonlySet<string>;
  readonly pad: number;
}

export const portsOf = (graph: Pick<Graph, 'inputs'>, pad: number): Ports => ({
  ...inputsOf(graph),
  pad,
  narrow: new Set(graph.inputs.filter(({ type }) => type === 'int32').map(({ name }) => name)),
});

type Feeds = Record<string, HostTensor>;

/**
 * @param rows at least the number of sequences; further rows are empty. An empty row attends to one
 *   padding token, since a softmax over nothing is not a number.
 */
export function inputFeeds(
  sequences: readonly Pick<Sequence, 'ids' | 'types'>[],
  rows: number,
  length: number,
  ports: Ports,
): Feeds {
  const dims = [rows, length];
  const feeds: Feeds = {};
  const put = (
    name: string | null,
    fill: number,
    value: (sequence: Pick<Sequence, 'ids' | 'types'>, position: number) => number,
  ): void => {
    if (name === null || name === '') return;
    const data = ports.narrow.has(name)
      ? new Int32Array(rows * length).fill(fill)
      : new BigInt64Array(rows * length).fill(BigInt(fill));
    sequences.forEach((sequence, row) => {
      for (let t = 0; t < sequence.ids.length; t++) {
        const number = value(sequence, t);
        data[row * length + t] = (data instanceof Int32Array ? number : BigInt(number)) as never;
      }
    });
    feeds[name] = { dims, data };
  };
  put(ports.ids, ports.pad, ({ ids }, t) => ids[t] as number);
  put(ports.mask, 0, () => 1);
  put(ports.types, 0, ({ types }, t) => types?.[t] ?? 0);
  put(ports.positions, 0, (_, t) => t);
  const mask = ports.mask === null ? undefined : feeds[ports.mask]?.data;
  for (let row = sequences.length; row < rows; row++)
    if (mask) mask[row * length] = (mask instanceof Int32Array ? 1 : 1n) as never;
  return feeds;
}

/** Adds the targets of a training pass; returns by how much it counts. */
export function targetFeed(
  sequences: readonly Sequence[],
  rows: number,
  length: number,
  objective: Objective,
  perToken: boolean,
): { readonly feeds: Feeds; readonly counted: number } {
  const { classes } = objective;
  const positions = perToken ? rows * length : rows;
  const data = new Float32Array(positions * classes);
  let counted = 0;
  sequences.forEach(({ labels, share }, row) => {
    const first = perToken ? row * length : row;
    for (let t = 0; t < labels.length; t++)
      counted += writeTarget(objective, data, first + t, labels[t] as number, share);
  });
  const dims = perToken ? [rows, length, classes] : [rows, classes];
  return { feeds: { [TARGETS]: { dims, data } }, counted };
}
