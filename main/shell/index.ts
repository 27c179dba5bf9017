// The face of the Electron shell.
export { CHOOSE_CHANNEL, CONNECT_CHANNEL } from './channel.ts';
export type { ElectronParts } from './electronParts.ts';
export { runShell, type ShellOptions, type ShellPaths } from './shell.ts';
