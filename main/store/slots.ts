// Key slots: how a passphrase comes to open the database without the database key depending on it.
//
//   passphrase (and device) --> KEK --AES-256-GCM--> slot seed --HKDF--> X25519 key pair of the slot
//   database key --sealed to the slot's public key (ephemeral X25519, HKDF, AES-256-GCM)
//   slot seed --HKDF--> Ed25519 key pair with which the person signs orders
//
// The public half is why the database key can be changed for all users without any passphrase: after an
// erasure, and when somebody leaves who may have kept the old key. While a change is under way a slot
// carries the old and the new key, told apart by their generation. How the seed is wrapped, by a passphrase
// or by a passphrase and a device, is the business of `seedWrap.ts`.
import {
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
import type { KdfCost } from './kdf.ts';
import { NONCE, TAG, decrypt, encrypt } from './sealing.ts';
import {
  Base64,
  DeviceWrapSchema,
  PassphraseWrapSchema,
  costOf,
  dearerCost,
  secretIdOf,
  unwrapByDevice,
  unwrapByPassphrase,
  wrapByDevice,
  wrapByPassphrase,
  type Device,
  type PassphraseWrap,
  type SeedPlace,
} from './seedWrap.ts';

export const SlotSchema = z.strictObject({
  user: z.strictObject({
    id: z.string().min(1).max(64),
    name: z.string().max(200),
    roles: z.array(z.enum(ROLES)).max(ROLES.length),
  }),
  /** Left out for a person; the slot of the printed code opens the vault for whoever holds the paper. */
  kind: z.literal('recovery').optional(),
  createdAt: z.string().max(40),
  /** The wrap by the passphrase alone; both are left out where only the device opens the slot. */
  kdf: PassphraseWrapSchema.shape.kdf.optional(),
  seed: PassphraseWrapSchema.shape.seed.optional(),
  /** The wrap by passphrase and device, where the person bound their access to one. */
  device: DeviceWrapSchema.optional(),
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
  const place = { vaultId, userId: user.id };
  const wrapped = await wrapByPassphrase(place, seed, options.passphrase, options.cost, random);
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

/**
 * Undefined where the passphrase is wrong: GCM's tag is the only judge. `secret` is what this machine's key
 * store holds for the person; of another device, or none, the way without the device is taken.
 */
export async function openSlot(
  vaultId: string,
  slot: Slot,
  passphrase: string,
  secret?: Buffer,
): Promise<readonly DatabaseKey[] | undefined> {
  const seed = await unwrapSeed(vaultId, slot, passphrase, secret);
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

/**
 * Same seed, new passphrase: whatever was sealed to the slot stays readable. Without the device a binding
 * ends, because its wrap would go on opening for the former passphrase.
 */
export async function rewrapSlot(
  vaultId: string,
  slot: Slot,
  current: string,
  next: string,
  cost: KdfCost,
  random: Random,
  secret?: Buffer,
): Promise<Slot | undefined> {
  const seed = await unwrapSeed(vaultId, slot, current, secret);
  if (!seed) return undefined;
  const { device } = slot;
  const bound = device && secret && isHere(slot, secret) ? { ...device, secret } : undefined;
  return wrapped(
    vaultId,
    slot,
    seed,
    next,
    { bound, alone: slot.seed !== undefined, cost },
    random,
  );
}

/** Makes the device the second half; `alone` also keeps the dearer way by the passphrase alone. */
export async function bindSlot(
  vaultId: string,
  slot: Slot,
  passphrase: string,
  {
    device,
    alone,
    cost,
  }: { readonly device: Device; readonly alone: boolean; readonly cost: KdfCost },
  random: Random,
): Promise<Slot | undefined> {
  const seed = await unwrapSeed(vaultId, slot, passphrase, device.secret);
  if (!seed) return undefined;
  const { kdf, seed: alreadyDearer } = slot;
  const kept = slot.device && kdf && alreadyDearer !== undefined && { kdf, seed: alreadyDearer };
  const how = { bound: device, alone, cost, ...(kept && { kept }) };
  return wrapped(vaultId, slot, seed, passphrase, how, random);
}

export async function unbindSlot(
  vaultId: string,
  slot: Slot,
  passphrase: string,
  cost: KdfCost,
  random: Random,
  secret?: Buffer,
): Promise<Slot | undefined> {
  const seed = await unwrapSeed(vaultId, slot, passphrase, secret);
  return (
    seed &&
    wrapped(vaultId, slot, seed, passphrase, { bound: undefined, alone: true, cost }, random)
  );
}

/** Whether this secret is the device's half of the slot. */
export const isHere = ({ device }: Slot, secret: Buffer | undefined): boolean =>
  device !== undefined && secret !== undefined && secretIdOf(secret) === device.secretId;

/** The passphrase alone will not do, and the device is not here. */
export const needsDevice = (slot: Slot, secret: Buffer | undefined): boolean =>
  slot.seed === undefined && !isHere(slot, secret);

/** What an ordinary opening costs; undefined for a slot that nobody could have written. */
export const slotCost = ({ kdf, device }: Slot): KdfCost | undefined => {
  const ordinary = device?.kdf ?? kdf;
  return ordinary && costOf({ kdf: ordinary });
};

/** An Ed25519 signature of the slot's owner; undefined where the passphrase is wrong. */
export async function signAs(
  vaultId: string,
  slot: Slot,
  passphrase: string,
  message: Uint8Array,
  secret?: Buffer,
): Promise<{ readonly signature: Buffer; readonly publicKey: Buffer } | undefined> {
  const seed = await unwrapSeed(vaultId, slot, passphrase, secret);
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

/** What a sealed key is good for. Moving it to another vault, user or role breaks its tag. */
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

/** The slot with exactly these wraps of its seed, which is wiped. */
async function wrapped(
  vaultId: string,
  slot: Slot,
  seed: Buffer,
  passphrase: string,
  how: {
    readonly bound: Device | undefined;
    readonly alone: boolean;
    readonly cost: KdfCost;
    /** A wrap by this passphrase at the dearer cost that is there already. */
    readonly kept?: PassphraseWrap;
  },
  random: Random,
): Promise<Slot> {
  const { bound, alone, cost, kept } = how;
  const { kdf: _kdf, seed: _seed, device: _device, ...rest } = slot;
  const place = placeOf(vaultId, slot);
  try {
    const device = bound && (await wrapByDevice(place, seed, passphrase, bound, cost, random));
    const own = bound ? dearerCost(cost) : cost;
    return {
      ...rest,
      ...((alone || !device) &&
        (kept ?? (await wrapByPassphrase(place, seed, passphrase, own, random)))),
      ...(device && { device }),
    };
  } finally {
    seed.fill(0);
  }
}

async function unwrapSeed(
  vaultId: string,
  slot: Slot,
  passphrase: string,
  secret: Buffer | undefined,
): Promise<Buffer | undefined> {
  const place = placeOf(vaultId, slot);
  const { kdf, seed, device } = slot;
  if (device && secret && isHere(slot, secret)) {
    return unwrapByDevice(place, device, passphrase, secret);
  }
  return kdf && seed !== undefined
    ? unwrapByPassphrase(place, { kdf, seed }, passphrase)
    : undefined;
}

const placeOf = (vaultId: string, { user }: Slot): SeedPlace => ({ vaultId, userId: user.id });

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
