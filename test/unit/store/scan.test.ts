import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needleForms, scanForNeedles, type Store } from '../../../main/store/index.ts';
import { createTestVault, type TestVault } from '../../fakes/openVault.ts';

let test: TestVault;
let store: Store;
let outside: string;
beforeAll(async () => {
  test = await createTestVault();
  store = test.vault.store;
  outside = join(test.folder, '..', 'outside');
  mkdirSync(join(outside, 'deep'), { recursive: true });
});
afterAll(() => test.dispose());

const hitsFor = (text: string, folders: readonly string[] = []) =>
  scanForNeedles(store, needleForms(text), folders).hits;

describe('scan', () => {
  it('sees a row, and sees it still after a plain delete until the pages were rebuilt', () => {
    const text = 'Lorenzo Quijano de la Mancha';
    store.db.run('INSERT INTO setting VALUES (?, ?)', ['usr_1', text]);
    expect(hitsFor(text).map(({ where }) => where)).toContain('image');
    store.db.exec('PRAGMA secure_delete=OFF');
    store.db.run('DELETE FROM setting');
    store.db.exec('PRAGMA secure_delete=ON');
    expect(hitsFor(text)).not.toEqual([]);
    store.vacuum();
    expect(hitsFor(text)).toEqual([]);
  });

  it('finds every form in files beside the vault, and says where', () => {
    const text = 'Núñez «Señor»\nLopez';
    const forms: [string, Buffer][] = [
      ['utf8.log', Buffer.from(text, 'utf8')],
      ['utf16.log', Buffer.from(text, 'utf16le')],
      ['utf16be.log', Buffer.from(text, 'utf16le').swap16()],
      ['lower.log', Buffer.from(text.toLowerCase(), 'utf8')],
      ['folded.log', Buffer.from('nunez «senor»\nlopez', 'utf8')],
      ['json.log', Buffer.from(JSON.stringify({ text }), 'utf8')],
      ...['', 'x', 'xy'].map((before, at): [string, Buffer] => [
        `base64-${at}.log`,
        Buffer.from(Buffer.from(`${before}${text} and on`, 'utf8').toString('base64'), 'latin1'),
      ]),
    ];
    for (const [name, bytes] of forms) {
      writeFileSync(join(outside, 'deep', name), Buffer.concat([Buffer.alloc(100), bytes]));
    }
    const found = hitsFor(text, [outside]);
    expect([...new Set(found.map(({ where }) => where))].sort()).toEqual(
      forms.map(([name]) => name).sort(),
    );
    expect(found.find(({ where }) => where === 'utf8.log')?.offset).toBe(100);
  });

  it('looks into a plain file that only pretends to be the vault’s', () => {
    const stray = join(test.folder, 'vault.db-journal');
    writeFileSync(stray, 'Amalia Ferreira in clear');
    expect(hitsFor('Amalia Ferreira')).toMatchObject([{ where: 'vault.db-journal', offset: 0 }]);
    rmSync(stray);
  });

  it('counts what it read, skips links, and takes a missing folder for empty', () => {
    writeFileSync(join(outside, 'hidden'), 'behind a link');
    const linked = join(test.folder, '..', 'linked');
    mkdirSync(linked);
    symlinkSync(join(outside, 'hidden'), join(linked, 'link'));
    const report = scanForNeedles(store, needleForms('behind a link'), [linked, '/no/such/folder']);
    expect(report).toMatchObject({ hits: [], unread: [], files: store.files().length });
    expect(report.bytesScanned).toBeGreaterThan(10_000);
  });

  it('finds exactly what a plain search finds, wherever the needle lies', () => {
    const file = join(outside, 'random');
    const letters = fc.constantFrom('a', 'b', 'ab', 'ba');
    fc.assert(
      fc.property(
        fc.array(letters, { maxLength: 60 }),
        fc.array(fc.array(letters, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }),
        (hay, needles) => {
          const text = hay.join('');
          writeFileSync(file, text);
          const wanted = needles.map((needle) => needle.join(''));
          const expected = wanted.flatMap((needle, needleIndex) =>
            [...Array(text.length).keys()]
              .filter((at) => text.startsWith(needle, at))
              .map((offset) => `${needleIndex}@${offset}`),
          );
          const found = scanForNeedles(
            { ...store, files: () => [], image: () => [] },
            wanted.map((needle) => Buffer.from(needle)),
            [outside],
          ).hits.filter(({ where }) => where === 'random');
          expect(found.map((hit) => `${hit.needleIndex}@${hit.offset}`).sort()).toEqual(
            expected.sort(),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('finds a needle that straddles two pieces of the image, once', () => {
    const image = Buffer.from('....................a long needle............................');
    for (let cut = 1; cut < image.length; cut += 1) {
      const pieces = [image.subarray(0, cut), image.subarray(cut)];
      const report = scanForNeedles({ ...store, files: () => [], image: () => pieces }, [
        Buffer.from('a long needle'),
        Buffer.from('le.'),
      ]);
      expect(report.hits).toHaveLength(2);
      expect(report.hits.map(({ offset }) => offset).sort()).toEqual([20, 31]);
      expect(report.bytesScanned).toBe(image.length);
    }
  });

  it('refuses an empty needle', () => {
    expect(() => scanForNeedles(store, [Buffer.alloc(0)])).toThrow(RangeError);
    expect(needleForms('')).toEqual([]);
  });
});
