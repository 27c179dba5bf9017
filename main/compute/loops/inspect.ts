/** What a model folder holds, what can be done with it, and if not, why. */
import { createHash } from 'node:crypto';
import { admit, type EncoderParameter } from '../architectures/encoder/index.ts';
import { RULES } from '../autodiff/index.ts';
import {
  decodeModel,
  encodeModel,
  isFloat,
  sizeOf,
  type ElementType,
  type Model,
  type Port,
} from '../onnx/index.ts';
import type { InspectedPort, InspectResult, ModelBundle } from '../protocol.ts';
import { openSession, type HostTensor } from '../sessions/index.ts';
import { unpackTagger } from './bundle.ts';
import { labelsOf, licensesOf, readFolder, tokenizerOf, type ModelFolder } from './folder.ts';

/** What is known of a model only through its architecture. */
interface Reading extends Pick<
  InspectResult,
  'architecture' | 'task' | 'labels' | 'tokenizer' | 'refusals' | 'untrainable' | 'adaptable'
> {
  readonly parameters: readonly { readonly module: string; readonly size: number }[];
}

/** @throws Fault 'bad-model' when the folder holds no readable model. */
export async function inspect(bundle: ModelBundle): Promise<InspectResult> {
  const folder = readFolder(bundle);
  const model = decodeModel(folder.onnx, folder.beside);
  const { graph, opsets, producer } = model;
  const ownMake = folder.config.cloister !== undefined;
  const { parameters, ...reading } = ownMake ? tagger(bundle, model) : encoder(bundle, folder);
  const operators: Record<string, number> = {};
  for (const { op, domain } of graph.nodes) {
    const name = domain === '' ? op : `${domain}.${op}`;
    operators[name] = (operators[name] ?? 0) + 1;
  }
  const modules = new Map<string, { tensors: number; parameters: number }>();
  for (const { module, size } of parameters) {
    const sum = modules.get(module) ?? { tensors: 0, parameters: 0 };
    modules.set(module, { tensors: sum.tensors + 1, parameters: sum.parameters + size });
  }
  const count = parameters.reduce((sum, { size }) => sum + size, 0);
  return {
    kind: 'inspect',
    ...reading,
    files: Object.entries(bundle.files).map(([path, bytes]) => ({
      path,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })),
    onnx: folder.path,
    externalData: model.external ?? [],
    producer,
    opsets,
    operators,
    inputs: graph.inputs.map(shown),
    outputs: graph.outputs.map(shown),
    parameters: count,
    parameterBytes: 4 * count,
    modules: [...modules]
      .map(([module, sums]) => ({ module, ...sums }))
      .sort((a, b) => b.parameters - a.parameters),
    licenses: licensesOf(bundle, folder.config),
    trainable: reading.refusals.length === 0,
    inference: await tryOut(model, folder),
  };
}

const shown = ({ name, type, dims }: Port): InspectedPort => ({ name, type, dims });

function encoder(bundle: ModelBundle, folder: ModelFolder): Reading {
  const { model, task, head, parameters, refusals, untrainable } = admit(
    folder.onnx,
    folder.configBytes,
    folder.beside,
  );
  const labels = labelsOf(folder.config);
  return {
    architecture: folder.config.model_type ?? null,
    task,
    // An encoder without a head carries PyTorch's placeholder names, LABEL_0 and LABEL_1.
    labels: head === null ? [] : labels.length === head.classes ? labels : [],
    tokenizer: tokenizerOf(bundle),
    refusals,
    untrainable,
    adaptable: adaptableOf(parameters),
    parameters: parameters.map(({ name, module }) => ({
      module: blockOf(module),
      size: sizeOf(model.graph.initializers.get(name)?.dims ?? []),
    })),
  };
}

/** Last parts of the names of linear layers inside numbered blocks: what PEFT's target_modules match. */
function adaptableOf(parameters: readonly EncoderParameter[]): string[] {
  const names = parameters
    .filter(({ kind, module }) => kind === 'linear' && /\.\d+\./.test(module))
    .map(({ module }) => module.slice(module.lastIndexOf('.') + 1));
  return [...new Set(names)].sort();
}

/** A path down to its layer number, or two steps where it has none. */
function blockOf(module: string): string {
  const parts = module.split('.');
  const layer = parts.findIndex((part) => /^\d+$/.test(part));
  return parts.slice(0, layer >= 0 ? layer + 1 : 2).join('.');
}

/** Operators of the built-in architectures that only ever carry shapes, masks or positions. */
const INTEGER_ONLY =
  /^(Shape|Size|Range|Constant|ConstantOfShape|Equal|Less|LessOrEqual|Greater|GreaterOrEqual|And|Or|Not|CumSum|OneHot|IsNaN|ArgMax|NonZero)$/;

function tagger(bundle: ModelBundle, { graph }: Model): Reading {
  const { config } = unpackTagger(bundle);
  const operators = new Set(graph.nodes.map(({ op }) => op));
  return {
    architecture: config.architecture,
    task: config.task ?? 'spans',
    labels: config.labels,
    tokenizer: 'words',
    refusals: [],
    untrainable: [...operators].filter((op) => !RULES[op] && !INTEGER_ONLY.test(op)),
    adaptable: [],
    parameters: [...graph.initializers]
      .filter(([, { type, dims }]) => isFloat(type) && sizeOf(dims) > 1)
      .map(([name, { dims }]) => ({ module: name.split('.')[0] ?? name, size: sizeOf(dims) })),
  };
}

/** Ones, which every encoder takes as tokens and as a mask; zeros for the segments of a text. */
function madeUp(type: ElementType, length: number, value: number): HostTensor['data'] | undefined {
  switch (type) {
    case 'float32':
      return new Float32Array(length);
    case 'int64':
      return new BigInt64Array(length).fill(BigInt(value));
    case 'int32':
      return new Int32Array(length).fill(value);
    case 'bool':
      return new Uint8Array(length).fill(value);
    default:
      return undefined;
  }
}
/** Tokens per example in the probe run; any encoder takes so few. */
const PROBE_TOKENS = 8;
/** A lying header may ask for any amount. */
const MOST_PROBED = 1 << 20;

/** Runs the file as it is on one made-up example: the answer to "does it work here at all". */
async function tryOut(model: Model, folder: ModelFolder): Promise<InspectResult['inference']> {
  const feeds: Record<string, HostTensor> = {};
  for (const { name, type, dims } of model.graph.inputs) {
    const shape = dims.map((dim, axis) =>
      typeof dim === 'number' && dim > 0 ? dim : axis === 0 ? 1 : PROBE_TOKENS,
    );
    const size = sizeOf(shape);
    if (size > MOST_PROBED)
      return { works: false, reason: `The input "${name}" wants ${size} values for one example.` };
    const data = madeUp(type, size, /token_?type|segment/i.test(name) ? 0 : 1);
    if (!data) return { works: false, reason: `The input "${name}" wants ${type} values.` };
    feeds[name] = { dims: shape, data, ...(type === 'bool' && { bool: true }) };
  }
  try {
    const bytes = model.external ? encodeModel(model) : folder.onnx;
    const session = await openSession(bytes, { threads: 1 });
    try {
      for (const [name, { data }] of Object.entries(await session.run(feeds)))
        if (data instanceof Float32Array && !data.every(Number.isFinite))
          return { works: false, reason: `The output "${name}" holds values that are no numbers.` };
      return { works: true };
    } finally {
      await session.dispose();
    }
  } catch (error) {
    return { works: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
