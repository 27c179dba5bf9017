/**
 * The only door to onnxruntime-node. A session runs one graph; values cross as typed arrays.
 *
 * What the binding does, and callers rely on (measured on 1.30): inputs are read in place, so a view
 * into WebAssembly memory costs no copy; outputs are always fresh copies; `run` blocks the thread
 * whatever its promise suggests; a session's memory is returned only by `release`.
 */
import './quiet.ts'; // First: the library reads its environment once.
import {
  InferenceSession,
  Tensor as OrtTensor,
  env,
  listSupportedBackends,
} from 'onnxruntime-node';
import { fault } from '../fault.ts';
import type { ElementType } from '../onnx/index.ts';
import type { Provider } from '../protocol.ts';

export type HostData = Float32Array | BigInt64Array | Int32Array | Uint8Array;

export interface HostTensor {
  readonly dims: readonly number[];
  readonly data: HostData;
  /** Set for booleans, whose bytes look like uint8. */
  readonly bool?: boolean;
}

export interface Session {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Element type of each output that is a tensor, as declared or inferred. */
  readonly outputTypes: ReadonlyMap<string, ElementType>;
  /** Runs the graph and returns the named outputs (all when left out). */
  run(
    feeds: Readonly<Record<string, HostTensor>>,
    fetches?: readonly string[],
  ): Promise<Record<string, HostTensor>>;
  dispose(): Promise<void>;
}

export interface SessionOptions {
  /** Fixed and recorded per run: results are bit-equal only at one thread count. */
  readonly threads: number;
  /** 'none' keeps every value of the graph as written, which a shape probe needs. */
  readonly optimize?: 'none' | 'all';
  /**
   * 'returned' gives the memory of intermediate values back to the process after each run, so that the
   * sessions of many shapes share it; 'kept' (the default) holds it for the next run of this session.
   * Measured on a MiniLM step: no slower, a quarter less memory with one session, and not more with six.
   */
  readonly memory?: 'kept' | 'returned';
  /** The processor where left out; others only after `loops/provider` has offered them. */
  readonly provider?: Provider;
}

/** Providers that this build of the runtime knows, whether or not this machine has what they need. */
export const listedProviders = (): readonly string[] =>
  listSupportedBackends().map(({ name }) => name);

/** Recorded in every run: another version may give other bits. */
export const RUNTIME = `onnxruntime-node ${env.versions.node ?? 'unknown'}`;

const TYPE = (tensor: HostTensor): 'float32' | 'int64' | 'int32' | 'uint8' | 'bool' => {
  if (tensor.data instanceof Float32Array) return 'float32';
  if (tensor.data instanceof BigInt64Array) return 'int64';
  if (tensor.data instanceof Int32Array) return 'int32';
  return tensor.bool ? 'bool' : 'uint8';
};

/** @throws Fault 'bad-model' with the runtime's reason when the graph does not load. */
export async function openSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  const native = await InferenceSession.create(model, {
    executionProviders: [options.provider ?? 'cpu'],
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: options.optimize === 'none' ? 'disabled' : 'all',
    ...(options.memory === 'returned' && { enableCpuMemArena: false, enableMemPattern: false }),
    logSeverityLevel: 3,
    // Idle runtime threads spin by default and take a third of the processor from everything else.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw fault('bad-model', `The runtime refuses the model: ${reason}`);
  });
  return {
    inputs: native.inputNames,
    outputs: native.outputNames,
    outputTypes: new Map(
      native.outputMetadata.flatMap((value): [string, ElementType][] =>
        value.isTensor ? [[value.name, value.type as ElementType]] : [],
      ),
    ),
    async run(feeds, fetches) {
      const inputs: Record<string, OrtTensor> = {};
      for (const [name, tensor] of Object.entries(feeds))
        inputs[name] = new OrtTensor(TYPE(tensor), tensor.data as never, tensor.dims);
      const raw = await native.run(inputs, (fetches ?? native.outputNames) as string[]);
      const outputs: Record<string, HostTensor> = {};
      for (const [name, tensor] of Object.entries(raw))
        outputs[name] = {
          dims: tensor.dims,
          data: tensor.data as HostData,
          ...(tensor.type === 'bool' ? { bool: true } : {}),
        };
      return outputs;
    },
    dispose: () => native.release(),
  };
}
