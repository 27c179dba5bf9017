// Encoders that were brought in, a sweep at work and one that is done, and runs of each kind. Same every time.
import {
  ENCODER_PRESETS,
  type Base,
  type BaseReport,
  type OutputOf,
  type SweepTrial,
} from '../../../shared/contract/index.ts';
import { at, digest, id, type StubVault } from './fixtures.ts';

export interface StubBase {
  readonly base: Base;
  readonly report: BaseReport;
}
export type SweepTable = OutputOf<'sweep.get'>;

const OPERATORS: readonly [string, number][] = [
  ['MatMul', 36],
  ['Add', 62],
  ['LayerNormalization', 13],
  ['Softmax', 6],
  ['Erf', 6],
  ['Gather', 9],
  ['Reshape', 24],
  ['Transpose', 24],
];

/** What an inspection finds; names decide, so that a test can bring each kind. */
export function reportOf(name: string, bytes: number, present: readonly StubBase[]): BaseReport {
  const quantized = /int8|quant/i.test(name);
  const broken = /broken/i.test(name);
  const verdict = broken ? 'refused' : quantized ? 'inferenceOnly' : 'trainable';
  const file = (
    path: string,
    size: number,
    use: BaseReport['files'][number]['use'],
  ): BaseReport['files'][number] => ({
    path,
    bytes: size,
    sha256: use === 'leftOut' ? null : digest(`${name}/${path}`),
    use,
  });
  return {
    name,
    verdict,
    reasons: broken
      ? [{ code: 'unreadable', message: 'The graph names a tensor that is not in the file.' }]
      : quantized
        ? [
            {
              code: 'quantized',
              message:
                'The file is quantized (MatMulInteger /encoder/layer.0/query). Bring the file with 32-bit weights, usually onnx/model.onnx.',
            },
          ]
        : [],
    task: 'features',
    family: 'bert',
    labels: [],
    parameters: 22_713_216,
    opset: 14,
    operators: [
      ...OPERATORS.map(([operator, count]) => ({ name: operator, count, trainable: true })),
      ...(quantized ? [{ name: 'MatMulInteger', count: 36, trainable: false }] : []),
    ],
    maxTokens: 512,
    hidden: 384,
    layers: 6,
    tokenizer: { kind: 'WordPiece', vocabulary: 30_522 },
    loraTargets: ['query', 'key', 'value', 'dense'],
    licence: quantized ? null : 'apache-2.0',
    files: [
      file('config.json', 612, 'config'),
      file('tokenizer.json', 711_396, 'tokenizer'),
      file('onnx/model.onnx', Math.max(bytes, 90_387_630), 'graph'),
      file('README.md', 7_740, 'documentation'),
      file('pytorch_model.bin', 90_888_945, 'leftOut'),
    ],
    sizeBytes: 91_107_378,
    sha256: digest(name),
    alreadyHere: present.some(({ base }) => base.name === name) ? name : null,
  };
}

export const baseOf = (n: number, report: BaseReport, runs = 0): Base => ({
  baseId: id('bas', n),
  origin: 'imported',
  name: report.name,
  verdict: report.verdict,
  task: report.task,
  family: report.family,
  labels: report.labels,
  parameters: report.parameters,
  maxTokens: report.maxTokens,
  hidden: report.hidden,
  layers: report.layers,
  loraTargets: report.loraTargets,
  licence: report.licence,
  sizeBytes: report.sizeBytes,
  sha256: report.sha256,
  state: 'valid',
  at: at(n),
  by: 'Dr. Amara Osei',
  runs,
  purposeId: null,
});

export function trainingOf(vault: StubVault): void {
  vault.bases = ['MiniLM-L6 multilingual', 'MedBERT int8'].map((name, index) => {
    const report = reportOf(name, 0, []);
    return { report, base: baseOf(index + 1, report, index === 0 ? 1 : 0) };
  });
  tunedOf(vault);
  vault.sweeps = [sweepOf(vault, 1, 'done'), sweepOf(vault, 2, 'interrupted')];
}

/** A fine-tuning with everything a run can have: base, adapters, test report, privacy. */
function tunedOf(vault: StubVault): void {
  const [plain] = vault.runs;
  const [first] = vault.bases;
  if (!plain || !first) return;
  const { baseId, name, sha256 } = first.base;
  const curve = vault.curves.get(plain.runId) ?? [];
  const runId = id('run', 4);
  vault.runs.push({
    ...plain,
    runId,
    name: 'Ward 7, MiniLM with adapters',
    recipe: {
      ...ENCODER_PRESETS.lora,
      mode: { kind: 'lora', rank: 8, alpha: 16, targets: ['query', 'value'] },
      base: baseId,
      testAtEnd: true,
      privacy: { clipNorm: 1, delta: 0.01, targetEpsilon: 8 },
    },
    preset: 'lora',
    recipeSha256: digest('recipe4'),
    base: { baseId, name, sha256 },
    startedAt: at(4),
    finishedAt: at(3.99),
    steps: 120,
    totalSteps: 120,
    devF1: 0.861,
    modelId: null,
    test: { precision: 0.872, recall: 0.843, f1: 0.8573, gold: 121, predicted: 117, correct: 102 },
    privacy: {
      unit: 'sequence',
      sequences: 24,
      sampleRate: 0.6667,
      noiseMultiplier: 1.011,
      clipNorm: 1,
      steps: 120,
      delta: 0.01,
      epsilonRdp: 7.998,
      epsilonPrv: 7.214,
    },
  });
  vault.curves.set(
    runId,
    curve.map((point, index) => ({
      ...point,
      step: Math.round(((index + 1) / curve.length) * 120),
      epoch: ((index + 1) / curve.length) * 5,
      learningRate: 5e-4 * Math.min(1, (index + 1) / 10) * (1 - index / curve.length),
      devF1:
        (index + 1) % Math.floor(curve.length / 5) === 0
          ? 0.861 * (1 - Math.exp((-5 * (index + 1)) / curve.length))
          : null,
    })),
  );
}

const TRIALS = 12;
const RUNGS = [2, 6, 14];

function sweepOf(vault: StubVault, n: number, state: 'done' | 'interrupted'): SweepTable {
  const started = state === 'done' ? TRIALS : 5;
  const trials = Array.from({ length: TRIALS }, (_, index): SweepTrial => {
    // A sequence that covers the space evenly and is the same every time (Weyl).
    const draw = (k: number): number => ((index + 1) * k) % 1;
    const rate = Number((6e-4 * 25 ** draw(0.618)).toPrecision(3));
    const dropout = Number((0.2 + 0.4 * draw(0.7549)).toFixed(3));
    const hidden = [48, 96, 192][index % 3]!;
    const peak = 0.93 - 0.09 * Math.abs(Math.log10(rate / 4e-3)) - 0.2 * Math.abs(dropout - 0.35);
    const reached = index >= started ? 0 : index % 3 !== 0 ? 1 : index % 2 !== 0 ? 2 : 3;
    return {
      number: index + 1,
      runId: index < started ? id('run', 100 * n + index) : null,
      settings: [
        { setting: 'learningRate', value: rate },
        { setting: 'dropout', value: dropout },
        { setting: 'hidden', value: hidden },
      ],
      rungs: RUNGS.slice(0, reached).map((epochs, rung) => ({
        epochs,
        score: Number((peak * (0.78 + 0.1 * rung) + hidden / 9600).toFixed(4)),
        seconds: epochs * 3.1,
      })),
      state: reached === 3 ? 'finished' : reached === 0 ? 'waiting' : 'dropped',
      errorCode: null,
    };
  });
  const best = trials
    .filter(({ rungs }) => rungs.length > 0)
    .sort((a, b) => b.rungs.at(-1)!.score - a.rungs.at(-1)!.score)[0]!;
  return {
    sweep: {
      sweepId: id('swp', n),
      name: n === 1 ? 'Rate, dropout and width' : 'Rate, dropout and width, second night',
      snapshotId: id('snp', 1),
      snapshot: 'November, first freeze',
      architecture: 'tagger',
      plan: {
        recipe: vault.runs[1]!.recipe,
        space: [
          { kind: 'log', setting: 'learningRate', low: 6e-4, high: 0.015 },
          { kind: 'uniform', setting: 'dropout', low: 0.2, high: 0.6 },
          { kind: 'choice', setting: 'hidden', values: [48, 96, 192] },
        ],
        trials: TRIALS,
        eta: 3,
        budgetMinutes: 30,
        seed: 1,
      },
      rungs: RUNGS,
      scoredBy: 'f1',
      state,
      startedAt: at(n),
      finishedAt: at(n - 0.02),
      seconds: state === 'done' ? 1123 : 402,
      started,
      best: { number: best.number, runId: best.runId!, score: best.rungs.at(-1)!.score },
      resumable: state === 'interrupted',
      errorCode: null,
      jobId: null,
    },
    trials,
  };
}
