// A process without a network: where Linux lets an ordinary person make a network namespace, the preview and
// every process it starts run in an empty one. There is no interface but a loopback that is down, so that
// nothing in them, Chromium's own probes included, reaches or is reached by anything.
import { spawnSync } from 'node:child_process';

export interface Command {
  readonly binary: string;
  readonly args: readonly string[];
  /** Whether the kernel keeps it from every network. */
  readonly isolated: boolean;
}

const UNSHARE = 'unshare';
const FLAGS = ['--user', '--map-current-user', '--net', '--'] as const;

/** A display on another machine is reached over the network and would be lost. */
export const isLocalDisplay = (
  environment: Readonly<Record<string, string | undefined>>,
): boolean =>
  environment['WAYLAND_DISPLAY'] !== undefined ||
  environment['DISPLAY'] === undefined ||
  environment['DISPLAY'].startsWith(':');

/** Tries the very thing: kernels, containers and security modules forbid it in different places. */
function permitted(): boolean {
  if (process.platform !== 'linux') return false;
  // Chromium's own sandbox needs a user namespace within.
  const probe = spawnSync(UNSHARE, [...FLAGS, UNSHARE, '--user', '--', 'true'], {
    stdio: 'ignore',
    timeout: 5_000,
  });
  return probe.status === 0;
}

export function withoutNetwork(
  binary: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
  mayIsolate: () => boolean = permitted,
): Command {
  if (!isLocalDisplay(environment) || !mayIsolate()) return { binary, args, isolated: false };
  return { binary: UNSHARE, args: [...FLAGS, binary, ...args], isolated: true };
}
