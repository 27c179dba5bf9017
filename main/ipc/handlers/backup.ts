// Backups over the wire. The page learns that a backup is there, the terminal also where.
import { isAbsolute } from 'node:path';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { BackupEntry, Backups } from '../../governance/index.ts';
import type { Places } from '../places.ts';
import type { Restoring } from '../restoring.ts';
import type { Handlers } from './types.ts';

type BackupName = 'backup.list' | 'backup.create' | 'backup.schedule' | 'backup.drill';

interface Place {
  readonly path: string;
}

/** A terminal names a folder, a page one that was found or chosen. */
type Destination =
  (Place & { readonly kind: 'path' }) | { readonly kind: 'place'; readonly placeId: string };

export function backupHandlers(deps: {
  readonly backups: Backups;
  readonly restoring: Restoring;
  readonly places: Pick<Places, 'path'>;
}): Pick<Handlers, BackupName> {
  const { backups, restoring, places } = deps;
  const placeOf = (place: Destination | undefined): Result<string | undefined> =>
    place?.kind === 'place' ? places.path(place.placeId) : folderOf(place);
  return {
    'backup.list'(_, { client }) {
      const { policy, newestAt, dueAt, overdue } = backups.state();
      const told = (folder: string): string | null => (client === 'terminal' ? folder : null);
      return ok({
        policy: policy
          ? {
              intervalHours: policy.intervalHours,
              keep: policy.keep,
              folder: told(policy.folder),
            }
          : null,
        newestAt: newestAt ?? null,
        dueAt: dueAt ?? null,
        overdue,
        items: backups.list().map((entry) => rowOf(entry, client === 'terminal')),
      });
    },
    async 'backup.create'({ destination }, context) {
      const folder = placeOf(destination);
      if (!folder.ok) return folder;
      context.title('Backup');
      const made = await cancellable(context.signal, () =>
        backups.create(context.session.actor, {
          folder: folder.value,
          signal: context.signal,
          onProgress: (stage, done, total) =>
            context.progress({
              stage: stage === 'copying' ? 'copying' : 'readingBack',
              done,
              total,
              unit: 'bytes',
              etaSeconds: null,
            }),
        }),
      );
      if (!made.ok) return made;
      const { backupId, bytes, logSize } = made.value;
      context.note({ object: backupId, counts: { bytes, logSize } });
      context.changed('vault');
      return ok(rowOf(made.value, context.client === 'terminal'));
    },
    'backup.schedule'({ policy }, context) {
      if (policy === null) {
        context.note({ counts: { intervalHours: 0 } });
        context.changed('vault');
        return withoutValue(backups.schedule(context.session.actor, undefined));
      }
      const { intervalHours, keep, destination } = policy;
      const folder = placeOf(destination);
      if (!folder.ok) return folder;
      context.note({ counts: { intervalHours, keep } });
      context.changed('vault');
      return withoutValue(
        backups.schedule(context.session.actor, {
          intervalHours,
          keep,
          folder: folder.value ?? backups.usualFolder(),
        }),
      );
    },
    async 'backup.drill'({ backupId, passphrase }, context) {
      const wanted = backupId ?? backups.list().find(({ present }) => present)?.backupId;
      if (wanted === undefined) {
        return failure(
          'SOURCE_NOT_FOUND',
          'There is no backup here to try out. Nothing was changed. Make one first.',
        );
      }
      const place = backups.locate(wanted);
      if (!place.ok) return place;
      context.title('Restore drill');
      const drilled = await restoring.drill(place.value, {
        passphrase,
        beside: context.session.vault.info().folder,
      });
      if (!drilled.ok) return drilled;
      backups.noteDrill(wanted);
      const { replayed, documents } = drilled.value;
      context.note({ object: wanted, counts: { documents, replayed: replayed.erased } });
      context.changed('vault');
      return drilled;
    },
  };
}

const withoutValue = (result: Result<void>): Result<Record<string, never>> =>
  result.ok ? ok({}) : result;

/** What a cancelled copy throws is the reason it was given. */
async function cancellable<T>(
  signal: AbortSignal,
  act: () => Promise<Result<T>>,
): Promise<Result<T>> {
  try {
    return await act();
  } catch (error) {
    if (!signal.aborted) throw error;
    return failure('CANCELLED', 'The backup was cancelled, and what was written of it removed.');
  }
}

/** Relative places would depend on where the program was started. */
export function folderOf(place: Place | undefined): Result<string | undefined> {
  if (place === undefined || isAbsolute(place.path)) return ok(place?.path);
  return failure('BAD_INPUT', 'A folder is named with its whole path. Nothing was changed.', {
    field: 'path',
  });
}

const rowOf = (entry: BackupEntry, toTerminal: boolean) => ({
  backupId: entry.backupId,
  madeAt: entry.madeAt,
  bytes: entry.bytes,
  logSize: entry.logSize,
  scheduled: entry.scheduled,
  verifiedAt: entry.verifiedAt,
  drilledAt: entry.drilledAt ?? null,
  present: entry.present,
  formerUsers: entry.formerUsers.map((user) => ({ ...user })),
  folder: toTerminal ? entry.folder : null,
});
