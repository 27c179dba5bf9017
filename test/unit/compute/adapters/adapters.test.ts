import { describe, expect, it } from 'vitest';
import {
  appendHead,
  encodeAdapter,
  injectLora,
  mergeLora,
  readAdapter,
  readAdapterSettings,
  replaceHead,
  type LinearWeight,
} from '../../../../main/compute/adapters/index.ts';
import {
  createBuilder,
  floatsOf,
  floatTensor,
  type Graph,
} from '../../../../main/compute/onnx/index.ts';

const W: LinearWeight = { name: 'W', module: 'layer.0.query', transposed: true };
const V: LinearWeight = { name: 'V', module: 'layer.0.value', transposed: false };
const LORA = { rank: 2, alpha: 6, targets: ['query', 'layer.0.value'] };

/** y = (x·W)·Vᵀ, as MatMul with [in, out] and Gemm with [out, in]. */
function twoLayers(): Graph {
  const b = createBuilder('test');
  const x = b.input('x', 'float32', ['rows', 3]);
  const w = b.parameter('W', floatTensor([3, 2], [1, 2, 3, 4, 5, 6]));
  const v = b.parameter('V', floatTensor([2, 2], [1, 0, 0, 1]));
  const y = b.op('Gemm', [b.op('MatMul', [x, w]), v], { transB: 1 });
  b.output(b.alias(y, 'last_hidden_state'), 'float32', ['rows', 2]);
  return b.finish('two');
}

describe('LoRA', () => {
  it('refuses a target that no layer has and lists those there are', () => {
    expect(() => injectLora(twoLayers(), [W, V], { ...LORA, targets: ['q'] }, 1)).toThrow(
      'The model has no layer named "q". Layers that can be adapted: query, value.',
    );
    expect(() => injectLora(twoLayers(), [W, V], { ...LORA, targets: ['ery'] }, 1)).toThrow(
      /"ery"/,
    );
  });

  it('starts with B at zero and A within ±1/sqrt(in), drawn from the seed', () => {
    const { graph, sites } = injectLora(twoLayers(), [W, V], LORA, 1);
    expect(sites.map(({ module }) => module)).toEqual(['layer.0.query', 'layer.0.value']);
    for (const { a, b, inner, outer } of sites) {
      expect(graph.initializers.get(a)!.dims).toEqual([inner, 2]);
      expect(graph.initializers.get(b)!.dims).toEqual([2, outer]);
      const values = floatsOf(graph.initializers.get(a)!);
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(inner));
      expect(values.some((value) => value !== 0)).toBe(true);
      expect(floatsOf(graph.initializers.get(b)!).every((value) => value === 0)).toBe(true);
    }
    const again = injectLora(twoLayers(), [W, V], LORA, 1).graph.initializers;
    const other = injectLora(twoLayers(), [W, V], LORA, 2).graph.initializers;
    expect(again.get(sites[0]!.a)).toEqual(graph.initializers.get(sites[0]!.a));
    expect(other.get(sites[0]!.a)).not.toEqual(graph.initializers.get(sites[0]!.a));
  });

  it('merges W += (alpha / rank)·A·B in either orientation', () => {
    const { sites } = injectLora(twoLayers(), [W, V], LORA, 1);
    const values = new Map([
      [sites[0]!.a, Float32Array.of(1, 0, 0, 1, 1, 1)],
      [sites[0]!.b, Float32Array.of(1, 2, 3, 4)],
      [sites[1]!.a, Float32Array.of(1, 0, 0, 1)],
      [sites[1]!.b, Float32Array.of(0, 1, 2, 0)],
    ]);
    const merged = mergeLora(twoLayers(), sites, LORA, (name) => values.get(name)!);
    // A·B = [[1,2],[3,4],[4,6]], times 3.
    expect([...floatsOf(merged.initializers.get('W')!)]).toEqual([4, 8, 12, 16, 17, 24]);
    // A·B = [[0,1],[2,0]], transposed into [out, in], times 3.
    expect([...floatsOf(merged.initializers.get('V')!)]).toEqual([1, 6, 3, 1]);
  });
});

describe('PEFT files', () => {
  const { graph, sites } = injectLora(twoLayers(), [W, V], LORA, 1);
  const { graph: headed, head } = appendHead(graph, 'last_hidden_state', {
    ...{ task: 'spans', classes: 3, seed: 1 },
  });
  const dimsOf = (name: string) => headed.initializers.get(name)!.dims;
  const saved = [
    { name: head.weight, torchName: 'classifier.weight', transposed: true },
    { name: head.bias!, torchName: 'classifier.bias', transposed: false },
  ];
  const files = encodeAdapter(
    {
      ...{ settings: LORA, sites, saved, savedModule: 'classifier' },
      ...{ task: 'documents', base: 'base' },
    },
    (name) => headed.initializers.get(name)!,
  );

  it('read back to the same values', () => {
    expect(readAdapterSettings(files)).toEqual(LORA);
    for (const [name, tensor] of readAdapter(files, { sites, saved }, dimsOf))
      expect(floatsOf(tensor)).toEqual(floatsOf(headed.initializers.get(name)!));
  });

  it('say what PEFT asks for', () => {
    expect(JSON.parse(new TextDecoder().decode(files['adapter_config.json']))).toMatchObject({
      peft_type: 'LORA',
      task_type: 'SEQ_CLS',
      r: 2,
      lora_alpha: 6,
      target_modules: ['query', 'layer.0.value'],
      modules_to_save: ['classifier'],
      base_model_name_or_path: 'base',
      fan_in_fan_out: false,
    });
  });

  it('are refused when they are of another kind, miss a layer or do not fit', () => {
    const config = (value: unknown) => ({
      ...files,
      'adapter_config.json': new TextEncoder().encode(JSON.stringify(value)),
    });
    expect(() => readAdapterSettings(config({ peft_type: 'IA3' }))).toThrow(/not a LoRA adapter/);
    expect(() => readAdapterSettings({})).toThrow(/lacks a readable adapter_config.json/);
    const more = [...sites, { ...sites[0]!, module: 'layer.9.query' }];
    expect(() => readAdapter(files, { sites: more, saved }, dimsOf)).toThrow(/lacks ".*layer.9/);
    expect(() => readAdapter(files, { sites, saved }, () => [9, 9])).toThrow(/does not fit/);
  });
});

describe('heads', () => {
  it('replace the classifier by one of the right size, its bias at zero', () => {
    const found = { weight: 'V', bias: null, module: 'cls', transposed: false, width: 2 };
    const made = replaceHead(twoLayers(), found, 'last_hidden_state', {
      ...{ task: 'documents', classes: 5, seed: 3 },
    });
    const weight = made.graph.initializers.get('V')!;
    expect(weight.dims).toEqual([5, 2]);
    const deviation = Math.hypot(...floatsOf(weight)) / Math.sqrt(10);
    expect(deviation).toBeGreaterThan(0.01);
    expect(deviation).toBeLessThan(0.04);
    expect(made.graph.outputs[0]!.dims).toEqual(['rows', 5]);
  });

  it('refuse hidden states whose width nothing tells', () => {
    const graph = twoLayers();
    const open = { ...graph, outputs: [{ ...graph.outputs[0]!, dims: ['rows', 'width'] }] };
    expect(() =>
      appendHead(open, 'last_hidden_state', { task: 'spans', classes: 2, seed: 1 }),
    ).toThrow(/width of the hidden states/);
  });
});
