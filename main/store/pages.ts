// Whether every page of the database could be read and authenticated. SQLite's image of the decrypted pages
// leaves zeros where the cipher refused a page, without a word; from the first refusal on it refuses all.
// Whoever judges an image (a proof of erasure, a diagnosis) must therefore know that it is complete. A free
// page that was wiped is zeros too, but stands on the free list; so is the list's last trunk while it names
// no leaf. A trunk that was refused would hide its leaves: the list must be as long as the header says.
const PAGE_SIZE_AT = 16;
const FREE_TRUNK_AT = 32;
const FREE_COUNT_AT = 36;
const SMALLEST_PAGE = 512;
/** SQLite locks the file at this byte and never uses the page around it. */
const LOCK_BYTE = 0x4000_0000;

/** Counted from 1; undefined where the image is complete. */
export function firstUnreadablePage(image: Buffer, lockByte = LOCK_BYTE): number | undefined {
  if (image.length < SMALLEST_PAGE) return 1;
  const declared = image.readUInt16BE(PAGE_SIZE_AT);
  const size = declared === 1 ? 65_536 : declared;
  if (size < SMALLEST_PAGE) return 1;
  const count = Math.floor(image.length / size);
  const free = freePages(image, size, count);
  const locking = Math.floor(lockByte / size) + 1;
  const zeros = Buffer.alloc(size);
  for (let page = 1; page <= count; page += 1) {
    if (free.has(page) || page === locking) continue;
    if (image.subarray((page - 1) * size, page * size).equals(zeros)) return page;
  }
  return undefined;
}

/** Trunks and leaves of the free list; none where its length is not what the header says. */
function freePages(image: Buffer, size: number, count: number): ReadonlySet<number> {
  const free = new Set<number>();
  const seen = new Set<number>();
  let trunk = image.readUInt32BE(FREE_TRUNK_AT);
  while (trunk > 0 && trunk <= count && !seen.has(trunk)) {
    seen.add(trunk);
    free.add(trunk);
    const at = (trunk - 1) * size;
    const leaves = Math.min(image.readUInt32BE(at + 4), size / 4 - 2);
    for (let leaf = 0; leaf < leaves; leaf += 1) free.add(image.readUInt32BE(at + 8 + leaf * 4));
    trunk = image.readUInt32BE(at);
  }
  return free.size === image.readUInt32BE(FREE_COUNT_AT) ? free : new Set();
}
