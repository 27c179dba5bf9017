// The way back from a backup: the rooms are built over the unfinished copy so that erasures reach all of
// them, and only then does the copy become a vault. A drill does the same and takes the copy away again.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import {
  createAuditLog,
  examineLog,
  finishSalvage,
  foreseeErasures,
  inspectCopy,
  makeUsable,
  withFormer,
  type ForeseenErasures,
  type Restored,
} from '../governance/index.ts';
import type { OutputOf, ParsedInputOf, Progress } from '../../shared/contract/index.ts';
import type { Clock, Random } from '../platform/index.ts';
import type { BackupManifest, OpenVault, VaultFiles } from '../store/index.ts';
import { folderOf } from './handlers/backup.ts';
import type { ClientKind } from './handlers/types.ts';
import { createPlaces, type Places, type PlacesDeps } from './places.ts';
import { createServices, type ServicesDeps } from './services.ts';

export interface RestoringDeps extends Pick<ServicesDeps, 'launchCompute' | 'appVersion'> {
  readonly files: VaultFiles;
  readonly clock: Clock;
  readonly random: Random;
  /** The vault this process serves: the first place to look for a newer list of erasures. */
  readonly folder: string;
  /** Where media appear that can be taken out. */
  readonly media?: PlacesDeps['media'];
}

export type Drilled = OutputOf<'backup.drill'>;

/** Who watches a long act, and may end it. */
export interface Watcher {
  readonly client: ClientKind;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

/** Acts on files of this machine that need no open vault. */
export interface OutsideActs {
  readonly places: Places;
  find(input: ParsedInputOf<'backup.find'>): Result<OutputOf<'backup.find'>>;
  examine(input: ParsedInputOf<'vault.examine'>): Promise<Result<OutputOf<'vault.examine'>>>;
  salvage(input: ParsedInputOf<'vault.salvage'>): Promise<Result<OutputOf<'vault.salvage'>>>;
  /** Whatever ends early leaves nothing behind. */
  verify(
    input: ParsedInputOf<'backup.verify'>,
    watcher: Watcher,
  ): Promise<Result<OutputOf<'backup.verify'>>>;
  /** One at a time. */
  restore(
    input: ParsedInputOf<'backup.restore'>,
    watcher: Watcher,
  ): Promise<Result<OutputOf<'backup.restore'>>>;
}

export interface Restoring extends OutsideActs {
  /** Beside the vault rather than in the system's temporary folder: it may be as large as the vault. */
  drill(
    folder: string,
    options: { readonly passphrase: string; readonly beside: string },
  ): Promise<Result<Drilled>>;
}

interface Work {
  readonly source: string;
  readonly target: string;
  readonly passphrase: string;
  readonly known: readonly string[];
  readonly acceptUnknown: boolean;
  readonly watcher?: Watcher;
}

export function createRestoring(deps: RestoringDeps): Restoring {
  const { files, clock, random } = deps;
  const places = createPlaces(deps);
  let restoring = false;

  /** What a terminal names, or what this process found. */
  const sourceOf = (source: ParsedInputOf<'backup.verify'>['source']): Result<string> => {
    if (source.kind === 'place') return places.path(source.placeId);
    const folder = folderOf(source);
    return folder.ok ? ok(source.path) : folder;
  };

  /** Beside the vault under a name nobody uses yet; in its place where there is none. */
  function freeFolder(): string {
    const taken = existsSync(deps.folder) && readdirSync(deps.folder).length > 0;
    if (!taken) return deps.folder;
    const base = `${deps.folder}-restored-${clock.now().slice(0, 10)}`;
    for (let copy = 1; ; copy += 1) {
      const folder = copy === 1 ? base : `${base}-${copy}`;
      if (!existsSync(folder)) return folder;
    }
  }

  function restoreTo<T>(
    { source, target, passphrase, known, acceptUnknown, watcher }: Work,
    look: (vault: OpenVault) => T,
  ): Promise<Result<Restored & T>> {
    const act = async (
      vault: OpenVault,
      manifest: BackupManifest,
    ): Promise<Result<Restored & T>> => {
      const services = createServices({
        vault,
        files,
        clock,
        random,
        appVersion: deps.appVersion,
        launchCompute: deps.launchCompute,
        onComputeRestart: () => undefined,
      });
      try {
        const options = {
          ...{ passphrase, known, acceptUnknown, signal: watcher?.signal },
          onProgress: (done: number, total: number) =>
            watcher?.progress({ stage: 'erasing', done, total, unit: 'steps', etaSeconds: null }),
        };
        const usable = await makeUsable(vault, manifest, services, options);
        return usable.ok ? ok({ ...usable.value, ...look(vault) }) : usable;
      } finally {
        services.models.close();
      }
    };
    const onProgress = (done: number, total: number): void =>
      watcher?.progress({ stage: 'copying', done, total, unit: 'bytes', etaSeconds: null });
    return files.restore(
      source,
      target,
      { passphrase, onProgress, ...(watcher && { signal: watcher.signal }) },
      act,
    );
  }

  async function restoreOnce(
    input: ParsedInputOf<'backup.restore'>,
    watcher: Watcher,
  ): Promise<Result<OutputOf<'backup.restore'>>> {
    const { destination, erasures, passphrase } = input;
    const wrong = [destination, erasures].map(folderOf).find((place) => !place.ok);
    if (wrong && !wrong.ok) return wrong;
    const source = sourceOf(input.source);
    if (!source.ok) return source;
    const target = destination?.path ?? freeFolder();
    const restored = await restoreTo(
      {
        ...{ source: source.value, target, passphrase, watcher },
        known: [...(erasures ? [erasures.path] : []), deps.folder],
        acceptUnknown: input.acceptUnknownErasures,
      },
      () => ({}),
    );
    if (!restored.ok) return restored;
    return ok({
      ...plain(restored.value),
      name: basename(target),
      served: target === deps.folder,
      folder: watcher.client === 'terminal' ? target : null,
    });
  }

  return {
    places,
    find({ place }) {
      const found = places.backups(place?.placeId);
      if (!found.ok) return found;
      const media = places
        .media()
        .map(({ placeId, name }) => ({ place: { kind: 'place' as const, placeId }, name }));
      return ok({ items: [...found.value], media });
    },
    async examine({ place, passphrase }) {
      const folder = folderOf(place);
      if (!folder.ok) return folder;
      const findings = await files.examine(place.path, {
        ...(passphrase !== undefined && { unlock: { passphrase } }),
        inspect: (copy) => examineLog(copy, clock.nowMs()),
      });
      return findings.ok ? ok({ findings: findings.value.map((each) => ({ ...each })) }) : findings;
    },
    async salvage({ source, destination, passphrase }) {
      const wrong = [source, destination].map(folderOf).find((place) => !place.ok);
      if (wrong && !wrong.ok) return wrong;
      const saved = await files.salvage(
        source.path,
        destination.path,
        { passphrase },
        async (salvaged) => {
          const { store } = salvaged.vault;
          const audit = createAuditLog({ store, clock, random, appVersion: deps.appVersion });
          return ok(await finishSalvage(salvaged, audit));
        },
      );
      if (!saved.ok) return saved;
      const { documentsLost, tables, orphans, sealedLost, firstPage, log } = saved.value;
      return ok({
        documentsLost: [...documentsLost],
        tables: tables.map((each) => ({ ...each, gaps: each.gaps.map((gap) => ({ ...gap })) })),
        orphans: orphans.map((each) => ({ ...each })),
        sealedLost: sealedLost.map((each) => ({ ...each })),
        firstPage: firstPage ?? null,
        log: { ...log },
      });
    },
    async verify({ source, passphrase }, { signal, progress }) {
      const folder = sourceOf(source);
      if (!folder.ok) return folder;
      let erasures: ForeseenErasures = { complete: false, since: 0 };
      const verified = await files.verifyBackup(folder.value, {
        ...{ passphrase, signal },
        onProgress: (done, total) =>
          progress({ stage: 'readingBack', done, total, unit: 'bytes', etaSeconds: null }),
        inspect: (copy, manifest) =>
          inspectCopy(copy, manifest, (log) => {
            erasures = foreseeErasures(copy, log, [deps.folder]);
          }),
      });
      if (!verified.ok) return verified;
      const { manifest, bytes, problems } = verified.value;
      return ok({
        backupId: manifest.backupId,
        madeAt: manifest.createdAt,
        logSize: manifest.log.size,
        whole: problems.length === 0,
        bytes,
        files: manifest.files.length,
        users: withFormer(manifest.vaultId, manifest.users, [deps.folder]).map((user) => ({
          ...user,
        })),
        problems: problems
          .slice(0, 1000)
          .map(({ what, where }) => ({ what, where: where.slice(0, 500) })),
        erasures: { ...erasures },
      });
    },
    async restore(input, watcher) {
      // A second one to the same folder would take the first one's unfinished copy for a dead one's.
      if (restoring) {
        return failure(
          'CONFLICT',
          'A backup is being restored already. Nothing was changed. Wait until it has ended, or cancel it.',
        );
      }
      restoring = true;
      try {
        return await restoreOnce(input, watcher);
      } finally {
        restoring = false;
      }
    },
    async drill(source, { passphrase, beside }) {
      const started = clock.monotonicMs();
      const target = join(dirname(beside), `.cloister-drill-${random.newId('backup')}`);
      try {
        const drilled = await restoreTo(
          { source, target, passphrase, known: [beside], acceptUnknown: false },
          ({ store }) => ({
            documents: store.db.get<{ n: number }>('SELECT count(*) AS n FROM document')?.n ?? 0,
            complaints: store.check(),
          }),
        );
        if (!drilled.ok) return drilled;
        const { documents, complaints, ...restored } = drilled.value;
        if (complaints.length > 0) {
          return failure(
            'BACKUP_DAMAGED',
            `The restored copy is not sound (${complaints[0] ?? ''}). The copy was removed; your vault is not touched. Use another backup.`,
          );
        }
        const seconds = (clock.monotonicMs() - started) / 1000;
        return ok({ ...plain(restored), documents, seconds });
      } finally {
        rmSync(target, { recursive: true, force: true });
      }
    },
  };
}

const plain = (restored: Restored) => ({
  backupId: restored.backupId,
  madeAt: restored.madeAt,
  logSize: restored.logSize,
  replayed: { ...restored.replayed },
  erasuresKnown: restored.erasuresKnown,
  users: restored.users.map((user) => ({ ...user })),
});
