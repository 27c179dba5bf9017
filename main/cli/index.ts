// The face of the terminal shell.
export { connectToCore } from './connect.ts';
export { defaultVaultFolder } from './defaultVault.ts';
export { openInterface } from './open.ts';
export { runCli } from './program.ts';
export { createTerminal } from './terminal.ts';
