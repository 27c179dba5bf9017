// Ports over what Node offers: two ends in memory, and a forked child's channel. Both carry structured
// clones, so nothing has to survive JSON.
import type { ChildProcess } from 'node:child_process';
import type { Port } from '../../shared/contract/index.ts';

/** Two ends of one wire within a process; messages arrive in a later turn, as on a real one. */
export function createMemoryPorts<A, B>(): readonly [Port<A, B>, Port<B, A>] {
  const create = () => ({
    messages: new Set<(message: never) => void>(),
    closes: new Set<() => void>(),
  });
  const [left, right] = [create(), create()];
  let closed = false;
  const end = (mine: typeof left, other: typeof left): Port<never, unknown> => ({
    post(message) {
      const copy: unknown = structuredClone(message);
      queueMicrotask(() => {
        if (!closed) for (const listener of other.messages) listener(copy as never);
      });
    },
    onMessage: (listener) => void mine.messages.add(listener),
    onClose: (listener) => void mine.closes.add(listener),
    close() {
      if (closed) return;
      closed = true;
      for (const listener of [...mine.closes, ...other.closes]) listener();
    },
  });
  return [end(left, right) as Port<A, B>, end(right, left) as Port<B, A>];
}

/** A child made with `fork(…, { serialization: 'advanced' })`; closing asks it to end. */
export function createChildPort<In, Out>(child: ChildProcess): Port<In, Out> {
  return {
    post(message) {
      if (child.connected) child.send(message as object, () => undefined); // A dead child is told by onClose.
    },
    onMessage: (listener) => void child.on('message', (message) => listener(message as In)),
    onClose: (listener) => void child.once('exit', listener),
    close() {
      if (child.connected) child.disconnect();
    },
  };
}

/** The other end: the channel to the process that forked this one. */
export function createParentPort<In, Out>(self: NodeJS.Process = process): Port<In, Out> {
  return {
    post(message) {
      if (self.connected) self.send?.(message as object, undefined, {}, () => undefined);
    },
    onMessage: (listener) => void self.on('message', (message) => listener(message as In)),
    onClose: (listener) => void self.once('disconnect', listener),
    close() {
      if (self.connected) self.disconnect?.();
    },
  };
}
