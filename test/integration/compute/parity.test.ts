// The same batches, the same losses as PyTorch: encoders that PyTorch exported are trained here on all
// batches of their golden files, and losses, gradient norms and probe scores are compared.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { admit } from '../../../main/compute/architectures/encoder/index.ts';
import { parity } from '../../../main/compute/loops/parity.ts';

const FOLDER = new URL('../../../../shared/data/onnx-exports/', import.meta.url);
const FILES = existsSync(FOLDER)
  ? readdirSync(FOLDER).filter((name) => name.endsWith('.onnx'))
  : [];
if (FILES.length === 0)
  process.stderr.write('Skipped: tests with ../shared/data/onnx-exports, the folder is missing.\n');

const read = (name: string): Uint8Array => readFileSync(new URL(name, FOLDER));
const goldenOf = (file: string): Uint8Array => read(file.replace(/_\d+\.onnx$/, '.golden.json'));

describe.skipIf(FILES.length === 0)(
  'training parity with PyTorch on ../shared/data/onnx-exports',
  () => {
    it('covers every file', () => expect(FILES).toHaveLength(14));

    for (const file of FILES) {
      it(`${file}: the parameters found by rule are those PyTorch trained`, () => {
        const { trained } = JSON.parse(new TextDecoder().decode(goldenOf(file))) as {
          trained: Record<string, number[]>;
        };
        const { parameters, model, refusals } = admit(read(file));
        const shapes = parameters.map(({ name, torchName, transposed }) => {
          const dims = model.graph.initializers.get(name)!.dims;
          return [torchName, transposed ? dims.toReversed() : dims];
        });
        expect(Object.fromEntries(shapes)).toEqual(trained);
        expect(shapes).toHaveLength(Object.keys(trained).length);
        expect(refusals).toEqual([]);
      });

      it(`${file}: losses, gradient norms and scores`, async () => {
        const found = await parity({ onnx: read(file), golden: goldenOf(file) });
        expect(found.steps).toBe(40);
        expect(found.losses).toBeLessThan(1e-4);
        expect(found.gradientNorms).toBeLessThan(1e-3);
        expect(found.probe).toBeLessThan(1e-3);
        expect(found.withinBounds).toBe(true);
      }, 120_000);
    }
  },
);
