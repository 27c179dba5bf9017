/*
 * An archive of files that lie elsewhere: its bytes can be read at any place without the whole ever being
 * in memory, and are the same each time, so that the hash registered beforehand is the hash of what leaves.
 * Entries are stored, not packed: weights do not shrink. APPNOTE.TXT 6.3.10.
 */
export interface ZipSource {
  readonly name: string;
  readonly size: number;
  readonly crc: number;
  read(offset: number, length: number): Uint8Array;
}

export interface ZipImage {
  readonly size: number;
  /** Fewer bytes than asked only at the end. */
  read(offset: number, length: number): Buffer;
}

interface Part {
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
}

/** 1980-01-01, the earliest day there is: the archive of equal files has equal bytes. */
const DAY = 0x21;
const VERSION = 20;
const UTF8 = 1 << 11;
/** Sizes and places are written in 32 bits. */
export const LARGEST_ZIP = 0xffff_fffe;

/** @throws RangeError above 4 GiB, which the limits of a model rule out. */
export function zipOf(sources: readonly ZipSource[]): ZipImage {
  const parts: Part[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  const add = (part: Part): void => {
    parts.push(part);
    at += part.size;
  };
  for (const source of sources) {
    const name = Buffer.from(source.name, 'utf8');
    const common = commonHeader(source, name.length);
    directory.push(
      Buffer.concat([
        uint32(0x02014b50),
        uint16(VERSION),
        common,
        Buffer.alloc(10), // Comment, disk and attributes: none.
        uint32(at),
        name,
      ]),
    );
    add(bytesOf(Buffer.concat([uint32(0x04034b50), common, name])));
    add(source);
  }
  const start = at;
  for (const entry of directory) add(bytesOf(entry));
  const count = uint16(sources.length);
  add(
    bytesOf(
      Buffer.concat([
        uint32(0x06054b50),
        Buffer.alloc(4),
        count,
        count,
        uint32(at - start),
        uint32(start),
        uint16(0),
      ]),
    ),
  );
  return { size: at, read: (offset, length) => readParts(parts, offset, length) };
}

/** From the version needed to the lengths of name and extra field, as both headers have it. */
function commonHeader({ size, crc }: ZipSource, nameLength: number): Buffer {
  return Buffer.concat([
    uint16(VERSION),
    uint16(UTF8),
    uint16(0), // Stored.
    uint16(0),
    uint16(DAY),
    uint32(crc),
    uint32(size),
    uint32(size),
    uint16(nameLength),
    uint16(0),
  ]);
}

function readParts(parts: readonly Part[], offset: number, length: number): Buffer {
  const pieces: Uint8Array[] = [];
  let wanted = length;
  let begin = 0;
  for (const part of parts) {
    const from = Math.max(0, offset - begin);
    if (wanted > 0 && from < part.size) {
      const piece = part.read(from, Math.min(wanted, part.size - from));
      pieces.push(piece);
      wanted -= piece.length;
      offset += piece.length;
    }
    begin += part.size;
  }
  return Buffer.concat(pieces);
}

const bytesOf = (bytes: Buffer): Part => ({
  size: bytes.length,
  read: (offset, length) => bytes.subarray(offset, offset + length),
});

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
