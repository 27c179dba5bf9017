// Archives from strangers: good ones open, each kind of bad one is refused for its own reason.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSafePath, openZip, type ZipEntry } from '../../../main/models/bundles/zip.ts';
import { zipOf, type ZipImage } from '../../../main/models/bundles/zipWriter.ts';
import { failureOf } from '../../../main/platform/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';

const LIMITS = { entries: 100, bytes: 1_000_000 };

interface Written {
  readonly name: string;
  readonly data?: Buffer;
  readonly method?: number;
  readonly declared?: number;
  readonly crc?: number;
  readonly flags?: number;
  readonly mode?: number;
  /** Points at the local header of the entry before. */
  readonly shares?: boolean;
}

/** Writes what a test asks for, lies included. */
function archive(files: readonly Written[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  let last = 0;
  for (const file of files) {
    const { method = 8, flags = 0x800, mode = 0o100644 } = file;
    const data = file.data ?? Buffer.from(`contents of ${file.name}`);
    const packed = method === 8 ? deflateRawSync(data) : data;
    const size = file.declared ?? data.length;
    const name = Buffer.from(file.name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(file.crc ?? crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(name.length, 22);
    const place = file.shares ? last : at;
    const head = Buffer.alloc(46);
    head.writeUInt32LE(0x02014b50, 0);
    head.writeUInt16LE((3 << 8) | 20, 4);
    common.copy(head, 6, 0, 26);
    head.writeUInt32LE((mode << 16) >>> 0, 38);
    head.writeUInt32LE(place, 42);
    directory.push(head, name);
    if (file.shares) continue;
    const local = Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), common, name, packed]);
    locals.push(local);
    last = at;
    at += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, entries, end]);
}

const opened = (files: readonly Written[]): readonly ZipEntry[] =>
  unwrap(openZip(archive(files), LIMITS));
const refusal = (files: readonly Written[], limits = LIMITS) => {
  const result = openZip(archive(files), limits);
  return result.ok ? undefined : result.error;
};
const thrown = async (entry: ZipEntry | undefined) => {
  const error: unknown = await entry?.read().catch((reason: unknown) => reason);
  return failureOf(error)?.code;
};

describe('an archive', () => {
  it('gives its files, packed or stored, and leaves folders out', async () => {
    const entries = opened([
      { name: 'model/' },
      { name: 'model/config.json', data: Buffer.from('{}') },
      { name: 'model/onnx/model.onnx', data: Buffer.alloc(5000, 7), method: 0 },
      { name: 'model/empty', data: Buffer.alloc(0), method: 0 },
    ]);
    expect(entries.map(({ name, size }) => [name, size])).toEqual([
      ['model/config.json', 2],
      ['model/onnx/model.onnx', 5000],
      ['model/empty', 0],
    ]);
    expect((await entries[0]?.read())?.toString()).toBe('{}');
    expect(await entries[1]?.read()).toEqual(Buffer.alloc(5000, 7));
    expect(await entries[2]?.read()).toHaveLength(0);
  });

  it.each([
    ['../escape', 'path'],
    ['/etc/passwd', 'path'],
    ['a/../../b', 'path'],
    ['C:\\windows\\x', 'path'],
    ['a\\b', 'path'],
    ['a//b', 'path'],
    ['line\nbreak', 'path'],
  ])('marks %j as unsafe', (name, unsafe) => {
    expect(opened([{ name }])[0]?.unsafe).toBe(unsafe);
    expect(isSafePath(name)).toBe(false);
  });

  it('marks links', () => {
    expect(opened([{ name: 'link', mode: 0o120777 }])[0]?.unsafe).toBe('link');
  });

  it('is refused before anything is expanded where it says it is too large', () => {
    expect(refusal([{ name: 'a', declared: 2_000_000 }])).toMatchObject({ code: 'TOO_LARGE' });
    expect(refusal([{ name: 'a' }, { name: 'b' }], { entries: 1, bytes: 1e6 })).toMatchObject({
      code: 'TOO_LARGE',
    });
  });

  it('expands nothing beyond the size it declared', async () => {
    const bomb = Buffer.alloc(900_000);
    const [entry] = opened([{ name: 'bomb', data: bomb, declared: 10, crc: crc32(bomb) }]);
    expect(await thrown(entry)).toBe('SOURCE_UNREADABLE');
  });

  it('is refused where two files share their bytes', () => {
    expect(refusal([{ name: 'a' }, { name: 'b', shares: true }])?.message).toContain('share');
  });

  it.each([
    ['encrypted', [{ name: 'a', flags: 0x801 }], 'encrypted'],
    ['packed by another method', [{ name: 'a', method: 12 }], 'method 12'],
    ['holding a name twice', [{ name: 'a' }, { name: 'a' }], 'twice'],
  ])('is refused when %s', (_, files, word) => {
    expect(refusal(files)).toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: expect.stringContaining(word),
    });
  });

  it('whose checksum is wrong gives no bytes', async () => {
    expect(await thrown(opened([{ name: 'a', crc: 1 }])[0])).toBe('SOURCE_UNREADABLE');
    expect(await thrown(opened([{ name: 'a', crc: 1, method: 0 }])[0])).toBe('SOURCE_UNREADABLE');
  });

  it('damaged anywhere is refused or gives no wrong byte', async () => {
    const whole = archive([{ name: 'a', data: Buffer.from('x'.repeat(50)) }, { name: 'b' }]);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          const hurt = Buffer.from(whole);
          hurt[at] = (hurt[at] as number) ^ by;
          const result = openZip(hurt, LIMITS);
          if (!result.ok) return;
          for (const entry of result.value) {
            const bytes = await entry.read().catch((error: unknown) => {
              expect(failureOf(error)?.code).toBe('SOURCE_UNREADABLE');
            });
            if (bytes) expect(['x'.repeat(50), 'contents of b']).toContain(bytes.toString());
          }
        },
      ),
      { numRuns: 500, seed: 7 },
    );
    for (let length = 0; length < whole.length; length += 1) {
      expect(openZip(whole.subarray(0, length), LIMITS).ok).toBe(false);
    }
  });
});

describe('an archive written here', () => {
  const sources = (files: Readonly<Record<string, Buffer>>) =>
    Object.entries(files).map(([name, bytes]) => ({
      name,
      size: bytes.length,
      crc: crc32(bytes),
      read: (offset: number, length: number) => bytes.subarray(offset, offset + length),
    }));
  const FILES = {
    'm/config.json': Buffer.from('{"a":1}'),
    'm/onnx/größe.onnx': Buffer.alloc(999, 3),
  };
  const all = (image: ZipImage, step: number): Buffer => {
    const pieces: Buffer[] = [];
    for (let at = 0; at < image.size; at += step) pieces.push(image.read(at, step));
    return Buffer.concat(pieces);
  };

  it('has the same bytes however it is read, and opens again', async () => {
    const image = zipOf(sources(FILES));
    const whole = image.read(0, image.size);
    expect(whole).toHaveLength(image.size);
    for (const step of [1, 7, 100, 4096]) expect(all(image, step).equals(whole)).toBe(true);
    const entries = unwrap(openZip(whole, LIMITS));
    expect(entries.map(({ name }) => name)).toEqual(Object.keys(FILES));
    expect(await entries[1]?.read()).toEqual(FILES['m/onnx/größe.onnx']);
  });

  it('is one that Python reads', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cloister-zip-'));
    try {
      const file = join(folder, 'model.zip');
      const image = zipOf(sources(FILES));
      writeFileSync(file, image.read(0, image.size));
      expect(readFileSync(file)).toHaveLength(image.size);
      let listed: string;
      try {
        listed = execFileSync('python3', ['-m', 'zipfile', '-l', file], { encoding: 'utf8' });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // No Python here.
        throw error;
      }
      expect(listed).toContain('m/onnx/größe.onnx');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
