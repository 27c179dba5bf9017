// The device's half of a bound access: 32 random bytes per vault and person in the key store of the machine.
// A secret that is there is used again and never replaced, so that no binding, of this copy of the vault or
// of another, loses its device because of a new one that was cut short.
import type { KeyStore, KeyStoreState, Random } from '../platform/index.ts';
import { DEVICE_SECRET_BYTES } from './seedWrap.ts';

export interface DeviceSecrets {
  state(): Promise<KeyStoreState>;
  /** Undefined where this machine holds none, or can no longer read it. */
  find(vaultId: string, userId: string): Promise<Buffer | undefined>;
  /** Kept and read back; undefined where the key store would not keep it. */
  make(vaultId: string, userId: string): Promise<Buffer | undefined>;
}

export function createDeviceSecrets(keyStore: KeyStore, random: Random): DeviceSecrets {
  const nameOf = (vaultId: string, userId: string): string => `device.${vaultId}.${userId}`;

  async function find(vaultId: string, userId: string): Promise<Buffer | undefined> {
    const kept = await keyStore.get(nameOf(vaultId, userId));
    const secret = kept === undefined ? undefined : Buffer.from(kept, 'base64');
    return secret?.length === DEVICE_SECRET_BYTES ? secret : undefined;
  }

  return {
    state: () => keyStore.state(),
    find,
    async make(vaultId, userId) {
      const present = await find(vaultId, userId);
      if (present) return present;
      const made = random.bytes(DEVICE_SECRET_BYTES);
      const name = nameOf(vaultId, userId);
      if (!(await keyStore.set(name, made.toString('base64')))) return undefined;
      const kept = await find(vaultId, userId);
      return kept?.equals(made) ? kept : undefined;
    },
  };
}
