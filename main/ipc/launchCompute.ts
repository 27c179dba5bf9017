// Starts the compute process under plain Node. It may be killed at any time; whoever holds the link hears
// of its end and decides what to do.
import type { ComputeExit, LaunchCompute } from '../models/index.ts';
import { forkEntry } from './processes.ts';

export const launchComputeByFork: LaunchCompute = () => {
  const child = forkEntry('compute');
  let exit: ComputeExit | undefined;
  const exits = new Set<(info: ComputeExit) => void>();
  const ended = (info: ComputeExit): void => {
    if (exit) return;
    exit = info;
    for (const callback of exits) callback(info);
  };
  child.once('exit', (code, signal) => ended({ code, signal }));
  child.once('error', () => ended({ code: null, signal: null })); // Could not be started at all.
  return {
    post(message) {
      if (child.connected) child.send(message as object, () => undefined); // Its end is told by onExit.
    },
    onMessage: (callback) => void child.on('message', (message) => callback(message)),
    onExit(callback) {
      if (exit) callback(exit);
      else exits.add(callback);
    },
    kill: () => void child.kill('SIGKILL'),
  };
};
