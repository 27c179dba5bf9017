import { describe, expect, it } from 'vitest';
import { decodeTensors, encodeTensors } from '../../../../main/compute/loops/safetensors.ts';
import { floatTensor, intTensor } from '../../../../main/compute/onnx/index.ts';

const FILE = {
  tensors: new Map([
    ['w', floatTensor([2, 2], [1, 2, 3, 4])],
    ['n', intTensor([1], [-7])],
    ['empty', floatTensor([0, 4], [])],
  ]),
  metadata: { step: '12', text: 'ä' },
};

describe('safetensors', () => {
  it('reads back what it wrote, from any address', () => {
    const bytes = encodeTensors(FILE);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const back = decodeTensors(shifted.subarray(3));
    expect(back.metadata).toEqual(FILE.metadata);
    expect([...back.tensors].map(([name, { dims, type }]) => [name, dims, type])).toEqual([
      ['w', [2, 2], 'float32'],
      ['n', [1], 'int64'],
      ['empty', [0, 4], 'float32'],
    ]);
    expect(back.tensors.get('w')!.bytes).toEqual(FILE.tensors.get('w')!.bytes);
  });

  it('aligns the data to eight bytes, as the format asks', () => {
    const header = Number(new DataView(encodeTensors(FILE).buffer).getBigUint64(0, true));
    expect(header % 8).toBe(0);
  });

  it('refuses every truncation', () => {
    const bytes = encodeTensors(FILE);
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeTensors(bytes.subarray(0, length))).toThrow(/damaged/);
  });
});
