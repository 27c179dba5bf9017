// The core's side of the wire: any number of clients over ports, each with its own conversation. A greeting
// starts a conversation afresh (a reloaded page counts its calls from one again): what the former one asked
// is given up, its jobs go on.
import {
  ClientMessage,
  contract,
  events,
  WIRE_VERSION,
  type EventName,
  type EventPayload,
  type OutputOf,
  type Port,
  type ProcedureName,
  type ServerMessage,
} from '../../shared/contract/index.ts';
import type { Result } from '../../shared/kernel/result.ts';
import type { Clock, Random } from '../platform/index.ts';
import type { OpenVault, VaultFiles } from '../store/index.ts';
import { createCalls, type Timeouts } from './calls.ts';
import type { ClientKind } from './handlers/types.ts';
import { createIncidents, type Incidents } from './incidents.ts';
import { createJobs } from './jobs.ts';
import type { Places } from './places.ts';
import type { OutsideActs } from './restoring.ts';
import { createSessions, type OpenSession, type SessionParts } from './sessions.ts';
import type { SettingsBook } from './settings.ts';

export interface ServerDeps {
  readonly product: { readonly name: string; readonly version: string };
  readonly folder: string;
  readonly vaults: VaultFiles;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: SettingsBook;
  /** The composition root: services and their handlers over one open vault. */
  readonly openParts: (
    vault: OpenVault,
    hooks: SessionHooks,
  ) => SessionParts | Promise<SessionParts>;
  readonly checkOutput: boolean;
  /** What works without an open vault on files of this machine; a server without it refuses those. */
  readonly restoring?: OutsideActs;
  readonly timeouts?: Timeouts;
  readonly lockPatienceMs?: number;
  /** How often to look for a page that has fallen silent. */
  readonly idleCheckMs?: number;
}

/** What services may need of the binding outside a call. */
export interface SessionHooks {
  readonly emit: <E extends EventName>(event: E, payload: EventPayload<E>) => void;
  readonly incidents: Incidents;
  readonly clock: Clock;
  readonly random: Random;
  /** Words for places of this machine; absent in a core that serves no files outside its vault. */
  readonly places?: Places;
}

export interface Server {
  attach(port: Port<unknown, ServerMessage>, client: ClientKind): void;
  session(): OpenSession | undefined;
  /** For the shell: the screen was locked, the machine goes to sleep, the program ends. */
  lock(): Promise<Result<OutputOf<'vault.status'>>>;
  emit<E extends EventName>(event: E, payload: EventPayload<E>): void;
}

const IDLE_CHECK_MS = 30_000;

/** Somebody who reads a long note calls nothing: silence is no proof of absence until it is long. */
const silenceLimit = (lockAfterMinutes: number): number => Math.max(15, 3 * lockAfterMinutes);

export function createServer(deps: ServerDeps): Server {
  const { clock, random, settings } = deps;
  const greeted = new Set<Port<unknown, ServerMessage>>();
  /** Each ends the open calls of one client. */
  const conversations = new Set<() => void>();
  const pages = new Set<Port<unknown, ServerMessage>>();
  let lastHeardMs = clock.monotonicMs();

  function emit<E extends EventName>(event: E, payload: EventPayload<E>): void {
    // Before the vault is open there is nothing to tell but that it is not.
    if (event !== 'vault.changed' && !sessions.current()) return;
    if (deps.checkOutput) events[event].parse(payload);
    for (const port of greeted) port.post({ event, payload });
  }

  const incidents = createIncidents({ clock, random });
  const jobs = createJobs({ clock, random, announce: (job) => emit('job.changed', job) });
  const sessions = createSessions({
    folder: deps.folder,
    vaults: deps.vaults,
    clock,
    jobs,
    incidents,
    lockAfterMinutes: (session) => settings.read(session).lockAfterMinutes,
    lockAfterHours: (session) => settings.read(session).lockAfterHours,
    openParts: (vault) =>
      deps.openParts(vault, {
        ...{ emit, incidents, clock, random },
        ...(deps.restoring && { places: deps.restoring.places }),
      }),
    onChange(state) {
      // A job may outlive the session; what it finds is not for a page that is locked.
      if (state === 'locked') for (const forget of conversations) forget();
      emit('vault.changed', { state });
    },
    ...(deps.lockPatienceMs !== undefined && { lockPatienceMs: deps.lockPatienceMs }),
  });
  const call = createCalls({
    sessions,
    jobs,
    incidents,
    settings,
    ...(deps.restoring && { restoring: deps.restoring }),
    clock,
    emit,
    checkOutput: deps.checkOutput,
    ...(deps.timeouts && { timeouts: deps.timeouts }),
  });

  function attach(port: Port<unknown, ServerMessage>, client: ClientKind): void {
    interface Open {
      readonly controller: AbortController;
      readonly kind: 'query' | 'command' | 'job';
    }
    let open = new Map<number, Open>();

    const leave = (): void => {
      // A command half done would help nobody, and a job has its own life: only queries are given up.
      for (const { controller, kind } of open.values()) {
        if (kind === 'query') controller.abort('left');
      }
      open = new Map();
    };

    const endJobs = (): void => {
      for (const [id, { kind }] of open) {
        if (kind !== 'job') continue;
        open.delete(id);
        refuse(id, 'LOCKED', 'The vault was locked. The job goes on; its result is kept inside.');
      }
    };
    conversations.add(endJobs);
    if (client === 'page') pages.add(port);
    port.onClose(() => {
      greeted.delete(port);
      pages.delete(port);
      conversations.delete(endJobs);
      leave();
    });
    port.onMessage((raw) => {
      lastHeardMs = clock.monotonicMs();
      const parsed = ClientMessage.safeParse(raw);
      if (!parsed.success) return reject(raw);
      const message = parsed.data;
      if ('hello' in message) {
        leave();
        greeted.add(port);
        port.post({
          v: WIRE_VERSION,
          hello: true,
          product: deps.product.name,
          version: deps.product.version,
        });
      } else if ('cancel' in message) {
        open.get(message.id)?.controller.abort('caller');
      } else {
        void answer(message.id, message.p, message.input);
      }
    });

    async function answer(id: number, name: string, input: unknown): Promise<void> {
      const mine = open;
      if (mine.has(id)) return refuse(id, 'BAD_INPUT', 'This number is already in use.');
      const controller = new AbortController();
      const entry = Object.hasOwn(contract, name) ? contract[name as ProcedureName] : undefined;
      // What needs no vault does not end with it, and is given up like a query when its page goes.
      const kind = entry?.roles === 'anyone' && entry.kind === 'job' ? 'query' : entry?.kind;
      mine.set(id, { controller, kind: kind ?? 'query' });
      const post = (message: ServerMessage): void => {
        if (mine === open && mine.has(id)) port.post(message);
      };
      const result = await call({
        name,
        input,
        client,
        controller,
        onJob: (jobId) => post({ id, jobId }),
        onProgress: (progress) => post({ id, progress }),
      });
      post(
        result.ok ? { id, ok: true, output: result.value } : { id, ok: false, error: result.error },
      );
      mine.delete(id);
    }

    /** What does not even look like a message is answered when it carries a number, else dropped. */
    function reject(raw: unknown): void {
      const { id, v } = (raw ?? {}) as { readonly id?: unknown; readonly v?: unknown };
      if (typeof id !== 'number' || !Number.isSafeInteger(id)) return;
      if (v !== WIRE_VERSION) {
        refuse(id, 'VERSION_MISMATCH', 'The two halves of the program are of different versions.');
      } else refuse(id, 'BAD_INPUT', 'The message is malformed. Nothing was changed.');
    }

    function refuse(
      id: number,
      code: 'BAD_INPUT' | 'VERSION_MISMATCH' | 'LOCKED',
      message: string,
    ): void {
      port.post({
        id,
        ok: false,
        error: { code, message, params: {}, retryable: false, correlationId: '' },
      });
    }
  }

  /**
   * The page locks itself when nobody touches it or the hours of a session are over; this is for a page that
   * hangs, or that somebody taught not to.
   */
  const watch = setInterval(() => {
    const session = sessions.current();
    if (!session || pages.size === 0) return; // A terminal ends with its command.
    if (sessions.isExpired()) return void sessions.lock('page');
    const idleMinutes = (clock.monotonicMs() - lastHeardMs) / 60_000;
    if (idleMinutes > silenceLimit(settings.read(session).lockAfterMinutes)) {
      void sessions.lock('page');
    }
  }, deps.idleCheckMs ?? IDLE_CHECK_MS);
  watch.unref();

  return { attach, session: sessions.current, lock: () => sessions.lock(undefined), emit };
}
