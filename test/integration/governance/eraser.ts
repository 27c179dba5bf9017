// A process of its own that unlocks a vault, carries an erasure out, and kills itself without warning when
// the named stage is about to begin. Arguments: folder, request, confirmation, stage.
import { createClock, createRandom } from '../../../main/platform/index.ts';
import { createVaultFiles } from '../../../main/store/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { TEST_PASSPHRASE } from '../../fakes/openVault.ts';
import { furnish, TESTER } from '../../unit/governance/house.ts';

const [folder = '', requestId = '', confirmation = '', killAt = ''] = process.argv.slice(2);
const clock = createClock();
const random = createRandom(clock);
const files = createVaultFiles({ clock, random });
const vault = unwrap(await files.unlock(folder, { passphrase: TEST_PASSPHRASE }));
const { governance } = furnish(vault.store, clock, random);
const erased = await governance.erasure.erase(TESTER, { requestId, confirmation }, (stage) => {
  if (stage === killAt) process.kill(process.pid, 'SIGKILL');
});
vault.close();
process.exit(erased.ok ? 0 : 1);
