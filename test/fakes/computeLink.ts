// A compute process that does what a test tells it: answers, hangs, dies. One script serves every
// process that is launched, and sees which launch it is.
import type { ComputeExit, ComputeLink, LaunchCompute } from '../../main/models/index.ts';

export interface FakeProcess {
  /** Counts from 1. */
  readonly number: number;
  /** Sends to the core, after the current turn. */
  send(message: unknown): void;
  exit(info?: ComputeExit): void;
}

export type Script = (message: Record<string, unknown>, process: FakeProcess) => void;

export interface FakeCompute {
  readonly launch: LaunchCompute;
  readonly received: readonly Record<string, unknown>[];
  launches(): number;
  /** How many were ended by the core. */
  kills(): number;
}

export function createFakeCompute(script: Script): FakeCompute {
  const received: Record<string, unknown>[] = [];
  let launches = 0;
  let kills = 0;
  return {
    received,
    launches: () => launches,
    kills: () => kills,
    launch() {
      const number = (launches += 1);
      const messages = new Set<(message: unknown) => void>();
      const exits = new Set<(info: ComputeExit) => void>();
      let alive = true;
      const exit = (info: ComputeExit = { code: null, signal: 'SIGSEGV' }): void => {
        if (!alive) return;
        alive = false;
        setImmediate(() => exits.forEach((callback) => callback(info)));
      };
      const process: FakeProcess = {
        number,
        send: (message) =>
          void setImmediate(() => {
            if (alive) messages.forEach((callback) => callback(message));
          }),
        exit,
      };
      const link: ComputeLink = {
        post(message) {
          if (!alive) return;
          // Structured clone, as a real channel does: nothing is shared by accident.
          const copy = structuredClone(message) as Record<string, unknown>;
          received.push(copy);
          setImmediate(() => alive && script(copy, process));
        },
        onMessage: (callback) => void messages.add(callback),
        onExit: (callback) => void exits.add(callback),
        kill() {
          kills += 1;
          exit({ code: null, signal: 'SIGKILL' });
        },
      };
      return link;
    },
  };
}
