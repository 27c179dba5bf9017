// Who is signed in to which vault. One process holds one vault; it is either locked or has one session.
// Creating, unlocking and locking run one after the other, never side by side.
//
// Locking by a person or by the clock ends the session at once, but jobs under way go on: the vault's key
// stays in this process until the last of them has ended, and the same person can sign in again meanwhile.
// When the machine sleeps or the program ends, jobs are interrupted at their checkpoint instead.
//
// Beside the lock after some minutes without input there is one that holds whatever one does: so many hours
// after the passphrase was given, it is asked for again (NIST SP 800-63B, 12 hours at both AAL2 and AAL3).
import { ROLES, type OutputOf, type PolicyLimits, type Role } from '../../shared/contract/index.ts';
import type { ErrorCode } from '../../shared/contract/errors.ts';
import { err, failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { UserId } from '../../shared/kernel/id.ts';
import type { LockedVault, OpenVault, VaultFiles } from '../store/index.ts';
import type { Clock } from '../platform/index.ts';
import type { DualGuard } from './dualControl.ts';
import { createGuesses } from './guesses.ts';
import type { AuditNote, ClientKind, Handlers, Session } from './handlers/types.ts';
import { createJobRepository, type JobRepository } from './jobRepository.ts';
import type { Incidents } from './incidents.ts';
import type { Jobs } from './jobs.ts';

export type VaultStatus = OutputOf<'vault.status'>;

/** One leaf of the audit log about one call. */
export interface CallAudit extends AuditNote {
  readonly action: string;
  readonly level: 'meta' | 'full';
  readonly outcome: 'done' | 'denied' | 'failed';
  readonly errorCode?: ErrorCode;
  readonly actor: Session['actor'];
  readonly client: ClientKind;
}

/** What a policy narrows, asked on every call. */
export interface PolicyGuard {
  limits(): PolicyLimits;
  /** True where none of these roles may call it here, although the contract would let them. */
  denies(procedure: string, roles: readonly Role[]): boolean;
}

/** What the composition root makes of an open vault. */
export interface SessionParts {
  readonly handlers: Handlers;
  readonly audit: (entry: CallAudit) => void;
  readonly dual: DualGuard;
  /** The policy of the organisation, where one was applied. */
  readonly policy?: PolicyGuard;
  /** The log's newest head against the newest one known outside the database. */
  readonly integrity: VaultStatus['integrity'];
  dispose(): void | Promise<void>;
}

export interface OpenSession extends Session {
  /** When the passphrase was last given, by the wall and by a clock that nobody can set back. */
  readonly since: { readonly at: string; readonly wallMs: number; readonly monotonicMs: number };
  readonly parts: SessionParts;
  readonly jobRepository: JobRepository;
}

export interface SessionsDeps {
  readonly folder: string;
  readonly vaults: VaultFiles;
  readonly clock: Clock;
  readonly jobs: Jobs;
  readonly incidents: Incidents;
  readonly lockAfterMinutes: (session: OpenSession | undefined) => number;
  readonly lockAfterHours: (session: OpenSession) => number;
  readonly openParts: (vault: OpenVault) => SessionParts | Promise<SessionParts>;
  readonly onChange: (state: VaultStatus['state']) => void;
  /** Time that running jobs get to reach a checkpoint when the vault is locked. */
  readonly lockPatienceMs?: number;
}

export interface Sessions {
  current(): OpenSession | undefined;
  /** Whether the hours of the present session are over. */
  isExpired(): boolean;
  status(): Result<VaultStatus>;
  create(
    input: {
      readonly name: string;
      readonly userName: string;
      readonly passphrase: string;
      readonly cipher: 'aegis' | 'sqlcipher';
      readonly working: 'alone' | 'together';
    },
    client: ClientKind,
  ): Promise<Result<VaultStatus>>;
  unlock(
    input: { readonly passphrase: string; readonly userId?: string | undefined },
    client: ClientKind,
  ): Promise<Result<VaultStatus>>;
  /** Without a client it is the shell that locks: nothing goes on. */
  lock(client: ClientKind | undefined): Promise<Result<VaultStatus>>;
}

/** Somebody who works alone does everything; where others will come, the founder only lets them in. */
const FOUNDER_ROLES = {
  alone: ROLES,
  together: ['administrator'],
} as const satisfies Record<string, readonly Role[]>;

export function createSessions(deps: SessionsDeps): Sessions {
  let open: OpenSession | undefined;
  /** Locked for everybody, open for the jobs that are still running. */
  let draining: OpenSession | undefined;
  /** Wrong passphrases since the last unlock: told to the log as soon as there is one to tell. */
  let refusedAttempts = 0;
  const guesses = createGuesses(deps.clock);
  let turn: Promise<unknown> = Promise.resolve();
  const now = (): OpenSession['since'] => ({
    at: deps.clock.now(),
    wallMs: deps.clock.nowMs(),
    monotonicMs: deps.clock.monotonicMs(),
  });
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const next = turn.then(act, act);
    turn = next.catch(() => undefined);
    return next;
  };

  async function begin(
    vault: OpenVault,
    action: 'vault.create' | 'vault.unlock',
    client: ClientKind,
  ): Promise<Result<VaultStatus>> {
    try {
      const jobRepository = createJobRepository(vault.store);
      jobRepository.interruptRunning(deps.clock.now());
      const parts = await deps.openParts(vault);
      const session = { actor: actorOf(vault), vault, parts, jobRepository, since: now() };
      enter(session, action, client);
    } catch (error) {
      open = undefined;
      vault.close();
      throw error;
    }
    return status();
  }

  function enter(session: OpenSession, action: string, client: ClientKind): void {
    session.parts.audit({
      action,
      level: action === 'vault.create' ? 'full' : 'meta',
      outcome: 'done',
      actor: session.actor,
      client,
      ...(refusedAttempts > 0 && { counts: { refusedAttempts } }),
    });
    // Ways in that the person themselves, or whoever answers for the vault, ought to hear of.
    for (const loud of [
      ...(session.vault.byRecoveryCode ? ['recovery.use'] : []),
      ...(session.vault.withoutDevice ? ['device.bypass'] : []),
    ]) {
      session.parts.audit({
        action: loud,
        level: 'meta',
        outcome: 'done',
        actor: session.actor,
        client,
      });
    }
    refusedAttempts = 0;
    open = session;
    deps.incidents.attach(session.vault.store);
    deps.onChange('unlocked');
  }

  /** The vault is open in this process already: for this person, it takes only the passphrase. */
  async function reenter(
    session: OpenSession,
    passphrase: string,
    userId: UserId | undefined,
    client: ClientKind,
  ): Promise<Result<VaultStatus>> {
    if (userId !== undefined && userId !== session.actor.userId) {
      return failure(
        'VAULT_IN_USE',
        `${session.actor.name} has the vault open, or work under way in it. Nothing was changed. Wait until it has ended, or sign in as ${session.actor.name}.`,
        { name: session.actor.name },
        true,
      );
    }
    // The vault's own count of wrong passphrases guards the file; this one guards the open process.
    const known = await guesses.guard(() =>
      session.vault.keys.verify(session.actor.userId, passphrase),
    );
    if (!known.ok) {
      if (known.error.code === 'WRONG_PASSPHRASE') refusedAttempts += 1;
      return known;
    }
    const renewed = { ...session, since: now() };
    if (session === open) {
      refusedAttempts = 0;
      open = renewed;
    } else if (session === draining) {
      draining = undefined;
      enter(renewed, 'vault.unlock', client);
    }
    return status();
  }

  async function close(session: OpenSession): Promise<void> {
    deps.incidents.attach(undefined);
    try {
      await session.parts.dispose();
    } finally {
      session.vault.close();
    }
  }

  async function drain(session: OpenSession): Promise<void> {
    draining = session;
    await deps.jobs.idle();
    await inTurn(async () => {
      if (draining !== session || deps.jobs.runningCount() > 0) return; // Signed in again meanwhile.
      draining = undefined;
      await close(session);
    });
  }

  function status(): Result<VaultStatus> {
    if (open) return ok(statusOf(open, deps.lockAfterMinutes(open)));
    const locked = deps.vaults.status(deps.folder);
    if (!locked.ok) return err(locked.error);
    return ok(lockedStatusOf(locked.value, deps.lockAfterMinutes(open)));
  }

  return {
    current: () => open,
    isExpired() {
      if (!open) return false;
      const { wallMs, monotonicMs } = open.since;
      // The clock of the wall counts sleep, the other one cannot be set back: the longer time holds.
      const passed = Math.max(deps.clock.nowMs() - wallMs, deps.clock.monotonicMs() - monotonicMs);
      return passed >= deps.lockAfterHours(open) * 3_600_000;
    },
    status,
    create: (input, client) =>
      inTurn(async () => {
        if (open ?? draining) {
          return failure('VAULT_EXISTS', 'A vault is already open here. Nothing was changed.');
        }
        const made = await deps.vaults.create(deps.folder, {
          name: input.name,
          user: { name: input.userName, roles: FOUNDER_ROLES[input.working] },
          passphrase: input.passphrase,
          cipher: input.cipher,
        });
        return made.ok ? begin(made.value, 'vault.create', client) : made;
      }),
    unlock: (input, client) =>
      inTurn(async () => {
        const userId = input.userId as UserId | undefined;
        const present = open ?? draining;
        if (present) return reenter(present, input.passphrase, userId, client);
        const unlocked = await deps.vaults.unlock(deps.folder, {
          passphrase: input.passphrase,
          ...(userId !== undefined && { userId }),
        });
        if (unlocked.ok) return begin(unlocked.value, 'vault.unlock', client);
        if (unlocked.error.code === 'WRONG_PASSPHRASE') refusedAttempts += 1;
        return unlocked;
      }),
    lock: (client) =>
      inTurn(async () => {
        const closing = open ?? draining;
        if (!closing) return status();
        const wasOpen = open !== undefined;
        open = undefined; // From here on every call is answered with LOCKED.
        if (wasOpen) deps.onChange('locked');
        try {
          if (wasOpen) {
            closing.parts.audit({
              action: 'vault.lock',
              level: 'meta',
              outcome: 'done',
              actor: closing.actor,
              client: client ?? 'terminal',
            });
          }
        } finally {
          if (client !== undefined && deps.jobs.runningCount() > 0) {
            if (draining !== closing) void drain(closing);
          } else {
            draining = undefined;
            await deps.jobs.interruptAll(deps.lockPatienceMs ?? 5_000);
            await close(closing);
          }
        }
        return status();
      }),
  };
}

/** Roles are those of the slot at this moment: somebody who loses one loses it at once, not at the next unlock. */
function actorOf({ user, keys, byRecoveryCode }: OpenVault): Session['actor'] {
  return {
    userId: user.id,
    name: user.name,
    get roles() {
      if (byRecoveryCode) return user.roles;
      return keys.users().find(({ id }) => id === user.id)?.roles ?? [];
    },
  };
}

function statusOf(session: OpenSession, lockAfterMinutes: number): VaultStatus {
  const { vault, actor } = session;
  const users = vault.keys
    .users()
    .map(({ id, name, roles }) => ({ userId: id, name, roles: [...roles] }));
  return {
    state: 'unlocked',
    name: vault.name,
    vaultId: vault.id,
    cipher: vault.info().cipher,
    users,
    user: { userId: actor.userId, name: actor.name, roles: [...actor.roles] },
    integrity: session.parts.integrity,
    lastOpenedAt: null,
    lockAfterMinutes,
    openedAt: session.since.at,
    byRecoveryCode: vault.byRecoveryCode,
    withoutDevice: vault.withoutDevice,
    readOnly: isReadOnly(session),
  };
}

/** A vault that is not what it was at the last time is looked at, not worked in, until two people decide. */
export const isReadOnly = ({ parts }: OpenSession): boolean =>
  parts.integrity === 'rolledBack' || parts.integrity === 'broken';

function lockedStatusOf(vault: LockedVault | undefined, lockAfterMinutes: number): VaultStatus {
  return {
    state: vault ? 'locked' : 'absent',
    name: vault?.name ?? null,
    vaultId: vault?.id ?? null,
    cipher: vault?.cipher ?? null,
    users: (vault?.users ?? []).map(({ id, name, roles }) => ({
      userId: id,
      name,
      roles: [...roles],
    })),
    user: null,
    integrity: 'unknown',
    lastOpenedAt: vault?.lastOpenedAt ?? null,
    lockAfterMinutes,
    openedAt: null,
    byRecoveryCode: false,
    withoutDevice: false,
    readOnly: false,
  };
}
