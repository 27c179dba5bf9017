/*
 * One compute process and the requests it holds: started when first needed, watched, restarted.
 *
 * Compute may die or hang at any time (a native crash, the system's memory killer, a driver), so every
 * request ends in exactly one of: its result, its failure, CANCELLED or COMPUTE_LOST. A process that
 * says nothing for `silenceMs` while it has work is ended; one that does not obey a cancel within
 * `cancelPatienceMs` too. Nothing is lost by that: compute keeps nothing.
 */
import type {
  ComputeEvent,
  ComputeRequest,
  ComputeResult,
  FaultCode,
} from '../compute/protocol.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { ComputeLink, LaunchCompute } from './computeLink.ts';

export interface LaneTiming {
  /** From asking a job to stop until its process is ended. */
  readonly cancelPatienceMs: number;
  /** Longest silence of a process with work. Must exceed the longest single step of a graph. */
  readonly silenceMs: number;
  /** Wait before the second restart in a row; doubles up to the longest. */
  readonly backOffMs: number;
  readonly longestBackOffMs: number;
  /** A process without work is ended after this, which gives its memory back. */
  readonly idleMs: number;
}

export const LANE_TIMING: LaneTiming = {
  cancelPatienceMs: 5_000,
  silenceMs: 180_000,
  backOffMs: 500,
  longestBackOffMs: 10_000,
  idleMs: 120_000,
};

export interface LaneDeps {
  readonly launch: LaunchCompute;
  readonly timing?: Partial<LaneTiming>;
  /** A process was started after an earlier one was lost; `attempt` counts from 1. */
  readonly onRestart?: (attempt: number) => void;
}

export interface LaneHooks {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: Extract<ComputeEvent, { event: 'progress' | 'checkpoint' }>) => void;
}

type Unsent<R> = R extends ComputeRequest ? Omit<R, 'v' | 'id'> : never;
export type LaneRequest = Exclude<Unsent<ComputeRequest>, { kind: 'cancel' }>;

export interface ComputeLane {
  /**
   * Fails with CANCELLED, COMPUTE_LOST, OUT_OF_MEMORY, TRAINING_DIVERGED, RECIPE_INVALID, MODEL_BLOCKED.
   * A defect reported by compute throws.
   */
  request(request: LaneRequest, hooks?: LaneHooks): Promise<Result<ComputeResult>>;
  /** Ends the process for good; open and later requests fail with COMPUTE_LOST. */
  close(): void;
}

interface Pending {
  readonly hooks: LaneHooks;
  readonly settle: (result: Result<ComputeResult>) => void;
  readonly fail: (error: unknown) => void;
}

export function createComputeLane(deps: LaneDeps): ComputeLane {
  const timing = { ...LANE_TIMING, ...deps.timing };
  const pending = new Map<string, Pending>();
  let link: ComputeLink | undefined;
  let serial = 0;
  let closed = false;
  /** Processes lost in a row; a finished request sets it back. */
  let losses = 0;
  let silence: NodeJS.Timeout | undefined;
  let idle: NodeJS.Timeout | undefined;

  const quiet = (): void => {
    clearTimeout(silence);
    clearTimeout(idle);
    silence = idle = undefined;
  };

  /** Called on every sign of life and after every change of `pending`. */
  function watch(): void {
    quiet();
    if (!link) return;
    const current = link;
    if (pending.size > 0) silence = setTimeout(() => current.kill(), timing.silenceMs);
    else idle = setTimeout(rest, timing.idleMs);
    idle?.unref();
  }

  function started(): ComputeLink {
    if (link) return link;
    const fresh = deps.launch();
    link = fresh;
    fresh.onMessage((message) => {
      if (link === fresh) receive(message);
    });
    fresh.onExit(() => {
      if (link === fresh) lost();
    });
    if (losses > 0) deps.onRestart?.(losses);
    return fresh;
  }

  function lost(): void {
    link = undefined;
    losses += 1;
    quiet();
    for (const [id, { hooks, settle }] of [...pending]) {
      pending.delete(id);
      settle(hooks.signal?.aborted ? cancelled() : computeLost());
    }
  }

  /** Ends a process; that it ends is asked for here, not suffered. */
  function rest(): void {
    const current = link;
    if (!current) return;
    lost();
    losses = 0;
    current.kill();
  }

  function receive(message: unknown): void {
    const event = message as ComputeEvent;
    const open = pending.get(event.id);
    if (!open) return watch(); // The answer to a request that was given up.
    switch (event.event) {
      case 'progress':
      case 'checkpoint':
        try {
          open.hooks.onEvent?.(event);
        } catch (error) {
          pending.delete(event.id);
          link?.post({ v: 2, id: nextId(), kind: 'cancel', target: event.id });
          open.fail(error);
        }
        break;
      case 'done':
        losses = 0;
        pending.delete(event.id);
        open.settle(ok(event.result));
        break;
      case 'failed': {
        losses = 0;
        pending.delete(event.id);
        const result = failureOf(event.code, event.message);
        if (result) open.settle(result);
        else open.fail(new Error(`Compute failed (${event.code}): ${event.message}`));
        break;
      }
    }
    watch();
  }

  const nextId = (): string => `c${++serial}`;

  return {
    async request(request, hooks = {}) {
      const { signal } = hooks;
      const waits = losses > 1 && !link ? backOff(losses, timing) : 0;
      if (waits > 0) await pause(waits, signal);
      if (signal?.aborted) return cancelled();
      if (closed) return computeLost();
      const id = nextId();
      let patience: NodeJS.Timeout | undefined;
      const onAbort = (): void => {
        const current = link;
        current?.post({ v: 2, id: nextId(), kind: 'cancel', target: id } satisfies ComputeRequest);
        patience = setTimeout(() => current?.kill(), timing.cancelPatienceMs);
      };
      try {
        return await new Promise<Result<ComputeResult>>((settle, fail) => {
          pending.set(id, { hooks, settle, fail });
          signal?.addEventListener('abort', onAbort, { once: true });
          try {
            started().post({ v: 2, id, ...request } as ComputeRequest);
          } catch (error) {
            pending.delete(id);
            fail(error);
          }
          watch();
        });
      } finally {
        clearTimeout(patience);
        signal?.removeEventListener('abort', onAbort);
      }
    },
    close() {
      closed = true;
      rest();
    },
  };
}

const backOff = (losses: number, timing: LaneTiming): number =>
  Math.min(timing.longestBackOffMs, timing.backOffMs * 2 ** Math.min(losses - 2, 20));

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = (): void => resolve();
  signal?.addEventListener('abort', stop, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  });
}

const cancelled = () =>
  failure('CANCELLED', 'Cancelled. What was stored before is kept.', {}, true);

const computeLost = () =>
  failure(
    'COMPUTE_LOST',
    'The compute process ended unexpectedly, often because the machine ran out of memory. Your data is safe: compute keeps nothing. Try again; if it happens again, close other programs or choose a smaller recipe.',
    {},
    true,
  );

/** Undefined where compute reports a defect of the program: that is not for a person to mend. */
function failureOf(code: FaultCode, message: string): Result<never> | undefined {
  switch (code) {
    case 'canceled':
      return cancelled();
    case 'diverged':
      return failure(
        'TRAINING_DIVERGED',
        `Training diverged: ${message} Nothing else was changed. Lower the learning rate and start a new run.`,
      );
    case 'out-of-memory':
      return failure(
        'OUT_OF_MEMORY',
        'There was not enough memory for this step. Your data is safe. Close other programs, or make the step smaller in the recipe: batchTokens of a tagger; batchSize (with more accumulation, which keeps the result) or maxTokens of an encoder.',
        {},
        true,
      );
    case 'bad-data':
      return failure('RECIPE_INVALID', `These data cannot be used for this: ${message}`);
    case 'bad-model':
    case 'unsupported-operator':
      return failure(
        'MODEL_BLOCKED',
        `The model cannot be used by this version: ${message} Nothing was changed. Train or import it again.`,
        { reason: 'unreadable', detail: message },
      );
    case 'bad-request':
    case 'internal':
      return undefined;
  }
}
