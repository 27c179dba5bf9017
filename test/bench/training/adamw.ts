/** AdamW over as many parameters as BERT-base has, in a process of its own for its peak memory. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createAdamW, createArena } from '../../../main/compute/optim/index.ts';
import { median, type Measure } from '../report.ts';
import { gigabytes, millions } from './child.ts';

const PARAMETERS = 110_000_000;
/** Shapes as in an encoder: many matrices, no single huge one. */
const WIDTH = 2500;
const UPDATES = 9;

interface Printed {
  readonly seconds: number;
  readonly peakBytes: number;
}

export function measures(): readonly Measure[] {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), 'run'],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`The AdamW row failed: ${stderr}`);
  const { seconds, peakBytes } = JSON.parse(stdout) as Printed;
  return [
    {
      name: `AdamW over ${millions(PARAMETERS)} parameters`,
      value: seconds,
      unit: 's',
      bound: { most: 0.25 },
      note: `median of ${UPDATES} updates, norm and clipping included; peak ${gigabytes(peakBytes)}`,
    },
  ];
}

function run(): Printed {
  const count = PARAMETERS / (WIDTH * WIDTH);
  const specs = Array.from({ length: Math.ceil(count) }, (_, index) => ({
    name: `w${index}`,
    dims: [Math.round((WIDTH * count) / Math.ceil(count)), WIDTH],
    decay: true,
    rows: false,
  }));
  const arena = createArena(specs, ['w', 'g', 'm', 'v']);
  const optimizer = createAdamW(arena, {
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.01,
    clipNorm: 1,
  });
  const gradient = new Float32Array(specs[0]!.dims[0]! * WIDTH).fill(1e-3);
  const seconds: number[] = [];
  for (let step = 1; step <= UPDATES + 1; step += 1) {
    for (const { name } of specs) optimizer.accumulate(name, gradient);
    const begun = performance.now();
    optimizer.apply(step, 1e-4, 1);
    // The first update is the one in which the memory of the moments is first touched.
    if (step > 1) seconds.push((performance.now() - begun) / 1000);
  }
  return { seconds: median(seconds), peakBytes: process.resourceUsage().maxRSS * 1024 };
}

if (process.argv[2] === 'run' && process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(`${JSON.stringify(run())}\n`);
