/*
 * The wire between the core and the compute process, reduced to what the client needs.
 *
 * Each shell brings its own way of starting a process (an Electron utility process, a forked Node
 * child, a fake in tests); the client in computeClient.ts knows only this face. Messages are
 * structured-clone values: typed arrays cross as they are.
 */

/** Why the process is gone. `code` is null where a signal ended it; `signal` is null where it exited by itself. */
export interface ComputeExit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface ComputeLink {
  /** Queues one message. Silently without effect once the process is gone; `onExit` tells. */
  post(message: unknown): void;
  onMessage(callback: (message: unknown) => void): void;
  /** Called once, also for a process that never came up. */
  onExit(callback: (info: ComputeExit) => void): void;
  /** Ends the process at once (SIGKILL where the system has it): compute holds nothing that can be lost. */
  kill(): void;
}

/** Starts a fresh compute process. Called lazily and again after every exit. */
export type LaunchCompute = () => ComputeLink;
