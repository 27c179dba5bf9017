/**
 * Trains the tagger on the MEDDOCAN training notes and prints the strict span F1 on the development
 * notes, with time and peak memory. For engineers: it reads ../shared/data directly, without a vault.
 *
 *   node test/bench/taggerMeddocan.ts [--preset standard] [--set epochs=5]... [--limit 100] [--errors]
 *   node test/bench/taggerMeddocan.ts --data resources/samples --preset quick
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { predict, trainTagger, type LoopHooks } from '../../main/compute/loops/index.ts';
import { PRESETS, type TaggerRecipe, type WireDocument } from '../../main/compute/protocol.ts';

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

if (!existsSync(DATA)) {
  console.log(`Skipped: ${values.data} is not there.`);
  process.exit(0);
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
    return [key, JSON.parse(/^[a-z]+$/.test(value) ? `"${value}"` : value) as unknown];
  }),
);
const recipe = { ...PRESETS[values.preset as keyof typeof PRESETS], ...changes } as TaggerRecipe;
console.log(JSON.stringify(recipe));

const started = performance.now();
const seconds = (): string => ((performance.now() - started) / 1000).toFixed(1);
let checkpoints = 0;
const hooks: LoopHooks = {
  progress(progress) {
    if (progress.kind !== 'train') return;
    const entry = progress.evaluation;
    if (entry)
      console.log(
        `${seconds()} s  epoch ${entry.epoch}/${progress.epochs}  loss ${entry.trainLoss.toFixed(4)}` +
          `  dev P ${entry.dev.precision.toFixed(4)} R ${entry.dev.recall.toFixed(4)} F1 ${entry.dev.f1.toFixed(4)}` +
          `${entry.best ? ' *' : ''}  ${progress.stepsPerSecond.toFixed(2)} steps/s`,
      );
  },
  checkpoint: (_step, bytes) => void (checkpoints = bytes.length),
  canceled: () => false,
};
const result = await trainTagger({ recipe, labels, train, dev }, hooks);
const size = Object.values(result.model.files).reduce((sum, bytes) => sum + bytes.length, 0);
const tagged = await predict(
  { model: result.model, documents: dev.map(({ id, text }) => ({ id, text })) },
  hooks,
);
let [correct, predicted, gold] = [0, 0, 0];
dev.forEach(({ spans, text, id }, index) => {
  const key = (span: { start: number; end: number; label: string }): string =>
    `${span.start} ${span.end} ${span.label}`;
  const wanted = new Set(spans.map(key));
  const found = tagged.documents[index]?.spans ?? [];
  gold += wanted.size;
  predicted += found.length;
  correct += found.filter((span) => wanted.has(key(span))).length;
  if (!values.errors) return;
  const foundKeys = new Set(found.map(key));
  const show = (mark: string, span: { start: number; end: number; label: string }): void =>
    console.log(
      `${mark} ${id} ${span.label} ${JSON.stringify(text.slice(Math.max(0, span.start - 25), span.start))}[${text.slice(span.start, span.end)}]${JSON.stringify(text.slice(span.end, span.end + 12))}`,
    );
  for (const span of spans) if (!foundKeys.has(key(span))) show('missed', span);
  for (const span of found) if (!wanted.has(key(span))) show('extra ', span);
});
const [p, r] = [correct / predicted, correct / gold];
const cpu = process.cpuUsage();
console.log(
  `strict span F1 on ${dev.length} development notes: ${((2 * p * r) / (p + r)).toFixed(4)} (precision ${p.toFixed(4)}, recall ${r.toFixed(4)})`,
);
console.log(
  `${result.steps} steps, ${result.epochs} epochs, training ${result.seconds.toFixed(1)} s, tagging ${tagged.seconds.toFixed(1)} s,` +
    ` CPU ${((cpu.user + cpu.system) / 1e6).toFixed(0)} s, peak RSS ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB,` +
    ` ${result.parameters} parameters, model ${(size / 1e6).toFixed(1)} MB, checkpoint ${(checkpoints / 1e6).toFixed(1)} MB,` +
    ` ${result.data.misaligned} spans misaligned`,
);
