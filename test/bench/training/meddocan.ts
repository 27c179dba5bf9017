/**
 * One process that trains a tagger on the MEDDOCAN training notes and prints the strict span F1 on the
 * development notes as one line of JSON; epochs go to the error stream. For engineers: it reads
 * ../shared/data directly, without a vault.
 *
 *   node test/bench/training/meddocan.ts [--preset standard] [--set crf=true]... [--limit 100] [--errors]
 *   node test/bench/training/meddocan.ts --data resources/samples --preset quick
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { predict, trainTagger, type LoopHooks } from '../../../main/compute/loops/index.ts';
import { PRESETS, type TaggerRecipe, type WireDocument } from '../../../main/compute/protocol.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/meddocan' },
    preset: { type: 'string', default: 'standard' },
    set: { type: 'string', multiple: true, default: [] },
    limit: { type: 'string' },
    errors: { type: 'boolean', default: false },
  },
});

const DATA = resolve(values.data);
if (!existsSync(DATA)) {
  console.log(JSON.stringify({ skipped: `${values.data} is not there` }));
  process.exit(0);
}

function readBrat(split: string): WireDocument[] {
  return readdirSync(join(DATA, split), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => {
      const file = join(DATA, split, name);
      const text = readFileSync(file, 'utf8');
      // brat counts code points; spans here count UTF-16 code units.
      const units: number[] = [];
      let at = 0;
      for (const character of text) {
        units.push(at);
        at += character.length;
      }
      units.push(at);
      const spans = readFileSync(file.replace(/txt$/, 'ann'), 'utf8')
        .split('\n')
        .flatMap((line) => {
          const match = /^T\d+\t(\S+) (\d+) (\d+)\t/.exec(line);
          if (!match) return [];
          const [, label, start, end] = match as unknown as [string, string, string, string];
          return [{ start: units[Number(start)] ?? 0, end: units[Number(end)] ?? 0, label }];
        });
      return { id: basename(name, '.txt'), text, spans };
    });
}

const limit = Number(values.limit ?? Infinity);
const train = readBrat('train').slice(0, limit);
const dev = readBrat('dev').slice(0, limit);
const labels = [
  ...new Set([...train, ...dev].flatMap(({ spans }) => spans.map(({ label }) => label))),
].sort();
const changes = Object.fromEntries(
  values.set.map((pair) => {
    const [key, value] = pair.split('=') as [string, string];
    return [key, JSON.parse(value) as unknown];
  }),
);
const recipe = { ...PRESETS[values.preset as keyof typeof PRESETS], ...changes } as TaggerRecipe;

const started = performance.now();
const hooks: LoopHooks = {
  progress(progress) {
    if (progress.kind !== 'train' || !progress.evaluation) return;
    const { epoch, trainLoss, dev: score, best } = progress.evaluation;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stderr.write(
      `${seconds} s  epoch ${epoch}/${progress.epochs}  loss ${trainLoss.toFixed(4)}  dev P ${score.precision.toFixed(4)} ` +
        `R ${score.recall.toFixed(4)} F1 ${score.f1.toFixed(4)}${best ? ' *' : ''}\n`,
    );
  },
  checkpoint: () => undefined,
  canceled: () => false,
};
const result = await trainTagger({ recipe, labels, train, dev }, hooks);
const tagged = await predict(
  { model: result.model, documents: dev.map(({ id, text }) => ({ id, text })) },
  hooks,
);
let [correct, predicted, gold] = [0, 0, 0];
type Plain = Pick<WireDocument['spans'][number], 'start' | 'end' | 'label'>;
const key = ({ start, end, label }: Plain): string => `${start} ${end} ${label}`;
dev.forEach(({ spans, text, id }, index) => {
  const wanted = new Set(spans.map(key));
  const found = tagged.documents[index]?.spans ?? [];
  gold += wanted.size;
  predicted += found.length;
  correct += found.filter((span) => wanted.has(key(span))).length;
  if (!values.errors) return;
  const foundKeys = new Set(found.map(key));
  const show = (mark: string, { start, end, label }: Plain): boolean =>
    process.stderr.write(
      `${mark} ${id} ${label} ${JSON.stringify(text.slice(Math.max(0, start - 25), start))}[${text.slice(start, end)}]${JSON.stringify(text.slice(end, end + 12))}\n`,
    );
  for (const span of spans) if (!foundKeys.has(key(span))) show('missed', span);
  for (const span of found) if (!wanted.has(key(span))) show('extra ', span);
});
const [precision, recall] = [correct / predicted, correct / gold];
const cpu = process.cpuUsage();
console.log(
  JSON.stringify({
    f1: (2 * precision * recall) / (precision + recall),
    precision,
    recall,
    notes: dev.length,
    epochs: result.epochs,
    steps: result.steps,
    seconds: result.seconds,
    taggingSeconds: tagged.seconds,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    parameters: result.parameters,
    modelMB: Object.values(result.model.files).reduce((sum, { length }) => sum + length, 0) / 1e6,
    misaligned: result.data.misaligned,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  }),
);
