/**
 * Checks gradients of a graph by directional finite differences. Comparing coordinate by coordinate in
 * float32 drowns in rounding; the slope along one direction (the gradient itself plus noise) does not,
 * and a wrong rule shows as an error of the order of one.
 */
import { differentiate, type Target } from '../autodiff/index.ts';
import { encodeModel, type Model } from '../onnx/index.ts';
import { openSession, probe, type HostTensor } from '../sessions/index.ts';
import { stream } from '../random.ts';

export interface GradientCheck {
  /** |analytic - numeric| / max(|analytic|, |numeric|) of the slope along the direction. */
  readonly relativeError: number;
  readonly slope: number;
}

export interface GradientCheckInput {
  readonly model: Model;
  readonly feeds: Readonly<Record<string, HostTensor>>;
  readonly loss: string;
  /** Float inputs of the graph to check, all moved together. */
  readonly targets: readonly string[];
  readonly step?: number;
  readonly seed?: number;
}

/** Third-order error: f(x+h), f(x-h), f(x+2h), f(x-2h). */
const STENCIL = [
  [1, 8 / 12],
  [-1, -8 / 12],
  [2, -1 / 12],
  [-2, 1 / 12],
] as const;

export async function checkGradients(input: GradientCheckInput): Promise<GradientCheck> {
  const { model, feeds, loss, step = 1e-2, seed = 1 } = input;
  const facts = await probe(model, feeds, 1);
  const targets = input.targets.map((name): Target => ({ name }));
  const { graph, gradients } = differentiate(model.graph, facts, loss, targets);
  const session = await openSession(encodeModel({ ...model, graph }), { threads: 1 });
  const random = stream(seed, 'gradient-check');
  try {
    const used = new Set(session.inputs);
    const fed = (moved: Readonly<Record<string, HostTensor>>): Record<string, HostTensor> =>
      Object.fromEntries(Object.entries({ ...feeds, ...moved }).filter(([name]) => used.has(name)));
    const at = await session.run(fed({}));
    const norm = Math.sqrt(
      [...gradients.values()].reduce((sum, gradient) => {
        if (gradient.kind !== 'dense') return sum;
        return sum + squares((at[gradient.value] as HostTensor).data as Float32Array);
      }, 0),
    );
    const directions = new Map<string, Float32Array>();
    let slope = 0;
    for (const name of input.targets) {
      const origin = (feeds[name] as HostTensor).data as Float32Array;
      const gradient = gradients.get(name);
      const values =
        gradient?.kind === 'dense'
          ? ((at[gradient.value] as HostTensor).data as Float32Array)
          : null;
      const noise = norm > 0 ? norm / Math.sqrt(origin.length) : 1;
      const direction = Float32Array.from(
        origin,
        (_, i) => ((values?.[i] ?? 0) + 0.5 * noise * random.normal()) / (norm || 1),
      );
      directions.set(name, direction);
      values?.forEach((value, i) => (slope += value * (direction[i] as number)));
    }
    let numeric = 0;
    for (const [offset, weight] of STENCIL) {
      const moved: Record<string, HostTensor> = {};
      for (const [name, direction] of directions) {
        const origin = feeds[name] as HostTensor;
        const data = Float32Array.from(
          origin.data as Float32Array,
          (value, i) => value + offset * step * (direction[i] as number),
        );
        moved[name] = { dims: origin.dims, data };
      }
      const value = ((await session.run(fed(moved), [loss]))[loss] as HostTensor).data[0];
      numeric += weight * Number(value);
    }
    numeric /= step;
    const scale = Math.max(Math.abs(slope), Math.abs(numeric));
    return { slope, relativeError: scale === 0 ? 0 : Math.abs(slope - numeric) / scale };
  } finally {
    await session.dispose();
  }
}

const squares = (values: Float32Array): number =>
  values.reduce((sum, value) => sum + value * value, 0);
