/**
 * The numbers of the house: how long a person waits for the vault, for the next note, for an answer, and
 * how fast notes come in. Real processes and a real encrypted vault in a private folder, removed at the end.
 */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectToCore } from '../../main/cli/connect.ts';
import type { Client, InputOf, OutputOf, ProcedureName } from '../../shared/contract/index.ts';
import { median, type Measure } from './report.ts';
import { measurePreview } from './preview.ts';

const PASSPHRASE = 'a long bench passphrase';
const NOTES = 1500;
const NOTE_CHARACTERS = 3500;

async function must<N extends ProcedureName>(
  client: Client,
  name: N,
  input: InputOf<N>,
): Promise<OutputOf<N>> {
  const result = await client.call(name, input);
  if (!result.ok) throw new Error(`${name}: ${result.error.code} ${result.error.message}`);
  return result.value;
}

export async function measures(): Promise<readonly Measure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cloister-bench-'));
  try {
    const vault = join(folder, 'vault');
    const notes = join(folder, 'notes');
    writeNotes(notes);

    const first = connectToCore(vault);
    await must(first.client, 'vault.create', {
      name: 'Bench',
      userName: 'Bench',
      passphrase: PASSPHRASE,
    });
    const imported = await importNotes(first.client, notes);
    const next = await nextDocument(first.client);
    await first.close();

    const starts: { readonly whole: number; readonly unlock: number }[] = [];
    for (let i = 0; i < 5; i += 1) starts.push(await coldStart(vault));
    const unlock = median(starts.map((start) => start.unlock));
    return [
      {
        name: 'start of core to unlocked vault',
        value: median(starts.map((start) => start.whole)),
        unit: 's',
        bound: { most: 1.5 },
        note: 'median of 5, passphrase check included',
      },
      {
        name: 'passphrase check within it',
        value: unlock,
        unit: 's',
        bound: { least: 0.5 },
        note: 'unlock call: Argon2id, opening, first leaf',
      },
      {
        name: 'import into the encrypted vault',
        value: NOTES / imported,
        unit: 'notes/s',
        bound: { least: 300 },
        note: `${NOTES} notes of ${NOTE_CHARACTERS} characters, indexed`,
      },
      {
        name: 'next document in the labeling view',
        value: next,
        unit: 'ms',
        bound: { most: 50 },
        note: 'median of 100, terminal to core',
      },
      ...(await measurePreview(vault)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function coldStart(vault: string): Promise<{ whole: number; unlock: number }> {
  const begun = performance.now();
  const { client, close } = connectToCore(vault);
  await must(client, 'vault.status', {});
  const asked = performance.now();
  await must(client, 'vault.unlock', { passphrase: PASSPHRASE });
  const done = performance.now();
  await close();
  return { whole: (done - begun) / 1000, unlock: (done - asked) / 1000 };
}

/** Seconds. */
async function importNotes(client: Client, notes: string): Promise<number> {
  const begun = performance.now();
  await must(client, 'corpus.import', {
    source: { kind: 'path', path: notes },
    format: 'text',
    collection: { name: 'Bench' },
    subjects: { by: 'pattern', pattern: 'NHC: (\\d+)' },
  });
  return (performance.now() - begun) / 1000;
}

/** Median milliseconds from asking to having the next task. */
async function nextDocument(client: Client): Promise<number> {
  const { items } = await must(client, 'collection.list', {});
  const purpose = await must(client, 'purpose.declare', {
    name: 'Bench',
    operations: ['read', 'label', 'train'],
    basis: { article6: '6(1)(e)', article9: '9(2)(j)' },
  });
  const { projectId } = await must(client, 'project.create', {
    name: 'Bench',
    purposeId: purpose.purposeId,
    collectionId: items[0]!.collectionId,
    adoptImported: false,
    labels: [{ id: 'NAME', name: 'Name', key: '1', color: 0, pattern: 'solid' }],
  });
  let from: string | null = null;
  const times: number[] = [];
  for (let i = 0; i < 100; i += 1) {
    const begun = performance.now();
    const { task }: OutputOf<'task.open'> = await must(client, 'task.open', {
      projectId,
      from,
      direction: 'next',
    });
    times.push(performance.now() - begun);
    from = task?.documentId ?? null;
  }
  return median(times);
}

function writeNotes(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const words =
    'acude por dolor en el costado derecho desde hace días sin fiebre ni caídas la exploración es normal'.split(
      ' ',
    );
  for (let i = 0; i < NOTES; i += 1) {
    let text = `Nombre: Paciente ${i}.\nNHC: ${100000 + i}.\n`;
    for (let w = i; text.length < NOTE_CHARACTERS; w += 1 + (i % 7)) {
      text += `${words[w % words.length]}${w % 13 === 0 ? '.\n' : ' '}`;
    }
    writeFileSync(join(folder, `note-${String(i).padStart(5, '0')}.txt`), text);
  }
}
