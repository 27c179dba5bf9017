// Writes `resources/samples` again from its seed: `npm run samples`. Files that no longer belong are removed.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildFiles } from './files.ts';

const root = fileURLToPath(new URL('../../../resources/samples', import.meta.url));
const files = buildFiles();

await mkdir(root, { recursive: true });
for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath, entry.name);
  if (!files.has(relative(root, path).split(sep).join('/'))) await rm(path);
}
for (const [name, contents] of files) {
  const path = join(root, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
}
console.log(`${files.size} files in resources/samples`);
