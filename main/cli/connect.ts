// The terminal starts a core of its own for each command and ends it afterwards: the vault is open no
// longer than the work takes, and a second command finds a message instead of a race.
import type { ClientMessage, ServerMessage } from '../../shared/contract/index.ts';
import type { Connection } from './session.ts';
import {
  createChildPort,
  createClient,
  entryFile,
  forkEntry,
  productVersion,
} from '../ipc/index.ts';

const END_PATIENCE_MS = 15_000;

export function connectToCore(folder: string, entry = entryFile('core')): Connection {
  const args = ['--vault', folder, '--client', 'terminal', '--product', productVersion()];
  const child = forkEntry('core', args, entry);
  const client = createClient(createChildPort<ServerMessage, ClientMessage>(child));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    client,
    async close() {
      client.close(); // The core sees the channel close, locks the vault and ends.
      const timer = setTimeout(() => child.kill('SIGKILL'), END_PATIENCE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}
