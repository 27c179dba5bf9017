/**
 * Parameters and optimizer state in one WebAssembly memory, outside the JavaScript heap: ONNX Runtime
 * reads the weights through views, the kernels update them in place, and a step copies nothing but
 * gradients. Each parameter owns equal regions in the planes w, g, m, v and average.
 */
import { fault } from '../fault.ts';
import { createKernels, type Kernels } from './kernels.ts';

/** w weights, g gradients, m and v Adam moments, a the running average of the weights. */
export const PLANES = ['w', 'g', 'm', 'v', 'a'] as const;
export type Plane = (typeof PLANES)[number];

export interface ParameterSpec {
  readonly name: string;
  readonly dims: readonly number[];
  /** Biases, normalization scales and row tables are usually not decayed. */
  readonly decay: boolean;
  /** Its gradient arrives row by row, only where an example touched the table. */
  readonly rows: boolean;
  /**
   * Of a row table: an update moves every row, by moments and decay, as PyTorch's AdamW does with an
   * embedding. Left out, only the rows that were touched move.
   */
  readonly everyRow?: boolean;
}

export interface Parameter extends ParameterSpec {
  readonly size: number;
  /** Bytes of one region, rounded up to whole vectors. */
  readonly bytes: number;
  readonly addresses: Readonly<Record<Plane, number>>;
}

export interface Arena {
  readonly parameters: readonly Parameter[];
  readonly planes: readonly Plane[];
  readonly kernels: Kernels;
  readonly bytes: number;
  view(parameter: Parameter, plane: Plane): Float32Array;
  /** Scratch space through which one more gradient of any parameter passes, in parts if need be. */
  readonly scratch: { readonly address: number; readonly view: Float32Array };
}

const PAGE = 65536;
const MAX_BYTES = 2 ** 32 - PAGE;
const MAX_SCRATCH = 2 ** 24;
/** A table of which only touched rows move. */
export const isLazy = ({ rows, everyRow }: ParameterSpec): boolean => rows && everyRow !== true;
const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/**
 * @param planes what each parameter gets; leaving out `a` saves a fifth where nothing is averaged.
 * @throws Fault 'out-of-memory' when the planes exceed what one WebAssembly memory can hold (4 GiB).
 */
export function createArena(
  specs: readonly ParameterSpec[],
  planes: readonly Plane[] = PLANES,
): Arena {
  const sized = specs.map((spec) => {
    const size = spec.dims.reduce((a, b) => a * b, 1);
    const width = spec.dims.at(-1) ?? 1;
    if (isLazy(spec) && width % 4 !== 0)
      throw new Error(`Row table "${spec.name}" needs a width that is a multiple of 4`);
    return { ...spec, size, bytes: aligned(4 * size) };
  });
  const plane = sized.reduce((sum, parameter) => sum + parameter.bytes, 0);
  const largest = Math.max(
    16,
    ...sized.map((parameter) => (isLazy(parameter) ? 16 : Math.min(parameter.bytes, MAX_SCRATCH))),
  );
  const total = plane * planes.length + largest;
  if (total > MAX_BYTES)
    throw fault(
      'out-of-memory',
      `Training all ${Math.round(plane / 4e6)} million parameters needs more than 4 GB. Train fewer of them: of an encoder the adapters, the head, or all but the embeddings.`,
    );
  const pages = Math.ceil(total / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  let offset = 0;
  const parameters = sized.map((parameter): Parameter => {
    const start = offset;
    offset += parameter.bytes;
    const addresses = Object.fromEntries(
      planes.map((name, index) => [name, index * plane + start]),
    ) as Record<Plane, number>;
    return { ...parameter, addresses };
  });
  const scratchAddress = plane * planes.length;
  return {
    parameters,
    planes,
    kernels: createKernels(memory),
    bytes: total,
    view: (parameter, name) =>
      new Float32Array(memory.buffer, parameter.addresses[name], parameter.size),
    scratch: {
      address: scratchAddress,
      view: new Float32Array(memory.buffer, scratchAddress, largest / 4),
    },
  };
}
