// What exporters merged by value comes apart; what is one parameter stays one.
import { describe, expect, it } from 'vitest';
import {
  createBuilder,
  floatTensor,
  hoistConstants,
  prepare,
  untie,
  type Builder,
  type Graph,
  type Node,
} from '../../../../../main/compute/onnx/index.ts';
import { difference, modelOf, runModel } from './runModel.ts';

const WIDTH = 3;
const ones = () => floatTensor([WIDTH], new Float32Array(WIDTH).fill(1));
const zeros = () => floatTensor([WIDTH], new Float32Array(WIDTH));
const varied = () => floatTensor([WIDTH, WIDTH], [1, -2, 3, 0.5, 0.1, -0.3, 2, 1, 7]);

function node(b: Builder, name: string, op: string, inputs: readonly string[]): string {
  const output = `${name}_output_0`;
  b.nodes.push({ name, op, domain: '', inputs, outputs: [output], attributes: {} });
  return output;
}
const copy = (b: Builder, from: string, name: string): string => {
  b.alias(from, name);
  return name;
};

const inputsOf = (graph: Graph, name: string): readonly string[] =>
  (graph.nodes.find((candidate) => candidate.name === name) as Node).inputs;

describe('untie', () => {
  it('gives each normalization its own ones, under the name the exporter kept', async () => {
    const b = createBuilder('g');
    const x = b.input('x', 'float32', [2, WIDTH]);
    b.parameter('a.weight', ones());
    b.parameter('a.bias', zeros());
    const [weight, bias] = [copy(b, 'a.weight', 'b.weight'), copy(b, 'a.bias', 'b.bias')];
    const first = node(b, '/a/LayerNormalization', 'LayerNormalization', [x, 'a.weight', 'a.bias']);
    const second = node(b, '/b/LayerNormalization', 'LayerNormalization', [first, weight, bias]);
    b.output(second, 'float32', [2, WIDTH]);
    const before = b.finish('g');
    const after = untie(before);
    expect(inputsOf(after, '/a/LayerNormalization')).toEqual([x, 'a.weight', 'a.bias']);
    expect(inputsOf(after, '/b/LayerNormalization')).toEqual([first, 'b.weight', 'b.bias']);
    expect([...after.initializers.keys()].sort()).toEqual([
      'a.bias',
      'a.weight',
      'b.bias',
      'b.weight',
    ]);
    expect(after.nodes.map(({ op }) => op)).not.toContain('Identity');
    expect(
      difference(await runModel(modelOf(before, 17, 8)), await runModel(modelOf(after, 17, 8))),
    ).toBe(0);
  });

  it('tells the modules apart where a simplifier dropped the copies', () => {
    const b = createBuilder('g');
    const x = b.input('x', 'float32', [2, WIDTH]);
    b.parameter('a.weight', ones());
    const first = node(b, '/a/Mul', 'Mul', [x, 'a.weight']);
    b.output(node(b, '/b/Mul', 'Mul', [first, 'a.weight']), 'float32', [2, WIDTH]);
    const after = untie(b.finish('g'));
    expect(inputsOf(after, '/a/Mul')[1]).toBe('a.weight');
    expect(inputsOf(after, '/b/Mul')[1]).not.toBe('a.weight');
    expect(after.initializers.size).toBe(2);
  });

  it('keeps a module that is called twice one, zeros included', () => {
    const b = createBuilder('g');
    const x = b.input('x', 'float32', [2, WIDTH]);
    b.parameter('onnx::MatMul_1', varied());
    const again = copy(b, 'onnx::MatMul_1', 'onnx::MatMul_9');
    b.parameter('key.bias', zeros());
    const first = node(b, '/key/MatMul', 'MatMul', [x, 'onnx::MatMul_1']);
    const biased = node(b, '/key/Add', 'Add', ['key.bias', first]);
    const second = node(b, '/key_1/MatMul', 'MatMul', [biased, again]);
    b.output(node(b, '/key_1/Add', 'Add', ['key.bias', second]), 'float32', [2, WIDTH]);
    const after = untie(b.finish('g'));
    expect(inputsOf(after, '/key_1/MatMul')[1]).toBe('onnx::MatMul_1');
    expect(inputsOf(after, '/key/Add')[0]).toBe('key.bias');
    expect(inputsOf(after, '/key_1/Add')[0]).toBe('key.bias');
    expect(after.initializers.size).toBe(2);
  });

  it('separates zero biases of different layers in a file without module paths', () => {
    const b = createBuilder('g');
    const x = b.input('x', 'float32', [2, WIDTH]);
    b.parameter('w1', varied());
    b.parameter('w2', floatTensor([WIDTH, WIDTH], [3, 1, 4, 1, 5, 9, 2, 6, 5]));
    b.parameter('z', zeros());
    const first = node(b, 'n1', 'Add', [node(b, 'n0', 'MatMul', [x, 'w1']), 'z']);
    b.output(
      node(b, 'n3', 'Add', [node(b, 'n2', 'MatMul', [first, 'w2']), 'z']),
      'float32',
      [2, 3],
    );
    const after = untie(b.finish('g'));
    expect(inputsOf(after, 'n1')[1]).not.toBe(inputsOf(after, 'n3')[1]);
  });

  it('leaves scalars and integers shared', () => {
    const b = createBuilder('g');
    const x = b.input('x', 'float32', [2, WIDTH]);
    const half = b.floats([0.5], []);
    const flat = b.ints([-1]);
    const first = node(b, '/a/Mul', 'Mul', [x, half]);
    const second = node(b, '/b/Mul', 'Mul', [first, half]);
    const third = node(b, '/a/Reshape', 'Reshape', [second, flat]);
    b.output(node(b, '/b/Reshape', 'Reshape', [third, flat]), 'float32', [6]);
    expect(untie(b.finish('g')).initializers.size).toBe(2);
  });
});

describe('constants', () => {
  it('turns every kind of Constant node into an initializer', async () => {
    const b = createBuilder('g');
    const x = b.input('x', 'float32', [2, WIDTH]);
    const constants: [string, Parameters<Builder['op']>[2]][] = [
      ['tensor', { value: { kind: 'tensor', value: ones() } }],
      ['float', { value_float: { kind: 'float', value: 2 } }],
      ['floats', { value_floats: { kind: 'floats', value: [1, 2, 3] } }],
    ];
    let y = x;
    for (const [, attributes] of constants) y = b.op('Mul', [y, b.op('Constant', [], attributes)]);
    const shape = b.op('Constant', [], { value_ints: [3, 2] });
    b.output(b.alias(b.op('Reshape', [y, shape]), 'y'), 'float32', [3, 2]);
    const before = b.finish('g');
    const after = hoistConstants(before);
    expect(after.nodes.map(({ op }) => op)).not.toContain('Constant');
    expect(
      difference(await runModel(modelOf(before, 17, 8)), await runModel(modelOf(after, 17, 8))),
    ).toBe(0);
  });

  it('prepares nothing in a graph with control flow, whose inside refers to outer names', () => {
    const b = createBuilder('g');
    b.output(b.op('If', [b.input('c', 'bool', [])]), 'float32', []);
    const model = modelOf(b.finish('g'), 14);
    expect(prepare(model)).toBe(model);
  });
});
