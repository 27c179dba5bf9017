/**
 * The compute process: binds the engine to whoever started it, an Electron utility process's parent
 * port or the channel of a forked Node child. It ends when that channel closes, so it cannot outlive
 * its core, and it can be killed at any moment without losing anything but the current step.
 */
import '../ipc/noNetwork.ts';
import { serveCompute, type ComputePort } from '../compute/index.ts';

/** The parts of Electron's ports that are used here; `electron` itself stays out. */
interface ElectronPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
  start(): void;
}
interface ParentPort {
  once(event: 'message', listener: (event: { ports: readonly ElectronPort[] }) => void): void;
}

const parentPort = (process as { parentPort?: ParentPort }).parentPort;

if (parentPort) {
  // The shell introduces the core by one port; nothing else ever comes from the shell.
  parentPort.once('message', ({ ports: [port] }) => {
    if (port) serveCompute(portOfCore(port));
  });
} else {
  serveCompute(portOfParent());
}

function portOfCore(port: ElectronPort): ComputePort {
  port.on('close', () => process.exit(0));
  return {
    post: (message) => port.postMessage(message),
    onMessage(listener) {
      port.on('message', ({ data }) => listener(data));
      port.start();
    },
    close: () => process.exit(0),
  };
}

function portOfParent(): ComputePort {
  if (!process.send) {
    process.stderr.write('The compute process is started by Cloister, not by hand.\n');
    process.exit(2);
  }
  process.on('disconnect', () => process.exit(0));
  let flushed: Promise<void> = Promise.resolve();
  return {
    post(message) {
      // Writes keep their order, so the newest one to finish is the last. A dead core is told by 'disconnect'.
      flushed = new Promise((resolve) => {
        process.send?.(message, undefined, undefined, () => resolve());
      });
    },
    flushed: () => flushed,
    onMessage: (listener) => process.on('message', listener),
    close: () => process.disconnect(),
  };
}
