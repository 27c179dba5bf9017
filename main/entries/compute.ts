/**
 * The compute process: binds the engine to whoever started it, an Electron utility process's parent
 * port or the channel of a forked Node child. It ends when that channel closes, so it cannot outlive
 * its core, and it can be killed at any moment without losing anything but the current step.
 */
import { serveCompute, type ComputePort } from '../compute/index.ts';

interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

const parentPort = (process as { parentPort?: ParentPort }).parentPort;

function portOfParent(): ComputePort {
  if (parentPort) {
    return {
      post: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', ({ data }) => listener(data)),
      close: () => process.exit(0),
    };
  }
  if (!process.send) {
    process.stderr.write('The compute process is started by Cloister, not by hand.\n');
    process.exit(2);
  }
  process.on('disconnect', () => process.exit(0));
  return {
    post: (message) => process.send?.(message),
    onMessage: (listener) => process.on('message', listener),
    close: () => process.disconnect(),
  };
}

serveCompute(portOfParent());
