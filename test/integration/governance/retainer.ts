// A process of its own that unlocks a vault, begins a deletion run, and kills itself without warning when the
// named stage is about to begin for the second time within it, or at all where it begins once. Arguments:
// folder, number of documents, stage, how many times the stage may begin before.
import { createClock, createRandom } from '../../../main/platform/index.ts';
import { createVaultFiles } from '../../../main/store/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { TEST_PASSPHRASE } from '../../fakes/openVault.ts';
import { furnish, TESTER } from '../../unit/governance/house.ts';

const [folder = '', documents = '', killAt = '', passes = '0'] = process.argv.slice(2);
const clock = createClock();
const random = createRandom(clock);
const files = createVaultFiles({ clock, random });
const vault = unwrap(await files.unlock(folder, { passphrase: TEST_PASSPHRASE }));
const { governance } = furnish(vault.store, clock, random);
let begun = 0;
const ran = await governance.retention.runs.run(
  TESTER,
  { documents: Number(documents) },
  {
    onStage(stage) {
      if (stage !== killAt) return;
      if (begun === Number(passes)) process.kill(process.pid, 'SIGKILL');
      begun += 1;
    },
    report: () => random.newId('report'),
  },
);
vault.close();
process.exit(ran.ok ? 0 : 1);
