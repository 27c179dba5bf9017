// Key slots: how a passphrase comes to open the database without the database key depending on it.
//
//   passphrase --Argon2id--> KEK --AES-256-GCM--> slot seed --HKDF--> X25519 key pair of the slot
//   database key --sealed to the slot's public key (ephemeral X25519, HKDF, AES-256-GCM)
//   slot seed --HKDF--> Ed25519 key pair with which the person signs orders
//
// The public half is why the database key can be changed for all users without any passphrase: after an
// erasure, and when somebody leaves who may have kept the old key. While a change is under way a slot
// carries the old and the new key, told apart by their generation.
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  sign as signBytes,
  type KeyObject,
} from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, type Random } from '../platform/index.ts';
import { ROLES } from '../../shared/contract/define.ts';
import type { UserId } from '../../shared/kernel/id.ts';
import type { VaultUser } from './faces.ts';
import { deriveKey, isAcceptableCost, type KdfCost } from './kdf.ts';

const Base64 = z.base64().max(4_096);
const KdfSchema = z
  .strictObject({
    algorithm: z.literal('argon2id'),
    memoryKiB: z.number(),
    iterations: z.number(),
    parallelism: z.number(),
    salt: Base64,
  })
  .refine(isAcceptableCost, 'Cost below the floor or beyond this machine');

export const SlotSchema = z.strictObject({
  user: z.strictObject({
    id: z.string().min(1).max(64),
    name: z.string().max(200),
    roles: z.array(z.enum(ROLES)).max(ROLES.length),
  }),
  /** Left out for a person; the slot of the printed code opens the vault for whoever holds the paper. */
  kind: z.literal('recovery').optional(),
  createdAt: z.string().max(40),
  kdf: KdfSchema,
  /** The slot's 32-byte seed under the KEK: nonce, ciphertext, tag. */
  seed: Base64,
  /** X25519, 32 bytes. */
  publicKey: Base64,
  /** Ed25519, 32 bytes; slots made before people signed orders get theirs with the first signature. */
  signingKey: Base64.optional(),
  keys: z
    .array(z.strictObject({ generation: z.number().int().min(1), sealed: Base64 }))
    .min(1)
    .max(2),
});
export type Slot = z.infer<typeof SlotSchema>;

/** The database key of one generation. */
export interface DatabaseKey {
  readonly generation: number;
  readonly bytes: Buffer;
}

export interface NewSlot {
  readonly vaultId: string;
  readonly user: VaultUser;
  readonly passphrase: string;
  readonly kind?: 'recovery';
  readonly cost: KdfCost;
  readonly createdAt: string;
  readonly keys: readonly DatabaseKey[];
}

export async function createSlot(options: NewSlot, random: Random): Promise<Slot> {
  const { vaultId, user, createdAt, keys } = options;
  const seed = random.bytes(32);
  const wrapped = await wrapSeed(vaultId, user.id, seed, options.passphrase, options.cost, random);
  const publicKey = publicBytes(createPublicKey(privateKeyOf(seed))).toString('base64');
  const signingKey = publicBytes(createPublicKey(signingKeyOf(seed))).toString('base64');
  seed.fill(0);
  const slot: Slot = {
    user: { id: user.id, name: user.name, roles: [...user.roles] },
    ...(options.kind && { kind: options.kind }),
    createdAt,
    ...wrapped,
    publicKey,
    signingKey,
    keys: [],
  };
  return withKeys(vaultId, slot, keys, random);
}

/** Undefined where the passphrase is wrong: GCM's tag is the only judge. */
export async function openSlot(
  vaultId: string,
  slot: Slot,
  passphrase: string,
): Promise<readonly DatabaseKey[] | undefined> {
  const seed = await unwrapSeed(vaultId, slot, passphrase);
  if (!seed) return undefined;
  const privateKey = privateKeyOf(seed);
  seed.fill(0);
  return slot.keys.flatMap(({ generation, sealed }) => {
    const bytes = unseal(
      privateKey,
      Buffer.from(sealed, 'base64'),
      keyBinding(vaultId, slot, generation),
    );
    return bytes ? [{ generation, bytes }] : [];
  });
}

/** Same seed, new passphrase: whatever was sealed to the slot stays readable. */
export async function rewrapSlot(
  vaultId: string,
  slot: Slot,
  current: string,
  next: string,
  cost: KdfCost,
  random: Random,
): Promise<Slot | undefined> {
  const seed = await unwrapSeed(vaultId, slot, current);
  if (!seed) return undefined;
  const wrapped = await wrapSeed(vaultId, slot.user.id, seed, next, cost, random);
  seed.fill(0);
  return { ...slot, ...wrapped };
}

/** An Ed25519 signature of the slot's owner; undefined where the passphrase is wrong. */
export async function signAs(
  vaultId: string,
  slot: Slot,
  passphrase: string,
  message: Uint8Array,
): Promise<{ readonly signature: Buffer; readonly publicKey: Buffer } | undefined> {
  const seed = await unwrapSeed(vaultId, slot, passphrase);
  if (!seed) return undefined;
  const key = signingKeyOf(seed);
  seed.fill(0);
  return { signature: signBytes(null, message, key), publicKey: publicBytes(createPublicKey(key)) };
}

/** Seals exactly these keys to the slot. Needed after any change of what `keyBinding` covers. */
export function withKeys(
  vaultId: string,
  slot: Slot,
  keys: readonly DatabaseKey[],
  random: Random,
): Slot {
  return {
    ...slot,
    keys: keys.map(({ generation, bytes }) => ({
      generation,
      sealed: seal(slot.publicKey, bytes, keyBinding(vaultId, slot, generation), random).toString(
        'base64',
      ),
    })),
  };
}

/** The recovery code is not a person: it is on no list of users and can approve nothing. */
export const isPerson = ({ kind }: Slot): boolean => kind === undefined;

export const userOf = ({ user }: Slot): VaultUser => ({ ...user, id: user.id as UserId });

// What a wrapped secret is good for. Moving it to another vault, user, role or cost breaks its tag.

const seedBinding = (vaultId: string, userId: string, kdf: Slot['kdf']): Buffer =>
  Buffer.from(canonicalJson(['cloister seed v1', vaultId, userId, { ...kdf }]));

const keyBinding = (vaultId: string, slot: Slot, generation: number): Buffer =>
  Buffer.from(
    canonicalJson([
      'cloister key v1',
      vaultId,
      slot.user.id,
      [...slot.user.roles].sort(),
      generation,
    ]),
  );

async function wrapSeed(
  vaultId: string,
  userId: string,
  seed: Buffer,
  passphrase: string,
  cost: KdfCost,
  random: Random,
): Promise<Pick<Slot, 'kdf' | 'seed'>> {
  const salt = random.bytes(16);
  const { algorithm, memoryKiB, iterations, parallelism } = cost;
  const kdf = { algorithm, memoryKiB, iterations, parallelism, salt: salt.toString('base64') };
  const kek = await deriveKey(passphrase, salt, cost);
  const box = encrypt(kek, seed, seedBinding(vaultId, userId, kdf), random);
  kek.fill(0);
  return { kdf, seed: box.toString('base64') };
}

async function unwrapSeed(
  vaultId: string,
  slot: Slot,
  passphrase: string,
): Promise<Buffer | undefined> {
  const kek = await deriveKey(passphrase, Buffer.from(slot.kdf.salt, 'base64'), slot.kdf);
  const binding = seedBinding(vaultId, slot.user.id, slot.kdf);
  const seed = decrypt(kek, Buffer.from(slot.seed, 'base64'), binding);
  kek.fill(0);
  return seed;
}

function seal(publicKey: string, bytes: Buffer, binding: Buffer, random: Random): Buffer {
  const recipient = publicKeyOf(Buffer.from(publicKey, 'base64'));
  const ephemeral = generateKeyPairSync('x25519');
  const sender = publicBytes(ephemeral.publicKey);
  const key = agree(ephemeral.privateKey, recipient, sender, publicBytes(recipient));
  const box = encrypt(key, bytes, binding, random);
  key.fill(0);
  return Buffer.concat([sender, box]);
}

function unseal(privateKey: KeyObject, sealed: Buffer, binding: Buffer): Buffer | undefined {
  const sender = sealed.subarray(0, KEY);
  if (sealed.length < KEY + NONCE + TAG) return undefined;
  const recipient = publicBytes(createPublicKey(privateKey));
  const key = agree(privateKey, publicKeyOf(sender), sender, recipient);
  const bytes = decrypt(key, sealed.subarray(KEY), binding);
  key.fill(0);
  return bytes;
}

const KEY = 32;
const NONCE = 12;
const TAG = 16;
// Node takes raw X25519 keys only inside their RFC 8410 envelopes.
const PRIVATE_ENVELOPE = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_ENVELOPE = Buffer.from('302a300506032b656e032100', 'hex');
const SIGNING_ENVELOPE = Buffer.from('302e020100300506032b657004220420', 'hex');

const privateKeyOf = (seed: Buffer): KeyObject =>
  derivedKey(seed, 'cloister slot x25519 v1', PRIVATE_ENVELOPE);

const signingKeyOf = (seed: Buffer): KeyObject =>
  derivedKey(seed, 'cloister slot ed25519 v1', SIGNING_ENVELOPE);

function derivedKey(seed: Buffer, use: string, envelope: Buffer): KeyObject {
  const raw = Buffer.from(hkdfSync('sha256', seed, '', use, KEY));
  const key = Buffer.concat([envelope, raw]);
  const made = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  raw.fill(0);
  key.fill(0);
  return made;
}

const publicKeyOf = (raw: Buffer): KeyObject =>
  createPublicKey({ key: Buffer.concat([PUBLIC_ENVELOPE, raw]), format: 'der', type: 'spki' });

/** The 32 bytes at the end of an RFC 8410 envelope; its length is the same for both curves. */
const publicBytes = (key: KeyObject): Buffer =>
  key.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_ENVELOPE.length);

function agree(own: KeyObject, other: KeyObject, sender: Buffer, recipient: Buffer): Buffer {
  const shared = diffieHellman({ privateKey: own, publicKey: other });
  const salt = Buffer.concat([sender, recipient]);
  const key = Buffer.from(hkdfSync('sha256', shared, salt, 'cloister slot seal v1', KEY));
  shared.fill(0);
  return key;
}

function encrypt(key: Buffer, plain: Buffer, binding: Buffer, random: Random): Buffer {
  const nonce = random.bytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG });
  cipher.setAAD(binding);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, box: Buffer, binding: Buffer): Buffer | undefined {
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
