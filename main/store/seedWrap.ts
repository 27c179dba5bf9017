// How the seed of a slot is wrapped: under the passphrase, and where the person bound their access to a
// device, under the passphrase and the device's secret together.
//
// A second factor that cannot be lost and one that cannot be gone round exclude each other, so a binding is
// always made with a second way, and the person chooses which:
//
//   passphrase  The seed is wrapped a second time under the passphrase alone, at DEARER times the cost. A
//               thief of the folder can still guess, three bits more slowly; whoever uses a passphrase they
//               saw on another machine is told on by the log and a banner. Losing the device costs seconds.
//   code        There is no such wrap: without the device the passphrase is worth nothing. The way back is
//               the printed code (130 bits, in a slot of its own), which must have been typed back before
//               this can be chosen, or a new passphrase from an administrator.
//
// Either way nobody is locked out by a key store that forgets: one step more with `passphrase`, with `code`
// the paper and a new passphrase. The secret stays in the key store when a binding ends, because backups
// made meanwhile still hold the bound slot; by itself it opens nothing. It is told by a hash of itself, so
// that a wrong passphrase is never mistaken for a missing device.
import { createHash, hkdfSync } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, type Random } from '../platform/index.ts';
import { deriveKey, isAcceptableCost, type KdfCost } from './kdf.ts';
import { decrypt, encrypt } from './sealing.ts';

export const Base64 = z.base64().max(4_096);

const KdfSchema = z
  .strictObject({
    algorithm: z.literal('argon2id'),
    memoryKiB: z.number(),
    iterations: z.number(),
    parallelism: z.number(),
    salt: Base64,
  })
  .refine(isAcceptableCost, 'Cost below the floor or beyond this machine');

/** The 32-byte seed under a key encryption key: nonce, ciphertext, tag. */
const wrap = { kdf: KdfSchema, seed: Base64 } as const;
export const PassphraseWrapSchema = z.strictObject(wrap);
export type PassphraseWrap = z.infer<typeof PassphraseWrapSchema>;

export const DeviceWrapSchema = z.strictObject({
  ...wrap,
  secretId: z.string().regex(/^[0-9a-f]{32}$/),
  /** The key store that kept the secret when the binding was made. */
  backend: z.string().max(60),
  boundAt: z.string().max(40),
});
export type DeviceWrap = z.infer<typeof DeviceWrapSchema>;

/** What a wrap is good for: moving it to another vault or person breaks its tag. */
export interface SeedPlace {
  readonly vaultId: string;
  readonly userId: string;
}

export const DEVICE_SECRET_BYTES = 32;

/** Half a hash of 32 random bytes says nothing about them. */
export const secretIdOf = (secret: Uint8Array): string =>
  createHash('sha256')
    .update('cloister device secret v1\n')
    .update(secret)
    .digest('hex')
    .slice(0, 32);

/** What the way without the device costs an attacker, in ordinary guesses. */
export const DEARER = 8;
const MOST_ITERATIONS = 64;

export const dearerCost = (cost: KdfCost): KdfCost => ({
  ...cost,
  iterations: Math.min(MOST_ITERATIONS, cost.iterations * DEARER),
});

export const costOf = ({ kdf }: Pick<PassphraseWrap, 'kdf'>): KdfCost => {
  const { salt: _salt, ...cost } = kdf;
  return cost;
};

export async function wrapByPassphrase(
  place: SeedPlace,
  seed: Buffer,
  passphrase: string,
  cost: KdfCost,
  random: Random,
): Promise<PassphraseWrap> {
  const kdf = newKdf(cost, random);
  const kek = await deriveKey(passphrase, Buffer.from(kdf.salt, 'base64'), cost);
  const box = encrypt(kek, seed, passphraseBinding(place, kdf), random);
  kek.fill(0);
  return { kdf, seed: box.toString('base64') };
}

export async function unwrapByPassphrase(
  place: SeedPlace,
  { kdf, seed }: PassphraseWrap,
  passphrase: string,
): Promise<Buffer | undefined> {
  const kek = await deriveKey(passphrase, Buffer.from(kdf.salt, 'base64'), kdf);
  const opened = decrypt(kek, Buffer.from(seed, 'base64'), passphraseBinding(place, kdf));
  kek.fill(0);
  return opened;
}

export interface Device {
  readonly secret: Buffer;
  readonly backend: string;
  readonly boundAt: string;
}

export async function wrapByDevice(
  place: SeedPlace,
  seed: Buffer,
  passphrase: string,
  { secret, backend, boundAt }: Device,
  cost: KdfCost,
  random: Random,
): Promise<DeviceWrap> {
  const kdf = newKdf(cost, random);
  const secretId = secretIdOf(secret);
  const kek = await combined(passphrase, kdf, secret);
  const box = encrypt(kek, seed, deviceBinding(place, kdf, secretId), random);
  kek.fill(0);
  return { kdf, seed: box.toString('base64'), secretId, backend, boundAt };
}

export async function unwrapByDevice(
  place: SeedPlace,
  { kdf, seed, secretId }: DeviceWrap,
  passphrase: string,
  secret: Buffer,
): Promise<Buffer | undefined> {
  const kek = await combined(passphrase, kdf, secret);
  const opened = decrypt(kek, Buffer.from(seed, 'base64'), deviceBinding(place, kdf, secretId));
  kek.fill(0);
  return opened;
}

function newKdf(cost: KdfCost, random: Random): PassphraseWrap['kdf'] {
  const { algorithm, memoryKiB, iterations, parallelism } = cost;
  const salt = random.bytes(16).toString('base64');
  return { algorithm, memoryKiB, iterations, parallelism, salt };
}

/** Both halves go in before the extraction: neither says anything without the other. */
async function combined(
  passphrase: string,
  kdf: PassphraseWrap['kdf'],
  secret: Buffer,
): Promise<Buffer> {
  const salt = Buffer.from(kdf.salt, 'base64');
  const stretched = await deriveKey(passphrase, salt, kdf);
  const both = Buffer.concat([stretched, secret]);
  const kek = Buffer.from(hkdfSync('sha256', both, salt, 'cloister device kek v1', 32));
  stretched.fill(0);
  both.fill(0);
  return kek;
}

const passphraseBinding = ({ vaultId, userId }: SeedPlace, kdf: PassphraseWrap['kdf']): Buffer =>
  Buffer.from(canonicalJson(['cloister seed v1', vaultId, userId, { ...kdf }]));

const deviceBinding = (
  { vaultId, userId }: SeedPlace,
  kdf: PassphraseWrap['kdf'],
  secretId: string,
): Buffer =>
  Buffer.from(canonicalJson(['cloister device seed v1', vaultId, userId, secretId, { ...kdf }]));
