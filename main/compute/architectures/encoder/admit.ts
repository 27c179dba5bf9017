/**
 * The door for foreign encoders: reads an ONNX file, prepares its graph for training, and says what it
 * is for, what can be trained in it, and if it cannot be trained, why. Nothing is run here.
 */
import { RULES } from '../../autodiff/index.ts';
import { fault } from '../../fault.ts';
import {
  attributeInt,
  decodeModel,
  describeNode,
  floatsOf,
  hasSubgraphs,
  OLDEST_OPSET,
  prepare,
  producersOf,
  TARGET_OPSET,
  type FilesBeside,
  type Graph,
  type Model,
  type Node,
  type Tensor,
} from '../../onnx/index.ts';
import { surveyParameters, type EncoderParameter } from './parameters.ts';

/** Why a file cannot be trained. */
export const REFUSAL_CODES = [
  'no-token-input',
  'no-output',
  'fused-operator',
  'quantized',
  'half-precision',
  'no-gradient-rule',
  'no-parameters',
  'control-flow',
  'opset',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

export interface Refusal {
  readonly code: RefusalCode;
  /** What was found and what to bring instead. */
  readonly sentence: string;
}

/** The last linear layer, which a new label schema replaces. */
export interface Head {
  readonly weight: string;
  readonly bias: string | null;
  /** The value that enters it: [batch, sequence, width] for spans, [batch, width] for documents. */
  readonly input: string;
  /** The value it produces; equals the graph's output or leads to it unchanged. */
  readonly output: string;
  readonly module: string;
  /** Width of `input` and number of classes. */
  readonly width: number;
  readonly classes: number;
}

export interface Admission {
  /** Prepared: opset 17 or later, known fused forms decomposed, one initializer per parameter. */
  readonly model: Model;
  /** 'features' is an encoder without a head for spans or documents, a language model included. */
  readonly task: 'spans' | 'documents' | 'features';
  readonly inputs: {
    readonly ids: string;
    readonly mask: string | null;
    readonly types: string | null;
    readonly positions: string | null;
  };
  /** Graph output with the class scores; null for features. */
  readonly logits: string | null;
  /** The encoder's last hidden states, [batch, sequence, width]; null where the graph does not tell. */
  readonly hidden: string | null;
  readonly parameters: readonly EncoderParameter[];
  readonly head: Head | null;
  readonly refusals: readonly Refusal[];
  /** Operators between a weight and the result that have no gradient rule. */
  readonly untrainable: readonly string[];
  /** True when it cannot be trained; whether it runs is found by a probe run (inspect). */
  readonly inferenceOnly: boolean;
}

/**
 * @param config config.json beside the file; tells a language model from a classifier.
 * @param files files in the folder of the model, for weights kept outside of it.
 * @throws Fault 'bad-model' when the bytes are no readable model or a weight is not a number.
 */
export function admit(onnx: Uint8Array, config?: Uint8Array, files: FilesBeside = {}): Admission {
  const model = prepare(decodeModel(onnx, files));
  const { graph } = model;
  const settings = readConfig(config);
  const { parameters } = surveyParameters(graph);
  for (const { name } of parameters) refuseNotFinite(name, graph.initializers.get(name) as Tensor);
  const inputs = inputsOf(graph);
  const output = graph.outputs.find(({ name }) => name === 'logits') ?? graph.outputs[0];
  const found = output ? findHead(graph, output.name, parameters) : null;
  const words = parameters.find(({ kind }) => kind === 'embedding');
  const vocabulary = graph.initializers.get(words?.name ?? '')?.dims[0];
  const isLanguageModel =
    /ForMaskedLM|ForPreTraining|WithLMHead/.test(settings.architectures.join()) ||
    (found !== null && found.classes === vocabulary);
  const head = isLanguageModel ? null : found;
  const task = head === null ? 'features' : output?.dims.length === 2 ? 'documents' : 'spans';
  const stuck = untrainableNodes(graph, parameters, output?.name ?? '');
  const refusals = refusalsOf(model, parameters, inputs, output?.name ?? '', stuck);
  return {
    model,
    task,
    inputs,
    logits: head === null ? null : (output?.name ?? null),
    hidden: hiddenOf(graph, parameters, output?.name ?? '', found),
    parameters,
    head,
    refusals,
    untrainable: [...new Set(stuck.map(operatorOf))],
    inferenceOnly: refusals.length > 0,
  };
}

function refuseNotFinite(name: string, tensor: Tensor): void {
  const at = floatsOf(tensor).findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw fault(
      'bad-model',
      `The weight "${name}" holds a value that is not a number, at position ${at}. The file is damaged or its training failed.`,
    );
}

function readConfig(config: Uint8Array | undefined): { architectures: readonly string[] } {
  if (!config) return { architectures: [] };
  try {
    const { architectures } = JSON.parse(new TextDecoder().decode(config)) as {
      architectures?: unknown;
    };
    return { architectures: Array.isArray(architectures) ? architectures.map(String) : [] };
  } catch {
    return { architectures: [] };
  }
}

/** Which inputs of a graph hold what, by their customary names. */
export function inputsOf(graph: Pick<Graph, 'inputs'>): Admission['inputs'] {
  const integers = graph.inputs.filter(({ type }) => type === 'int64' || type === 'int32');
  const named = (pattern: RegExp): string | null =>
    integers.find(({ name }) => pattern.test(name))?.name ?? null;
  return {
    ids: named(/input_?ids/i) ?? '',
    mask: named(/mask/i),
    types: named(/token_?type|segment/i),
    positions: named(/position/i),
  };
}

/** Follows the output back to the linear layer that makes it. */
function findHead(
  graph: Graph,
  output: string,
  parameters: readonly EncoderParameter[],
): Head | null {
  const producers = producersOf(graph.nodes);
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  let value = output;
  let bias: string | null = null;
  for (let node = producers.get(value); node; node = producers.get(value)) {
    if (node.op === 'Identity') value = node.inputs[0] as string;
    else if (node.op === 'Add' && bias === null) {
      const index = node.inputs.findIndex((input) => byName.get(input)?.kind === 'bias');
      if (index < 0) return null;
      bias = node.inputs[index] as string;
      value = node.inputs[1 - index] as string;
    } else {
      const weight = byName.get(node.inputs[1] ?? '');
      if ((node.op !== 'MatMul' && node.op !== 'Gemm') || weight?.kind !== 'linear') return null;
      const dims = graph.initializers.get(weight.name)?.dims ?? [];
      const [width, classes] = (weight.transposed ? dims : dims.toReversed()) as [number, number];
      if (node.op === 'Gemm' && node.inputs[2]) bias = node.inputs[2];
      return {
        weight: weight.name,
        bias,
        input: node.inputs[0] as string,
        output,
        module: weight.module,
        width,
        classes,
      };
    }
  }
  return null;
}

/**
 * The encoder's last hidden states: the value handed from the encoder's part of the module tree to the
 * head's. Without such a tree it is what enters the head, before the first token was picked.
 */
function hiddenOf(
  graph: Graph,
  parameters: readonly EncoderParameter[],
  output: string,
  head: Head | null,
): string | null {
  const named = graph.outputs.find(({ name }) => /last_hidden_state|token_embeddings/.test(name));
  if (named) return named.name;
  const producers = producersOf(graph.nodes);
  if (head === null) return output === '' ? null : output;
  const top = (module: string): string => module.split('.')[0] ?? '';
  const words = parameters.find(({ kind }) => kind === 'embedding')?.module ?? '';
  const trunk = words.includes('.') ? top(words) : '';
  let value = head.input;
  // Documents: past the layers between the encoder and the last linear one, to the picked token.
  for (let node = producers.get(value); node; node = producers.get(value)) {
    const path = node.name.split('/')[1] ?? '';
    const picks = node.op === 'Gather' && attributeInt(node, 'axis', 0) === 1;
    if (picks) return node.inputs[0] as string;
    if (graph.outputs[0]?.dims.length !== 2 && (trunk === '' || path === trunk)) return value;
    const next: string | undefined = streamInput(graph, node);
    if (next === undefined) return null;
    value = next;
  }
  return null;
}

/** The one input of a node that is computed, not stored. */
function streamInput(graph: Graph, node: Node): string | undefined {
  const computed = node.inputs.filter((input) => input !== '' && !graph.initializers.has(input));
  return computed[0];
}

function refusalsOf(
  model: Model,
  parameters: readonly EncoderParameter[],
  inputs: Admission['inputs'],
  output: string,
  stuck: readonly Node[],
): Refusal[] {
  const { graph } = model;
  const refusals: Refusal[] = [];
  const refuse = (code: RefusalCode, sentence: string): void =>
    void refusals.push({ code, sentence });
  if (inputs.ids === '')
    refuse('no-token-input', 'The model has no input named input_ids, so it does not read tokens.');
  if (output === '') refuse('no-output', 'The model has no output.');
  const types = new Set([...graph.initializers.values()].map(({ type }) => type));
  const foreign = graph.nodes.find(({ domain }) => domain !== '');
  const quantized = graph.nodes.find(({ op }) =>
    /quantize|MatMulInteger|^QLinear|MatMulNBits/i.test(op),
  );
  if (quantized)
    refuse(
      'quantized',
      `The file is quantized (${describeNode(quantized)}). Bring the file with 32-bit weights, usually onnx/model.onnx.`,
    );
  else if (foreign)
    refuse(
      'fused-operator',
      `The file was optimized for inference and holds ${describeNode(foreign)}. Bring the plain export of the model.`,
    );
  if (types.has('float16') || types.has('bfloat16'))
    refuse('half-precision', 'The weights have 16 bits. Bring the file with 32-bit weights.');
  const [missing] = stuck;
  if (missing && !foreign && !quantized)
    refuse(
      'no-gradient-rule',
      `There is no gradient rule for ${describeNode(missing)}, through which the weights reach the result.`,
    );
  if (hasSubgraphs(model))
    refuse(
      'control-flow',
      'The model branches or loops while it runs; gradients are not made there.',
    );
  const opset = model.opsets[''] ?? 1;
  if (opset < OLDEST_OPSET)
    refuse(
      'opset',
      `The file was exported with opset ${opset}. Export it again with opset ${TARGET_OPSET}.`,
    );
  if (parameters.length === 0)
    refuse('no-parameters', 'No trainable weights were found in the model.');
  return refusals;
}

const operatorOf = ({ op, domain }: Node): string => (domain === '' ? op : `${domain}.${op}`);

/** The nodes between a parameter and the output that cannot be differentiated. */
function untrainableNodes(
  graph: Graph,
  parameters: readonly EncoderParameter[],
  output: string,
): Node[] {
  const moved = new Set(parameters.map(({ name }) => name));
  const onPath = new Set<Node>();
  for (const node of graph.nodes) {
    if (!node.inputs.some((input) => moved.has(input)) || INTEGER_OPS.has(node.op)) continue;
    onPath.add(node);
    for (const result of node.outputs) moved.add(result);
  }
  const producers = producersOf(graph.nodes);
  const pending = [output];
  const seen = new Set<string>();
  const wanted = new Set<Node>();
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const node = producers.get(name);
    if (!node) continue;
    wanted.add(node);
    pending.push(...node.inputs);
  }
  return graph.nodes.filter(
    (node) => onPath.has(node) && wanted.has(node) && (node.domain !== '' || !RULES[node.op]),
  );
}

const INTEGER_OPS = new Set(['Shape', 'Size', 'IsNaN', 'IsInf', 'Equal', 'Greater', 'Less', 'Not']);
