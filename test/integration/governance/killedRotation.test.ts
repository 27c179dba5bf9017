// kill -9 while the log gets one new key after the other: there is always exactly one key in force, every
// acknowledged succession is in the log, and nothing of it looks like an attack afterwards.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAuditLog } from '../../../main/governance/audit/index.ts';
import { createTestVault, type TestVault } from '../../fakes/openVault.ts';
import { createDice, pause, startChild } from '../store/process.ts';

const ROUNDS = Number(process.env.CLOISTER_SOAK ?? 4);

let house: TestVault;
beforeEach(async () => {
  house = await createTestVault();
});
afterEach(() => house.dispose());

it(
  'a process killed while it rotates leaves a log that follows',
  { timeout: 60_000 + ROUNDS * 10_000 },
  async () => {
    house.vault.close();
    let acknowledged = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const child = startChild('rotate', house.folder);
      await child.ready();
      await pause(createDice(round)() * 250);
      const keys = await child.kill();
      acknowledged += keys.length;

      const { store } = await house.reopen();
      const log = createAuditLog({ ...house, store, appVersion: '0.0.0' });
      expect(log.compareAnchor()).toMatch(/^(intact|unknown)$/);
      expect(await log.verify()).toMatchObject({ intact: true });
      const { successions, current } = log.keys();
      // At most the one that was under way when the process died was not acknowledged.
      expect(successions.length - acknowledged).toBeGreaterThanOrEqual(0);
      expect(successions.length - acknowledged).toBeLessThanOrEqual(1);
      acknowledged = successions.length;
      expect(current).toBe(log.verifierKey);
      if (keys.length > 0) expect(successions.map(({ to }) => to)).toContain(keys.at(-1));
      expect(log.sign().size).toBe(log.size());
      expect(log.compareAnchor()).toBe('intact');
      (await house.reopen()).close();
    }
    expect(acknowledged).toBeGreaterThan(0);
  },
);
