/*
 * Reads a .zip that a stranger may have made (APPNOTE.TXT 6.3.10, without encryption, split archives and
 * Zip64, which nothing below 4 GiB needs). Nothing is believed twice: the directory is checked against
 * the local headers, no two entries may share bytes (the non-recursive bomb of Fifield 2019), the sum of
 * the declared sizes is limited before a byte is expanded, an entry may not expand beyond its declared
 * size, and its CRC must be right. Names are data: whoever takes files out decides where they go.
 */
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import { fault } from '../../platform/index.ts';

export interface ZipLimits {
  readonly entries: number;
  /** Of all entries together, expanded. */
  readonly bytes: number;
}

export interface ZipEntry {
  /** As written, with forward slashes; `unsafe` where it would lead out of a folder. */
  readonly name: string;
  readonly size: number;
  /** Why it is not a plain file to be taken out; null for one that is. */
  readonly unsafe: 'path' | 'link' | null;
  /** Throws the fault SOURCE_UNREADABLE where the bytes are not what the directory says. */
  read(): Promise<Buffer>;
}

const END = 0x06054b50;
const DIRECTORY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_SIZE = 22;
const DIRECTORY_SIZE = 46;
const LOCAL_SIZE = 30;
const LONGEST_COMMENT = 0xffff;
const ENCRYPTED = 1;
const UTF8 = 1 << 11;
const STORED = 0;
const DEFLATED = 8;
const UNIX = 3;
const LINK = 0o120000;
const TYPE = 0o170000;

const inflate = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw);

export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);

/** Folders are left out. Fails with SOURCE_UNREADABLE, TOO_LARGE. */
export function openZip(archive: Buffer, limits: ZipLimits): Result<readonly ZipEntry[]> {
  const end = findEnd(archive);
  if (end < 0) return unreadable('it has no directory; it may have been cut off while copied');
  const count = archive.readUInt16LE(end + 10);
  const start = archive.readUInt32LE(end + 16);
  if (archive.readUInt16LE(end + 4) !== 0) return unreadable('it is one part of a split archive');
  if (count === 0xffff || start === 0xffffffff) {
    return unreadable('it is written as Zip64, which a bundle of this size does not need');
  }
  if (count > limits.entries) return tooLarge(`it lists ${count} files`);

  const entries: (ZipEntry & { readonly from: number; readonly to: number })[] = [];
  const names = new Set<string>();
  let total = 0;
  let at = start;
  for (let index = 0; index < count; index += 1) {
    if (at + DIRECTORY_SIZE > end || archive.readUInt32LE(at) !== DIRECTORY) {
      return unreadable('its directory is damaged');
    }
    const flags = archive.readUInt16LE(at + 8);
    const method = archive.readUInt16LE(at + 10);
    const crc = archive.readUInt32LE(at + 16);
    const packed = archive.readUInt32LE(at + 20);
    const size = archive.readUInt32LE(at + 24);
    const nameLength = archive.readUInt16LE(at + 28);
    const local = archive.readUInt32LE(at + 42);
    const name = decode(
      archive.subarray(at + DIRECTORY_SIZE, at + DIRECTORY_SIZE + nameLength),
      flags,
    );
    const system = archive.readUInt8(at + 5);
    const mode = archive.readUInt32LE(at + 38) >>> 16;
    at +=
      DIRECTORY_SIZE + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
    if (name.endsWith('/')) continue;
    if (names.has(name)) return unreadable(`it holds "${shown(name)}" twice`);
    names.add(name);
    if ((flags & ENCRYPTED) !== 0) return unreadable(`"${shown(name)}" in it is encrypted`);
    if (method !== STORED && method !== DEFLATED) {
      return unreadable(`"${shown(name)}" in it is packed by method ${method}, not by deflate`);
    }
    total += size;
    if (total > limits.bytes) return tooLarge('expanded, its files');
    const placed = placeOf(archive, local, packed, start);
    if (!placed) return unreadable(`"${shown(name)}" in it does not lie where the directory says`);
    entries.push({
      name,
      size,
      unsafe: system === UNIX && (mode & TYPE) === LINK ? 'link' : isSafePath(name) ? null : 'path',
      from: local,
      to: placed.end,
      read: () => expand(archive.subarray(placed.start, placed.end), { name, method, size, crc }),
    });
  }
  const placed = [...entries].sort((a, b) => a.from - b.from);
  for (const [index, entry] of placed.entries()) {
    const next = placed[index + 1];
    if (next && entry.to > next.from) return unreadable('files in it share the same bytes');
  }
  return ok(entries);
}

/** Forward slashes only, no way up, not absolute, no control characters. */
export const isSafePath = (name: string): boolean =>
  name !== '' &&
  name.length <= 1000 &&
  !/[\\:\p{Cc}]/u.test(name) &&
  name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

/** The last signature that is followed by exactly as many bytes of comment as it says. */
function findEnd(archive: Buffer): number {
  const first = Math.max(0, archive.length - END_SIZE - LONGEST_COMMENT);
  for (let at = archive.length - END_SIZE; at >= first; at -= 1) {
    if (
      archive.readUInt32LE(at) === END &&
      at + END_SIZE + archive.readUInt16LE(at + 20) === archive.length
    ) {
      return at;
    }
  }
  return -1;
}

function placeOf(
  archive: Buffer,
  local: number,
  packed: number,
  directory: number,
): { readonly start: number; readonly end: number } | undefined {
  if (local + LOCAL_SIZE > directory || archive.readUInt32LE(local) !== LOCAL) return undefined;
  const start =
    local + LOCAL_SIZE + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const end = start + packed;
  return end <= directory ? { start, end } : undefined;
}

async function expand(
  packed: Buffer,
  entry: {
    readonly name: string;
    readonly method: number;
    readonly size: number;
    readonly crc: number;
  },
): Promise<Buffer> {
  let bytes: Buffer | undefined;
  try {
    bytes =
      entry.method === STORED
        ? packed
        : // Zero is not a limit that zlib takes; one byte too many is found by the comparison below.
          await inflate(packed, { maxOutputLength: Math.max(1, entry.size) });
  } catch {
    bytes = undefined; // Damaged, or larger than it says.
  }
  if (bytes?.length !== entry.size || crc32(bytes) !== entry.crc) {
    throw fault(
      'SOURCE_UNREADABLE',
      `"${shown(entry.name)}" in the archive is damaged: its size or checksum is not the one written beside it. Nothing was stored. Copy the archive again.`,
      { file: shown(entry.name) },
    );
  }
  return bytes;
}

/** Without the UTF-8 flag names are in an old code page; outside ASCII they only need to be told apart. */
const decode = (bytes: Buffer, flags: number): string =>
  bytes.toString((flags & UTF8) !== 0 ? 'utf8' : 'latin1');

const shown = (name: string): string => name.slice(0, 100).replace(/\p{Cc}/gu, '\ufffd');

const unreadable = (why: string): Result<never> =>
  failure(
    'SOURCE_UNREADABLE',
    `The archive cannot be read: ${why}. Nothing was stored. Copy it again, or unpack it and choose the folder.`,
  );

const tooLarge = (what: string): Result<never> =>
  failure(
    'TOO_LARGE',
    `The archive is larger than a model bundle may be: ${what} exceed the limit. Nothing was stored. Choose an archive that holds one model alone.`,
  );
