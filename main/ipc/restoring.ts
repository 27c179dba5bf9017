// The way back from a backup: the rooms are built over the unfinished copy so that erasures reach all of
// them, and only then does the copy become a vault. A drill does the same and takes the copy away again.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import {
  createAuditLog,
  examineLog,
  finishSalvage,
  inspectCopy,
  makeUsable,
  type Restored,
} from '../governance/index.ts';
import type { OutputOf, ParsedInputOf } from '../../shared/contract/index.ts';
import type { Clock, Random } from '../platform/index.ts';
import type { BackupManifest, OpenVault, VaultFiles } from '../store/index.ts';
import { folderOf } from './handlers/backup.ts';
import { createServices, type ServicesDeps } from './services.ts';

export interface RestoringDeps extends Pick<ServicesDeps, 'launchCompute' | 'appVersion'> {
  readonly files: VaultFiles;
  readonly clock: Clock;
  readonly random: Random;
  /** The vault this process serves: the first place to look for a newer list of erasures. */
  readonly folder: string;
}

export type Drilled = OutputOf<'backup.drill'>;

/** Acts on files of this machine that need no open vault. */
export interface OutsideActs {
  examine(input: ParsedInputOf<'vault.examine'>): Promise<Result<OutputOf<'vault.examine'>>>;
  salvage(input: ParsedInputOf<'vault.salvage'>): Promise<Result<OutputOf<'vault.salvage'>>>;
  verify(input: ParsedInputOf<'backup.verify'>): Promise<Result<OutputOf<'backup.verify'>>>;
  restore(input: ParsedInputOf<'backup.restore'>): Promise<Result<OutputOf<'backup.restore'>>>;
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
}

export function createRestoring(deps: RestoringDeps): Restoring {
  const { files, clock, random } = deps;

  function restoreTo<T>(
    { source, target, passphrase, known, acceptUnknown }: Work,
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
        const options = { passphrase, known, acceptUnknown };
        const usable = await makeUsable(vault, manifest, services, options);
        return usable.ok ? ok({ ...usable.value, ...look(vault) }) : usable;
      } finally {
        services.models.close();
      }
    };
    return files.restore(source, target, { passphrase }, act);
  }

  return {
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
    async verify({ source, passphrase }) {
      const folder = folderOf(source);
      if (!folder.ok) return folder;
      const verified = await files.verifyBackup(folder.value as string, {
        passphrase,
        inspect: inspectCopy,
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
        users: manifest.users.map(({ id, name }) => ({ userId: id, name })),
        problems: problems
          .slice(0, 1000)
          .map(({ what, where }) => ({ what, where: where.slice(0, 500) })),
      });
    },
    async restore({ source, destination, passphrase, erasures, acceptUnknownErasures }) {
      const places = [source, destination, erasures].map(folderOf);
      const wrong = places.find((place) => !place.ok);
      if (wrong && !wrong.ok) return wrong;
      const restored = await restoreTo(
        {
          source: source.path,
          target: destination.path,
          passphrase,
          known: [...(erasures ? [erasures.path] : []), deps.folder],
          acceptUnknown: acceptUnknownErasures,
        },
        () => ({}),
      );
      return restored.ok ? ok(plain(restored.value)) : restored;
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

const plain = (restored: Restored): OutputOf<'backup.restore'> => ({
  backupId: restored.backupId,
  madeAt: restored.madeAt,
  logSize: restored.logSize,
  replayed: { ...restored.replayed },
  erasuresKnown: restored.erasuresKnown,
  users: restored.users.map((user) => ({ ...user })),
});
