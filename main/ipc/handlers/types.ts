// What a handler is. Service rooms know nothing of wires; each file beside this one takes the services and
// returns the handlers of its procedures, and `main/ipc/index.ts` puts them together to a complete record,
// so a procedure without a handler does not compile.
import type {
  EventName,
  EventPayload,
  OutputOf,
  ParsedInputOf,
  ProcedureName,
  Progress,
  Role,
  Scope,
} from '../../../shared/contract/index.ts';
import type { UserId } from '../../../shared/kernel/id.ts';
import type { Result } from '../../../shared/kernel/result.ts';
import type { OpenVault } from '../../store/index.ts';

/** The person who is signed in. Roles are those of the vault's slot, never of a message. */
export interface Actor {
  readonly userId: UserId;
  readonly name: string;
  readonly roles: readonly Role[];
}

export interface Session {
  readonly actor: Actor;
  readonly vault: OpenVault;
}

/** The page is untrusted; the terminal runs with the rights of the person at the keyboard. */
export type ClientKind = 'page' | 'terminal';

export interface CallContext {
  readonly session: Session;
  readonly client: ClientKind;
  /** Aborted by the caller, by `job.cancel`, by a timeout, and when the vault is locked. Look at it per batch. */
  readonly signal: AbortSignal;
  readonly nowMs: number;
  /** The job's id; undefined in queries and commands. */
  readonly jobId: string | undefined;
  /** May be called per item: passed on at most ten times a second, the last one always. */
  progress(progress: Progress): void;
  /** Tells every client. */
  emit<E extends EventName>(event: E, payload: EventPayload<E>): void;
  /** After a committed change: emits `data.changed` with the scopes and `data.stored`. */
  changed(...scopes: readonly Scope[]): void;
  /** What the job tray calls this job, e.g. the name of the collection. Never subject text. */
  title(text: string): void;
  /** What the audit leaf of this call says beyond actor and action. Counts and ids only. */
  note(note: AuditNote): void;
}

export interface AuditNote {
  /** Identifier of the object acted on. */
  readonly object?: string;
  readonly purposeId?: string;
  readonly counts?: Readonly<Record<string, number>>;
}

export type Handler<N extends ProcedureName> = (
  input: ParsedInputOf<N>,
  context: CallContext,
) => Promise<Result<OutputOf<N>>> | Result<OutputOf<N>>;

/**
 * Procedures the binding answers itself: they must work while the vault is locked, or are about the calls
 * themselves.
 */
export type OwnName =
  | 'vault.status'
  | 'vault.create'
  | 'vault.unlock'
  | 'vault.lock'
  | 'settings.get'
  | 'settings.set'
  | 'job.list'
  | 'job.cancel'
  | 'backup.find'
  | 'backup.verify'
  | 'vault.examine'
  | 'vault.salvage'
  | 'audit.verifyFile'
  | 'audit.vectors'
  | 'policy.read'
  | 'policy.sign'
  | 'backup.restore';

export type ServiceName = Exclude<ProcedureName, OwnName>;

export type Handlers = { readonly [N in ServiceName]: Handler<N> };
