// An image with a refused page must not pass for a complete one, and a page that SQLite leaves empty by
// right must not pass for a refused one: either mistake makes the proof of an erasure worthless.
import { describe, expect, it } from 'vitest';
import { firstUnreadablePage } from '../../../main/store/pages.ts';

const SIZE = 512;

interface Trunk {
  readonly page: number;
  readonly next: number;
  readonly leaves: readonly number[];
}

/** Pages of nonsense, the free list written as the file format says (section 1.5). */
function image(pages: number, trunks: readonly Trunk[], freeCount?: number): Buffer {
  const bytes = Buffer.alloc(pages * SIZE, 7);
  bytes.writeUInt16BE(SIZE, 16);
  bytes.writeUInt32BE(trunks[0]?.page ?? 0, 32);
  const counted = trunks.reduce((sum, { leaves }) => sum + 1 + leaves.length, 0);
  bytes.writeUInt32BE(freeCount ?? counted, 36);
  for (const { page, next, leaves } of trunks) {
    const at = (page - 1) * SIZE;
    bytes.fill(0, at, at + SIZE);
    bytes.writeUInt32BE(next, at);
    bytes.writeUInt32BE(leaves.length, at + 4);
    leaves.forEach((leaf, n) => {
      bytes.writeUInt32BE(leaf, at + 8 + 4 * n);
      bytes.fill(0, (leaf - 1) * SIZE, leaf * SIZE);
    });
  }
  return bytes;
}
const wipe = (bytes: Buffer, page: number): Buffer => bytes.fill(0, (page - 1) * SIZE, page * SIZE);

describe('the first unreadable page', () => {
  it('is none where every zero page is free', () => {
    expect(firstUnreadablePage(image(9, []))).toBeUndefined();
    expect(
      firstUnreadablePage(
        image(9, [
          { page: 5, next: 3, leaves: [8, 9] },
          { page: 3, next: 0, leaves: [4] },
        ]),
      ),
    ).toBeUndefined();
  });

  it('is none where the last trunk of the free list names no leaf, and so is all zeros', () => {
    expect(firstUnreadablePage(image(9, [{ page: 6, next: 0, leaves: [] }]))).toBeUndefined();
  });

  it('is a page in use that came out as zeros', () => {
    const bytes = image(9, [{ page: 5, next: 0, leaves: [8] }]);
    expect(firstUnreadablePage(wipe(bytes, 7))).toBe(7);
  });

  it('is a trunk that came out as zeros and hides its leaves', () => {
    const bytes = image(9, [
      { page: 5, next: 3, leaves: [8, 9] },
      { page: 3, next: 0, leaves: [4] },
    ]);
    expect(firstUnreadablePage(wipe(bytes, 3))).toBe(3);
    expect(firstUnreadablePage(wipe(bytes, 5))).toBe(3);
  });

  it('is one of the free pages where the list is longer than the header says', () => {
    expect(firstUnreadablePage(image(9, [{ page: 6, next: 0, leaves: [2] }], 1))).toBe(2);
  });

  it('is not the page around the lock byte, which nothing is ever written to', () => {
    const bytes = image(9, []);
    expect(firstUnreadablePage(wipe(bytes, 5), 4 * SIZE + 7)).toBeUndefined();
    expect(firstUnreadablePage(bytes)).toBe(5);
  });

  it('is the first where there is no page at all', () => {
    expect(firstUnreadablePage(Buffer.alloc(0))).toBe(1);
  });
});
