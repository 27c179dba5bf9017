import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createAtomicFile,
  ensureFolder,
  failureOf,
  readFileIfThere,
  replaceFileShredding,
  shredFile,
  writeFileAtomic,
} from '../../../main/platform/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloister-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);
const modeOf = (path: string): number => statSync(path).mode & 0o777;
const codeOf = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return failureOf(error)?.code ?? String(error);
  }
};

describe('atomic files', () => {
  it('replace a file whole, readable by its owner alone, and leave no other file', () => {
    writeFileAtomic(at('a.json'), 'old');
    writeFileAtomic(at('a.json'), 'new');
    expect(readFileSync(at('a.json'), 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['a.json']);
    if (process.platform !== 'win32') expect(modeOf(at('a.json'))).toBe(0o600);
  });

  it('show nothing under the name before the commit, and nothing at all after an abort', () => {
    const writer = createAtomicFile(at('b'));
    writer.write(Buffer.from('half'));
    expect(readdirSync(folder)).not.toContain('b');
    writer.abort();
    writer.abort();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leave nothing behind when the rename fails', () => {
    mkdirSync(at('taken'));
    // A folder under the target's name makes the rename fail, also for an administrator.
    expect(() => writeFileAtomic(at('taken'), 'x')).toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  it.skipIf(process.getuid?.() === 0)('map a missing right to NO_PERMISSION', () => {
    chmodSync(folder, 0o500);
    expect(codeOf(() => writeFileAtomic(at('c'), 'x'))).toBe('NO_PERMISSION');
    chmodSync(folder, 0o700);
  });

  it('read an absent file as undefined', () => {
    expect(readFileIfThere(at('nothing'))).toBeUndefined();
    writeFileSync(at('something'), 'x');
    expect(readFileIfThere(at('something'))?.toString()).toBe('x');
  });

  it('create private folders', () => {
    ensureFolder(at('one/two'));
    ensureFolder(at('one/two'));
    if (process.platform !== 'win32') expect(modeOf(at('one/two'))).toBe(0o700);
  });
});

// A second name for the same blocks shows what an undelete tool would find there.
describe('shredding', () => {
  const secret = 'a wrapped key that must not be found again'.repeat(2_000);

  it('overwrites a file before unlinking it', () => {
    writeFileSync(at('key'), secret);
    linkSync(at('key'), at('blocks'));
    shredFile(at('key'));
    expect(readdirSync(folder)).toEqual(['blocks']);
    expect(readFileSync(at('blocks')).length).toBe(secret.length);
    expect(readFileSync(at('blocks')).includes('wrapped')).toBe(false);
    shredFile(at('key'));
  });

  it.skipIf(process.platform === 'win32')('overwrites what an atomic write replaces', () => {
    writeFileSync(at('key'), secret);
    linkSync(at('key'), at('blocks'));
    replaceFileShredding(at('key'), 'new');
    expect(readFileSync(at('key'), 'utf8')).toBe('new');
    expect(readFileSync(at('blocks')).includes('wrapped')).toBe(false);
  });
});
