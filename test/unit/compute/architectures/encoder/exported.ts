/** A small encoder written the way PyTorch's exporter writes one, with switches for what tests need. */
import {
  createBuilder,
  encodeModel,
  floatTensor,
  type Builder,
  type Graph,
  type Model,
  type Tensor,
} from '../../../../../main/compute/onnx/index.ts';
import { stream } from '../../../../../main/compute/random.ts';

export const WIDTH = 8;
export const WORDS = 20;
export const CLASSES = 3;

export const random = (dims: readonly number[], name: string): Tensor => {
  const source = stream(5, name);
  const count = dims.reduce((a, b) => a * b, 1);
  return floatTensor(
    dims,
    Array.from({ length: count }, () => 0.2 * source.normal()),
  );
};

export interface Exporter {
  readonly b: Builder;
  /** Adds a node under an exporter's path, "/encoder/query/MatMul". */
  node(path: string, inputs: readonly string[], attributes?: Parameters<Builder['op']>[2]): string;
  weight(name: string, dims: readonly number[]): string;
  linear(module: string, x: string, from: number, to: number): string;
  norm(module: string, x: string): string;
}

function createExporter(): Exporter {
  const b = createBuilder('e');
  let count = 0;
  const exporter: Exporter = {
    b,
    node(path, inputs, attributes = {}) {
      const [output] = b.ops(/([A-Za-z0-9]+)(_\d+)?$/.exec(path)![1]!, inputs, 1, attributes);
      const made = b.nodes.pop()!;
      b.nodes.push({ ...made, name: path });
      return output as string;
    },
    weight: (name, dims) => b.parameter(name, random(dims, name)),
    linear(module, x, from, to) {
      const path = `/${module.replaceAll('.', '/')}`;
      const weight = exporter.weight(`onnx::MatMul_${(count += 1)}`, [from, to]);
      const product = exporter.node(`${path}/MatMul`, [x, weight]);
      return exporter.node(`${path}/Add`, [exporter.weight(`${module}.bias`, [to]), product]);
    },
    norm(module, x) {
      const names = ['weight', 'bias'].map((part) => exporter.weight(`${module}.${part}`, [WIDTH]));
      return exporter.node(`/${module.replaceAll('.', '/')}/LayerNormalization`, [x, ...names]);
    },
  };
  return exporter;
}

export interface ExportOptions {
  /** Replaces what happens between the embeddings and the head. */
  readonly body?: (e: Exporter, x: string) => string;
  readonly ids?: string;
  readonly classes?: number;
  readonly opset?: number;
}

export function exportGraph(options: ExportOptions = {}): Graph {
  const { ids = 'input_ids', classes = CLASSES, body = defaultBody } = options;
  const e = createExporter();
  const tokens = e.b.input(ids, 'int64', ['batch', 'sequence']);
  const mask = e.b.input('attention_mask', 'int64', ['batch', 'sequence']);
  const words = e.node('/m/word/Gather', [e.weight('m.word.weight', [WORDS, WIDTH]), tokens]);
  const kept = e.node('/m/Cast', [mask], { to: 1 });
  const masked = e.node('/m/Mul', [words, e.node('/m/Unsqueeze', [kept, e.b.ints([-1])])]);
  const hidden = e.norm('m.norm', body(e, masked));
  const logits = e.linear('classifier', hidden, WIDTH, classes);
  e.b.output(e.b.alias(logits, 'logits'), 'float32', ['batch', 'sequence', classes]);
  return e.b.finish('main');
}

const defaultBody = (e: Exporter, x: string): string =>
  e.node('/m/Tanh', [e.linear('m.layer.0.dense', x, WIDTH, WIDTH)]);

export const exportModel = (options: ExportOptions = {}): Model => ({
  irVersion: 8,
  opsets: { '': options.opset ?? 17, 'com.microsoft': 1 },
  producer: 'pytorch',
  metadata: {},
  graph: exportGraph(options),
});

export const exportFile = (options: ExportOptions = {}): Uint8Array =>
  encodeModel(exportModel(options));
