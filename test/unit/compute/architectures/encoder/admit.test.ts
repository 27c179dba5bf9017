// Which tensors count as trainable, and which files are turned away with which sentence.
import { describe, expect, it } from 'vitest';
import { admit } from '../../../../../main/compute/architectures/encoder/index.ts';
import {
  encodeModel,
  floatTensor,
  withValues,
  type Tensor,
} from '../../../../../main/compute/onnx/index.ts';
import { exportFile, exportModel, random, WIDTH, WORDS, type Exporter } from './exported.ts';

const POSITIONS = 6;

const parametersOf = (body: (e: Exporter, x: string) => string) =>
  admit(exportFile({ body })).parameters.map(({ torchName }) => torchName);
const USUAL = [
  'm.word.weight',
  'm.norm.weight',
  'm.norm.bias',
  'classifier.weight',
  'classifier.bias',
];

/** Positions 0, 1, 2 … of the tokens, as exporters compute them. */
function positions(e: Exporter, x: string): string {
  const length = e.node('/m/Gather', [e.node('/m/Shape', [x]), e.b.ints([1], [])]);
  return e.node('/m/Range', [e.b.ints([0], []), length, e.b.ints([1], [])]);
}

function sines(rows: number, width: number): Tensor {
  const values = Array.from({ length: rows * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    const angle = row / 10_000 ** ((2 * Math.floor(column / 2)) / width);
    return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
  return floatTensor([rows, width], values);
}

describe('parameters, by what they do', () => {
  it('names weights, biases, norms and tables as a state dict would', () => {
    const { parameters, head, task, inputs, hidden, logits } = admit(exportFile());
    expect(
      parameters.map(({ torchName, kind, transposed, decay, rows }) => [
        torchName,
        kind,
        transposed,
        decay,
        rows,
      ]),
    ).toEqual([
      ['m.word.weight', 'embedding', false, true, true],
      ['m.layer.0.dense.weight', 'linear', true, true, false],
      ['m.layer.0.dense.bias', 'bias', false, false, false],
      ['m.norm.weight', 'norm', false, false, false],
      ['m.norm.bias', 'norm', false, false, false],
      ['classifier.weight', 'linear', true, true, false],
      ['classifier.bias', 'bias', false, false, false],
    ]);
    expect(head).toMatchObject({
      module: 'classifier',
      bias: 'classifier.bias',
      width: WIDTH,
      classes: 3,
    });
    expect({ task, inputs, logits }).toMatchObject({
      task: 'spans',
      inputs: { ids: 'input_ids', mask: 'attention_mask', types: null, positions: null },
      logits: 'logits',
    });
    expect(hidden).toBe(head!.input);
  });

  it('trains positions that are looked up and added', () =>
    expect(
      parametersOf((e, x) => {
        const table = e.weight('m.position.weight', [POSITIONS, WIDTH]);
        return e.node('/m/Add', [x, e.node('/m/position/Gather', [table, positions(e, x)])]);
      }).sort(),
    ).toEqual([...USUAL, 'm.position.weight'].sort()));

  it('trains positions that are added as they are', () =>
    expect(
      parametersOf((e, x) => e.node('/m/Add', [x, e.weight('m.position', [1, POSITIONS, WIDTH])])),
    ).toContain('m.position'));

  it.each<[string, (e: Exporter, x: string) => string]>([
    [
      'a table of sines',
      (e, x) => {
        const table = e.b.parameter('m.position.weight', sines(POSITIONS, WIDTH));
        return e.node('/m/Add', [x, e.node('/m/position/Gather', [table, positions(e, x)])]);
      },
    ],
    [
      'a rotary table, which multiplies',
      (e, x) => {
        const table = e.weight('onnx::Gather_77', [POSITIONS, WIDTH]);
        return e.node('/m/Mul_1', [x, e.node('/m/Gather', [table, positions(e, x)])]);
      },
    ],
    [
      'rotary frequencies, which only meet positions',
      (e, x) => {
        const frequencies = e.weight('onnx::Expand_78', [WIDTH, 1]);
        const row = e.node('/m/Unsqueeze', [
          e.node('/m/Cast', [positions(e, x)], { to: 1 }),
          e.b.ints([0]),
        ]);
        const angles = e.node('/m/MatMul', [frequencies, row]);
        const turned = e.node('/m/Transpose', [angles], { perm: [1, 0] });
        return e.node('/m/Mul_1', [x, e.node('/m/Cos', [turned])]);
      },
    ],
    [
      'a mask of large numbers',
      (e, x) =>
        e.node('/m/Add', [
          x,
          e.b.parameter(
            'm.mask',
            floatTensor(
              [1, 2, WIDTH],
              new Array(2 * WIDTH).fill(0).map((_, i) => (i % 2 ? -1e9 : 0)),
            ),
          ),
        ]),
    ],
    ['a scalar', (e, x) => e.node('/m/Mul_1', [x, e.weight('m.scale', [1])])],
  ])('does not train %s', (_, body) =>
    expect(parametersOf(body).sort()).toEqual([...USUAL].sort()),
  );

  it('trains relative positions, whole tables that meet the same weights as the tokens', () => {
    const { parameters } = admit(
      exportFile({
        body: (e, x) => {
          const keys = e.weight('onnx::MatMul_90', [WIDTH, WIDTH]);
          const table = e.weight('m.relative.weight', [POSITIONS, WIDTH]);
          const own = e.node('/m/key/MatMul', [x, keys]);
          const relative = e.node('/m/key_1/MatMul', [table, keys]);
          const turned = e.node('/m/Transpose', [relative], { perm: [1, 0] });
          const scores = e.node('/m/MatMul', [own, turned]);
          return e.node('/m/MatMul_1', [scores, relative]);
        },
      }),
    );
    expect(parameters.find(({ name }) => name === 'm.relative.weight')).toMatchObject({
      kind: 'embedding',
      rows: false,
    });
    expect(parameters.find(({ name }) => name === 'onnx::MatMul_90')).toMatchObject({
      torchName: 'm.key.weight',
      transposed: true,
    });
  });

  it('calls an encoder that ends in word scores or hidden states one for features', () => {
    const model = admit(exportFile({ classes: WORDS }));
    expect(model).toMatchObject({ task: 'features', head: null, logits: null });
    const config = new TextEncoder().encode('{"architectures":["BertForMaskedLM"]}');
    expect(admit(exportFile(), config).task).toBe('features');
  });
});

describe('refusals', () => {
  const refused = (file: Uint8Array) => {
    const { refusals, inferenceOnly } = admit(file);
    expect(inferenceOnly).toBe(true);
    return refusals.map(({ code, sentence }) => `${code}: ${sentence}`).join('\n');
  };
  const ms = (op: string) => (e: Exporter, x: string) => {
    const y = e.node(`/m/${op}`, [x]);
    const made = e.b.nodes.pop()!;
    e.b.nodes.push({ ...made, domain: 'com.microsoft' });
    return y;
  };

  it.each<[string, Uint8Array, RegExp]>([
    [
      'fused operators',
      exportFile({ body: ms('BiasGelu') }),
      /^fused-operator: .*com\.microsoft\.BiasGelu "\/m\/BiasGelu".*plain export/,
    ],
    [
      'quantized files',
      exportFile({ body: (e, x) => e.node('/m/DequantizeLinear', [x]) }),
      /^quantized: .*32-bit/,
    ],
    [
      'an operator without a rule',
      exportFile({ body: (e, x) => e.node('/m/Selu', [x]) }),
      /^no-gradient-rule: .*Selu "\/m\/Selu"/,
    ],
    [
      'a model that reads no tokens',
      exportFile({ ids: 'pixel_values' }),
      /^no-token-input: .*input_ids/,
    ],
    ['very old files', exportFile({ opset: 9 }), /^opset: .*opset 9.*opset 17/],
  ])('%s', (_, file, sentence) => expect(refused(file)).toMatch(sentence));

  it('16-bit weights', () => {
    const model = exportModel();
    const dims = [WIDTH];
    const half: Tensor = { type: 'float16', dims, bytes: new Uint8Array(2 * WIDTH) };
    const graph = withValues(model.graph, new Map([['m.norm.bias', half]]));
    expect(refused(encodeModel({ ...model, graph }))).toMatch(/half-precision: .*16 bits/);
  });

  it('an operator without a rule is no matter where no weight passes', () => {
    const file = exportFile({
      body: (e, x) => e.node('/m/Mul_1', [x, e.node('/m/Selu', [e.b.floats([0.5], [])])]),
    });
    expect(admit(file).refusals).toEqual([]);
  });

  it('fails on a weight that is not a number, by name and place', () => {
    const model = exportModel();
    const bad = random([WIDTH], 'x');
    new DataView(bad.bytes.buffer).setFloat32(4 * 3, NaN, true);
    const graph = withValues(model.graph, new Map([['m.norm.bias', bad]]));
    expect(() => admit(encodeModel({ ...model, graph }))).toThrow(
      expect.objectContaining({
        code: 'bad-model',
        message: expect.stringMatching(/"m\.norm\.bias".*position 3/),
      }),
    );
  });
});
