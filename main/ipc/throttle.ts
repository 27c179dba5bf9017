// Lets at most one value through per interval and always the last one: a loop may report every step, a
// client redraws ten times a second.
export interface Throttle<T> {
  push(value: T): void;
  /** Sends what is held back, at once. */
  flush(): void;
  dispose(): void;
}

export function createThrottle<T>(intervalMs: number, send: (value: T) => void): Throttle<T> {
  let held: { readonly value: T } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const release = (): void => {
    timer = undefined;
    if (!held) return;
    const { value } = held;
    held = undefined;
    timer = setTimeout(release, intervalMs);
    timer.unref();
    send(value);
  };
  return {
    push(value) {
      held = { value };
      if (!timer) release();
    },
    flush() {
      if (held) send(held.value);
      held = undefined;
    },
    dispose() {
      clearTimeout(timer);
      timer = undefined;
      held = undefined;
    },
  };
}
