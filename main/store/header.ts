// slots.json: what must be known of a vault before it is open, and who may open it. Two copies are kept,
// written one after the other, so that one of them is whole whatever happens; nothing secret of an older
// state stays in the second. A checksum finds accidents before the passphrase is asked for; a MAC under
// the database key finds forgeries (a foreign public key, a new role) as soon as the vault is open.
import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import {
  canonicalJson,
  fault,
  readFileIfThere,
  replaceFileShredding,
  type JsonValue,
} from '../platform/index.ts';
import { SlotSchema, type DatabaseKey } from './slots.ts';

export const HEADER_FILE = 'slots.json';
export const HEADER_COPY = 'slots.copy.json';

const HeaderSchema = z.strictObject({
  format: z.literal('cloister-vault'),
  version: z.literal(1),
  vault: z.strictObject({
    id: z.string().min(1).max(64),
    name: z.string().max(200),
    createdAt: z.string().max(40),
    cipher: z.enum(['aegis', 'sqlcipher']),
  }),
  slots: z.array(SlotSchema).min(1).max(1_000),
});
export type Header = z.infer<typeof HeaderSchema>;

const FileSchema = HeaderSchema.extend({
  macs: z.array(z.strictObject({ generation: z.number().int(), mac: z.base64().max(100) })),
  checksum: z.string().length(64),
});
type HeaderFile = z.infer<typeof FileSchema>;

export interface ReadHeader {
  readonly header: Header;
  readonly macs: HeaderFile['macs'];
  /** True where slots.json was missing or damaged. */
  readonly fromCopy: boolean;
}

/** Undefined where neither file exists. Throws VAULT_DAMAGED where both are unreadable. */
export function readHeader(folder: string): ReadHeader | undefined {
  let present = false;
  for (const name of [HEADER_FILE, HEADER_COPY]) {
    const bytes = readFileIfThere(join(folder, name));
    present ||= bytes !== undefined;
    const file = bytes && parse(bytes);
    if (!file) continue;
    const { macs, checksum: _checksum, ...header } = file;
    return { header, macs, fromCopy: name === HEADER_COPY };
  }
  if (present) throw headerDamaged();
  return undefined;
}

/** One copy by itself, for whoever looks after a vault. */
export function inspectHeaderFile(
  folder: string,
  name: typeof HEADER_FILE | typeof HEADER_COPY,
): 'whole' | 'damaged' | 'missing' {
  const bytes = readFileIfThere(join(folder, name));
  if (!bytes) return 'missing';
  return parse(bytes) ? 'whole' : 'damaged';
}

/** Both copies, the old blocks overwritten. `keys` are all keys the slots carry. */
export function writeHeader(folder: string, header: Header, keys: readonly DatabaseKey[]): void {
  const macs = keys.map((key) => ({
    generation: key.generation,
    mac: macOf(header, key).toString('base64'),
  }));
  const body = { ...header, macs };
  const text = `${JSON.stringify({ ...body, checksum: checksumOf(body) }, undefined, 1)}\n`;
  replaceFileShredding(join(folder, HEADER_FILE), text);
  replaceFileShredding(join(folder, HEADER_COPY), text);
}

/** Throws VAULT_DAMAGED where the header was not written by a holder of the key. */
export function authenticateHeader({ header, macs }: ReadHeader, key: DatabaseKey): void {
  const found = macs.find(({ generation }) => generation === key.generation);
  const mac = found ? Buffer.from(found.mac, 'base64') : Buffer.alloc(0);
  const expected = macOf(header, key);
  if (mac.length === expected.length && timingSafeEqual(mac, expected)) return;
  throw fault(
    'VAULT_DAMAGED',
    `The list of people who may open this vault (${HEADER_FILE}) was changed by something other than Cloister. The data inside is untouched. Ask your administrator to restore ${HEADER_FILE} from a backup.`,
    { file: HEADER_FILE },
  );
}

function parse(bytes: Buffer): HeaderFile | undefined {
  try {
    const file = FileSchema.parse(JSON.parse(bytes.toString('utf8')));
    const { checksum, ...body } = file;
    return checksumOf(body) === checksum ? file : undefined;
  } catch {
    return undefined;
  }
}

const checksumOf = (body: Omit<HeaderFile, 'checksum'>): string =>
  createHash('sha256')
    .update(canonicalJson(body as JsonValue))
    .digest('hex');

function macOf(header: Header, { bytes }: DatabaseKey): Buffer {
  const key = Buffer.from(hkdfSync('sha256', bytes, header.vault.id, 'cloister header mac v1', 32));
  const mac = createHmac('sha256', key)
    .update(canonicalJson(header as JsonValue))
    .digest();
  key.fill(0);
  return mac;
}

export const headerDamaged = () =>
  fault(
    'VAULT_DAMAGED',
    `Both copies of the vault's key slots (${HEADER_FILE}, ${HEADER_COPY}) are missing or damaged. The data is still encrypted on the disk. Restore one of the two files from a backup; do not delete anything.`,
    { file: HEADER_FILE },
  );
