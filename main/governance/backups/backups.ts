// Backups as people deal with them: where they go and how often, which there are, whether the newest is too
// old, whose access of former days they still grant, and the way back: a restore that first carries out
// again what was erased since. The files are the store's (`main/store/backup.ts`).
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import { fault } from '../../platform/index.ts';
import type {
  BackupManifest,
  BackupProblem,
  CopyOfVault,
  OpenVault,
  Unlock,
  VaultFiles,
} from '../../store/index.ts';
import { ANCHOR_FILE, readAnchor } from '../audit/anchor.ts';
import { verifyCopy, type AuditLog, type LogKeys } from '../audit/index.ts';
import type { Actor, RoomContext } from '../context.ts';
import { ERASURES_FILE, readJournal, type KnownErasures } from '../erasure/erasureJournal.ts';
import type { Replayed, ReplayWatch } from '../erasure/erasureReplay.ts';
import type { Governance } from '../index.ts';
import { createBackupRepository, type BackupPolicy, type BackupRow } from './backupRepository.ts';

export interface FormerUser {
  readonly userId: string;
  readonly name: string;
}

export interface BackupEntry extends BackupRow {
  /** False where the folder is not there now: a stick in a drawer, or deleted by hand. */
  readonly present: boolean;
  /** Whose passphrases open it although they no longer open the vault. Empty where it is not present. */
  readonly formerUsers: readonly FormerUser[];
}

export interface BackupState {
  readonly policy: BackupPolicy | undefined;
  readonly newestAt: string | undefined;
  /** Undefined without a policy. */
  readonly dueAt: string | undefined;
  readonly overdue: boolean;
}

export interface Backups {
  state(): BackupState;
  /** Where they go when nobody says otherwise. */
  usualFolder(): string;
  /** Newest first. */
  list(): readonly BackupEntry[];
  /** Undefined ends the schedule; backups stay. Fails with BAD_INPUT for a folder inside the vault, POLICY_LOCKED. */
  schedule(actor: Actor, policy: Omit<BackupPolicy, 'changedAt'> | undefined): Result<void>;
  /**
   * Without a folder to the one of the policy, or beside the vault. Fails as `OpenVault.backUp`, and with
   * AUDIT_BROKEN where the log in the copy does not verify. Scheduled ones beyond the policy's number go.
   */
  create(
    actor: Actor,
    options: {
      readonly folder?: string | undefined;
      readonly scheduled?: boolean;
      readonly signal?: AbortSignal;
      readonly onProgress?: (stage: 'copying' | 'verifying', done: number, total: number) => void;
    },
  ): Promise<Result<BackupEntry>>;
  /** The folder of a known backup. NOT_FOUND, SOURCE_NOT_FOUND (not there now). */
  locate(backupId: string): Result<string>;
  noteDrill(backupId: string): void;
}

export interface BackupsDeps extends RoomContext {
  readonly vault: Pick<OpenVault, 'backUp' | 'keys' | 'info'>;
  readonly files: Pick<VaultFiles, 'readBackup'>;
  readonly log: Pick<AuditLog, 'size' | 'sign' | 'signedHead'>;
  readonly appVersion: string;
  /** The longest interval a policy of the organisation allows. */
  readonly mostHours?: () => number | undefined;
}

const HOUR = 3_600_000;

export function createBackups(deps: BackupsDeps): Backups {
  const { vault, files, store, clock, log } = deps;
  const repository = createBackupRepository(store);

  /** Beside the vault, never inside it. */
  const defaultFolder = (): string => `${vault.info().folder}-backups`;

  function state(): BackupState {
    const policy = repository.policy();
    const newestAt = repository.newestAt();
    const dueMs = policy && Date.parse(newestAt ?? policy.changedAt) + policy.intervalHours * HOUR;
    const first = policy !== undefined && newestAt === undefined;
    return {
      policy,
      newestAt,
      dueAt: dueMs === undefined ? undefined : new Date(dueMs).toISOString(),
      // One missed turn is a closed laptop; two are a reason to say something.
      overdue:
        policy !== undefined &&
        dueMs !== undefined &&
        clock.nowMs() > dueMs + (first ? 0 : policy.intervalHours * HOUR),
    };
  }

  function entryOf(row: BackupRow): BackupEntry {
    const read = row.removedAt === undefined ? files.readBackup(row.folder) : undefined;
    const manifest = read?.ok && read.value.backupId === row.backupId ? read.value : undefined;
    return { ...row, present: manifest !== undefined, formerUsers: formerUsers(manifest) };
  }

  function formerUsers(manifest: BackupManifest | undefined): FormerUser[] {
    const present = new Set<string>(vault.keys.users().map(({ id }) => id));
    return (manifest?.users ?? [])
      .filter(({ id }) => !present.has(id))
      .map(({ id, name }) => ({ userId: id, name }));
  }

  /** Only what the schedule made: a backup somebody asked for is theirs to remove. */
  function prune(keep: number): void {
    for (const row of repository.scheduled().slice(keep)) {
      const read = files.readBackup(row.folder);
      if (read.ok && read.value.backupId === row.backupId) {
        rmSync(row.folder, { recursive: true, force: true });
      }
      if (read.ok || existsSync(dirname(row.folder))) repository.removed(row.backupId, clock.now());
    }
  }

  return {
    state,
    usualFolder: () => repository.policy()?.folder ?? defaultFolder(),
    list: () => repository.all().map(entryOf),
    schedule(actor, policy) {
      const most = deps.mostHours?.();
      if (most !== undefined && (!policy || policy.intervalHours > most)) {
        return failure(
          'POLICY_LOCKED',
          `Your organisation asks for a backup at least every ${most} hours. Nothing was changed. Choose a shorter interval.`,
          { field: 'intervalHours', most },
        );
      }
      if (policy && isInside(vault.info().folder, policy.folder)) {
        return failure(
          'BAD_INPUT',
          'A backup cannot lie inside the vault it is a copy of. Nothing was changed. Choose a folder outside, best on another disk.',
          { field: 'folder' },
        );
      }
      repository.setPolicy(policy && { ...policy, changedAt: clock.now() }, actor.userId);
      return ok(undefined);
    },
    async create(actor, { folder, scheduled = false, signal, onProgress }) {
      const policy = repository.policy();
      // The head that the copy is measured by later; also brings the list of erasures up to date.
      log.sign();
      const made = await vault.backUp({
        parent: folder ?? policy?.folder ?? defaultFolder(),
        app: deps.appVersion,
        log: () => ({ size: log.size(), checkpoint: log.signedHead()?.checkpoint ?? '' }),
        async inspect(copy, manifest) {
          const [problem] = await inspectCopy(copy, manifest);
          if (problem) throw brokenLog(problem.where);
        },
        ...(signal && { signal }),
        ...(onProgress && { onProgress }),
      });
      if (!made.ok) return made;
      const { manifest } = made.value;
      const row: BackupRow = {
        backupId: manifest.backupId,
        madeAt: manifest.createdAt,
        folder: made.value.folder,
        bytes: made.value.bytes,
        logSize: manifest.log.size,
        generation: manifest.generation,
        scheduled,
        verifiedAt: clock.now(),
        drilledAt: undefined,
        removedAt: undefined,
      };
      repository.add(row, actor.userId);
      if (scheduled && policy) prune(policy.keep);
      return ok(entryOf(row));
    },
    locate(backupId) {
      const row = repository.find(backupId);
      if (!row) {
        return failure('NOT_FOUND', 'This vault knows of no such backup. Nothing was changed.');
      }
      const read = files.readBackup(row.folder);
      if (read.ok && read.value.backupId === backupId) return ok(row.folder);
      return failure(
        'SOURCE_NOT_FOUND',
        'This backup is not where it was written: its disk may not be connected. Nothing was changed. Connect it and try again.',
      );
    },
    noteDrill: (backupId) => repository.drilled(backupId, clock.now()),
  };
}

const isInside = (vault: string, folder: string): boolean =>
  folder === vault || folder.startsWith(`${vault}/`) || folder.startsWith(`${vault}\\`);

const brokenLog = (detail: string) =>
  fault(
    'AUDIT_BROKEN',
    `The audit log does not verify (${detail}), so no backup was kept: it would pass the damage on. Keep a copy of the vault folder and tell the auditor.`,
    { detail },
  );

/** What this room checks inside a backup: the audit log, leaf by leaf, against the head it was made with. */
export async function inspectCopy(
  copy: CopyOfVault,
  manifest: BackupManifest,
  onLog?: (log: { readonly keys: LogKeys }) => void,
): Promise<BackupProblem[]> {
  const verdict = await verifyCopy(copy, manifest);
  if (verdict) onLog?.(verdict);
  if (!verdict) return manifest.log.size === 0 ? [] : [{ what: 'log', where: 'no log' }];
  const { firstBroken, continuesManifest } = verdict;
  if (firstBroken) return [{ what: 'log', where: `${firstBroken.what} at ${firstBroken.seq}` }];
  return continuesManifest ? [] : [{ what: 'log', where: 'not the log of the manifest' }];
}

export interface RestoreOptions extends Unlock, ReplayWatch {
  /** Where newer lists of erasures may lie: vault folders, backups, anchors. Absolute. */
  readonly known: readonly string[];
  /** Go on although no list newer than the backup can be found. Written into the log. */
  readonly acceptUnknown: boolean;
}

export interface Restored {
  readonly backupId: string;
  readonly madeAt: string;
  readonly logSize: number;
  readonly replayed: Replayed;
  /** False where nobody could say what was erased after the backup. */
  readonly erasuresKnown: boolean;
  /** Everybody whose passphrase opens the restored vault, former users among them. */
  readonly users: readonly (FormerUser & { readonly former: boolean })[];
}

/** What a restored copy is, once the rooms are built over it. */
export interface RestoredRooms {
  readonly audit: AuditLog;
  readonly governance: Pick<Governance, 'replay'>;
}

/**
 * What has to happen in a restored copy before it may be used. Fails with ERASURES_UNKNOWN where a newer
 * head is known than any list of erasures, AUDIT_BROKEN, and as an erasure does.
 */
export async function makeUsable(
  vault: OpenVault,
  manifest: BackupManifest,
  rooms: RestoredRooms,
  options: RestoreOptions,
): Promise<Result<Restored>> {
  const { audit, governance } = rooms;
  const verified = await audit.verify();
  if (!verified.intact) {
    return failure(
      'AUDIT_BROKEN',
      `The audit log inside the backup does not verify (leaf ${verified.firstBroken?.seq ?? '?'}). Nothing was restored. Use another backup.`,
    );
  }
  const outside = knownOutside(options.known, audit.keys());
  const complete = outside.journal !== undefined && outside.journal.logSize >= outside.headSize;
  const newer = Math.max(outside.headSize, outside.journal?.logSize ?? 0) > manifest.log.size;
  if (newer && !complete) {
    return failure(
      'ERASURES_UNKNOWN',
      `The log went on for ${outside.headSize - manifest.log.size} entries after this backup, and the list of the people erased since is missing or too old. Nothing was restored. Give the newest list (${ERASURES_FILE}) or a newer backup with it.`,
      { missing: outside.headSize - manifest.log.size },
    );
  }
  if (!complete && !options.acceptUnknown) {
    return failure(
      'ERASURES_UNKNOWN',
      `No list of erasures (${ERASURES_FILE}) was found that belongs to this vault. Nothing was restored. Give the folder of the vault as it was last, or a newer backup; if neither exists any more, say that you accept it, which the log will keep.`,
    );
  }
  const actor: Actor = { userId: vault.user.id, name: vault.user.name, roles: vault.user.roles };
  const known: KnownErasures = outside.journal ?? { logSize: 0, entries: [] };
  audit.append({
    action: 'backup.restore',
    actor: actor.userId,
    roles: actor.roles,
    object: { type: 'backup', id: manifest.backupId },
    counts: {
      logSize: manifest.log.size,
      knownSize: Math.max(outside.headSize, known.logSize),
      erasures: known.entries.length,
      erasuresKnown: complete ? 1 : 0,
    },
  });
  audit.sign();
  const { signal, onProgress } = options;
  const replayed = await governance.replay(actor, known, { signal, onProgress });
  if (!replayed.ok) return replayed;
  audit.append({
    action: 'backup.restore.replayed',
    actor: actor.userId,
    roles: actor.roles,
    object: { type: 'backup', id: manifest.backupId },
    counts: { ...replayed.value },
  });
  audit.sign();
  return ok({
    backupId: manifest.backupId,
    madeAt: manifest.createdAt,
    logSize: manifest.log.size,
    replayed: replayed.value,
    erasuresKnown: complete,
    users: withFormer(vault.id, vault.keys.users(), options.known),
  });
}

/** What a restore would have to carry out again, as far as the given places know. */
export interface ForeseenErasures {
  /** Whether the list is as new as the newest head that is known. */
  readonly complete: boolean;
  /** Ordered, and not known to the copy. */
  readonly since: number;
}

export function foreseeErasures(
  copy: CopyOfVault,
  log: { readonly keys: LogKeys },
  places: readonly string[],
): ForeseenErasures {
  const { headSize, journal } = knownOutside(places, log.keys);
  const ordered = new Set(
    copy.db
      .all<{ orderId: string }>(
        "SELECT json_extract(body, '$.orderId') AS orderId FROM request_event WHERE type = 'ordered'",
      )
      .map(({ orderId }) => orderId),
  );
  return {
    complete: journal !== undefined && journal.logSize >= headSize,
    since: journal?.entries.filter(({ orderId }) => !ordered.has(orderId)).length ?? 0,
  };
}

/** The newest head and the newest list of erasures that this log's keys signed, wherever they were found. */
function knownOutside(
  places: readonly string[],
  own: LogKeys,
): { readonly headSize: number; readonly journal: KnownErasures | undefined } {
  const files = places.flatMap(filesIn);
  // What was found may be newer than the last change of the log's key that the copy knows of.
  const keys = own.extendedBy(files.flatMap((bytes) => readAnchor(bytes)?.successions ?? []));
  let headSize = 0;
  let journal: KnownErasures | undefined;
  for (const bytes of files) {
    // The anchor beside a vault is JSON around the note; one on a stick may be the note itself.
    const head = [readAnchor(bytes)?.note ?? '', bytes.toString('utf8')]
      .map((note) => keys.openHead(note))
      .find((opened) => opened !== undefined);
    if (head) headSize = Math.max(headSize, head.size);
    const found = readJournal(bytes, keys);
    if (found && found.logSize >= (journal?.logSize ?? 0)) journal = found;
  }
  return { headSize, journal };
}

function filesIn(place: string): Buffer[] {
  const paths = statSync(place, { throwIfNoEntry: false })?.isDirectory()
    ? [join(place, ANCHOR_FILE), join(place, ERASURES_FILE)]
    : [place];
  return paths.flatMap((path) => {
    try {
      return [readFileSync(path)];
    } catch {
      return [];
    }
  });
}

/** Who is a former user is said by the newest list of slots that was found. */
export function withFormer(
  vaultId: string,
  users: readonly { readonly id: string; readonly name: string }[],
  places: readonly string[],
): Restored['users'] {
  const present = places.map((place) => slotsIn(place, vaultId)).find((ids) => ids !== undefined);
  return users.map(({ id, name }) => ({
    userId: id,
    name,
    former: present !== undefined && !present.has(id),
  }));
}

/** Undefined for the slots of another vault. */
function slotsIn(place: string, vaultId: string): ReadonlySet<string> | undefined {
  try {
    const file = JSON.parse(readFileSync(join(place, 'slots.json'), 'utf8')) as {
      readonly vault: { readonly id: string };
      readonly slots: readonly { readonly user: { readonly id: string } }[];
    };
    return file.vault.id === vaultId ? new Set(file.slots.map(({ user }) => user.id)) : undefined;
  } catch {
    return undefined;
  }
}
