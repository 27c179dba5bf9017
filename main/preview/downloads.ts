// Exports in the preview: a browser driven over a pipe has no save dialog, so the file goes where people look
// for it, under a name that does not overwrite anything.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { z } from 'zod';
import { createAtomicFile, type AtomicWriter } from '../platform/index.ts';

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

const Piece = z.strictObject({
  id: z.number().int().nonnegative(),
  name: z.string().min(1).max(200),
  chunk: z.base64().max(2_000_000),
  last: z.boolean(),
});
/** Of one file, and files under way at once: a page that misbehaves fills no disk in silence. */
const MOST_BYTES = 4 * 1024 ** 3;
const MOST_FILES = 20;

export interface Saver {
  /** One piece, as the page sends it; what is no piece is dropped. */
  take(json: string): void;
  /** The page has gone: what is not whole goes, too. */
  forget(): void;
}

/**
 * Writes what the page hands over piece by piece, straight to its place: the browser's own download would
 * leave a readable copy in a temporary folder first.
 */
export function createSaver(
  folder: () => string,
  tell: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
): Saver {
  const open = new Map<number, { writer: AtomicWriter; path: string; bytes: number }>();

  function drop(id: number): void {
    open.get(id)?.writer.abort();
    open.delete(id);
  }

  function begin(id: number, name: string) {
    if (open.size >= MOST_FILES) return undefined;
    const under = (path: string): boolean => [...open.values()].some((file) => file.path === path);
    const path = freePath(folder(), name, (each) => existsSync(each) || under(each));
    const begun = { writer: createAtomicFile(path), path, bytes: 0 };
    open.set(id, begun);
    return begun;
  }

  return {
    take(json) {
      const piece = Piece.safeParse(parsed(json));
      if (!piece.success) return;
      const { id, name, chunk, last } = piece.data;
      try {
        const file = open.get(id) ?? begin(id, name);
        if (!file) return;
        const bytes = Buffer.from(chunk, 'base64');
        file.bytes += bytes.length;
        if (file.bytes > MOST_BYTES) throw new Error('too large');
        file.writer.write(bytes);
        if (!last) return;
        open.delete(id);
        file.writer.commit();
        tell(`Saved ${file.path}`);
      } catch {
        drop(id);
        tell(`Could not save ${name}`);
      }
    },
    forget: () => [...open.keys()].forEach(drop),
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
