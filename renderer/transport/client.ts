/**
 * The page's side of the wire: numbers calls, matches answers, hands out events. It knows a Port and
 * nothing of the shell behind it. The handshake comes first; calls made before it has succeeded wait.
 * When the port closes, every open call fails at once with PROCESS_RESTARTED: nothing waits for ever.
 */
import {
  WIRE_VERSION,
  type CallOptions,
  type Client,
  type ClientMessage,
  type Port,
  type ServerMessage,
  type WireError,
} from '../../shared/contract/index.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';

export type Connection =
  | { readonly state: 'connected'; readonly version: string }
  | { readonly state: 'mismatch'; readonly theirs: number }
  | { readonly state: 'lost' };

export interface PortClient extends Client {
  /** Settles once, with the first of: handshake, mismatch, closed port. */
  readonly handshake: Promise<Connection>;
  onLost(listener: () => void): void;
}

interface Pending {
  readonly settle: (result: Result<unknown, WireError>) => void;
  readonly options: CallOptions;
}

export function createPortClient(port: Port<ServerMessage, ClientMessage>): PortClient {
  const pending = new Map<number, Pending>();
  const listeners = new Map<string, Set<(payload: never) => void>>();
  const lostListeners = new Set<() => void>();
  let nextId = 1;
  let closed = false;
  let shake: (connection: Connection) => void = () => undefined;
  const handshake = new Promise<Connection>((resolve) => (shake = resolve));

  port.onMessage((message) => {
    if ('event' in message) {
      for (const listener of listeners.get(message.event) ?? []) listener(message.payload as never);
    } else if ('hello' in message) {
      shake(
        message.v === WIRE_VERSION
          ? { state: 'connected', version: message.version }
          : { state: 'mismatch', theirs: message.v },
      );
    } else {
      answer(message);
    }
  });
  port.onClose(lose);
  port.post({ v: WIRE_VERSION, hello: true });

  function answer(message: Exclude<ServerMessage, { event: string } | { hello: true }>): void {
    const call = pending.get(message.id);
    if (!call) return; // Cancelled here before the core heard of it.
    if ('progress' in message) call.options.onProgress?.(message.progress);
    else if ('jobId' in message) call.options.onJob?.(message.jobId);
    else {
      pending.delete(message.id);
      call.settle(message.ok ? ok(message.output) : err(message.error));
    }
  }

  function lose(): void {
    if (closed) return;
    closed = true;
    shake({ state: 'lost' });
    for (const call of pending.values()) call.settle(err(LOST));
    pending.clear();
    for (const listener of lostListeners) listener();
  }

  return {
    handshake,
    onLost: (listener) => void lostListeners.add(listener),
    call(name, input, options = {}) {
      if (closed) return Promise.resolve(err(LOST));
      const id = nextId++;
      return new Promise((resolve) => {
        pending.set(id, { settle: resolve as Pending['settle'], options });
        options.signal?.addEventListener(
          'abort',
          () => pending.has(id) && port.post({ v: WIRE_VERSION, id, cancel: true }),
          { once: true },
        );
        port.post({ v: WIRE_VERSION, id, p: name, input });
      });
    },
    on(event, listener) {
      const known = listeners.get(event) ?? new Set();
      listeners.set(event, known.add(listener as (payload: never) => void));
      return () => void known.delete(listener as (payload: never) => void);
    },
    close() {
      port.close();
      lose();
    },
  };
}

const LOST: WireError = {
  code: 'PROCESS_RESTARTED',
  message: 'The core process ended before it answered.',
  params: {},
  retryable: true,
  correlationId: '',
};
