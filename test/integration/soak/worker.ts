// A process to be killed: does one kind of work through the rooms until it is stopped, and acknowledges each
// finished act with a line on standard output, as a program would tell a person. Arguments: kind of work,
// vault folder, passphrase, folder with notes to import, folder for backups.
import { writeSync } from 'node:fs';
import { createBackups } from '../../../main/governance/index.ts';
import { createClock, createRandom } from '../../../main/platform/index.ts';
import { KDF_FLOOR, createVaultFiles } from '../../../main/store/index.ts';
import type { OutputOf } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { quietRun, roomsOver, settingsFor } from '../../fakes/rooms.ts';

const [kind, folder = '', passphrase = '', notes = '', backupFolder = ''] = process.argv.slice(2);
const clock = createClock();
const random = createRandom(clock);
const files = createVaultFiles({ clock, random, kdfCost: KDF_FLOOR });
const vault = unwrap(await files.unlock(folder, { passphrase }));
const { store } = vault;
const rooms = roomsOver(vault, clock, random);
const { actor, audit, corpus, labeling } = rooms;

/** One system call per line: a line that was seen was written before the kill. */
const say = (line: string): void => void writeSync(1, `${line}\n`);

let acts = 0;
/** A small act between the large ones: a row and its leaf in one commit. */
function note(): void {
  const key = random.newId('job');
  store.transaction(() => {
    store.db.run('INSERT INTO setting (user_id, value) VALUES (?, ?)', [key, 'x'.repeat(300)]);
    audit.append({ action: 'soak.note', actor: 'system' });
  });
  acts += 1;
  if (acts % 5 === 0) audit.sign();
  say(`note ${key}`);
}

function label(): void {
  const [project] = labeling.projects.list(actor);
  if (!project) throw new Error('There is no project');
  let from: string | null = null;
  for (;;) {
    const task: OutputOf<'task.open'>['task'] = unwrap(
      labeling.tasks.open(actor, {
        projectId: project.projectId,
        documentId: null,
        from,
        direction: 'next',
      }),
    );
    if (!task) {
      from = null;
      continue;
    }
    from = task.documentId;
    const taken = task.annotations.length * 3;
    const span = { start: taken, end: taken + 2, label: 'NAME' };
    if (taken + 3 > 900) continue;
    const edited = labeling.tasks.apply(actor, task, task.revision, [{ do: 'add', span }]);
    const { annotations } = unwrap(edited);
    audit.append({ action: 'label.apply', actor: 'system' });
    const made = annotations.find(({ start }) => start === span.start);
    say(`label ${task.documentId} ${made?.annotationId ?? '?'}`);
  }
}

const work: Record<string, () => Promise<void>> = {
  label: () => Promise.resolve(label()),
  async import() {
    for (;;) {
      const name = `Import ${random.newId('collection')}`;
      const settings = settingsFor(notes, name, {
        subjects: { by: 'pattern', pattern: 'NHC: (\\d+)', scheme: 'NHC' },
      });
      const report = unwrap(await corpus.import(actor, settings, quietRun()));
      say(`import ${report.collectionId} ${report.documents.added}`);
    }
  },
  rekey() {
    for (;;) {
      note();
      say(`rekey ${store.rekey().pages}`);
    }
  },
  async backup() {
    const backups = createBackups({
      ...{ store, clock, random, audit, vault, files, log: audit },
      appVersion: '0.0.0',
    });
    for (;;) {
      note();
      const made = unwrap(await backups.create(actor, { folder: backupFolder }));
      say(`backup ${made.folder}`);
    }
  },
};

const run = work[kind ?? ''];
if (!run) throw new Error(`No kind of work "${kind}"`);
say('ready');
await run();
