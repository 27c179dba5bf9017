// Model files come from strangers. Whatever they hold, the answer is a sentence, never a crash or a hang.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit } from '../../../../main/compute/architectures/encoder/index.ts';
import { inspect } from '../../../../main/compute/loops/inspect.ts';
import {
  decodeModel,
  encodeModel,
  type Graph,
  type Model,
  type Tensor,
} from '../../../../main/compute/onnx/index.ts';
import { createWriter, type Writer } from '../../../../main/compute/onnx/wire.ts';
import { stream } from '../../../../main/compute/random.ts';
import { exportFile, exportModel, WIDTH } from '../architectures/encoder/exported.ts';

const fails = (bytes: Uint8Array, sentence: RegExp, files = {}): void =>
  expect(() => decodeModel(bytes, files)).toThrow(
    expect.objectContaining({ code: 'bad-model', message: expect.stringMatching(sentence) }),
  );

/** A file with one tensor whose fields are written by hand. */
function withTensor(write: (tensor: Writer) => void): Uint8Array {
  const tensor = createWriter();
  tensor.int(2, 1);
  tensor.text(8, 'w');
  write(tensor);
  const graph = createWriter();
  graph.message(5, tensor);
  const model = createWriter();
  model.int(1, 8);
  model.message(7, graph);
  return model.finish();
}

function external(entries: Readonly<Record<string, string>>): Uint8Array {
  return withTensor((tensor) => {
    tensor.ints(1, [2]);
    for (const [key, value] of Object.entries(entries)) {
      const entry = createWriter();
      entry.text(1, key);
      entry.text(2, value);
      tensor.message(13, entry);
    }
    tensor.int(14, 1);
  });
}

const changed = (change: (graph: Graph) => Partial<Graph>): Uint8Array => {
  const model = exportModel();
  return encodeModel({ ...model, graph: { ...model.graph, ...change(model.graph) } });
};

describe('a lying header', () => {
  it.each<[string, Uint8Array, RegExp]>([
    [
      'a negative dimension',
      withTensor((t) => t.ints(1, [-1, 4])),
      /"w" has the impossible shape -1 x 4/,
    ],
    [
      'a dimension beyond all memory',
      withTensor((t) => t.ints(1, [2 ** 62])),
      /"w" has the impossible shape/,
    ],
    [
      'dimensions whose product overflows',
      withTensor((t) => t.ints(1, [2 ** 40, 2 ** 40])),
      /impossible shape/,
    ],
    [
      'fewer bytes than its shape needs',
      withTensor((t) => {
        t.ints(1, [100]);
        t.bytes(9, new Uint8Array(8));
      }),
      /"w" should have 400 bytes for its shape and has 8/,
    ],
    [
      'a field longer than the file',
      Uint8Array.from([0x08, 8, 0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f, 1]),
      /claims more bytes/,
    ],
    ['a number without end', new Uint8Array(40).fill(0xff), /longer than 64 bits/],
    ['a field without number', Uint8Array.from([0, 0, 0]), /field without a number/],
    ['an unknown element type', withTensor((t) => t.int(2, 99)), /element type 99/],
  ])('%s', (_, bytes, sentence) => fails(bytes, sentence));
});

describe('graphs that do not hold together', () => {
  it('a cycle', () =>
    fails(
      changed(({ nodes }) => ({
        nodes: nodes.map((node) =>
          node.name === '/m/Mul' ? { ...node, inputs: [node.inputs[0]!, 'logits'] } : node,
        ),
      })),
      /in a circle through/,
    ));
  it('a value that nothing gives', () =>
    fails(
      changed(({ initializers }) => ({
        initializers: new Map([...initializers].filter(([name]) => name !== 'm.norm.bias')),
      })),
      /LayerNormalization "\/m\/norm\/LayerNormalization" needs the value "m\.norm\.bias"/,
    ));
  it('an output that nothing makes', () =>
    fails(
      changed(() => ({ outputs: [{ name: 'ghost', type: 'float32', dims: [] }] })),
      /"ghost"/,
    ));
  it('a value made twice', () =>
    fails(
      changed(({ nodes }) => ({ nodes: [...nodes, nodes.at(-1)!] })),
      /produce the value "logits"/,
    ));
});

describe('weights in a second file', () => {
  const eight = new Uint8Array(new Float32Array([1.5, -2]).buffer);

  it('are read from a file beside the model, at their place', () => {
    const file = new Uint8Array([9, 9, 9, 9, ...eight]);
    const model = decodeModel(external({ location: 'model.onnx_data', offset: '4', length: '8' }), {
      'model.onnx_data': file,
    });
    expect([...model.graph.initializers.get('w')!.bytes]).toEqual([...eight]);
    expect(model.external).toEqual(['model.onnx_data']);
  });

  it('may lie in a folder below', () =>
    expect(
      decodeModel(external({ location: 'data/w.bin' }), { 'data/w.bin': eight }).external,
    ).toEqual(['data/w.bin']));

  it.each([
    '../secret',
    'data/../../secret',
    '/etc/passwd',
    'C:\\Windows\\win.ini',
    '..\\secret',
    'file:secret',
    './w.bin',
    '',
    'a//b',
    'a\u0000b',
  ])('never come from %j', (location) =>
    fails(external({ location }), /outside the folder of the model/, { [location]: eight }),
  );

  it('never come from a path that climbs, however it is spelled', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('..', 'a', '.', ''), { minLength: 1, maxLength: 5 }),
        fc.constantFrom('/', '\\'),
        (parts, separator) => {
          const location = parts.join(separator);
          const safe = separator === '/' && parts.every((part) => part === 'a');
          if (safe || location === 'a') return;
          fails(external({ location }), /outside the folder/, { [location]: eight });
        },
      ),
    ));

  it('are asked for by name when missing, also where the name is a property of every object', () => {
    fails(external({ location: 'model.onnx_data' }), /"model\.onnx_data", which is not beside it/);
    fails(external({ location: 'constructor' }), /not beside it/);
  });

  it.each([
    { offset: '4', length: '8' },
    { offset: '-4', length: '8' },
    { offset: '1e400', length: '8' },
    { offset: 'x', length: '8' },
    { offset: '0', length: '9007199254740993' },
  ])('beyond the end: %j', (place) =>
    fails(external({ location: 'w.bin', ...place }), /beyond the end of "w\.bin"/, {
      'w.bin': eight,
    }),
  );

  it('of the wrong length for the shape', () =>
    fails(external({ location: 'w.bin', length: '4' }), /should have 8 bytes/, { 'w.bin': eight }));
});

describe('files of another kind', () => {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /empty/],
    [
      'a Git LFS pointer',
      text('version https://git-lfs.github.com/spec/v1\noid sha256:1\n'),
      /Git LFS/,
    ],
    ['a zip archive', text('PK\u0003\u0004…'), /zip archive/],
    ['JSON', text('{"model_type":"bert"}'), /JSON/],
    ['a web page', text('<!DOCTYPE html><html>'), /web page/],
    ['safetensors', Uint8Array.from([9, 0, 0, 0, 0, 0, 0, 0, ...text('{"a":1}')]), /safetensors/],
    ['prose', text('Once upon a time there was a model.'), /./],
    ['another protobuf', Uint8Array.from([0x0a, 3, 97, 98, 99]), /no graph/],
  ])('%s', (_, bytes, sentence) => fails(bytes, sentence));
});

describe('two gigabytes', () => {
  it('are refused on reading before a byte is looked at', () =>
    fails(new Uint8Array(2 ** 31).fill(8, 0, 1), /2\.0 GiB/));

  it('are refused on writing, without building them first', () => {
    const bytes = new Uint8Array(2 ** 26);
    const tensor: Tensor = { type: 'float32', dims: [2 ** 24], bytes };
    const initializers = new Map(Array.from({ length: 33 }, (_, i) => [`w${i}`, tensor]));
    const model: Model = { ...exportModel() };
    expect(() => encodeModel({ ...model, graph: { ...model.graph, initializers } })).toThrow(
      expect.objectContaining({ code: 'bad-model', message: expect.stringMatching(/GiB/) }),
    );
  });
});

describe('damaged files', () => {
  /** Flips bits, overwrites, moves blocks; weights are few in this file, so most hits are structure. */
  function mutate(source: Uint8Array, seed: number): Uint8Array {
    const random = stream(seed, 'damage');
    const bytes = new Uint8Array(source);
    for (let hits = 1 + random.below(6); hits > 0; hits -= 1) {
      const at = random.below(bytes.length);
      const kind = random.below(4);
      if (kind === 0) bytes[at] = random.below(256);
      else if (kind === 1) bytes[at] = bytes[at]! ^ (1 << random.below(8));
      else if (kind === 2) bytes[at] = 255;
      else bytes.copyWithin(at, random.below(bytes.length), random.below(bytes.length));
    }
    return bytes;
  }
  const source = exportFile();
  const readable = /^(bad-model|unsupported-operator)$/;

  it('are admitted or refused, 1,500 of them', () => {
    let refused = 0;
    for (let seed = 0; seed < 1500; seed += 1) {
      try {
        admit(mutate(source, seed));
      } catch (error) {
        expect((error as { code?: string }).code).toMatch(readable);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(300);
    expect(refused).toBeLessThan(1450);
  }, 60_000);

  it('are inspected with an answer, probe run included', async () => {
    const answers = { works: 0, fails: 0, refused: 0 };
    for (let seed = 0; seed < 200; seed += 1) {
      try {
        const files = { 'model.onnx': mutate(source, seed) };
        const { inference } = await inspect({ files });
        answers[inference.works ? 'works' : 'fails'] += 1;
      } catch (error) {
        expect((error as { code?: string }).code).toMatch(readable);
        answers.refused += 1;
      }
    }
    expect(answers.refused).toBeGreaterThan(50);
    expect(answers.works).toBeGreaterThan(0);
  }, 60_000);

  it('and the undamaged one is fine', () =>
    expect(admit(source).parameters.some(({ name }) => name === 'm.word.weight' && WIDTH > 0)).toBe(
      true,
    ));
});
