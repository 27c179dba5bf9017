// A command's conversation with the core: calls that throw on failure, jobs with a progress line that
// Ctrl+C cancels.
import type {
  Client,
  InputOf,
  JobName,
  OutputOf,
  ProcedureName,
  Progress,
} from '../../shared/contract/index.ts';
import { CliFailure } from './failure.ts';
import { createProgressLine } from './progress.ts';
import type { Terminal } from './terminal.ts';

export interface Connection {
  readonly client: Client;
  /** Locks the vault and waits until its process has ended. */
  close(): Promise<void>;
}

export interface Session {
  readonly client: Client;
  readonly terminal: Terminal;
  call<N extends ProcedureName>(name: N, input: InputOf<N>): Promise<OutputOf<N>>;
  job<N extends JobName>(
    name: N,
    input: InputOf<N>,
    label: string,
    options?: JobOptions<OutputOf<N>>,
  ): Promise<OutputOf<N>>;
}

export interface JobOptions<Output> {
  /** Stands behind the bar, e.g. the loss. */
  readonly extra?: () => string;
  /** What the line says at the end. */
  readonly done?: (output: Output) => string;
}

export function createSession(client: Client, terminal: Terminal): Session {
  return {
    client,
    terminal,
    async call(name, input) {
      const result = await client.call(name, input);
      if (!result.ok) throw new CliFailure(result.error);
      return result.value;
    },
    async job(name, input, label, options = {}) {
      const line = createProgressLine(terminal, label);
      const stop = new AbortController();
      let shown: Progress | undefined;
      const release = terminal.onInterrupt(() => {
        terminal.note(
          stop.signal.aborted
            ? 'Still stopping.'
            : 'Stopping at the next safe point. What is finished is kept.',
        );
        stop.abort();
      });
      try {
        const result = await client.call(name, input, {
          signal: stop.signal,
          onProgress(progress) {
            shown = progress;
            line.show(progress, options.extra?.());
          },
        });
        if (!result.ok) {
          if (shown) line.end(result.error.code === 'CANCELLED' ? 'cancelled' : 'failed');
          throw new CliFailure(result.error);
        }
        line.end(options.done?.(result.value) ?? 'done');
        return result.value;
      } finally {
        release();
      }
    },
  };
}
