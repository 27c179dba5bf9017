// Places of this machine under words that mean something to this process alone. A page never names a path:
// what it can point at was found here, or was chosen by the person in a dialog of the shell, which hands the
// place to the core and the word to the page.
import { readdirSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { FoundBackup } from '../../shared/contract/index.ts';
import type { Random } from '../platform/index.ts';
import type { VaultFiles } from '../store/index.ts';

export interface Places {
  /** The same path keeps its word for as long as the process lives. */
  word(path: string): string;
  /** A place the shell's dialog gave, under the word it told the page. */
  grant(placeId: string, path: string): void;
  /** Fails with SOURCE_NOT_FOUND for a word of another process, or none. */
  path(placeId: string): Result<string>;
  /** Roots of media that can be taken out, at most 50. */
  media(): readonly { readonly placeId: string; readonly name: string }[];
  /** Undefined: where backups usually lie. Newest first, at most 200. */
  backups(placeId: string | undefined): Result<readonly FoundBackup[]>;
}

export interface PlacesDeps {
  /** The vault this process serves, there or not. */
  readonly folder: string;
  readonly files: Pick<VaultFiles, 'listBackups' | 'readBackup' | 'status'>;
  readonly random: Random;
  /** Where media appear that can be taken out. */
  readonly media?: () => readonly string[];
}

const MOST = 200;
const MOST_MEDIA = 50;

export function createPlaces({
  folder,
  files,
  random,
  media = removableMedia,
}: PlacesDeps): Places {
  const paths = new Map<string, string>();
  const words = new Map<string, string>();

  function grant(placeId: string, path: string): void {
    paths.set(placeId, path);
    words.set(path, placeId);
  }

  function word(path: string): string {
    const known = words.get(path);
    if (known !== undefined) return known;
    const made = random.newId('place');
    grant(made, path);
    return made;
  }

  function path(placeId: string): Result<string> {
    const known = paths.get(placeId);
    return known === undefined
      ? failure(
          'SOURCE_NOT_FOUND',
          'This place is not known any more. Nothing was changed. Choose it again.',
        )
      : ok(known);
  }

  /** The folder itself, what lies in it, and what lies one folder further down. */
  function backupsIn(parent: string): ReturnType<VaultFiles['listBackups']> {
    const itself = files.readBackup(parent);
    if (itself.ok) return [{ folder: parent, manifest: itself.value }];
    return [parent, ...foldersIn(parent)].flatMap((each) => files.listBackups(each));
  }

  return {
    word,
    grant,
    path,
    media: () =>
      media()
        .slice(0, MOST_MEDIA)
        .map((root) => ({ placeId: word(root), name: basename(root).slice(0, 300) || root })),
    backups(placeId) {
      const chosen = placeId === undefined ? undefined : path(placeId);
      if (chosen && !chosen.ok) return chosen;
      const roots: readonly (readonly [FoundBackup['medium'], string])[] = chosen
        ? [['chosen', chosen.value]]
        : [
            ...media().map((each) => ['removable', each] as const),
            ['beside', `${folder}-backups`],
            ['beside', dirname(folder)],
          ];
      const status = files.status(folder);
      const own = status.ok ? status.value?.id : undefined;
      const found = new Map<string, FoundBackup>();
      for (const [medium, root] of roots) {
        for (const { folder: place, manifest } of backupsIn(root)) {
          if (found.has(place)) continue;
          found.set(place, {
            source: { kind: 'place', placeId: word(place) },
            name: basename(place).slice(0, 300),
            backupId: manifest.backupId,
            madeAt: manifest.createdAt,
            logSize: manifest.log.size,
            vaultName: manifest.vaultName,
            own: manifest.vaultId === own,
            bytes: manifest.files.reduce((sum, { size }) => sum + size, 0),
            medium,
          });
        }
      }
      const newest = [...found.values()].sort((a, b) => (a.madeAt < b.madeAt ? 1 : -1));
      return ok(newest.slice(0, MOST));
    },
  };
}

function foldersIn(parent: string): string[] {
  try {
    return readdirSync(parent, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .slice(0, MOST)
      .map(({ name }) => join(parent, name));
  } catch {
    return []; // Not there, or not for us.
  }
}

/** As the three systems mount sticks and disks. */
export function removableMedia(platform: NodeJS.Platform = process.platform): string[] {
  if (platform === 'darwin') return foldersIn('/Volumes');
  if (platform === 'win32') {
    return [...'DEFGHIJKLMNOPQRSTUVWXYZ']
      .map((letter) => `${letter}:\\`)
      .filter((root) => statSync(root, { throwIfNoEntry: false })?.isDirectory() === true);
  }
  const { username } = userInfo();
  return [`/run/media/${username}`, `/media/${username}`, '/media', '/mnt'].flatMap(foldersIn);
}
