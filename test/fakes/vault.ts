// A vault in memory: real SQL with the product's schema, no file, no key derivation. One passphrase.
import Database from 'better-sqlite3-multiple-ciphers';
import type { Role } from '../../shared/contract/index.ts';
import { ROLES } from '../../shared/contract/index.ts';
import type { UserId, VaultId } from '../../shared/kernel/id.ts';
import { failure, ok } from '../../shared/kernel/result.ts';
import { createDatabase } from '../../main/store/database.ts';
import type { OpenVault, VaultFiles } from '../../main/store/index.ts';
import { foundation } from '../../main/store/migrations/0010-foundation.ts';

export const PASSPHRASE = 'correct horse battery staple';

export interface FakeVaults extends VaultFiles {
  /** The database of the open vault. */
  opened(): OpenVault | undefined;
  closedTimes(): number;
}

export function createFakeVaults(roles: readonly Role[] = ROLES): FakeVaults {
  const native = new Database(':memory:');
  const database = createDatabase(native);
  foundation.up(database.db);
  let exists = false;
  let open: OpenVault | undefined;
  let closed = 0;
  const user = { id: 'usr_00000000000000000000000001' as UserId, name: 'Ana', roles };
  const id = 'vlt_00000000000000000000000001' as VaultId;
  const locked = {
    id,
    name: 'Ward 3',
    cipher: 'aegis' as const,
    createdAt: '2026-11-23T09:00:00.000Z',
    lastOpenedAt: undefined,
    users: [user],
    inUse: undefined,
  };

  const make = (): OpenVault => {
    open = {
      id,
      name: 'Ward 3',
      user,
      byRecoveryCode: false,
      withoutDevice: false,
      notices: [],
      sinceClosed: 'same',
      acceptChange: () => undefined,
      store: { vaultId: id, db: database.db, transaction: database.transaction } as never,
      keys: {
        users: () => [user],
        verify: (_: UserId, passphrase: string) =>
          Promise.resolve(passphrase === PASSPHRASE ? ok(undefined) : wrong()),
      } as never,
      info: () => ({ cipher: 'aegis' }) as never,
      backUp: () => Promise.reject(new Error('A vault in memory has no files')),
      close() {
        closed += 1;
        open = undefined;
      },
    };
    return open;
  };
  const wrong = () =>
    failure('WRONG_PASSPHRASE', 'The passphrase does not open this vault. Nothing was changed.');

  return {
    status: () => ok(exists ? locked : undefined),
    create: () => {
      if (exists) return Promise.resolve(failure('VAULT_EXISTS', 'There is a vault already.'));
      exists = true;
      return Promise.resolve(ok(make()));
    },
    unlock: (_, { passphrase }) => {
      if (!exists) return Promise.resolve(failure('NOT_A_VAULT', 'There is no vault here.'));
      return Promise.resolve(passphrase === PASSPHRASE ? ok(make()) : wrong());
    },
    readBackup: () => failure('SOURCE_NOT_FOUND', 'There is no backup here.'),
    listBackups: () => [],
    verifyBackup: () => Promise.resolve(failure('SOURCE_NOT_FOUND', 'There is no backup here.')),
    examine: () => Promise.resolve(ok([])),
    salvage: () => Promise.resolve(failure('NOT_A_VAULT', 'There is no vault here.')),
    restore: () => Promise.resolve(failure('SOURCE_NOT_FOUND', 'There is no backup here.')),
    opened: () => open,
    closedTimes: () => closed,
  };
}
