/** Runs a step in a process of its own and reads the one line of JSON it prints. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { median } from '../report.ts';
import { BATCH, CLASSES, LENGTH, type Size } from './sizes.ts';

export interface StepRun {
  /** Median seconds per step; the first one, in which memory grows, is left out. */
  readonly seconds: number;
  readonly peakBytes: number;
  readonly parameters: number;
  readonly threads: number;
  readonly version?: string;
  /** Speed of one large matrix product of the peer: tells a PyTorch with a slow BLAS. */
  readonly gflops?: number;
}

export type Mode = 'full' | 'lora';

/** One interpreter for all rows: PyTorch from Debian's python3-torch, or what PYTHON names. */
const PYTHON = process.env['PYTHON'] ?? '/usr/bin/python3';
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

function run(command: string, args: readonly string[]): StepRun {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    // Threads that wait should sleep: on a busy machine spinning ones steal from both sides.
    env: { ...process.env, OMP_WAIT_POLICY: 'passive' },
  });
  if (status !== 0) throw new Error(`${args[0] ?? command} ended with ${status}: ${stderr}`);
  const printed = JSON.parse(stdout.trim().split('\n').at(-1) as string) as StepRun & {
    seconds: number[];
  };
  return { ...printed, seconds: median(printed.seconds.slice(1)) };
}

export const ownStep = (size: Size, mode: Mode, steps: number): StepRun =>
  run(process.execPath, [
    here('./step.ts'),
    ...[size.name, mode, BATCH, LENGTH, steps].map(String),
  ]);

/** Null where PyTorch is not installed. */
export function peerStep(size: Size, mode: Mode, steps: number): StepRun | null {
  if (!hasTorch()) return null;
  const { layers, hidden, heads, intermediate, vocabulary, positions } = size;
  const dimensions = { layers, hidden, heads, intermediate, vocabulary, positions };
  const work = { classes: CLASSES, batch: BATCH, length: LENGTH, steps, mode };
  return run(PYTHON, [
    here('../peer/bert_step.py'),
    ...Object.entries({ ...dimensions, ...work }).flatMap(([name, value]) => [
      `--${name}`,
      String(value),
    ]),
  ]);
}

let torch: boolean | undefined;
export const hasTorch = (): boolean =>
  (torch ??=
    existsSync(PYTHON) &&
    spawnSync(PYTHON, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0);

/** Both sides twice and in turn, the better run of each: what else the machine does hits both alike. */
export function race(
  size: Size,
  mode: Mode,
  steps: number,
): { own: StepRun; peer: StepRun | null } {
  const owns: StepRun[] = [];
  const peers: StepRun[] = [];
  for (let round = 0; round < 2; round += 1) {
    owns.push(ownStep(size, mode, steps));
    const peer = peerStep(size, mode, steps);
    if (peer) peers.push(peer);
  }
  const best = (runs: readonly StepRun[]): StepRun | null =>
    runs.reduce<StepRun | null>(
      (found, next) => (found === null || next.seconds < found.seconds ? next : found),
      null,
    );
  return { own: best(owns) as StepRun, peer: best(peers) };
}

export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
export const millions = (count: number): string => `${(count / 1e6).toFixed(1)} M`;
