// A process that imports a folder into a vault and says so after every batch; its parent kills it.
import { createClock, createRandom } from '../../../main/platform/index.ts';
import { createVaultFiles } from '../../../main/store/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { TEST_PASSPHRASE } from '../../fakes/openVault.ts';
import { roomsOver, settingsFor } from '../../fakes/rooms.ts';

const [vaultFolder = '', notes = ''] = process.argv.slice(2);
const clock = createClock();
const random = createRandom(clock);
const files = createVaultFiles({ clock, random });
const vault = unwrap(await files.unlock(vaultFolder, { passphrase: TEST_PASSPHRASE }));
const { corpus, actor } = roomsOver(vault, clock, random);
const subjects = { by: 'pattern', pattern: String.raw`NHC: ?(\d+)`, scheme: 'nhc' } as const;
const run = {
  signal: new AbortController().signal,
  progress: () => void process.stdout.write('batch\n'),
};
await corpus.import(actor, settingsFor(notes, 'Notes', { subjects }), run);
