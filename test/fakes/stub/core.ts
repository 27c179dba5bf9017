/**
 * A core without a vault: answers the whole contract from fixtures, for pictures, browser tests and work
 * on the page. Runs in Node (behind a browser binding) and in the page itself (development). Changes live
 * in memory, so that a screen shows what it did. A procedure of the contract without a handler here does
 * not compile.
 */
import {
  contract,
  ROLES,
  WIRE_VERSION,
  type ClientMessage,
  type ErrorCode,
  type EventName,
  type EventPayload,
  type OutputOf,
  type ParsedInputOf,
  type ProcedureName,
  type Role,
  type Scope,
  type ServerMessage,
} from '../../../shared/contract/index.ts';
import { emptyVault, fullVault, type StubVault } from './fixtures.ts';
import { backupHandlers } from './backupHandlers.ts';
import { corpusHandlers } from './corpusHandlers.ts';
import { governanceHandlers } from './governanceHandlers.ts';
import { labelingHandlers } from './labelingHandlers.ts';
import { trainingHandlers } from './trainingHandlers.ts';
import { modelHandlers } from './modelHandlers.ts';
import { requestHandlers } from './requestHandlers.ts';
import { keysHandlers } from './keysHandlers.ts';
import { retentionHandlers } from './retentionHandlers.ts';
import { registerHandlers } from './registerHandlers.ts';
import { policiesHandlers } from './policiesHandlers.ts';
import { consentRecordsHandlers } from './consentRecordsHandlers.ts';
import { exitsHandlers } from './exitsHandlers.ts';
import { breachesHandlers } from './breachesHandlers.ts';
import { erasuresHandlers } from './erasuresHandlers.ts';
import { unlearningHandlers } from './unlearningHandlers.ts';
import { siteHandlers } from './siteHandlers.ts';
import { staffHandlers } from './staffHandlers.ts';
import { vaultHandlers } from './vaultHandlers.ts';

/** full: work in progress. empty: just created. failing: every room fails. locked and absent: the door. */
export const SCENARIOS = ['full', 'empty', 'failing', 'locked', 'absent', 'mismatch'] as const;
export type Scenario = (typeof SCENARIOS)[number];

export const PASSPHRASE = 'correct horse battery staple';

export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly params: Readonly<Record<string, string | number>>;
  readonly retryable: boolean;
  constructor(
    code: ErrorCode,
    message: string,
    params: Readonly<Record<string, string | number>> = {},
    retryable = false,
  ) {
    super(message);
    this.code = code;
    this.params = params;
    this.retryable = retryable;
  }
}

export interface StubContext {
  readonly vault: StubVault;
  state: 'absent' | 'locked' | 'unlocked';
  /** Of the person who signs in. */
  roles: Role[];
  /** Of the one vault; a vault made by a test brings its own. */
  passphrase: string;
  /** The vault may only be looked at. */
  readOnly: boolean;
  byRecoveryCode: boolean;
  /** Bound to a device that is not this one. */
  withoutDevice: boolean;
  /** When the passphrase was given; a test that looks at the absolute lock sets it back. */
  openedAt: string;
  readonly intakes: Map<string, Map<string, number>>;
  /** Procedures that fail from now on, for tests of what a screen does then. */
  readonly refusals: Map<ProcedureName, Refusal>;
  emit<E extends EventName>(event: E, payload: EventPayload<E>): void;
  changed(...scopes: Scope[]): void;
  /** Sends a few steps of progress for the running call. */
  progress(
    stage: string,
    total: number,
    unit: 'files' | 'documents' | 'steps' | 'pages',
  ): Promise<void>;
}

export type Handlers = {
  readonly [N in ProcedureName]: (
    input: ParsedInputOf<N>,
    context: StubContext,
  ) => OutputOf<N> | Promise<OutputOf<N>>;
};
export type HandlersOf<N extends ProcedureName> = Pick<Handlers, N>;

const HANDLERS: Handlers = {
  ...vaultHandlers,
  ...backupHandlers,
  ...corpusHandlers,
  ...governanceHandlers,
  ...labelingHandlers,
  ...modelHandlers,
  ...requestHandlers,
  ...keysHandlers,
  ...retentionHandlers,
  ...registerHandlers,
  ...policiesHandlers,
  ...consentRecordsHandlers,
  ...exitsHandlers,
  ...breachesHandlers,
  ...erasuresHandlers,
  ...unlearningHandlers,
  ...siteHandlers,
  ...staffHandlers,
  ...trainingHandlers,
};

const ALWAYS_WORKS: ReadonlySet<ProcedureName> = new Set([
  'vault.status',
  'vault.lock',
  'vault.unlock',
  'settings.get',
  'settings.set',
  'purpose.list',
  'gate.summary',
  'job.list',
]);

export interface StubCore {
  receive(message: ClientMessage): void;
  readonly context: StubContext;
}

export function createStubCore(
  scenario: Scenario,
  send: (message: ServerMessage) => void,
): StubCore {
  let jobs = 100;
  let current = -1;
  const emit: StubContext['emit'] = (event, payload) => send({ event, payload });
  const context: StubContext = {
    vault:
      scenario === 'full' || scenario === 'failing' || scenario === 'locked'
        ? fullVault()
        : emptyVault(),
    state: scenario === 'absent' ? 'absent' : scenario === 'locked' ? 'locked' : 'unlocked',
    roles: [...ROLES],
    passphrase: PASSPHRASE,
    readOnly: false,
    byRecoveryCode: false,
    withoutDevice: false,
    openedAt: new Date().toISOString(),
    intakes: new Map(),
    refusals: new Map(),
    emit,
    changed(...scopes) {
      emit('data.changed', { scopes });
      emit('data.stored', { at: new Date().toISOString() });
    },
    async progress(stage, total, unit) {
      const id = current;
      for (let step = 1; step <= 4; step += 1) {
        await new Promise((resolve) => setTimeout(resolve, 40));
        send({
          id,
          progress: {
            stage,
            done: Math.round((total * step) / 4),
            total,
            unit,
            etaSeconds: 4 - step,
          },
        });
      }
    },
  };

  async function answer(id: number, name: ProcedureName, input: unknown): Promise<void> {
    try {
      const parsed = contract[name].input.safeParse(input);
      if (!parsed.success) throw new Refusal('BAD_INPUT', parsed.error.message);
      if (scenario === 'failing' && !ALWAYS_WORKS.has(name)) {
        throw new Refusal('DISK_FULL', 'The disk that holds the vault has 0 bytes left.', {}, true);
      }
      const refusal = context.refusals.get(name);
      if (refusal) throw refusal;
      if (contract[name].kind === 'job')
        send({ id, jobId: `job_stub${String(jobs++).padStart(6, '0')}` });
      current = id;
      const handler = HANDLERS[name] as (input: unknown, context: StubContext) => unknown;
      send({ id, ok: true, output: await handler(parsed.data, context) });
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal('INTERNAL', String(error));
      send({
        id,
        ok: false,
        error: {
          code: refusal.code,
          message: refusal.message,
          params: refusal.params,
          retryable: refusal.retryable,
          correlationId: 'STUB-0001',
        },
      });
    }
  }

  return {
    context,
    receive(message) {
      if ('hello' in message) {
        const v = scenario === 'mismatch' ? WIRE_VERSION + 1 : WIRE_VERSION;
        send({ v, hello: true, product: 'cloister', version: '0.1.0' });
      } else if ('p' in message) {
        if (Object.hasOwn(contract, message.p)) {
          void answer(message.id, message.p as ProcedureName, message.input);
        }
      }
    },
  };
}
