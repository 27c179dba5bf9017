/**
 * One process that trains the preset for documents on nine tenths of banking77 (77 intents of bank
 * customers) and prints the accuracy on the last tenth as one line of JSON. Held back are the questions
 * whose SHA-256 begins with 32 bits divisible by ten; they take no part in training, in choosing an
 * epoch or in any setting. It reads ../shared/data directly, without a vault.
 *
 *   node test/bench/training/banking77.ts [--set epochs=5]...
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import { predict, trainTagger, type LoopHooks } from '../../../main/compute/loops/index.ts';
import { PRESETS, type TaggerRecipe, type WireDocument } from '../../../main/compute/protocol.ts';

const FILE = resolve('../shared/data/banking77/train.csv');
if (!existsSync(FILE)) {
  console.log(JSON.stringify({ skipped: '../shared/data/banking77 is not there' }));
  process.exit(0);
}
const { values } = parseArgs({
  options: { set: { type: 'string', multiple: true, default: [] } },
});
const changes = Object.fromEntries(
  values.set.map((pair) => {
    const [key, value] = pair.split('=') as [string, string];
    return [key, JSON.parse(value) as unknown];
  }),
);
const recipe = { ...PRESETS.documents, ...changes } as TaggerRecipe;

const rows = parse(readFileSync(FILE), { columns: true }) as { text: string; category: string }[];
const documents = rows.map(({ text, category }, index): WireDocument => ({
  id: `question-${index}`,
  text,
  spans: [],
  label: category,
}));
const isHeldBack = ({ text }: WireDocument): boolean =>
  createHash('sha256').update(text).digest().readUInt32BE(0) % 10 === 0;
const train = documents.filter((document) => !isHeldBack(document));
const held = documents.filter(isHeldBack);
const labels = [...new Set(rows.map(({ category }) => category))].sort();

const hooks: LoopHooks = {
  progress(progress) {
    if (progress.kind === 'train')
      process.stderr.write(
        `\r${progress.phase} ${progress.step}/${progress.totalSteps} loss ${progress.loss?.toFixed(3) ?? ''}   `,
      );
  },
  checkpoint: () => undefined,
  canceled: () => false,
};
const started = performance.now();
const result = await trainTagger({ recipe, labels, train, dev: [] }, hooks);
const answers = await predict(
  { model: result.model, documents: held.map(({ id, text }) => ({ id, text })) },
  hooks,
);
const seconds = (performance.now() - started) / 1000;
const right = answers.documents.filter(
  ({ classes }, index) => classes?.[0]?.label === held[index]?.label,
).length;
process.stderr.write('\n');
console.log(
  JSON.stringify({
    accuracy: right / held.length,
    train: train.length,
    held: held.length,
    labels: labels.length,
    epochs: result.epochs,
    steps: result.steps,
    seconds,
    documentsPerSecond: held.length / answers.seconds,
    parameters: result.parameters,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  }),
);
