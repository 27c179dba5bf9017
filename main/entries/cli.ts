#!/usr/bin/env node
// The terminal. It opens no vault itself: it starts the core and speaks the contract with it.
import '../ipc/noNetwork.ts';
import {
  connectToCore,
  createTerminal,
  defaultVaultFolder,
  openInterface,
  runCli,
} from '../cli/index.ts';
import { productVersion } from '../ipc/index.ts';

// Whoever reads our output may stop early (`| head`); that is the end, not a fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const terminal = createTerminal();
process.exitCode = await runCli(process.argv.slice(2), {
  terminal,
  connect: connectToCore,
  defaultVault: defaultVaultFolder,
  open: (options) => openInterface(terminal, options),
  workbench: async () => (await import('../ipc/workbench.ts')).createWorkbench(),
  version: productVersion(),
});
