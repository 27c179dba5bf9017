// Checks of Ed25519 signatures over raw 32-byte keys, which Node takes only inside an RFC 8410 envelope.
import { createPublicKey, verify } from 'node:crypto';

export const PUBLIC_ENVELOPE = Buffer.from('302a300506032b6570032100', 'hex');
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

export function isSignedBy(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  const spki = Buffer.concat([PUBLIC_ENVELOPE, publicKey]);
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  return verify(null, message, key, signature);
}
