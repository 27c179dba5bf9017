// Predictions by folders that were not trained here. Over ../shared/data/onnx-exports (skipped where that
// folder is missing).
import { describe, expect, it } from 'vitest';
import { admit, quantize } from '../../../../main/compute/architectures/encoder/index.ts';
import { predict, trainEncoder } from '../../../../main/compute/loops/index.ts';
import { createBuilder, decodeModel, encodeModel } from '../../../../main/compute/onnx/index.ts';
import type { ModelBundle, PredictResult } from '../../../../main/compute/protocol.ts';
import { makeNotes } from '../notes.ts';
import { hasExports, readExport } from './exports.ts';
import { baseFolder, encoderJob } from './house.ts';

const quiet = { progress: () => undefined, checkpoint: () => undefined, canceled: () => false };
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function foreign(name: string, id2label: Record<string, string>): Promise<ModelBundle> {
  const { files } = await baseFolder(name);
  const config = { ...(JSON.parse(text(files['config.json']!)) as object), id2label };
  return { files: { ...files, 'config.json': new TextEncoder().encode(JSON.stringify(config)) } };
}

const NAMES = ['O', 'I-PER', 'B-PER', 'B-LOC', 'I-LOC', 'B-ORG', 'I-ORG', 'B-MISC', 'I-MISC'];
const named = Object.fromEntries(NAMES.map((name, index) => [index, name]));
const run = (model: ModelBundle, more = {}): Promise<PredictResult> =>
  predict({ model, documents: makeNotes(5), threads: 1, ...more }, quiet);

describe.skipIf(!hasExports)('a folder from elsewhere (../shared/data/onnx-exports)', () => {
  it('tags by its own class names, in whatever order', async () => {
    const result = await run(await foreign('bert_tok_17', named), { tokens: true });
    expect(result.labels).toEqual(['PER', 'LOC', 'ORG', 'MISC']);
    for (const [index, { tokens, spans }] of result.documents.entries()) {
      const note = makeNotes(5)[index]!;
      expect(tokens!.tags).toHaveLength(tokens!.starts.length);
      for (const { start, end, label, score } of spans) {
        expect(result.labels).toContain(label);
        expect(note.text.slice(start, end).trim()).not.toBe('');
        expect(score).toBeGreaterThan(0);
        expect(score).toBeLessThanOrEqual(1);
      }
    }
  });

  it('reads through windows as short as the model', async () => {
    const { files } = await foreign('bert_tok_17', named);
    const config = JSON.parse(text(files['config.json']!)) as object;
    const short = new TextEncoder().encode(
      JSON.stringify({ ...config, max_position_embeddings: 24 }),
    );
    const result = await run({ files: { ...files, 'config.json': short } }, { tokens: true });
    const long = await run({ files }, { tokens: true });
    for (const [index, { tokens }] of result.documents.entries())
      expect(tokens!.starts).toEqual(long.documents[index]!.tokens!.starts);
  });

  it('classifies texts, likeliest first, chances adding up to one', async () => {
    const { documents, labels } = await run(await foreign('bert_seqcls_14', {}));
    expect(labels[8]).toBe('LABEL_8');
    for (const { classes } of documents) {
      const scores = classes!.map(({ score }) => score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      expect(scores.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    }
  });

  it('runs where only inference works: a quantized file', async () => {
    const { files } = await foreign('bert_tok_17', named);
    const { model } = quantize(admit(readExport('bert_tok_17')).model, new Set());
    const onnx = encodeModel(model);
    const admission = admit(onnx);
    expect(admission.inferenceOnly).toBe(true);
    const result = await run({ files: { ...files, 'onnx/model.onnx': onnx } });
    expect(result.documents).toHaveLength(5);
  });

  it('never pads for a graph without a mask, and does not train it', async () => {
    const { files } = await foreign('bert_tok_17', named);
    // A mask of ones inside the graph, as an export for texts of one length has it.
    const source = decodeModel(readExport('bert_tok_17'));
    const b = createBuilder('ones');
    const shape = b.op('Shape', ['input_ids']);
    const ones = b.op('Expand', [b.ints([1]), shape]);
    const model = {
      ...source,
      graph: {
        ...source.graph,
        inputs: source.graph.inputs.filter(({ name }) => name !== 'attention_mask'),
        initializers: new Map([...source.graph.initializers, ...b.initializers]),
        nodes: [
          ...b.nodes,
          ...source.graph.nodes.map((node) => ({
            ...node,
            inputs: node.inputs.map((name) => (name === 'attention_mask' ? ones : name)),
          })),
        ],
      },
    };
    const bundle = { files: { ...files, 'onnx/model.onnx': encodeModel(model) } };
    const together = await run(bundle, { tokens: true });
    for (const [index, note] of makeNotes(5).entries()) {
      const alone = await run(bundle, { tokens: true, documents: [note] });
      expect(alone.documents[0]).toEqual(together.documents[index]);
    }
    const job = await encoderJob('bert_tok_17', {}, { base: bundle });
    await expect(trainEncoder(job, quiet)).rejects.toThrow(/no attention mask/);
  });

  it('gives an empty text no spans, and stops when canceled', async () => {
    const model = await foreign('bert_tok_17', named);
    const documents = [{ id: 'empty', text: '' }, ...makeNotes(2)];
    const result = await predict({ model, documents, threads: 1 }, quiet);
    expect(result.documents[0]).toEqual({ id: 'empty', spans: [] });
    const canceled = { ...quiet, canceled: () => true };
    await expect(predict({ model, documents, threads: 1 }, canceled)).rejects.toMatchObject({
      code: 'canceled',
    });
  });

  it.each<[string, (files: ModelBundle['files']) => ModelBundle['files'], RegExp]>([
    ['config.json', ({ 'config.json': _gone, ...rest }) => rest, /lacks config.json/],
    ['tokenizer.json', ({ 'tokenizer.json': _gone, ...rest }) => rest, /tokenizer/],
    ['the ONNX file', ({ 'onnx/model.onnx': _gone, ...rest }) => rest, /no ONNX file/],
  ])('refuses one without %s', async (_, change, message) => {
    const { files } = await foreign('bert_tok_17', named);
    await expect(run({ files: change(files) })).rejects.toThrow(message);
  });

  it('refuses names that do not fit the graph, and a missing eight-bit file', async () => {
    const wrong = await foreign('bert_tok_17', { 0: 'O', 1: 'B-X' });
    await expect(run(wrong)).rejects.toThrow(/names 2 classes, and the graph answers with 9/);
    const model = await foreign('bert_tok_17', named);
    await expect(run(model, { precision: 'int8' })).rejects.toThrow(
      /holds no onnx\/model_quantized/,
    );
  });
});
