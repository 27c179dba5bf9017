// Exports in the preview: a browser driven over a pipe has no save dialog, so the file goes where people look
// for it, under a name that does not overwrite anything.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, extname, join } from 'node:path';

export function downloadFolder(home: string = homedir()): string {
  const downloads = join(home, 'Downloads');
  return existsSync(downloads) ? downloads : home;
}

/** `card.html`, then `card (2).html`, and so on. A name is a name, whatever path it came with. */
export function freePath(
  folder: string,
  suggested: string,
  taken: (path: string) => boolean = existsSync,
): string {
  const name = basename(suggested.replaceAll('\\', '/')) || 'export';
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  for (let count = 1; ; count += 1) {
    const path = join(folder, count === 1 ? name : `${stem} (${count})${extension}`);
    if (!taken(path)) return path;
  }
}
