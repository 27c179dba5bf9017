/**
 * A training run as bytes: weights, moments, running average, the best weights so far, and where the
 * loop stands. Random draws need no state (they are functions of seed and step). Of row tables only
 * rows that occur in the data are kept; the others are zero.
 */
import { fault } from '../fault.ts';
import { floatsOf, floatTensor, intTensor, type Tensor } from '../onnx/index.ts';
import { PLANES, type Arena, type Parameter } from '../optim/index.ts';
import type { EpochEvaluation } from '../protocol.ts';
import { decodeTensors, encodeTensors } from './safetensors.ts';

export interface LoopState {
  /** Epochs completed and strips done of the current one. */
  epoch: number;
  strip: number;
  step: number;
  /** Epochs the schedule is laid out for; shorter than the recipe's under a time budget. */
  plannedEpochs: number;
  epochLoss: number;
  epochTokens: number;
  curveLoss: number;
  curveTokens: number;
  lossCurve: { step: number; loss: number }[];
  history: EpochEvaluation[];
}

/** What a checkpoint must agree with to be continued. */
export interface RunIdentity {
  readonly recipe: string;
  readonly data: string;
  readonly runtime: string;
}

export type Weights = Map<string, Float32Array>;

const VERSION = '1';
/** Gradients are zero between steps. */
const KEPT = PLANES.filter((plane) => plane !== 'g');

export function writeCheckpoint(
  arena: Arena,
  seen: Uint8Array,
  state: LoopState,
  best: Weights | null,
  identity: RunIdentity,
): Uint8Array {
  const tensors = new Map<string, Tensor>();
  const rows = rowList(seen);
  for (const parameter of arena.parameters) {
    for (const plane of KEPT)
      tensors.set(
        `${plane}/${parameter.name}`,
        pack(parameter, arena.view(parameter, plane), rows),
      );
    const kept = best?.get(parameter.name);
    if (kept) tensors.set(`best/${parameter.name}`, pack(parameter, kept, rows));
  }
  tensors.set('rows', intTensor([rows.length], rows));
  return encodeTensors({
    tensors,
    metadata: { version: VERSION, ...identity, state: JSON.stringify(state) },
  });
}

/** @throws Fault 'bad-request' when the checkpoint is damaged or belongs to another run. */
export function readCheckpoint(
  bytes: Uint8Array,
  arena: Arena,
  seen: Uint8Array,
  identity: RunIdentity,
): { state: LoopState; best: Weights | null } {
  const { tensors, metadata } = decodeTensors(bytes);
  if (metadata['version'] !== VERSION)
    throw fault('bad-request', 'The checkpoint was written by another version and cannot be used.');
  if (metadata['data'] !== identity.data)
    throw fault(
      'bad-request',
      'The checkpoint belongs to other training data, so the run cannot be continued. Start it anew.',
    );
  if (metadata['recipe'] !== identity.recipe)
    throw fault(
      'bad-request',
      'The checkpoint belongs to another recipe, so the run cannot be continued. Start it anew.',
    );
  const rows = rowList(seen);
  const best: Weights = new Map();
  const take = (name: string): Float32Array => {
    const tensor = tensors.get(name);
    if (!tensor) throw fault('bad-request', `The checkpoint lacks the tensor "${name}".`);
    return floatsOf(tensor);
  };
  for (const parameter of arena.parameters) {
    for (const plane of KEPT)
      unpack(parameter, take(`${plane}/${parameter.name}`), rows, arena.view(parameter, plane));
    if (!tensors.has(`best/${parameter.name}`)) continue;
    const values = new Float32Array(parameter.size);
    unpack(parameter, take(`best/${parameter.name}`), rows, values);
    best.set(parameter.name, values);
  }
  const state = JSON.parse(metadata['state'] ?? '') as LoopState;
  return { state, best: best.size > 0 ? best : null };
}

const rowList = (seen: Uint8Array): number[] => {
  const rows: number[] = [];
  seen.forEach((flag, row) => flag && rows.push(row));
  return rows;
};

function pack(parameter: Parameter, values: Float32Array, rows: readonly number[]): Tensor {
  if (!parameter.rows) return floatTensor(parameter.dims, values);
  const width = parameter.dims[1] as number;
  const packed = new Float32Array(rows.length * width);
  rows.forEach((row, k) => packed.set(values.subarray(row * width, (row + 1) * width), k * width));
  return floatTensor([rows.length, width], packed);
}

function unpack(
  parameter: Parameter,
  values: Float32Array,
  rows: readonly number[],
  to: Float32Array,
): void {
  if (!parameter.rows) return void to.set(values);
  const width = parameter.dims[1] as number;
  rows.forEach((row, k) => to.set(values.subarray(k * width, (k + 1) * width), row * width));
}
