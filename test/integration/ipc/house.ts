// A vault behind the binding that page and terminal use, for tests that go the whole way.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openParts } from '../../../main/ipc/parts.ts';
import { createMemoryPorts } from '../../../main/ipc/ports.ts';
import { createServer } from '../../../main/ipc/server.ts';
import { createSettingsBook } from '../../../main/ipc/settings.ts';
import { createRandom } from '../../../main/platform/index.ts';
import { createVaultFiles, KDF_FLOOR } from '../../../main/store/index.ts';
import { createPortClient } from '../../../shared/contract/client.ts';
import type { Client, ClientMessage, ServerMessage } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createClock, type Clock } from '../../../main/platform/index.ts';

export const PASSPHRASE = 'passphrase of the founder';

export interface WireHouse {
  readonly root: string;
  readonly call: Client['call'];
  /** As the other kind of client: only it may name places of this machine. */
  readonly fromTerminal: Client['call'];
  dispose(): Promise<void>;
}

/** One person who does everything, unless told otherwise. */
export async function createWireHouse(
  working: 'alone' | 'together' = 'alone',
  clock: Clock = createClock(),
): Promise<WireHouse> {
  const root = mkdtempSync(join(tmpdir(), 'cloister-vault-'));
  const random = createRandom(clock);
  const server = createServer({
    product: { name: 'Cloister', version: '0.0.0' },
    folder: join(root, 'vault'),
    vaults: createVaultFiles({ clock, random, kdfCost: KDF_FLOOR }),
    clock,
    random,
    settings: createSettingsBook('en-US'),
    openParts: openParts({
      launchCompute: () => {
        throw new Error('Nothing is computed here');
      },
      appVersion: '0.0.0',
      clock,
      random,
    }),
    checkOutput: true,
  });
  const attach = (kind: 'page' | 'terminal'): Client => {
    const [core, outside] = createMemoryPorts<ClientMessage, ServerMessage>();
    server.attach(core, kind);
    return createPortClient(outside);
  };
  const page = attach('page');
  const terminal = attach('terminal');
  unwrap(
    await page.call('vault.create', {
      name: 'Ward',
      userName: 'Ana',
      passphrase: PASSPHRASE,
      working,
    }),
  );
  return {
    root,
    call: (name, input, options) => page.call(name, input, options),
    fromTerminal: (name, input, options) => terminal.call(name, input, options),
    async dispose() {
      await server.lock();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
