/*
 * One hash for a bundle: over paths, hashes and sizes in one spelling, nothing else, so that equal files
 * give an equal hash wherever and whenever they were made.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../platform/index.ts';

export function hashOfFiles(
  files: readonly { readonly path: string; readonly sha256: string; readonly bytes: number }[],
): string {
  const manifest = files
    .map(({ path, sha256, bytes }) => ({ path, sha256, bytes }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return createHash('sha256')
    .update(canonicalJson({ version: 1, files: manifest }))
    .digest('hex');
}
