// Imported first by every process: the ways to open a socket become throwers, so that a dependency which
// tries to phone home fails where it tries. Pipes to child processes are not affected; they never connect.
// One layer of several (see the security note); the proof is the system-call trace in test/security.
const refuse = (): never => {
  throw new Error('Cloister opens no network connection. This call was stopped.');
};

const builtin = (name: string): Record<string, unknown> =>
  process.getBuiltinModule(name) as unknown as Record<string, unknown>;

function disable(holder: object | undefined, ...names: readonly string[]): void {
  for (const name of names) {
    if (holder && name in holder) {
      Object.defineProperty(holder, name, { value: refuse, configurable: false, writable: false });
    }
  }
}

const prototypeOf = (module: string, type: string): object =>
  (builtin(module)[type] as { readonly prototype: object }).prototype;

export function forbidNetwork(): void {
  disable(prototypeOf('node:net', 'Socket'), 'connect');
  disable(prototypeOf('node:net', 'Server'), 'listen');
  disable(prototypeOf('node:dgram', 'Socket'), 'bind', 'connect', 'send');
  disable(prototypeOf('node:dns', 'Resolver'), 'resolve', 'resolve4', 'resolve6', 'reverse');
  disable(builtin('node:dns'), 'lookup', 'lookupService', 'resolve', 'resolve4', 'resolve6');
  disable(globalThis, 'fetch', 'WebSocket', 'EventSource');
  // Native code asks nobody: ONNX Runtime's official builds report to their maker unless told not to.
  process.env.ORT_DISABLE_TELEMETRY = '1';
}

forbidNetwork();
