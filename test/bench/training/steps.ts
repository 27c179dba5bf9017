/** Training steps of an encoder against PyTorch on the same cores, and what the largest one needs. */
import type { Measure } from '../report.ts';
import { gigabytes, millions, ownStep, race, type Mode } from './child.ts';
import { BATCH, BERT_BASE, LENGTH, MINILM } from './sizes.ts';

const STEPS = 12;
const BASE_STEPS = 4;
const LEAST: Readonly<Record<Mode, number>> = { full: 1.5, lora: 2.5 };
const NAMES: Readonly<Record<Mode, string>> = {
  full: 'full step',
  lora: 'LoRA step (r=8, q and v)',
};

export const measures = (): readonly Measure[] => [
  ...against('full'),
  ...against('lora'),
  ...largest(),
];

function against(mode: Mode): Measure[] {
  const { own, peer } = race(MINILM, mode, STEPS);
  const shape = `B=${BATCH}, S=${LENGTH}, ${millions(own.parameters)} trained, ${own.threads} threads`;
  const name = `${MINILM.name}-sized ${NAMES[mode]}`;
  const step: Measure = {
    name,
    value: own.seconds,
    unit: 's',
    note: `${shape}; peak ${gigabytes(own.peakBytes)}`,
  };
  if (!peer) return [{ ...step, note: `${step.note}; PyTorch is not installed, so no ratio` }];
  return [
    step,
    {
      name: `${name}: PyTorch's time over ours`,
      value: peer.seconds / own.seconds,
      unit: 'times',
      bound: { least: LEAST[mode] },
      note: `PyTorch ${peer.version}, ${peer.threads} threads, ${peer.seconds.toFixed(2)} s; its MatMul ${(peer.gflops ?? 0).toFixed(0)} GFLOP/s; peak ${gigabytes(peer.peakBytes)}`,
    },
  ];
}

function largest(): Measure[] {
  const own = ownStep(BERT_BASE, 'full', BASE_STEPS);
  return [
    {
      name: `${BERT_BASE.name}-sized full step`,
      value: own.seconds,
      unit: 's',
      note: `B=${BATCH}, S=${LENGTH}, ${millions(own.parameters)} trained, AdamW included`,
    },
    {
      name: `${BERT_BASE.name}-sized full step, peak memory`,
      value: own.peakBytes / 1e9,
      unit: 'GB',
      bound: { most: 8 },
      note: 'weights, gradients, both moments and activations',
    },
  ];
}
