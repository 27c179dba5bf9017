// One call, from a name and an unknown input to an output or an error that may be shown. The order is the
// same for all and decides what a stranger can learn: known name, open vault, role, input, act, leaf, output.
// Nothing a caller sends makes this throw; what a handler throws becomes INTERNAL with a correlation id.
import {
  COMMON_ERRORS,
  contract,
  isErrorCode,
  mayCall,
  type EventName,
  type EventPayload,
  type JobName,
  type ProcedureName,
  type Progress,
  type WireError,
} from '../../shared/contract/index.ts';
import type { z } from 'zod';
import { err, failure, ok, type Failure, type Result } from '../../shared/kernel/result.ts';
import { failureOf, type Clock } from '../platform/index.ts';
import type { AuditNote, CallContext, ClientKind, Handler, OwnName } from './handlers/types.ts';
import type { Incidents } from './incidents.ts';
import type { createJobs } from './jobs.ts';
import { PROGRESS_INTERVAL_MS, type RunningJob } from './jobs.ts';
import { isBoundedPlainData } from './limits.ts';
import { createAuditFiles } from './auditFiles.ts';
import { createPolicyFiles } from './policyFiles.ts';
import { clearance } from './dualControl.ts';
import { isReadOnly, type OpenSession, type Sessions } from './sessions.ts';
import type { OutsideActs, Watcher } from './restoring.ts';
import type { SettingsBook } from './settings.ts';
import { createThrottle } from './throttle.ts';

export interface Timeouts {
  readonly queryMs: number;
  readonly commandMs: number;
}
export const TIMEOUTS: Timeouts = { queryMs: 5_000, commandMs: 30_000 };

export interface CallsDeps {
  readonly sessions: Sessions;
  readonly jobs: ReturnType<typeof createJobs>;
  readonly incidents: Incidents;
  readonly settings: SettingsBook;
  readonly clock: Clock;
  readonly restoring?: OutsideActs;
  readonly emit: <E extends EventName>(event: E, payload: EventPayload<E>) => void;
  /** Development and tests check every output; a release only what leaves the vault. */
  readonly checkOutput: boolean;
  readonly timeouts?: Timeouts;
}

export interface CallRequest {
  readonly name: string;
  readonly input: unknown;
  readonly client: ClientKind;
  readonly controller: AbortController;
  readonly onJob: (jobId: string) => void;
  readonly onProgress: (progress: Progress) => void;
}

/** What a handler of the binding itself gets instead of a session. */
type OwnHandler<N extends OwnName> = (
  input: z.output<(typeof contract)[N]['input']>,
  client: ClientKind,
  watcher: Watcher,
) => Promise<Result<unknown>> | Result<unknown>;

export type Calls = (request: CallRequest) => Promise<Result<unknown, WireError>>;

export function createCalls(deps: CallsDeps): Calls {
  const { sessions, jobs, incidents, settings } = deps;
  const auditFiles = createAuditFiles();
  const policyFiles = createPolicyFiles();
  const timeouts = deps.timeouts ?? TIMEOUTS;

  const own: { readonly [N in OwnName]: OwnHandler<N> } = {
    'vault.status': () => sessions.status(),
    'vault.create': (input, client) => sessions.create(input, client),
    'vault.unlock': (input, client) => sessions.unlock(input, client),
    'vault.lock': (_, client) => sessions.lock(client),
    'settings.get': () => ok(settings.read(sessions.current())),
    'settings.set': (input) => {
      const session = sessions.current();
      if (!session) return LOCKED();
      const tooLax = settings.exceeds(session, input);
      if (tooLax) return POLICY_LOCKED(tooLax);
      const value = settings.change(session, input);
      deps.emit('data.changed', { scopes: ['settings'] });
      return ok(value);
    },
    'job.list': () => {
      const session = sessions.current();
      return session ? ok({ items: jobs.list(session.jobRepository) }) : LOCKED();
    },
    'job.cancel': ({ jobId }) =>
      jobs.cancel(jobId)
        ? ok({})
        : failure('NOT_FOUND', 'That job is not running any more. Nothing was changed.'),
    'backup.find': (input) => deps.restoring?.find(input) ?? NO_BACKUPS(),
    'backup.verify': (input, _, watcher) => deps.restoring?.verify(input, watcher) ?? NO_BACKUPS(),
    'backup.restore': (input, _, watcher) =>
      deps.restoring?.restore(input, watcher) ?? NO_BACKUPS(),
    'vault.examine': (input) => deps.restoring?.examine(input) ?? NO_BACKUPS(),
    'vault.salvage': (input) => deps.restoring?.salvage(input) ?? NO_BACKUPS(),
    'audit.verifyFile': (input) => auditFiles.verifyFile(input),
    'audit.vectors': (input) => auditFiles.vectors(input),
    'policy.read': (input) => policyFiles.read(input),
    'policy.sign': (input) => policyFiles.sign(input),
  };

  return async function call(request) {
    const { client } = request;
    const refuse = (found: Failure, correlationId = ''): Result<unknown, WireError> =>
      err(wireError(found, correlationId, client));

    if (!Object.hasOwn(contract, request.name)) {
      return refuse(badInput('There is no such procedure. Nothing was changed.').error);
    }
    const name = request.name as ProcedureName;
    const entry = contract[name];
    const session = sessions.current();
    if (entry.roles !== 'anyone') {
      if (!session) return refuse(LOCKED().error);
      if (!mayCall(name, session.actor.roles)) {
        return refuse(auditedDenial(name, session, client) ?? FORBIDDEN().error);
      }
      const able = session.actor.roles.filter((role) => entry.roles.includes(role));
      if (session.parts.policy?.denies(name, able)) {
        return refuse(auditedDenial(name, session, client) ?? FORBIDDEN_BY_POLICY().error);
      }
    }
    if (!isBoundedPlainData(request.input)) {
      return refuse(
        badInput('The input is too large or not plain data. Nothing was changed.').error,
      );
    }
    if (session && isReadOnly(session) && !worksReadOnly(name)) return refuse(READ_ONLY().error);
    const parsed = entry.input.safeParse(request.input);
    if (!parsed.success) return refuse(inputFailure(parsed.error));
    if (client === 'page' && namesPath(parsed.data)) {
      if (session) auditedDenial(name, session, client);
      return refuse(FORBIDDEN().error);
    }
    try {
      const outcome = isOwn(name)
        ? await watched(request, (watcher) =>
            (own[name] as OwnHandler<OwnName>)(parsed.data as never, client, watcher),
          )
        : session
          ? await runService(name, parsed.data, session, request)
          : LOCKED();
      if (!outcome.ok) {
        declared(name, outcome.error);
        return refuse(outcome.error);
      }
      return checkedOutput(name, outcome.value, refuse);
    } catch (error) {
      const found = failureOf(error);
      if (found) return refuse(found);
      if (request.controller.signal.aborted) return refuse(CANCELLED().error);
      return refuse(INTERNAL, incidents.report(error, name));
    }
  };

  /** What the binding answers itself tells its progress to whoever asked, and to nobody else. */
  async function watched<T>(
    { client, controller: { signal }, onProgress }: CallRequest,
    act: (watcher: Watcher) => Promise<T> | T,
  ): Promise<T> {
    const throttle = createThrottle<Progress>(PROGRESS_INTERVAL_MS, onProgress);
    try {
      return await act({ client, signal, progress: (progress) => throttle.push(progress) });
    } finally {
      throttle.dispose();
    }
  }

  async function runService(
    name: Exclude<ProcedureName, OwnName>,
    input: unknown,
    session: OpenSession,
    request: CallRequest,
  ): Promise<Result<unknown>> {
    const { kind, audit } = contract[name];
    const { signal } = request.controller;
    const cleared = clearance(session.parts.dual, name, input, {
      actor: session.actor,
      byRecoveryCode: session.vault.byRecoveryCode,
    });
    if (!cleared.ok) return cleared;
    let note: AuditNote = {};
    const job =
      kind === 'job'
        ? jobs.start({
            procedure: name as JobName,
            actor: session.actor.userId,
            repository: session.jobRepository,
            controller: request.controller,
            onProgress: request.onProgress,
          })
        : undefined;
    if (job) request.onJob(job.jobId);
    const context: CallContext = {
      session,
      client: request.client,
      signal,
      nowMs: deps.clock.nowMs(),
      jobId: job?.jobId,
      progress: (progress) => job?.progress(progress),
      emit: deps.emit,
      changed(...scopes) {
        deps.emit('data.changed', { scopes: [...new Set(scopes)] });
        deps.emit('data.stored', { at: deps.clock.now() });
      },
      title: (text) => job?.title(text),
      note: (more) => {
        note = { ...note, ...more, counts: { ...note.counts, ...more.counts } };
      },
    };
    const handler = session.parts.handlers[name] as unknown as Handler<ProcedureName>;
    const act = async (): Promise<Result<unknown>> => {
      const result = await handler(input as never, context);
      if (result.ok) cleared.value?.settle();
      if (audit !== 'none' && result.ok) {
        // No leaf, no answer: a disk that cannot take the leaf must not let text out either.
        const { actor } = session;
        session.parts.audit({
          action: name,
          level: audit,
          outcome: 'done',
          actor,
          client: request.client,
          ...note,
        });
      }
      return result;
    };
    if (job) return runJob(job, signal, act, name);
    return kind === 'query'
      ? withDeadline(act, timeouts.queryMs, request, true)
      : withDeadline(act, timeouts.commandMs, request, false);
  }

  async function runJob(
    job: RunningJob,
    signal: AbortSignal,
    act: () => Promise<Result<unknown>>,
    name: string,
  ): Promise<Result<unknown>> {
    const stopped = (): 'interrupted' | 'cancelled' =>
      signal.reason === 'lock' ? 'interrupted' : 'cancelled';
    try {
      const result = await act();
      if (result.ok) job.finish('done', null);
      else if (result.error.code === 'CANCELLED') job.finish(stopped(), null);
      else job.finish('failed', result.error.code);
      return result;
    } catch (error) {
      const found = failureOf(error);
      if (!found && signal.aborted) {
        job.finish(stopped(), null);
        return CANCELLED();
      }
      if (!found) incidents.report(error, name);
      job.finish('failed', found?.code ?? 'INTERNAL');
      throw error;
    }
  }

  /** Queries answer at once when given up; commands answer when they know what became of them, or at the deadline. */
  async function withDeadline(
    act: () => Promise<Result<unknown>>,
    ms: number,
    request: CallRequest,
    answersWhenAborted: boolean,
  ): Promise<Result<unknown>> {
    const { controller } = request;
    const given = Promise.withResolvers<Result<unknown>>();
    const timer = setTimeout(() => {
      given.resolve(
        failure(
          'TIMEOUT',
          `The answer took longer than ${ms / 1000} seconds. Look at the list before trying again: it may have been done.`,
          {},
          true,
        ),
      );
      controller.abort('timeout');
    }, ms);
    const onAbort = (): void => {
      if (answersWhenAborted && controller.signal.reason !== 'timeout') given.resolve(CANCELLED());
    };
    controller.signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([act(), given.promise]);
    } finally {
      clearTimeout(timer);
      controller.signal.removeEventListener('abort', onAbort);
    }
  }

  /** A refusal is itself worth a leaf; the failure to write one is what the caller hears of instead. */
  function auditedDenial(
    name: ProcedureName,
    session: OpenSession,
    client: ClientKind,
  ): Failure | undefined {
    try {
      session.parts.audit({
        action: name,
        level: 'meta',
        outcome: 'denied',
        errorCode: 'FORBIDDEN',
        actor: session.actor,
        client,
      });
      return undefined;
    } catch (error) {
      const found = failureOf(error);
      if (!found) incidents.report(error, name);
      return found ?? INTERNAL;
    }
  }

  /** A code that the table does not promise is a defect of the handler: passed on, but written down. */
  function declared(name: ProcedureName, found: Failure): void {
    const promised: readonly string[] = [...contract[name].errors, ...COMMON_ERRORS];
    if (!promised.includes(found.code)) {
      incidents.report(new Error(`Undeclared error ${found.code}`), name);
    }
  }

  function checkedOutput(
    name: ProcedureName,
    value: unknown,
    refuse: (found: Failure, correlationId: string) => Result<unknown, WireError>,
  ): Result<unknown, WireError> {
    if (!deps.checkOutput && name !== 'report.export') return ok(value);
    const output = contract[name].output.safeParse(value);
    if (output.success) return ok(output.data);
    return refuse(INTERNAL, incidents.report(output.error, `output of ${name}`));
  }
}

const OWN_NAMES: ReadonlySet<string> = new Set<OwnName>([
  'vault.status',
  'vault.create',
  'vault.unlock',
  'vault.lock',
  'settings.get',
  'settings.set',
  'job.list',
  'job.cancel',
  'backup.find',
  'backup.verify',
  'backup.restore',
  'vault.examine',
  'vault.salvage',
  'audit.verifyFile',
  'audit.vectors',
  'policy.read',
  'policy.sign',
]);
const isOwn = (name: ProcedureName): name is OwnName => OWN_NAMES.has(name);

const LOCKED = () =>
  failure('LOCKED', 'The vault is locked. Nothing was changed. Unlock it first.');
/**
 * Reading what leaves no trace, looking at the log, and the way out. Text cannot be read: a log that is not
 * the one it was takes no leaf, and without a leaf there is no text.
 */
const worksReadOnly = (name: ProcedureName): boolean =>
  READ_ONLY_ACTS.has(name) ||
  contract[name].roles === 'anyone' || // Not about this vault: a restore is what it may need now.
  (contract[name].kind === 'query' && contract[name].audit === 'none');
const READ_ONLY_ACTS: ReadonlySet<ProcedureName> = new Set<ProcedureName>([
  'audit.verify',
  'audit.acceptHead',
]);

const READ_ONLY = () =>
  failure(
    'READ_ONLY',
    'This vault is older than, or different from, what it was when it was last closed, so nothing can be changed in it and no text can be read. Nothing was changed. Restore the newest copy, or let two people accept this state on the audit screen.',
  );
const NO_BACKUPS = () =>
  failure('NOT_FOUND', 'This core has no access to files outside its vault. Nothing was changed.');
const CANCELLED = () => failure('CANCELLED', 'Cancelled. What was finished before is kept.');
const FORBIDDEN = () =>
  failure(
    'FORBIDDEN',
    'Your roles do not allow this. Nothing was changed. Ask the administrator of this vault.',
  );
const FORBIDDEN_BY_POLICY = () =>
  failure(
    'FORBIDDEN',
    'The policy of your organisation does not allow this to your roles. Nothing was changed. Ask whoever issues the policy.',
  );
const POLICY_LOCKED = (field: string) =>
  failure(
    'POLICY_LOCKED',
    'Your organisation has set a limit here that this would exceed. Nothing was changed. Choose a stricter value.',
    { field },
  );
const badInput = (message: string, field = '') => failure('BAD_INPUT', message, { field });
const INTERNAL: Failure = {
  code: 'INTERNAL',
  message:
    'Something went wrong inside Cloister. What was stored before is safe. Look at the list before trying again, and pass the number on to whoever maintains this installation.',
  params: {},
  retryable: false,
};

/** Names the field and the rule, never the value: it may be a passphrase or a person. */
function inputFailure(error: z.ZodError): Failure {
  const issue = error.issues[0];
  const field = issue?.path.map(String).join('.').slice(0, 200) ?? '';
  return badInput(
    `The input does not fit${field ? ` at "${field}"` : ''}: ${issue?.message ?? 'unknown'}. Nothing was changed.`,
    field,
  ).error;
}

/** Sources of bytes are tokens for the page; only the terminal may name a place on this machine. */
function namesPath(input: unknown): boolean {
  if (typeof input !== 'object' || input === null || ArrayBuffer.isView(input)) return false;
  return 'kind' in input && input.kind === 'path' ? true : Object.values(input).some(namesPath);
}

/** The page must not learn where things lie, whatever a handler wrote into its sentence. */
const ABSOLUTE_PATH = /(?<![\w.)])(?:[A-Za-z]:\\|\/)(?:[^\s"'<>|]+[\\/])+[^\s"'<>|]*/gu;
const withoutPaths = (text: string): string => text.replace(ABSOLUTE_PATH, '…');

function wireError(found: Failure, correlationId: string, client: ClientKind): WireError {
  const clean = client === 'page' ? withoutPaths : (text: string) => text;
  return {
    code: isErrorCode(found.code) ? found.code : 'INTERNAL',
    message: clean(found.message),
    params: Object.fromEntries(
      Object.entries(found.params).map(([key, value]) => [
        key,
        typeof value === 'string' ? clean(value) : value,
      ]),
    ),
    retryable: found.retryable,
    correlationId,
  };
}
