// Starts `child.ts` in a process of its own and kills it without warning.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { TEST_PASSPHRASE } from '../../fakes/openVault.ts';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));

export interface Child {
  /** Resolves when the child says it is at work; rejects with its error output if it ends before. */
  ready(): Promise<void>;
  /** kill -9; resolves with all lines the child had acknowledged. */
  kill(): Promise<readonly string[]>;
}

export const startChild = (task: string, folder: string): Child =>
  startScript(CHILD, [task, folder, TEST_PASSPHRASE]);

export function startScript(script: string, args: readonly string[]): Child {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  let announce: () => void = () => undefined;
  const ready = new Promise<void>((resolve, reject) => {
    announce = resolve;
    child.once('close', () => reject(new Error(`The child ended: ${errors}`)));
  });
  ready.catch(() => undefined);
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    if (output.includes('ready\n')) announce();
  });
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  return {
    ready: () => ready,
    async kill() {
      child.kill('SIGKILL');
      await closed;
      if (errors !== '') throw new Error(`The child failed by itself: ${errors}`);
      return output.split('\n').filter((line) => line !== '' && line !== 'ready');
    },
  };
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** Repeatable "random" moments: mulberry32. */
export function createDice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
