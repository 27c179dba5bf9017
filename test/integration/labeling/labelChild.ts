// A process that labels document after document and prints a line for every label it was told is stored; its
// parent kills it.
import { createClock, createRandom } from '../../../main/platform/index.ts';
import { createVaultFiles } from '../../../main/store/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { TEST_PASSPHRASE } from '../../fakes/openVault.ts';
import { roomsOver } from '../../fakes/rooms.ts';

const [vaultFolder = '', projectId = ''] = process.argv.slice(2);
const clock = createClock();
const random = createRandom(clock);
const files = createVaultFiles({ clock, random });
const vault = unwrap(await files.unlock(vaultFolder, { passphrase: TEST_PASSPHRASE }));
const { labeling, actor } = roomsOver(vault, clock, random);
const task = unwrap(
  labeling.tasks.open(actor, { projectId, documentId: null, from: null, direction: 'nextOpen' }),
);
if (task === null) throw new Error('nothing to label');
let { revision } = task;
for (let at = 0; ; at += 1) {
  const span = { start: 7, end: 10, label: at % 2 === 0 ? 'NAME' : 'PLACE' };
  const edited = unwrap(labeling.tasks.apply(actor, task, revision, [{ do: 'add', span }]));
  process.stdout.write('stored\n');
  // Taken away again without a line of its own, so that the next add is no duplicate.
  const last = edited.annotations.map(({ annotationId }) => ({
    do: 'remove' as const,
    annotationId,
  }));
  revision = unwrap(labeling.tasks.apply(actor, task, edited.revision, last)).revision;
}
