// AES-256-GCM boxes of the key slots: nonce, ciphertext, tag. What a box is good for is its AAD, so that it
// opens in no other place than the one it was made for.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Random } from '../platform/index.ts';

export const NONCE = 12;
export const TAG = 16;

export function encrypt(key: Buffer, plain: Buffer, binding: Buffer, random: Random): Buffer {
  const nonce = random.bytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG });
  cipher.setAAD(binding);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined for any other key, place or byte: the tag is the only judge. */
export function decrypt(key: Buffer, box: Buffer, binding: Buffer): Buffer | undefined {
  if (box.length < NONCE + TAG) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, NONCE), {
    authTagLength: TAG,
  });
  decipher.setAAD(binding);
  decipher.setAuthTag(box.subarray(box.length - TAG));
  try {
    return Buffer.concat([
      decipher.update(box.subarray(NONCE, box.length - TAG)),
      decipher.final(),
    ]);
  } catch {
    return undefined;
  }
}
