/** The rows of the models built here: each trains in a process of its own, so that its memory is its own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Measure } from '../report.ts';

interface Row {
  readonly skipped?: string;
  readonly seconds: number;
  readonly peakMiB: number;
}

async function run<R extends Row>(file: string): Promise<R> {
  const path = fileURLToPath(new URL(`./${file}`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [path], { maxBuffer: 1 << 24 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as R;
}

/** Time and peak memory of a row, after the number it is about. */
const rest = (name: string, { seconds, peakMiB }: Row, minutes: number): Measure[] => [
  { name: `${name}: seconds`, value: seconds, unit: 's', bound: { most: 60 * minutes } },
  { name: `${name}: peak memory`, value: peakMiB, unit: 'MiB' },
];

export async function measures(): Promise<readonly Measure[]> {
  const found: Measure[] = [];
  const spans = await run<Row & { f1: number; epochs: number }>('meddocan.ts');
  if (spans.skipped) process.stdout.write(`skipped: ${spans.skipped}\n`);
  else {
    const name = 'MEDDOCAN, 500 notes from scratch';
    found.push(
      {
        name: `${name}: strict span F1, 250 notes`,
        value: spans.f1,
        unit: '',
        bound: { least: 0.95 },
        note: `${spans.epochs} epochs`,
      },
      ...rest(name, spans, 15),
    );
  }
  const documents = await run<Row & { accuracy: number; epochs: number }>('banking77.ts');
  if (documents.skipped) process.stdout.write(`skipped: ${documents.skipped}\n`);
  else {
    const name = 'banking77, 77 intents from scratch';
    found.push(
      {
        name: `${name}: accuracy, a tenth held back`,
        value: documents.accuracy,
        unit: '',
        bound: { least: 0.86 },
        note: `${documents.epochs} epochs`,
      },
      ...rest(name, documents, 10),
    );
  }
  return found;
}
