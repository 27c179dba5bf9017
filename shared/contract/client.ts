/**
 * The client side of the wire, without any platform: whoever can provide a port (the page, the terminal,
 * a test) gets the typed client. Every call ends: with its reply, with CANCELLED, or with
 * PROCESS_RESTARTED when the port closes. Calls made before the handshake is through wait for it.
 */
import type { Result } from '../kernel/result.ts';
import type { ErrorCode } from './errors.ts';
import type { EventName, EventPayload } from './events.ts';
import type { CallOptions, Client, InputOf, OutputOf, ProcedureName } from './index.ts';
import {
  WIRE_VERSION,
  type ClientMessage,
  type Port,
  type ServerMessage,
  type WireError,
} from './wire.ts';

/** A core on a busy machine needs a second or two; one that says nothing for this long is gone. */
const HANDSHAKE_MS = 60_000;

type Reply = Result<unknown, WireError>;

interface Pending {
  readonly message: ClientMessage;
  readonly options: CallOptions;
  readonly settle: (reply: Reply) => void;
}

const refusal = (code: ErrorCode, message: string, retryable = false): Reply => ({
  ok: false,
  error: { code, message, params: {}, retryable, correlationId: '' },
});

const GONE = (): Reply =>
  refusal(
    'PROCESS_RESTARTED',
    'The core process ended before it answered. What it had stored is safe. Unlock the vault again and repeat the step.',
    true,
  );

export function createPortClient(port: Port<ServerMessage, ClientMessage>): Client {
  const pendingById = new Map<number, Pending>();
  const listenersByEvent = new Map<string, Set<(payload: unknown) => void>>();
  let nextId = 1;
  /** Undefined while the handshake is under way. */
  let state: 'ready' | { readonly refused: Reply } | undefined;

  const refuseAll = (reply: Reply): void => {
    if (typeof state === 'object') return;
    clearTimeout(handshake);
    state = { refused: reply };
    const waiting = [...pendingById.values()];
    pendingById.clear();
    for (const call of waiting) call.settle(reply);
  };
  const handshake = setTimeout(() => refuseAll(GONE()), HANDSHAKE_MS);

  const greet = (version: number): void => {
    if (version !== WIRE_VERSION) {
      refuseAll(
        refusal(
          'VERSION_MISMATCH',
          `The two halves of the program are of different versions (${WIRE_VERSION} and ${version}). Nothing was changed. Install Cloister again.`,
        ),
      );
      return;
    }
    clearTimeout(handshake);
    state = 'ready';
    for (const call of pendingById.values()) port.post(call.message);
  };

  port.onMessage((message) => {
    if ('hello' in message) {
      if (state === undefined) greet(message.v);
      return;
    }
    if ('event' in message) {
      for (const listener of listenersByEvent.get(message.event) ?? []) listener(message.payload);
      return;
    }
    const call = pendingById.get(message.id);
    if (!call) return; // Answered already, e.g. cancelled before it was sent.
    if ('progress' in message) call.options.onProgress?.(message.progress);
    else if ('jobId' in message) call.options.onJob?.(message.jobId);
    else {
      pendingById.delete(message.id);
      call.settle(
        message.ok ? { ok: true, value: message.output } : { ok: false, error: message.error },
      );
    }
  });
  port.onClose(() => refuseAll(GONE()));
  port.post({ v: WIRE_VERSION, hello: true });

  function send(name: string, input: unknown, options: CallOptions): Promise<Reply> {
    if (typeof state === 'object') return Promise.resolve(state.refused);
    if (options.signal?.aborted) {
      return Promise.resolve(
        refusal('CANCELLED', 'Cancelled before it began. Nothing was changed.'),
      );
    }
    const id = nextId++;
    return new Promise((resolve) => {
      const cancel = (): void => {
        if (state === 'ready') port.post({ v: WIRE_VERSION, id, cancel: true });
        else if (pendingById.delete(id)) {
          resolve(refusal('CANCELLED', 'Cancelled before it began. Nothing was changed.'));
        }
      };
      const call: Pending = {
        message: { v: WIRE_VERSION, id, p: name, input },
        options,
        settle: (reply) => {
          options.signal?.removeEventListener('abort', cancel);
          resolve(reply);
        },
      };
      options.signal?.addEventListener('abort', cancel, { once: true });
      pendingById.set(id, call);
      if (state === 'ready') port.post(call.message);
    });
  }

  return {
    async call<N extends ProcedureName>(name: N, input: InputOf<N>, options: CallOptions = {}) {
      // The core validates what it sends out in development and tests, and exports always.
      return (await send(name, input, options)) as Result<OutputOf<N>, WireError>;
    },
    on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void) {
      const listeners = listenersByEvent.get(event) ?? new Set();
      listenersByEvent.set(event, listeners);
      const added = (payload: unknown): void => listener(payload as EventPayload<E>);
      listeners.add(added);
      return () => void listeners.delete(added);
    },
    close() {
      refuseAll(GONE());
      port.close();
    },
  };
}
