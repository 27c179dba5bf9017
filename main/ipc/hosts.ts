// What the core process is plugged into. It does not know which shell it serves: under plain Node its one
// client is the process that forked it; under Electron the shell hands it message ports, one per page, and
// introduces the compute process the same way. Control messages are the shell's alone: a page's port
// carries nothing but the contract.
import type { Port, ServerMessage } from '../../shared/contract/index.ts';
import type { ClientKind } from './handlers/types.ts';
import type { ComputeExit, ComputeLink, LaunchCompute } from '../models/index.ts';
import { launchComputeByFork } from './launchCompute.ts';
import { NO_KEY_STORE, type KeyStore } from '../platform/index.ts';
import {
  createKeyStoreQuestions,
  type KeyStoreAnswer,
  type KeyStoreQuestion,
} from './keyStorePort.ts';
import { createParentPort } from './ports.ts';

export interface CoreHost {
  onClient(listener: (port: Port<unknown, ServerMessage>, client: ClientKind) => void): void;
  /** Somebody chose a folder in a dialog of the shell, which told the page this word for it. */
  onPlace(listener: (placeId: string, path: string) => void): void;
  /** The screen was locked or the machine goes to sleep. */
  onLock(listener: () => void): void;
  /** Nobody is left to serve. */
  onEnd(listener: () => void): void;
  readonly launchCompute: LaunchCompute;
  /** Of the machine, where the shell reaches one. */
  readonly keyStore: KeyStore;
}

/** The parts of Electron's MessagePortMain and ParentPort that the core uses; `electron` itself stays out. */
export interface ElectronPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}
export interface ElectronParent {
  on(
    event: 'message',
    listener: (event: { readonly data: unknown; readonly ports: readonly ElectronPort[] }) => void,
  ): unknown;
  postMessage(message: unknown): void;
}

/** From the shell to the core. */
export type ToCore =
  | { readonly control: 'page' } // With one port.
  | { readonly control: 'lock' }
  | { readonly control: 'place'; readonly placeId: string; readonly path: string }
  | { readonly control: 'compute'; readonly id: number } // With one port.
  | { readonly control: 'computeExit'; readonly id: number; readonly code: number | null }
  | { readonly control: 'keyStore'; readonly id: number; readonly answer: KeyStoreAnswer };
/** From the core to the shell. */
export type FromCore =
  | { readonly control: 'launchCompute'; readonly id: number }
  | { readonly control: 'killCompute'; readonly id: number }
  | { readonly control: 'keyStore'; readonly id: number; readonly ask: KeyStoreQuestion };

export function createForkHost(client: ClientKind): CoreHost {
  const port = createParentPort<unknown, ServerMessage>();
  return {
    onClient: (listener) => listener(port, client),
    onPlace: () => undefined,
    onLock: () => undefined, // The terminal and the preview end the process instead.
    onEnd(listener) {
      process.once('disconnect', listener);
      process.once('SIGTERM', listener);
      // Ctrl+C reaches the whole group: the client cancels its job first and then closes the channel.
      process.on('SIGINT', () => undefined);
    },
    launchCompute: launchComputeByFork,
    // A browser and a terminal reach no store whose key is not known to everybody on the machine.
    keyStore: NO_KEY_STORE,
  };
}

export function createElectronHost(parent: ElectronParent): CoreHost {
  const clients = new Set<(port: Port<unknown, ServerMessage>, client: ClientKind) => void>();
  const places = new Set<(placeId: string, path: string) => void>();
  const locks = new Set<() => void>();
  const computeById = new Map<number, PendingLink>();
  let nextCompute = 1;
  const post = (message: FromCore): void => parent.postMessage(message);
  const asked = createKeyStoreQuestions((id, ask) => post({ control: 'keyStore', id, ask }));

  parent.on('message', ({ data, ports }) => {
    const message = data as ToCore;
    const [port] = ports;
    switch (message.control) {
      case 'page':
        if (port) for (const listener of clients) listener(adaptPort(port), 'page');
        break;
      case 'place':
        for (const listener of places) listener(message.placeId, message.path);
        break;
      case 'lock':
        for (const listener of locks) listener();
        break;
      case 'compute':
        if (port) computeById.get(message.id)?.connect(port);
        break;
      case 'computeExit':
        computeById.get(message.id)?.exit({ code: message.code, signal: null });
        computeById.delete(message.id);
        break;
      case 'keyStore':
        asked.answered(message.id, message.answer);
        break;
    }
  });

  return {
    onClient: (listener) => void clients.add(listener),
    onPlace: (listener) => void places.add(listener),
    onLock: (listener) => void locks.add(listener),
    onEnd: (listener) => void process.once('SIGTERM', listener),
    launchCompute() {
      const id = nextCompute++;
      const pending = createPendingLink(() => post({ control: 'killCompute', id }));
      computeById.set(id, pending);
      post({ control: 'launchCompute', id });
      return pending.link;
    },
    keyStore: asked.keyStore,
  };
}

interface PendingLink {
  readonly link: ComputeLink;
  connect(port: ElectronPort): void;
  exit(info: ComputeExit): void;
}

/** Usable at once: what is posted before the shell has introduced the process waits. */
function createPendingLink(kill: () => void): PendingLink {
  let port: ElectronPort | undefined;
  const waiting: unknown[] = [];
  const messages = new Set<(message: unknown) => void>();
  const exits = new Set<(info: ComputeExit) => void>();
  return {
    link: {
      post: (message) => (port ? port.postMessage(message) : void waiting.push(message)),
      onMessage: (listener) => void messages.add(listener),
      onExit: (listener) => void exits.add(listener),
      kill,
    },
    connect(next) {
      port = next;
      next.on('message', ({ data }) => {
        for (const listener of messages) listener(data);
      });
      next.start();
      for (const message of waiting.splice(0)) next.postMessage(message);
    },
    exit(info) {
      for (const listener of exits) listener(info);
    },
  };
}

export function adaptPort<In, Out>(port: ElectronPort): Port<In, Out> {
  return {
    post: (message) => port.postMessage(message),
    onMessage(listener) {
      port.on('message', ({ data }) => listener(data as In));
      port.start();
    },
    onClose: (listener) => void port.on('close', listener),
    close: () => port.close(),
  };
}
