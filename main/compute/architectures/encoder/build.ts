/**
 * An admitted encoder made ready for one recipe: a head for its labels, adapters where asked, the loss
 * appended, and the list of what moves. The way back is here as well: trained values into the graph
 * that was brought, whose axes stayed dynamic.
 */
import {
  appendHead,
  encodeAdapter,
  injectLora,
  mergeLora,
  replaceHead,
  type AdapterPlan,
  type Headed,
  type HeadWeights,
  type LinearWeight,
  type LoraSite,
  type SavedParameter,
} from '../../adapters/index.ts';
import { fault } from '../../fault.ts';
import { floatTensor, sizeOf, withValues, type Model, type Tensor } from '../../onnx/index.ts';
import type { ParameterSpec } from '../../optim/index.ts';
import type { EncoderRecipe } from '../../protocol.ts';
import type { Admission } from './admit.ts';
import type { EncoderParameter } from './parameters.ts';
import { appendLoss } from './objective.ts';

type Weights = ReadonlyMap<string, Float32Array>;

export interface EncoderBuild {
  /** Gives the scores, adapters included; its axes are dynamic. */
  readonly forward: Model;
  /** `forward` with the loss as its only output. */
  readonly training: Model;
  readonly logits: string;
  readonly head: HeadWeights;
  readonly perToken: boolean;
  readonly trainable: readonly Omit<ParameterSpec, 'dims'>[];
  readonly frozen: readonly string[];
  /** The brought graph with the new head and the trained values, adapters merged. */
  finished(values: Weights): Model;
  /** What was adapted, in LoRA mode. */
  readonly adapter: AdapterPlan | null;
  /** The files of a LoRA adapter; none in other modes. */
  adapterFiles(values: Weights): Record<string, Uint8Array>;
}

export interface BuildOptions {
  readonly recipe: Pick<EncoderRecipe, 'seed' | 'task' | 'mode' | 'base'>;
  readonly classes: number;
  /** The classifier that the model came with already knows these labels: go on from it. */
  readonly keepHead: boolean;
}

/** @throws Fault 'bad-model' when the model cannot be trained for this task, with the reason. */
export function buildEncoder(admission: Admission, options: BuildOptions): EncoderBuild {
  const { recipe, classes } = options;
  const { mode, task } = recipe;
  const [refusal] = admission.refusals;
  if (refusal) throw fault('bad-model', `The model cannot be trained: ${refusal.sentence}`);
  const { graph, head, logits } = withHead(admission, options);
  const plain: Model = { ...admission.model, graph };
  const headNames = new Set([head.weight, ...(head.bias === null ? [] : [head.bias])]);
  const body = admission.parameters.filter(
    ({ name }) => graph.initializers.has(name) && !headNames.has(name),
  );
  const headSpecs = [...headNames].map((name) => spec(name, name === head.weight));
  const root = headRoot(head.module, body);
  const before = body.filter(({ module }) => module.startsWith(`${root}.`));
  const linear = body.filter(
    (parameter) => parameter.kind === 'linear' && !before.includes(parameter),
  );
  const { forward, sites } = adapt(plain, linear, recipe);
  const moved =
    mode.kind === 'full'
      ? body.filter(({ kind }) => !mode.freezeEmbeddings || kind !== 'embedding')
      : before;
  const trainable = [
    ...moved.map(({ name, decay, rows }) => ({ name, decay, rows, everyRow: rows })),
    ...sites.flatMap(({ a, b }) => [spec(a, true), spec(b, true)]),
    ...headSpecs,
  ];
  const adapter: AdapterPlan | null =
    mode.kind === 'lora'
      ? {
          ...{ settings: mode, sites, task, base: recipe.base, savedModule: root },
          saved: [...before, ...savedHead(head)],
        }
      : null;
  const moving = new Set(trainable.map(({ name }) => name));

  return {
    forward,
    training: appendLoss(forward, logits, classes, task === 'spans' ? 3 : 2),
    logits,
    head,
    perToken: task === 'spans',
    trainable,
    frozen: body
      .filter(({ name }) => !moving.has(name) && isLarge(graph.initializers.get(name) as Tensor))
      .map(({ name }) => name),
    finished(values) {
      const base = [...values].filter(([name]) => graph.initializers.has(name));
      const filled = withValues(
        graph,
        new Map(base.map(([name, data]) => [name, tensorOf(plain, name, data)])),
      );
      if (mode.kind !== 'lora') return { ...plain, graph: filled };
      const value = (name: string): Float32Array => values.get(name) as Float32Array;
      return { ...plain, graph: mergeLora(filled, sites, mode, value) };
    },
    adapter,
    adapterFiles: (values) =>
      adapter
        ? encodeAdapter(adapter, (name) =>
            tensorOf(forward, name, values.get(name) as Float32Array),
          )
        : {},
  };
}

/**
 * The module that is the head as PyTorch knows it. RoBERTa's holds a layer before the last one
 * (classifier.dense, classifier.out_proj), which is as new as that and trains with it.
 */
function headRoot(module: string, body: readonly EncoderParameter[]): string {
  const [top = module, ...rest] = module.split('.');
  const words = body.find(({ kind }) => kind === 'embedding')?.module ?? '';
  const own = rest.length > 0 && !words.startsWith(`${top}.`);
  return own ? top : (rest.at(-1) ?? top);
}

const savedHead = ({ module, weight, bias, transposed }: HeadWeights): SavedParameter[] => [
  { name: weight, torchName: `${module}.weight`, transposed },
  ...(bias === null ? [] : [{ name: bias, torchName: `${module}.bias`, transposed: false }]),
];

function withHead(admission: Admission, { recipe, classes, keepHead }: BuildOptions): Headed {
  const { model, head, hidden, logits, parameters } = admission;
  const { task, seed } = recipe;
  const plan = { task, classes, seed };
  if (head && logits !== null && admission.task === task) {
    const transposed = parameters.find(({ name }) => name === head.weight)?.transposed ?? true;
    const weights: HeadWeights = { ...head, transposed };
    if (keepHead && head.classes === classes) return { graph: model.graph, head: weights, logits };
    return replaceHead(model.graph, { ...weights, width: head.width }, logits, plan);
  }
  if (hidden === null)
    throw fault(
      'bad-model',
      `The model was exported for ${admission.task} and does not show its hidden states. Bring an export for ${task}, or for features.`,
    );
  return appendHead(model.graph, hidden, plan);
}

function adapt(
  plain: Model,
  linear: readonly LinearWeight[],
  { mode, seed }: BuildOptions['recipe'],
): { forward: Model; sites: readonly LoraSite[] } {
  if (mode.kind !== 'lora') return { forward: plain, sites: [] };
  const { graph, sites } = injectLora(plain.graph, linear, mode, seed);
  return { forward: { ...plain, graph }, sites };
}

const spec = (name: string, decay: boolean): Omit<ParameterSpec, 'dims'> => ({
  name,
  decay,
  rows: false,
});

/** Small tensors stay in the graph: sharing them saves nothing, and the runtime may fold them. */
const isLarge = ({ dims }: Tensor): boolean => sizeOf(dims) >= 4096;

const tensorOf = ({ graph }: Model, name: string, data: Float32Array): Tensor =>
  floatTensor((graph.initializers.get(name) as Tensor).dims, data);
