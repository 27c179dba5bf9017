// Who is signed in to which vault. One process holds one vault; it is either locked or has one session.
// Creating, unlocking and locking run one after the other, never side by side.
import { ROLES, type OutputOf, type Role } from '../../shared/contract/index.ts';
import type { ErrorCode } from '../../shared/contract/errors.ts';
import { err, failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { UserId } from '../../shared/kernel/id.ts';
import type { LockedVault, OpenVault, VaultFiles } from '../store/index.ts';
import type { Clock } from '../platform/index.ts';
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

/** What the composition root makes of an open vault. */
export interface SessionParts {
  readonly handlers: Handlers;
  readonly audit: (entry: CallAudit) => void;
  /** The log's newest head against the newest one known outside the database. */
  readonly integrity: VaultStatus['integrity'];
  dispose(): void | Promise<void>;
}

export interface OpenSession extends Session {
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
  readonly openParts: (vault: OpenVault) => SessionParts | Promise<SessionParts>;
  readonly onChange: (state: VaultStatus['state']) => void;
  /** Time that running jobs get to reach a checkpoint when the vault is locked. */
  readonly lockPatienceMs?: number;
}

export interface Sessions {
  current(): OpenSession | undefined;
  status(): Result<VaultStatus>;
  create(
    input: {
      readonly name: string;
      readonly userName: string;
      readonly passphrase: string;
      readonly cipher: 'aegis' | 'sqlcipher';
    },
    client: ClientKind,
  ): Promise<Result<VaultStatus>>;
  unlock(
    input: { readonly passphrase: string; readonly userId?: string | undefined },
    client: ClientKind,
  ): Promise<Result<VaultStatus>>;
  lock(client: ClientKind | undefined): Promise<Result<VaultStatus>>;
}

/** The person who makes a vault does everything in it until others are added. */
const FOUNDER_ROLES: readonly Role[] = ROLES;

export function createSessions(deps: SessionsDeps): Sessions {
  let open: OpenSession | undefined;
  /** Wrong passphrases since the last unlock: told to the log as soon as there is one to tell. */
  let refusedAttempts = 0;
  let turn: Promise<unknown> = Promise.resolve();
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
      const { id: userId, name, roles } = vault.user;
      open = { actor: { userId, name, roles }, vault, parts, jobRepository };
      parts.audit({
        action,
        level: action === 'vault.create' ? 'full' : 'meta',
        outcome: 'done',
        actor: open.actor,
        client,
        ...(refusedAttempts > 0 && { counts: { refusedAttempts } }),
      });
    } catch (error) {
      open = undefined;
      vault.close();
      throw error;
    }
    refusedAttempts = 0;
    deps.incidents.attach(vault.store);
    deps.onChange('unlocked');
    return status();
  }

  function status(): Result<VaultStatus> {
    if (open) return ok(statusOf(open, deps.lockAfterMinutes(open)));
    const locked = deps.vaults.status(deps.folder);
    if (!locked.ok) return err(locked.error);
    return ok(lockedStatusOf(locked.value, deps.lockAfterMinutes(open)));
  }

  return {
    current: () => open,
    status,
    create: (input, client) =>
      inTurn(async () => {
        if (open)
          return failure('VAULT_EXISTS', 'A vault is already open here. Nothing was changed.');
        const made = await deps.vaults.create(deps.folder, {
          name: input.name,
          user: { name: input.userName, roles: FOUNDER_ROLES },
          passphrase: input.passphrase,
          cipher: input.cipher,
        });
        return made.ok ? begin(made.value, 'vault.create', client) : made;
      }),
    unlock: (input, client) =>
      inTurn(async () => {
        const userId = input.userId as UserId | undefined;
        if (open) {
          const known = await open.vault.keys.verify(userId ?? open.actor.userId, input.passphrase);
          return known.ok ? status() : known;
        }
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
        if (!open) return status();
        const closing = open;
        open = undefined; // From here on every call is answered with LOCKED.
        deps.onChange('locked');
        try {
          await deps.jobs.interruptAll(deps.lockPatienceMs ?? 5_000);
          closing.parts.audit({
            action: 'vault.lock',
            level: 'meta',
            outcome: 'done',
            actor: closing.actor,
            client: client ?? 'terminal',
          });
        } finally {
          deps.incidents.attach(undefined);
          await closing.parts.dispose();
          closing.vault.close();
        }
        return status();
      }),
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
    readOnly: false,
  };
}

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
    readOnly: false,
  };
}
