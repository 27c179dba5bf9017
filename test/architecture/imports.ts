/**
 * Reads the import statements of the sources, without compiling them, for the architecture tests.
 * A dynamic import with a literal counts as an import; one with a computed path is not seen, and the
 * rules forbid it in the rooms.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

export interface Import {
  /** Path of the importing file from the root, with forward slashes. */
  readonly from: string;
  /** Path of the imported file from the root, or the package's name (`node:fs`, `zod`, `@x/y`). */
  readonly to: string;
  readonly isPackage: boolean;
  readonly typeOnly: boolean;
  readonly line: number;
}

const SOURCE = /\.(ts|svelte)$/;
// Statement imports and re-exports, and import('…'). `[^;'"]` keeps one match inside one statement.
const IMPORT =
  /(?:^|\n)[ \t]*(import|export)(\s+type)?\s(?:[^;'"]*?\sfrom\s*)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g;

export function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

const withoutComments = (text: string): string =>
  // Line breaks stay, so that line numbers stay true.
  text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '));

export function importsIn(file: string, text: string): readonly Import[] {
  const found: Import[] = [];
  for (const match of withoutComments(text).matchAll(IMPORT)) {
    const specifier = match[3] ?? match[4] ?? '';
    const line = text.slice(0, match.index + 1).split('\n').length;
    const isPackage = !specifier.startsWith('.');
    const to = isPackage
      ? packageOf(specifier)
      : posix.normalize(
          relative(root, resolve(join(root, dirname(file)), specifier))
            .split(sep)
            .join('/'),
        );
    found.push({ from: file, to, isPackage, typeOnly: match[2] !== undefined, line });
  }
  return found;
}

export const importsOf = (folder: string): readonly Import[] =>
  sourceFiles(folder).flatMap((file) => importsIn(file, readFileSync(join(root, file), 'utf8')));

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}
