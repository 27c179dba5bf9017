import { describe, expect, it } from 'vitest';
import { createAdamW, createArena } from '../../../../main/compute/optim/index.ts';

const SETTINGS = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 0 };
const DIMS = [5, 3] as const;

/** A table of 5 rows of 3, its gradient given as rows or as a whole. */
function table(rows: boolean) {
  const arena = createArena(
    [{ name: 't', dims: DIMS, decay: true, rows, everyRow: rows }],
    ['w', 'g', 'm', 'v'],
  );
  const [parameter] = arena.parameters;
  const w = arena.view(parameter!, 'w');
  w.forEach((_, i) => (w[i] = Math.sin(i + 1)));
  return { optimizer: createAdamW(arena, SETTINGS), w };
}

describe('a table of which every row moves', () => {
  it('gets from rows the numbers that a whole gradient gives, untouched rows included', () => {
    const [sparse, dense] = [table(true), table(false)];
    const looks = [
      [0, 2, 2],
      [4, 0, 4],
      [1, 1, 1],
    ];
    looks.forEach((ids, step) => {
      const rows = Float32Array.from({ length: 9 }, (_, i) => Math.cos(i + 5 * step));
      sparse.optimizer.accumulateRows('t', Int32Array.from(ids), rows, 1);
      const whole = new Float32Array(15);
      ids.forEach((id, k) => {
        for (let c = 0; c < 3; c++) whole[id * 3 + c]! += rows[k * 3 + c]!;
      });
      dense.optimizer.accumulate('t', whole);
      const norms = [sparse, dense].map(({ optimizer }) => optimizer.apply(step + 1, 0.1, 2));
      expect(norms[0]).toBeCloseTo(norms[1]!, 6);
      expect(sparse.w).toEqual(dense.w);
    });
    expect(sparse.w[9]).not.toBe(Math.fround(Math.sin(10)));
  });

  it('takes values of any size on top of what is there, in parts of the scratch space', () => {
    const size = 3 * 2 ** 21 + 5;
    const arena = createArena(
      [{ name: 'x', dims: [size], decay: false, rows: false }],
      ['w', 'g', 'm', 'v'],
    );
    const optimizer = createAdamW(arena, SETTINGS);
    const values = Float32Array.from({ length: size }, (_, i) => (i % 7) - 3);
    optimizer.accumulate('x', values);
    optimizer.accumulate('x', values);
    const g = arena.view(arena.parameters[0]!, 'g');
    expect(arena.scratch.view.length).toBeLessThan(size);
    expect(g.every((value, i) => value === 2 * values[i]!)).toBe(true);
    const exact = Math.sqrt(4 * values.reduce((sum, value) => sum + value * value, 0));
    expect(optimizer.apply(1, 0.1, 1)).toBeCloseTo(exact, 3);
  });
});
