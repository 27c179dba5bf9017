// What a person is told about a model folder before it is used.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkModel, inspect } from '../../../../main/compute/loops/index.ts';
import { encodeModel, floatTensor, withValues } from '../../../../main/compute/onnx/index.ts';
import {
  asInt,
  asText,
  createWriter,
  readFields,
  WIRE,
} from '../../../../main/compute/onnx/wire.ts';
import { exportFile, exportModel, WIDTH } from '../architectures/encoder/exported.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const onnx = exportFile();
const CONFIG = bytes(
  JSON.stringify({
    model_type: 'bert',
    architectures: ['BertForTokenClassification'],
    id2label: { 0: 'O', 1: 'B-DRUG', 2: 'I-DRUG' },
    license: 'apache-2.0',
  }),
);

describe('inspect', () => {
  it('reports a Hugging Face folder', async () => {
    const result = await inspect({
      files: {
        'config.json': CONFIG,
        'tokenizer.json': bytes('{"model":{"type":"WordPiece","vocab":{}}}'),
        'onnx/model.onnx': onnx,
        'README.md': bytes('---\nlanguage: de\nlicense: mit\n---\n# A model\n'),
        LICENSE: bytes('\n# Apache License\nVersion 2.0'),
      },
    });
    expect(result).toMatchObject({
      architecture: 'bert',
      task: 'spans',
      labels: ['O', 'B-DRUG', 'I-DRUG'],
      onnx: 'onnx/model.onnx',
      producer: 'pytorch',
      tokenizer: 'wordpiece',
      licenses: [
        { file: 'config.json', license: 'apache-2.0' },
        { file: 'README.md', license: 'mit' },
        { file: 'LICENSE', license: 'Apache License' },
      ],
      opsets: { '': 17 },
      trainable: true,
      refusals: [],
      untrainable: [],
      externalData: [],
      inference: { works: true },
      inputs: [
        { name: 'input_ids', type: 'int64', dims: ['batch', 'sequence'] },
        { name: 'attention_mask', type: 'int64', dims: ['batch', 'sequence'] },
      ],
      outputs: [{ name: 'logits', type: 'float32', dims: ['batch', 'sequence', 3] }],
    });
    expect(result.operators).toMatchObject({ MatMul: 2, Gather: 1, LayerNormalization: 1 });
    const total = 20 * WIDTH + WIDTH * WIDTH + WIDTH + 2 * WIDTH + WIDTH * 3 + 3;
    expect(result.parameters).toBe(total);
    expect(result.parameterBytes).toBe(4 * total);
    expect(result.modules.map(({ module }) => module).sort()).toEqual([
      'classifier',
      'm.layer.0',
      'm.norm',
      'm.word',
    ]);
    expect(result.files.find(({ path }) => path === 'onnx/model.onnx')).toEqual({
      path: 'onnx/model.onnx',
      bytes: onnx.length,
      sha256: createHash('sha256').update(onnx).digest('hex'),
    });
  });

  it('takes a lone model file, and says so little as it knows', async () =>
    expect(await inspect({ files: { 'some-model.onnx': onnx } })).toMatchObject({
      architecture: null,
      labels: [],
      tokenizer: 'none',
      licenses: [],
      trainable: true,
    }));

  it('reads weights kept beside the model, in its own folder', async () => {
    const model = exportModel();
    const bias = { ...floatTensor([WIDTH], new Float32Array(WIDTH)) };
    const inside = encodeModel({
      ...model,
      graph: withValues(model.graph, new Map([['m.norm.bias', bias]])),
    });
    const outside = moveOutside(inside, 'm.norm.bias', 'model.onnx_data');
    const files = { 'onnx/model.onnx': outside, 'onnx/model.onnx_data': bias.bytes };
    expect(await inspect({ files })).toMatchObject({
      externalData: ['model.onnx_data'],
      trainable: true,
      inference: { works: true },
    });
    await expect(
      inspect({ files: { 'onnx/model.onnx': outside, 'model.onnx_data': bias.bytes } }),
    ).rejects.toThrow(/"model\.onnx_data", which is not beside it/);
  });

  it('offers a file that only runs for inference, with the reason', async () => {
    const file = exportFile({
      body: (e, x) => {
        const y = e.node('/m/Gelu', [x]);
        e.b.nodes.push({ ...e.b.nodes.pop()!, domain: 'com.microsoft' });
        return y;
      },
    });
    expect(await inspect({ files: { 'model.onnx': file } })).toMatchObject({
      trainable: false,
      refusals: [{ code: 'fused-operator' }],
      operators: { 'com.microsoft.Gelu': 1 },
      inference: { works: true },
    });
  });

  it('says when a file neither trains nor runs', async () => {
    const file = exportFile({ body: (e, x) => e.node('/m/NoSuchOperator', [x]) });
    const result = await inspect({ files: { 'model.onnx': file } });
    expect(result).toMatchObject({
      trainable: false,
      untrainable: ['NoSuchOperator'],
      inference: { works: false },
    });
    expect(result.inference.reason).toMatch(/NoSuchOperator/);
  });

  it.each<[string, Record<string, Uint8Array>, RegExp]>([
    ['without a model', { 'config.json': CONFIG }, /no ONNX file/],
    ['with several', { 'a.onnx': onnx, 'b.onnx': onnx }, /2 ONNX files/],
    ['whose config is broken', { 'model.onnx': onnx, 'config.json': bytes('{') }, /config\.json/],
  ])('refuses a folder %s', async (_, files, sentence) =>
    expect(inspect({ files })).rejects.toThrow(sentence),
  );
});

describe('check', () => {
  it('finds the gradients of an exported model right, module by module', async () => {
    const result = await checkModel({ onnx });
    expect(result).toMatchObject({ withinBounds: true, skipped: [] });
    expect(result.worst).toBeLessThan(1e-3);
    expect(result.groups.map(({ module }) => module).sort()).toEqual([
      'classifier',
      'm.layer.0.dense',
      'm.norm',
      'm.word',
    ]);
  });

  it('leaves out what has no gradient by construction', async () => {
    // A shift of all scores of a row is taken back by softmax, as with the biases of attention keys.
    const file = exportFile({
      body: (e, x) => {
        const shift = e.linear('m.shift', x, WIDTH, 1);
        const scores = e.linear('m.scores', x, WIDTH, WIDTH);
        return e.node('/m/Softmax', [e.node('/m/Add', [scores, shift])], { axis: -1 });
      },
    });
    const result = await checkModel({ onnx: file });
    expect(result.skipped).toEqual(['m.shift']);
    expect(result.withinBounds).toBe(true);
  });

  it('refuses what cannot be trained', async () => {
    const file = exportFile({ body: (e, x) => e.node('/m/Selu', [x]) });
    await expect(checkModel({ onnx: file })).rejects.toMatchObject({
      code: 'unsupported-operator',
    });
  });
});

/** Rewrites a file so that the bytes of one tensor lie in a second file. */
function moveOutside(file: Uint8Array, name: string, location: string): Uint8Array {
  const outside = createWriter();
  outside.ints(1, [WIDTH]);
  outside.int(2, 1);
  outside.text(8, name);
  const place = { location, offset: '0', length: String(4 * WIDTH) };
  for (const [key, value] of Object.entries(place)) {
    const entry = createWriter();
    entry.text(1, key);
    entry.text(2, value);
    outside.message(13, entry);
  }
  outside.int(14, 1);
  const isIt = (tensor: Uint8Array): boolean =>
    [...readFields(tensor)].some((field) => field.number === 8 && asText(field) === name);
  return replaceField(file, 7, (graph) =>
    replaceField(graph, 5, (tensor) => (isIt(tensor) ? outside.finish() : tensor)),
  );
}

function replaceField(
  message: Uint8Array,
  number: number,
  change: (bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  const out = createWriter();
  for (const field of readFields(message)) {
    if (field.wire === WIRE.varint) out.int(field.number, asInt(field));
    else out.bytes(field.number, field.number === number ? change(field.bytes) : field.bytes);
  }
  return out.finish();
}
