import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../../../main/platform/index.ts';
import type { SealedFile, SealedFiles, SealedId } from '../../../main/store/index.ts';
import { createTestVault, type TestVault } from '../../fakes/openVault.ts';

const CHUNK = 65_536;
const HEADER = 8;
const SEALED_CHUNK = CHUNK + 16;

let test: TestVault;
let sealed: SealedFiles;
beforeAll(async () => {
  test = await createTestVault();
  sealed = test.vault.store.sealed;
});
afterAll(() => test.dispose());

const content = (size: number): Buffer => {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at += 1) bytes[at] = (at * 31 + (at >> 8)) & 0xff;
  return bytes;
};
const put = (bytes: Buffer): SealedFile => sealed.put('weights', [bytes]);
const folder = (): string => join(test.folder, 'sealed');
const pathOf = (file: SealedFile): string => join(folder(), file.id);
const codeOf = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return failureOf(error)?.code ?? String(error);
  }
};

describe('sealed file', () => {
  it.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 77])(
    'gives back %i bytes',
    (size) => {
      const bytes = content(size);
      const file = put(bytes);
      expect(sealed.get(file.id)).toEqual(file);
      expect(file).toMatchObject({ size, sha256: createHash('sha256').update(bytes).digest() });
      expect(sealed.read(file.id).equals(bytes)).toBe(true);
      sealed.verify(file.id);
      expect(readFileSync(pathOf(file)).length).toBe(
        HEADER + size + 16 * Math.max(1, Math.ceil(size / CHUNK)),
      );
    },
  );

  it('can be read from any place', () => {
    const bytes = content(3 * CHUNK + 500);
    const reader = sealed.open(put(bytes).id);
    for (const [offset, length] of [
      [0, 10],
      [CHUNK - 5, 10],
      [CHUNK, CHUNK],
      [10, 3 * CHUNK],
      [3 * CHUNK + 490, 1_000],
      [3 * CHUNK + 500, 1],
    ] as const) {
      const piece = reader.read(offset, length);
      expect(piece.equals(bytes.subarray(offset, offset + length))).toBe(true);
    }
    reader.close();
  });

  it('takes a stream in pieces of any size', async () => {
    const bytes = content(200_000);
    async function* pieces() {
      for (let at = 0; at < bytes.length; at += 9_973) yield bytes.subarray(at, at + 9_973);
    }
    const file = await sealed.putStream('weights', pieces());
    expect(sealed.read(file.id).equals(bytes)).toBe(true);
  });

  it('is nowhere in clear, also not while it is written', () => {
    const marker = Buffer.from('marker of a patient');
    const writer = sealed.create('weights');
    for (let count = 0; count < 8_000; count += 1) writer.write(marker);
    const unfinished = readdirSync(folder()).filter((name) => name.endsWith('.unfinished'));
    expect(unfinished).toHaveLength(1);
    const half = readFileSync(join(folder(), unfinished[0] ?? ''));
    expect(half.length).toBeGreaterThan(CHUNK);
    expect(half.includes(marker)).toBe(false);
    const file = writer.commit();
    expect(readFileSync(pathOf(file)).includes(marker)).toBe(false);
  });

  it('leaves no trace when given up or when its source fails', async () => {
    const before = readdirSync(folder());
    sealed.create('weights').abort();
    async function* broken() {
      yield content(100_000);
      throw new Error('the source broke');
    }
    await expect(sealed.putStream('weights', broken())).rejects.toThrow('the source broke');
    expect(readdirSync(folder())).toEqual(before);
  });
});

describe('tampering', () => {
  const change = (name: string, act: (path: string, bytes: Buffer) => void): void =>
    it(`finds ${name}`, () => {
      const file = put(content(3 * CHUNK + 500));
      act(pathOf(file), readFileSync(pathOf(file)));
      expect(codeOf(() => sealed.verify(file.id))).toBe('VAULT_DAMAGED');
      expect(codeOf(() => sealed.read(file.id))).toBe('VAULT_DAMAGED');
    });

  for (const at of [0, HEADER, HEADER + CHUNK + 3, HEADER + 3 * SEALED_CHUNK + 1]) {
    change(`a flipped bit at ${at}`, (path, bytes) => {
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      writeFileSync(path, bytes);
    });
  }
  change('a cut-off end', (path, bytes) => truncateSync(path, bytes.length - 1));
  change('a missing last chunk', (path) => truncateSync(path, HEADER + 3 * SEALED_CHUNK));
  change('appended bytes', (path, bytes) => writeFileSync(path, Buffer.concat([bytes, bytes])));
  change('swapped chunks', (path, bytes) => {
    const first = Buffer.from(bytes.subarray(HEADER, HEADER + SEALED_CHUNK));
    bytes.copyWithin(HEADER, HEADER + SEALED_CHUNK, HEADER + 2 * SEALED_CHUNK);
    first.copy(bytes, HEADER + SEALED_CHUNK);
    writeFileSync(path, bytes);
  });
  change('another file of this vault under its name', (path) => {
    const other = put(content(3 * CHUNK + 500));
    writeFileSync(path, readFileSync(pathOf(other)));
  });

  it('finds a shortened file also where the row was shortened with it', () => {
    const file = put(content(2 * CHUNK));
    truncateSync(pathOf(file), HEADER + SEALED_CHUNK);
    test.vault.store.db.run('UPDATE sealed_files SET size = ? WHERE id = ?', [CHUNK, file.id]);
    expect(codeOf(() => sealed.read(file.id))).toBe('VAULT_DAMAGED');
  });

  it('reads sound chunks of a damaged file, and names what is missing', () => {
    const bytes = content(3 * CHUNK);
    const file = put(bytes);
    const raw = readFileSync(pathOf(file));
    raw[HEADER + SEALED_CHUNK + 9] = (raw[HEADER + SEALED_CHUNK + 9] ?? 0) ^ 1;
    writeFileSync(pathOf(file), raw);
    const reader = sealed.open(file.id);
    expect(reader.read(0, CHUNK).equals(bytes.subarray(0, CHUNK))).toBe(true);
    expect(codeOf(() => reader.read(CHUNK, 1))).toBe('VAULT_DAMAGED');
    reader.close();
    expect(codeOf(() => sealed.open('sld_none' as SealedId))).toBe('NOT_FOUND');
  });
});

describe('removal', () => {
  it('takes key and file with the transaction, and neither when it rolls back', () => {
    const { store } = test.vault;
    const file = put(content(10));
    expect(() =>
      store.transaction(() => {
        sealed.remove(file.id);
        throw new Error('no');
      }),
    ).toThrow('no');
    sealed.verify(file.id);
    store.transaction(() => {
      sealed.remove(file.id);
      expect(existsSync(pathOf(file))).toBe(true);
    });
    expect(existsSync(pathOf(file))).toBe(false);
    expect(sealed.get(file.id)).toBeUndefined();
    expect(sealed.remove(file.id)).toBe(false);
  });

  it('sweeps files whose row was never committed', () => {
    const file = put(content(10));
    let lost: SealedFile | undefined;
    expect(() =>
      test.vault.store.transaction(() => {
        lost = put(content(10));
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(lost && existsSync(pathOf(lost))).toBe(true);
    expect(sealed.sweep()).toBe(1);
    expect(lost && existsSync(pathOf(lost))).toBe(false);
    sealed.verify(file.id);
  });
});
