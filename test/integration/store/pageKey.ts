// The key of a vault's pages out of its header, for attacks by somebody who holds a passphrase.
import { keyFromSlots } from '../../../main/store/restore.ts';
import { readHeader } from '../../../main/store/header.ts';
import type { Cipher } from '../../../main/store/index.ts';

/** Nothing here is bound to a device. */
const NO_DEVICE = { find: () => Promise.resolve(undefined) } as never;

export async function openPages(
  folder: string,
  passphrase: string,
): Promise<{ readonly cipher: Cipher; readonly key: Uint8Array }> {
  const header = readHeader(folder)?.header;
  if (!header) throw new Error('No header');
  const key = await keyFromSlots(header, { passphrase }, NO_DEVICE, () => true);
  if (!key) throw new Error('Wrong passphrase');
  return { cipher: header.vault.cipher, key: key.bytes };
}
