/**
 * The row of inference: sentences per second of `predict` against the pipelines of
 * @huggingface/transformers on the same folder, a token classifier of MiniLM-L6's size with random weights.
 * Each side runs in a process of its own, one after the other, twice in turn; the better run counts. The
 * peer is called the two ways its documentation shows, one sentence at a time and in batches, and the
 * faster of them is its number.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  admit,
  buildEncoder,
  quantize,
  readConfig,
  writeConfig,
} from '../../../main/compute/architectures/encoder/index.ts';
import { buildBert, huggingFaceConfig } from '../../../main/compute/architectures/bert/index.ts';
import { encodeModel } from '../../../main/compute/onnx/index.ts';
import { stream } from '../../../main/compute/random.ts';
import { trainWordPiece } from '../../../main/compute/tokenizers/index.ts';
import type { Measure } from '../report.ts';
import { CLASSES, MINILM } from './sizes.ts';

const SENTENCES = 2000;
const TURNS = 2;
const SIDES = [
  'ours-fp32',
  'ours-int8',
  'single-fp32',
  'batch-fp32',
  'single-q8',
  'batch-q8',
] as const;
type Side = (typeof SIDES)[number];

interface Run {
  readonly seconds: number;
  readonly peakMiB: number;
  readonly tokens?: number;
}

/** Made-up sentences of 3 to 90 words, most of them short, as notes and messages are. */
function makeSentences(): string[] {
  const random = stream(1, 'sentences');
  const syllables = ['ba', 'lo', 'ri', 'ne', 'tu', 'ka', 'se', 'mi', 'do', 'van', 'ler', 'ton'];
  const words = Array.from({ length: 4000 }, () =>
    Array.from({ length: 1 + random.below(4) }, () => syllables[random.below(12)]).join(''),
  );
  return Array.from({ length: SENTENCES }, () => {
    const count = Math.round(Math.min(90, Math.max(3, 14 * Math.exp(0.7 * random.normal()))));
    return Array.from(
      { length: count },
      () => words[Math.floor(4000 * random.uniform() ** 2)],
    ).join(' ');
  });
}

export async function makeFolder(root: string): Promise<void> {
  const sentences = makeSentences();
  const { layers, hidden, heads, intermediate, vocabulary, positions } = MINILM;
  const size = { layers, hidden, heads, intermediate, vocabulary, maxTokens: positions, pad: 0 };
  const build = buildEncoder(admit(encodeModel(buildBert(size, 1))), {
    recipe: { seed: 1, task: 'spans', mode: { kind: 'head' }, base: 'bench' },
    classes: CLASSES,
    keepHead: false,
  });
  const model = build.finished(new Map());
  const classes = ['O', ...['A', 'B', 'C', 'D'].flatMap((label) => [`B-${label}`, `I-${label}`])];
  const base = readConfig(new TextEncoder().encode(JSON.stringify(huggingFaceConfig(size))));
  const files: Record<string, Uint8Array | string> = {
    ...(await trainWordPiece(sentences, { vocabularySize: 8000, lowercase: true })),
    'config.json': writeConfig(base, classes, {
      ...{ version: 1, task: 'spans', alignment: 'subwords', temperature: 1 },
      ...{ maxTokens: 512, overlap: 64 },
    }),
    'onnx/model.onnx': encodeModel(model),
    'onnx/model_quantized.onnx': encodeModel(quantize(model, new Set([build.head.weight])).model),
    'sentences.json': JSON.stringify(sentences),
  };
  for (const [path, bytes] of Object.entries(files)) {
    const to = join(root, 'model', path);
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, bytes);
  }
}

export async function measures(): Promise<readonly Measure[]> {
  const root = await mkdtemp(join(tmpdir(), 'cloister-bench-'));
  try {
    await makeFolder(root);
    const best = new Map<Side, Run>();
    for (let turn = 0; turn < TURNS; turn++)
      for (const side of SIDES) {
        const { stdout } = await promisify(execFile)(
          process.execPath,
          ['test/bench/training/inferenceSide.ts', side, root],
          { maxBuffer: 1 << 24 },
        );
        const run = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Run;
        if (run.seconds < (best.get(side)?.seconds ?? Infinity)) best.set(side, run);
      }
    const of = (side: Side): Run => best.get(side) as Run;
    const faster = (a: Side, b: Side): Run => (of(a).seconds < of(b).seconds ? of(a) : of(b));
    const rate = ({ seconds }: Run): number => SENTENCES / seconds;
    const full = faster('single-fp32', 'batch-fp32');
    const quantized = faster('single-q8', 'batch-q8');
    const ours = of('ours-fp32');
    const small = of('ours-int8');
    const name = `token classification, ${SENTENCES} sentences`;
    return [
      { name: `${name}: fp32`, value: rate(ours), unit: '/s', note: `peak ${ours.peakMiB} MiB` },
      { name: 'pipeline, fp32', value: rate(full), unit: '/s', note: `peak ${full.peakMiB} MiB` },
      {
        name: 'ratio, fp32',
        value: rate(ours) / rate(full),
        unit: 'x',
        bound: { least: 2 },
      },
      { name: `${name}: int8`, value: rate(small), unit: '/s', note: `peak ${small.peakMiB} MiB` },
      {
        name: 'ratio, int8 to the fp32 pipeline',
        value: rate(small) / rate(full),
        unit: 'x',
        bound: { least: 3 },
      },
      {
        name: 'ratio, int8 to the int8 pipeline',
        value: rate(small) / rate(quantized),
        unit: 'x',
        note: `pipeline ${rate(quantized).toFixed(0)}/s, peak ${quantized.peakMiB} MiB`,
      },
    ];
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
