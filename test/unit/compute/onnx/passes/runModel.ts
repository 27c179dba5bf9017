/** Runs a small graph in ONNX Runtime, so that a rewrite is judged by what it computes. */
import {
  encodeModel,
  sizeOf,
  type Graph,
  type Model,
} from '../../../../../main/compute/onnx/index.ts';
import { stream } from '../../../../../main/compute/random.ts';
import { openSession, type HostTensor } from '../../../../../main/compute/sessions/index.ts';

export const modelOf = (graph: Graph, opset: number, irVersion = 7): Model => ({
  irVersion,
  opsets: { '': opset },
  producer: 'test',
  metadata: {},
  graph,
});

/** Normal numbers for float inputs, small counts for integers, alternating booleans. */
export function madeUp({ inputs }: Graph): Record<string, HostTensor> {
  return Object.fromEntries(
    inputs.map(({ name, type, dims }) => {
      const shape = dims.map((dim) => (typeof dim === 'number' ? dim : 2));
      const random = stream(3, name);
      const count = sizeOf(shape);
      const data =
        type === 'int64'
          ? BigInt64Array.from({ length: count }, () => BigInt(random.below(3)))
          : type === 'bool'
            ? Uint8Array.from({ length: count }, (_, i) => (i % 3 === 1 ? 0 : 1))
            : Float32Array.from({ length: count }, () => random.normal());
      return [name, { dims: shape, data, ...(type === 'bool' && { bool: true }) }];
    }),
  );
}

/** All outputs as shape and numbers. */
export async function runModel(
  model: Model,
  feeds: Readonly<Record<string, HostTensor>> = madeUp(model.graph),
): Promise<Record<string, { dims: readonly number[]; values: number[] }>> {
  const session = await openSession(encodeModel(model), { threads: 1, optimize: 'none' });
  try {
    const out = await session.run(feeds);
    return Object.fromEntries(
      Object.entries(out).map(([name, { dims, data }]) => [
        name,
        { dims, values: Array.from(data as Iterable<number | bigint>, Number) },
      ]),
    );
  } finally {
    await session.dispose();
  }
}

/** Largest difference of any number of two runs; infinite when shapes differ. */
export function difference(
  a: Awaited<ReturnType<typeof runModel>>,
  b: Awaited<ReturnType<typeof runModel>>,
): number {
  let worst = Object.keys(a).length === Object.keys(b).length ? 0 : Infinity;
  for (const [name, { dims, values }] of Object.entries(a)) {
    const other = b[name];
    if (other?.dims.join() !== dims.join()) return Infinity;
    values.forEach((value, i) => (worst = Math.max(worst, Math.abs(value - other.values[i]!))));
  }
  return worst;
}
