// The version is written in one place, the package's manifest, which lies above the sources and above the
// bundle alike.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export function productFolder(from: string = fileURLToPath(import.meta.url)): string {
  for (let folder = dirname(from); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file) && manifestOf(file).name === 'cloister') return folder;
  }
  throw new Error('The manifest of Cloister is missing: install it again');
}

export const productVersion = (): string =>
  manifestOf(join(productFolder(), 'package.json')).version;

const manifestOf = (file: string): { readonly name: string; readonly version: string } =>
  JSON.parse(readFileSync(file, 'utf8')) as { name: string; version: string };
