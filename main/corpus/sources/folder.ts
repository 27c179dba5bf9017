// A folder or a single file of this machine as a source. What cannot be listed is named and passed over,
// links are followed only to files inside the folder, and no name here holds a path of this machine.
import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import { issue, type ImportIssue, type Source, type SourceFile } from '../types.ts';

const CHUNK = 1024 * 1024;
/** A source with more files than this is more likely a wrong folder than a corpus. */
const MAX_FILES = 1_000_000;

/** Fails with SOURCE_NOT_FOUND, NO_PERMISSION. */
export function openFolder(path: string): Result<Source> {
  const root = resolve(path);
  const label = basename(root);
  let isFolder: boolean;
  try {
    const stat = statSync(root);
    isFolder = stat.isDirectory();
    if (isFolder) readdirSync(root);
    else closeSync(openSync(root, 'r'));
  } catch (error) {
    return unopened(error, label);
  }
  if (!isFolder) {
    return ok({ label, files: [fileAt(root, label, statSync(root).size)], issues: [] });
  }
  const files: SourceFile[] = [];
  const issues: ImportIssue[] = [];
  const trueRoot = realpathSync(root);
  const nameOf = (place: string): string => relative(root, place).split(sep).join('/');

  const visit = (folder: string): void => {
    let names: string[];
    try {
      names = readdirSync(folder).sort(byName);
    } catch (error) {
      issues.push(notReadable(error, nameOf(folder)));
      return;
    }
    for (const name of names) {
      if (files.length >= MAX_FILES) return;
      // Folders of version control and of desktops hold nothing that anyone wants imported.
      if (name.startsWith('.')) continue;
      const place = join(folder, name);
      try {
        const stat = lstatSync(place);
        if (stat.isDirectory()) visit(place);
        else if (stat.isFile()) files.push(fileAt(place, nameOf(place), stat.size));
        else if (stat.isSymbolicLink()) followInside(place);
      } catch (error) {
        issues.push(notReadable(error, nameOf(place)));
      }
    }
  };
  const followInside = (place: string): void => {
    const target = realpathSync(place);
    const stat = statSync(target);
    if (target.startsWith(trueRoot + sep) && stat.isFile()) {
      files.push(fileAt(target, nameOf(place), stat.size));
      return;
    }
    issues.push(
      issue(
        'warning',
        'unsupportedFile',
        { file: nameOf(place) },
        'This is a link to a folder, or out of the folder. It was not followed.',
      ),
    );
  };
  visit(root);
  return ok({ label, files, issues });
}

/** Numbers in names sort as people count; the order of import is the order of tasks. */
const collator = new Intl.Collator('en', { numeric: true });
const byName = (a: string, b: string): number => collator.compare(a, b) || (a < b ? -1 : 1);

function fileAt(path: string, name: string, size: number): SourceFile {
  return {
    name,
    size,
    *chunks() {
      const descriptor = openSync(path, 'r');
      try {
        for (;;) {
          const chunk = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(size, 1) + 1));
          const read = readSync(descriptor, chunk, 0, chunk.length, null);
          if (read === 0) return;
          yield chunk.subarray(0, read);
        }
      } finally {
        closeSync(descriptor);
      }
    },
  };
}

function unopened(error: unknown, label: string): Result<Source> {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EACCES' || code === 'EPERM') {
    return failure(
      'NO_PERMISSION',
      `This account may not read "${label}". Nothing was imported. Ask whoever manages this computer for access, or choose another folder.`,
      { file: label },
    );
  }
  return failure(
    'SOURCE_NOT_FOUND',
    `There is no file or folder "${label}" to read. Nothing was imported. Check the name, and that the medium is connected.`,
    { file: label },
  );
}

export function notReadable(error: unknown, file: string): ImportIssue {
  const code = (error as NodeJS.ErrnoException).code;
  const name = file === '' ? '.' : file;
  return code === 'EACCES' || code === 'EPERM'
    ? issue(
        'error',
        'noPermission',
        { file: name },
        'This account may not read it. It was passed over; the rest goes in. Ask for access and import again.',
      )
    : issue(
        'error',
        'unreadable',
        { file: name },
        'It could not be read. It was passed over; the rest goes in. Check the medium and import again.',
      );
}
