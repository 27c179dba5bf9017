import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFolder } from '../../../../main/corpus/sources/folder.ts';
import { createIntakes } from '../../../../main/corpus/sources/intake.ts';
import { unwrap } from '../../../../shared/kernel/result.ts';
import { createFakeClock } from '../../../fakes/clock.ts';
import { createFakeRandom } from '../../../fakes/random.ts';
import { readAll } from '../../../fakes/sources.ts';

/** Root reads everything; as nobody the permission counts. */
const NOBODY = 65_534;
function asNobody<T>(act: () => T): T {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(NOBODY);
  try {
    return act();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

describe('a folder', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'cloister-source-'));
    chmodSync(root, 0o755);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('names what it may not read, by name inside the folder, and lists the rest', async () => {
    mkdirSync(join(root, 'open'));
    mkdirSync(join(root, 'closed'));
    writeFileSync(join(root, 'open/b10.txt'), 'ten');
    writeFileSync(join(root, 'open/b9.txt'), 'nine');
    writeFileSync(join(root, 'closed/c.txt'), 'hidden');
    writeFileSync(join(root, 'secret.txt'), 'hidden too');
    chmodSync(join(root, 'closed'), 0);
    chmodSync(join(root, 'secret.txt'), 0);
    const source = asNobody(() => unwrap(openFolder(root)));
    expect(source.files.map(({ name }) => name)).toEqual([
      'open/b9.txt',
      'open/b10.txt',
      'secret.txt',
    ]);
    expect(source.issues).toMatchObject([{ code: 'noPermission', file: 'closed' }]);
    if (process.geteuid?.() === 0) process.seteuid?.(NOBODY);
    try {
      const parsed = await readAll('text', source);
      expect(parsed.documents.map(({ text }) => text)).toEqual(['nine', 'ten']);
      expect(parsed.issues).toMatchObject([{ code: 'noPermission', file: 'secret.txt' }]);
      expect(JSON.stringify([source.issues, parsed.issues])).not.toContain(root);
    } finally {
      if (process.getuid?.() === 0) process.seteuid?.(0);
    }
    chmodSync(join(root, 'closed'), 0o755);
  });

  it('refuses a folder it may not open and one that is not there, without its path', () => {
    const closed = join(root, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0);
    const refused = asNobody(() => openFolder(closed));
    const missing = openFolder(join(root, 'missing'));
    chmodSync(closed, 0o755);
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'NO_PERMISSION', params: { file: 'closed' } },
    });
    expect(missing).toMatchObject({ ok: false, error: { code: 'SOURCE_NOT_FOUND' } });
    expect(JSON.stringify([refused, missing])).not.toContain(root);
  });

  it('follows links to files inside and none that lead out', () => {
    const outside = mkdtempSync(join(tmpdir(), 'cloister-outside-'));
    writeFileSync(join(outside, 'stolen.txt'), 'x');
    writeFileSync(join(root, 'a.txt'), 'x');
    symlinkSync(join(root, 'a.txt'), join(root, 'b.txt'));
    symlinkSync(join(outside, 'stolen.txt'), join(root, 'c.txt'));
    symlinkSync(root, join(root, 'loop'));
    const source = unwrap(openFolder(root));
    rmSync(outside, { recursive: true });
    expect(source.files.map(({ name }) => name)).toEqual(['a.txt', 'b.txt']);
    expect(source.issues.map(({ code, file }) => [code, file])).toEqual([
      ['unsupportedFile', 'c.txt'],
      ['unsupportedFile', 'loop'],
    ]);
  });
});

describe('an intake', () => {
  const limits = { bytesPerIntake: 8, filesPerIntake: 2, bytesInAll: 12, idleMs: 1000 };
  const clock = createFakeClock();
  const make = () => createIntakes({ clock, random: createFakeRandom(clock) }, limits);
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const piece = (intakeId: string, file: string, text: string, last = true) => ({
    intakeId,
    file,
    chunk: base64(text),
    last,
  });

  it('puts pieces together in order and cleans names', async () => {
    const intakes = make();
    const { intakeId } = intakes.begin('usr_a', 'Drop');
    unwrap(intakes.append('usr_a', piece(intakeId, '..\\x/../a.txt', 'Ad', false)));
    expect(intakes.source('usr_a', intakeId)).toMatchObject({
      ok: false,
      error: { code: 'BAD_INPUT' },
    });
    expect(unwrap(intakes.append('usr_a', piece(intakeId, '..\\x/../a.txt', 'a')))).toEqual({
      receivedBytes: 3,
    });
    const { documents } = await readAll('text', unwrap(intakes.source('usr_a', intakeId)));
    expect(documents.map(({ name, text }) => [name, text])).toEqual([['x/a.txt', 'Ada']]);
  });

  it('holds no more than its limits, for its owner alone, and not for ever', () => {
    const intakes = make();
    const { intakeId } = intakes.begin('usr_a', 'Drop');
    expect(intakes.append('usr_b', piece(intakeId, 'a', 'x'))).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
    expect(intakes.append('usr_a', piece(intakeId, 'a', '123456789'))).toMatchObject({
      error: { code: 'TOO_LARGE' },
    });
    unwrap(intakes.append('usr_a', piece(intakeId, 'a', '1234')));
    expect(intakes.append('usr_a', piece(intakeId, 'a', '5'))).toMatchObject({
      error: { code: 'BAD_INPUT' },
    });
    expect(intakes.append('usr_a', { ...piece(intakeId, 'b', ''), chunk: '!!' })).toMatchObject({
      error: { code: 'BAD_INPUT' },
    });
    clock.advance(2000);
    intakes.begin('usr_a', 'Next');
    expect(intakes.source('usr_a', intakeId)).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });
});
