// The signed head of the log: a C2SP checkpoint (tlog-checkpoint.md) inside a signed note (signed-note.md)
// with Ed25519. Three lines and a signature, about 200 bytes: it fits on a printed page or in a QR code.
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { isSignedBy, PUBLIC_ENVELOPE } from './ed25519.ts';

export interface Head {
  readonly size: number;
  readonly root: Buffer;
}

export interface Checkpoint extends Head {
  readonly origin: string;
}

/** Signs for one origin. The signature is over the text, so the key may outlive a format. */
export interface Signer {
  /** Key name and origin at once, as C2SP asks. */
  readonly name: string;
  /** `name+hash+key`, as `sumdb/note` and C2SP tools read it. */
  readonly verifierKey: string;
  sign(text: string): string;
}

const ED25519 = 1;
const KEY_BYTES = 32;
// RFC 8410 envelopes: Node takes raw Ed25519 keys only inside them.
const PRIVATE_ENVELOPE = Buffer.from('302e020100300506032b657004220420', 'hex');

/** `seed` is the 32-byte Ed25519 private key of RFC 8032. */
export function createSigner(name: string, seed: Uint8Array): Signer {
  if (!/^[^\s+]+$/u.test(name)) throw new Error('A key name holds no space and no plus sign');
  const key = Buffer.concat([PRIVATE_ENVELOPE, seed]);
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  key.fill(0);
  const publicKey = createPublicKey(privateKey)
    .export({ format: 'der', type: 'spki' })
    .subarray(PUBLIC_ENVELOPE.length);
  const id = keyId(name, publicKey);
  const verifierKey = [
    name,
    id.toString('hex'),
    Buffer.concat([Buffer.from([ED25519]), publicKey]).toString('base64'),
  ].join('+');
  return {
    name,
    verifierKey,
    sign(text) {
      if (!text.endsWith('\n')) throw new Error('A signed text ends with a newline');
      const signature = Buffer.concat([id, sign(null, Buffer.from(text, 'utf8'), privateKey)]);
      return `${text}\n\u2014 ${name} ${signature.toString('base64')}\n`;
    },
  };
}

/** The text of a note that this key signed; undefined for any other note. */
export function openNote(note: string, verifierKey: string): string | undefined {
  const verifier = parseVerifierKey(verifierKey);
  const at = note.lastIndexOf('\n\n');
  if (!verifier || at < 0 || !note.endsWith('\n')) return undefined;
  const text = note.slice(0, at + 1);
  const lines = note
    .slice(at + 2, -1)
    .split('\n')
    .map((line) => /^\u2014 (\S+) ([A-Za-z0-9+/]+=*)$/u.exec(line));
  let holds = false;
  for (const line of lines) {
    if (!line) return undefined; // One malformed line spoils the note.
    const bytes = Buffer.from(line[2] as string, 'base64');
    // Two spellings of one signature would be two notes.
    if (bytes.toString('base64') !== line[2]) return undefined;
    if (line[1] !== verifier.name || !bytes.subarray(0, 4).equals(verifier.id)) continue;
    if (!isSignedBy(verifier.publicKey, Buffer.from(text, 'utf8'), bytes.subarray(4))) {
      return undefined;
    }
    holds = true;
  }
  return holds ? text : undefined;
}

export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`;

/** Undefined for anything but the three lines. Extension lines are refused: this log writes none. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin, digits, encoded, rest, ...more] = text.split('\n');
  if (!origin || !digits || !encoded || rest !== '' || more.length > 0) return undefined;
  if (!/^(0|[1-9]\d*)$/.test(digits) || !Number.isSafeInteger(Number(digits))) return undefined;
  const root = Buffer.from(encoded, 'base64');
  if (root.length !== KEY_BYTES || root.toString('base64') !== encoded) return undefined;
  return { origin, size: Number(digits), root };
}

/** Signature, form and origin at once. */
export function openCheckpoint(
  note: string,
  origin: string,
  verifierKey: string,
): Checkpoint | undefined {
  const text = openNote(note, verifierKey);
  const checkpoint = text === undefined ? undefined : parseCheckpoint(text);
  return checkpoint?.origin === origin ? checkpoint : undefined;
}

const keyId = (name: string, publicKey: Uint8Array): Buffer =>
  createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.from([ED25519]))
    .update(publicKey)
    .digest()
    .subarray(0, 4);

/** Undefined for anything but `name+hash+key` with an Ed25519 key. */
export function parseVerifierKey(text: string) {
  // The base64 part may hold plus signs, the name may not.
  const [, name, hex, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(text) ?? [];
  if (name === undefined || hex === undefined || encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded) return undefined;
  const publicKey = bytes.subarray(1);
  if (bytes[0] !== ED25519 || publicKey.length !== KEY_BYTES) return undefined;
  const id = keyId(name, publicKey);
  if (id.toString('hex') !== hex) return undefined;
  return { name, id, publicKey };
}
