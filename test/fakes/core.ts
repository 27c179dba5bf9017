// A whole core with made-up handlers, for tests of the binding and of the shells.
import { createServer, type Server, type ServerDeps } from '../../main/ipc/server.ts';
import type { CallAudit } from '../../main/ipc/sessions.ts';
import { createSettingsBook } from '../../main/ipc/settings.ts';
import type { ClientKind, Handlers } from '../../main/ipc/handlers/types.ts';
import { createMemoryPorts } from '../../main/ipc/ports.ts';
import { createPortClient } from '../../shared/contract/client.ts';
import type { Client, ClientMessage, Role, ServerMessage } from '../../shared/contract/index.ts';
import { failure, ok } from '../../shared/kernel/result.ts';
import { createFakeClock, type FakeClock } from './clock.ts';
import { createFakeRandom } from './random.ts';
import { createFakeVaults, PASSPHRASE, type FakeVaults } from './vault.ts';

export interface FakeCore {
  readonly server: Server;
  readonly vaults: FakeVaults;
  readonly leaves: CallAudit[];
  readonly clock: FakeClock;
  connect(client?: ClientKind): Client;
  /** A client whose vault has been created and is open. */
  unlocked(client?: ClientKind): Promise<Client>;
}

export interface FakeCoreOptions extends Partial<
  Pick<ServerDeps, 'timeouts' | 'lockPatienceMs' | 'idleCheckMs'>
> {
  readonly handlers?: Partial<Handlers>;
  readonly roles?: readonly Role[];
  readonly onAudit?: (entry: CallAudit) => void;
}

/** Every procedure that was not given answers NOT_FOUND. */
export function completeHandlers(some: Partial<Handlers>): Handlers {
  return new Proxy(some, {
    get: (target, name) =>
      Reflect.get(target, name) ?? (() => failure('NOT_FOUND', 'Nothing of that name is here.')),
  }) as Handlers;
}

export function createFakeCore(options: FakeCoreOptions = {}): FakeCore {
  const clock = createFakeClock();
  const vaults = createFakeVaults(options.roles);
  const leaves: CallAudit[] = [];
  const server = createServer({
    product: { name: 'Cloister', version: '0.0.0' },
    folder: '/nowhere/vault',
    vaults,
    clock,
    random: createFakeRandom(clock),
    settings: createSettingsBook('en-US'),
    openParts: () => ({
      handlers: completeHandlers(options.handlers ?? {}),
      audit(entry) {
        options.onAudit?.(entry);
        leaves.push(entry);
      },
      dual: { clear: () => ok(null), settle: () => undefined },
      integrity: 'intact',
      dispose: () => undefined,
    }),
    checkOutput: true,
    ...(options.timeouts && { timeouts: options.timeouts }),
    lockPatienceMs: options.lockPatienceMs ?? 200,
    ...(options.idleCheckMs !== undefined && { idleCheckMs: options.idleCheckMs }),
  });
  const connect = (client: ClientKind = 'terminal'): Client => {
    const [core, outside] = createMemoryPorts<ClientMessage, ServerMessage>();
    server.attach(core, client);
    return createPortClient(outside);
  };
  return {
    server,
    vaults,
    leaves,
    clock,
    connect,
    async unlocked(client) {
      const connected = connect(client);
      const made = await connected.call('vault.create', {
        name: 'Ward 3',
        userName: 'Ana',
        passphrase: PASSPHRASE,
      });
      if (!made.ok) throw new Error(made.error.message);
      leaves.length = 0;
      return connected;
    },
  };
}
