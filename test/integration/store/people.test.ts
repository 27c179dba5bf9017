import { createPublicKey, verify } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createTestVault, TEST_PASSPHRASE, type TestVault } from '../../fakes/openVault.ts';

let house: TestVault | undefined;
const open = async (): Promise<TestVault> => (house = await createTestVault());
afterEach(() => {
  house?.dispose();
  house = undefined;
});

const isSignedBy = (publicKey: Buffer, message: Uint8Array, signature: Buffer): boolean => {
  const envelope = Buffer.from('302a300506032b6570032100', 'hex');
  const key = createPublicKey({
    key: Buffer.concat([envelope, publicKey]),
    format: 'der',
    type: 'spki',
  });
  return verify(null, message, key, signature);
};

describe('the people of a vault', () => {
  it('sign with a key of their own that survives a new passphrase and a new database key', async () => {
    const { vault } = await open();
    const user = unwrap(await vault.keys.add({ name: 'Ada', roles: ['steward'] }, 'first of Ada'));
    const order = Buffer.from('erase');
    const before = unwrap(await vault.keys.sign(user.id, 'first of Ada', order));
    expect(isSignedBy(before.publicKey, order, before.signature)).toBe(true);
    expect(isSignedBy(before.publicKey, Buffer.from('spare'), before.signature)).toBe(false);

    unwrap(await vault.keys.changePassphrase(user.id, 'first of Ada', 'second of Ada'));
    vault.store.rekey();
    const after = unwrap(await vault.keys.sign(user.id, 'second of Ada', order));
    expect(after.publicKey).toEqual(before.publicKey);
    expect(await vault.keys.sign(user.id, 'first of Ada', order)).toMatchObject({
      ok: false,
      error: { code: 'WRONG_PASSPHRASE' },
    });
    const own = unwrap(await vault.keys.sign(vault.user.id, TEST_PASSPHRASE, order));
    expect(own.publicKey).not.toEqual(before.publicKey);
  });

  it('open the vault by the printed code when every passphrase is lost, and give new ones', async () => {
    const { vault, files, folder } = await open();
    expect(vault.keys.hasRecoveryCode()).toBe(false);
    const lost = unwrap(await vault.keys.makeRecoveryCode());
    const code = unwrap(await vault.keys.makeRecoveryCode());
    expect(vault.keys.users()).toHaveLength(1);
    const userId = vault.user.id;
    const { kdf } = vault.info();
    vault.close();

    expect(unwrap(files.status(folder))?.users).toHaveLength(1);
    expect(await files.unlock(folder, { passphrase: lost })).toMatchObject({
      error: { code: 'WRONG_PASSPHRASE' },
    });
    const opened = unwrap(
      await files.unlock(folder, { passphrase: ` ${code.toLowerCase().replaceAll('-', ' ')}` }),
    );
    expect(opened.byRecoveryCode).toBe(true);
    expect(opened.user.roles).toEqual(['administrator']);
    expect(opened.info().kdf).toEqual(kdf);
    unwrap(await opened.keys.reset(userId, 'a new one'));
    opened.close();

    expect(await files.unlock(folder, { passphrase: TEST_PASSPHRASE })).toMatchObject({
      error: { code: 'WRONG_PASSPHRASE' },
    });
    const again = unwrap(await files.unlock(folder, { passphrase: 'a new one' }));
    expect(again.user.id).toBe(userId);
    expect(again.byRecoveryCode).toBe(false);
    expect(again.keys.hasRecoveryCode()).toBe(true);
    again.close();
  });

  it('keep the recovery code working after a new database key', async () => {
    const { vault, files, folder } = await open();
    const code = unwrap(await vault.keys.makeRecoveryCode());
    vault.store.rekey();
    vault.close();
    const opened = unwrap(await files.unlock(folder, { passphrase: code }));
    expect(opened.store.check()).toEqual([]);
    opened.close();
  });

  it('cannot lose their last person to the code', async () => {
    const { vault } = await open();
    unwrap(await vault.keys.makeRecoveryCode());
    expect(vault.keys.remove(vault.user.id)).toMatchObject({ error: { code: 'CONFLICT' } });
  });
});
