// A whole core over a real vault with something in every room, for attacks through the binding. Compute dies
// at once: training and suggestions must fail in words.
import { fileURLToPath } from 'node:url';
import { openParts } from '../../main/ipc/parts.ts';
import { createMemoryPorts } from '../../main/ipc/ports.ts';
import { createRestoring } from '../../main/ipc/restoring.ts';
import { createServer, type Server, type ServerDeps } from '../../main/ipc/server.ts';
import { createSettingsBook } from '../../main/ipc/settings.ts';
import { createClock, createRandom } from '../../main/platform/index.ts';
import { createVaultFiles, KDF_FLOOR } from '../../main/store/index.ts';
import { createPortClient } from '../../shared/contract/client.ts';
import type {
  Client,
  ClientMessage,
  ProcedureName,
  ServerMessage,
} from '../../shared/contract/index.ts';

export const FOUNDER = 'correct horse battery';
export const SAMPLES = fileURLToPath(
  new URL('../../resources/samples/dev/clinical', import.meta.url),
);

export interface House {
  readonly server: Server;
  connect(kind: 'page' | 'terminal'): Client;
}

export interface HouseOptions {
  /** Stands between the binding and the rooms, to watch or to change what the binding is given. */
  readonly around?: (open: ServerDeps['openParts']) => ServerDeps['openParts'];
}

export function createHouse(folder: string, { around = (open) => open }: HouseOptions = {}): House {
  const clock = createClock();
  const random = createRandom(clock);
  const files = createVaultFiles({ clock, random, kdfCost: KDF_FLOOR });
  const launchCompute = () => ({
    post: () => undefined,
    onMessage: () => undefined,
    onExit: (callback: (exit: { code: number; signal: null }) => void) =>
      queueMicrotask(() => callback({ code: 1, signal: null })),
    kill: () => undefined,
  });
  const shared = { clock, random, files, launchCompute, appVersion: '0.0.0' };
  const server = createServer({
    ...{ product: { name: 'Cloister', version: '0.0.0' }, folder, vaults: files, clock, random },
    settings: createSettingsBook('en'),
    openParts: around(openParts(shared)),
    restoring: createRestoring({ ...shared, folder, media: () => [] }),
    checkOutput: true,
  });
  return {
    server,
    connect(kind) {
      const [inner, outer] = createMemoryPorts<ClientMessage, ServerMessage>();
      server.attach(inner, kind);
      return createPortClient(outer);
    },
  };
}

/** Calls, and throws where that fails. */
export const must = async <N extends ProcedureName>(
  client: Client,
  name: N,
  input: unknown,
): Promise<Record<string, unknown>> => {
  const result = await client.call(name, input as never);
  if (!result.ok) throw new Error(`${name}: ${result.error.code} ${result.error.message}`);
  return result.value as Record<string, unknown>;
};

/** By one person with all roles; returns the identifiers that exist. */
export async function fillHouse(client: Client, notes: string = SAMPLES): Promise<string[]> {
  await must(client, 'vault.create', { name: 'Ward', userName: 'Ana', passphrase: FOUNDER });
  const imported = await must(client, 'corpus.import', {
    source: { kind: 'path', path: notes },
    collection: { name: 'dev' },
    subjects: { by: 'pattern', pattern: '^(?:MRN|NHC|Fallnummer|病案号)[:：] ?(\\d+)' },
  });
  const { collectionId } = imported;
  const { purposeId } = await must(client, 'purpose.declare', {
    name: 'research',
    operations: ['read', 'label', 'train', 'evaluate', 'suggest', 'export', 'deidentify'],
    basis: { article6: '6(1)(a)', article9: '9(2)(a)' },
  });
  await must(client, 'consent.record', {
    purposeId,
    subjects: { collectionId },
    decision: 'given',
  });
  const { projectId } = await must(client, 'project.create', {
    name: 'p',
    purposeId,
    collectionId,
  });
  const { snapshotId } = await must(client, 'snapshot.freeze', { projectId, name: 's' });
  const documents = (await must(client, 'corpus.list', { limit: 3 })) as {
    items?: { documentId: string; subjectId: string }[];
  };
  const [first] = documents.items ?? [];
  const { requestId } = await must(client, 'request.open', {
    kind: 'access',
    subject: { subjectId: first?.subjectId },
  });
  return [
    ...[imported.importId, collectionId, purposeId, projectId, snapshotId],
    ...[first?.documentId, first?.subjectId, requestId],
  ].map(String);
}
