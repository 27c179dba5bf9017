/**
 * A training run as bytes: weights, moments, running average, the best weights so far, and where the
 * loop stands. Random draws need no state (they are functions of seed and step). Of row tables only
 * rows that occur in the data are kept; the others are zero.
 */
import { fault } from '../fault.ts';
import { floatsOf, floatTensor, type Tensor } from '../onnx/index.ts';
import { type Arena, type Parameter, type Plane } from '../optim/index.ts';
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

/** Rows of the row tables that occur in the training data: of all tables, or of each by name. */
export type SeenRows = Uint8Array | ReadonlyMap<string, Uint8Array>;

/** Gradients are zero between steps. */
const keptPlanes = (arena: Arena): Plane[] => arena.planes.filter((plane) => plane !== 'g');

export function writeCheckpoint(
  arena: Arena,
  seen: SeenRows,
  state: LoopState,
  best: Weights | null,
  identity: RunIdentity,
): Uint8Array {
  const tensors = new Map<string, Tensor>();
  const select = rowSelector(seen);
  for (const parameter of arena.parameters) {
    for (const plane of keptPlanes(arena))
      tensors.set(
        `${plane}/${parameter.name}`,
        pack(parameter, arena.view(parameter, plane), select(parameter, plane)),
      );
    const kept = best?.get(parameter.name);
    if (kept) tensors.set(`best/${parameter.name}`, pack(parameter, kept, select(parameter, 'w')));
  }
  return encodeTensors({
    tensors,
    metadata: { version: VERSION, ...identity, state: JSON.stringify(state) },
  });
}

/** @throws Fault 'bad-request' when the checkpoint is damaged or belongs to another run. */
export function readCheckpoint(
  bytes: Uint8Array,
  arena: Arena,
  seen: SeenRows,
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
  const select = rowSelector(seen);
  const best: Weights = new Map();
  const take = (name: string): Float32Array => {
    const tensor = tensors.get(name);
    if (!tensor) throw fault('bad-request', `The checkpoint lacks the tensor "${name}".`);
    return floatsOf(tensor);
  };
  for (const parameter of arena.parameters) {
    for (const plane of keptPlanes(arena))
      unpack(
        parameter,
        take(`${plane}/${parameter.name}`),
        select(parameter, plane),
        arena.view(parameter, plane),
      );
    if (!tensors.has(`best/${parameter.name}`)) continue;
    const values = new Float32Array(parameter.size);
    unpack(parameter, take(`best/${parameter.name}`), select(parameter, 'w'), values);
    best.set(parameter.name, values);
  }
  const state = JSON.parse(metadata['state'] ?? '') as LoopState;
  return { state, best: best.size > 0 ? best : null };
}

/**
 * The rows of a parameter that a file holds; null means all of it. Where every row decays, the weights of
 * rows that never occur change too, and only their moments are zero.
 */
function rowSelector(seen: SeenRows): (parameter: Parameter, plane: Plane) => number[] | null {
  const lists = new Map<Uint8Array, number[]>();
  return ({ name, rows, everyRow }, plane) => {
    const flags = seen instanceof Uint8Array ? seen : seen.get(name);
    if (!rows || !flags || (everyRow && plane !== 'm' && plane !== 'v')) return null;
    const known = lists.get(flags);
    if (known) return known;
    const list: number[] = [];
    flags.forEach((flag, row) => flag && list.push(row));
    lists.set(flags, list);
    return list;
  };
}

function pack(parameter: Parameter, values: Float32Array, rows: readonly number[] | null): Tensor {
  if (!rows) return floatTensor(parameter.dims, values);
  const width = parameter.dims[1] as number;
  const packed = new Float32Array(rows.length * width);
  rows.forEach((row, k) => packed.set(values.subarray(row * width, (row + 1) * width), k * width));
  return floatTensor([rows.length, width], packed);
}

/** @throws Fault 'bad-request' for a tensor of another size. */
function unpack(
  parameter: Parameter,
  values: Float32Array,
  rows: readonly number[] | null,
  to: Float32Array,
): void {
  const width = parameter.dims[1] ?? 1;
  if (values.length !== (rows ? rows.length * width : parameter.size))
    throw fault('bad-request', `The checkpoint holds "${parameter.name}" in another size.`);
  if (!rows) return void to.set(values);
  rows.forEach((row, k) => to.set(values.subarray(k * width, (k + 1) * width), row * width));
}
