/**
 * Adapters as PEFT writes and reads them (https://huggingface.co/docs/peft): adapter_model.safetensors with
 * PyTorch's names and orientation, adapter_config.json beside it. The head is trained whole and travels
 * along, which PEFT calls modules_to_save.
 */
import { z } from 'zod';
import { fault } from '../fault.ts';
import { decodeTensors, encodeTensors } from '../loops/safetensors.ts';
import { floatsOf, floatTensor, type Tensor } from '../onnx/index.ts';
import type { SavedParameter } from './head.ts';
import type { LoraSettings, LoraSite } from './lora.ts';

const MODEL_FILE = 'adapter_model.safetensors';
const CONFIG_FILE = 'adapter_config.json';
const PREFIX = 'base_model.model.';

export interface AdapterPlan {
  readonly settings: LoraSettings;
  readonly sites: readonly LoraSite[];
  /** The head, layers before the last one included. */
  readonly saved: readonly SavedParameter[];
  /** Module that holds all of `saved`. */
  readonly savedModule: string;
  readonly task: 'spans' | 'documents';
  readonly base: string;
}

/** Values by initializer name, in the graph's orientation. */
export type Values = (name: string) => Tensor;

const swap = (tensor: Tensor): Tensor => {
  const [rows, columns] = tensor.dims as [number, number];
  const from = floatsOf(tensor);
  const to = new Float32Array(from.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) to[c * rows + r] = from[r * columns + c] as number;
  return floatTensor([columns, rows], to);
};

/** Name in the file, initializer in the graph, and whether the graph holds the transpose. */
function* entries({ sites, saved }: Pick<AdapterPlan, 'sites' | 'saved'>) {
  for (const { module, a, b } of sites) {
    yield { name: `${PREFIX}${module}.lora_A.weight`, value: a, swapped: true };
    yield { name: `${PREFIX}${module}.lora_B.weight`, value: b, swapped: true };
  }
  for (const { name, torchName, transposed } of saved)
    yield { name: `${PREFIX}${torchName}`, value: name, swapped: transposed };
}

/** The two files of an adapter folder. */
export function encodeAdapter(plan: AdapterPlan, values: Values): Record<string, Uint8Array> {
  const tensors = new Map(
    [...entries(plan)].map(({ name, value, swapped }): [string, Tensor] => [
      name,
      swapped ? swap(values(value)) : values(value),
    ]),
  );
  const { rank, alpha, targets } = plan.settings;
  const config = {
    alpha_pattern: {},
    auto_mapping: null,
    base_model_name_or_path: plan.base,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    layers_pattern: null,
    layers_to_transform: null,
    lora_alpha: alpha,
    lora_dropout: 0,
    modules_to_save: [plan.savedModule],
    peft_type: 'LORA',
    r: rank,
    rank_pattern: {},
    revision: null,
    target_modules: [...targets],
    task_type: plan.task === 'spans' ? 'TOKEN_CLS' : 'SEQ_CLS',
    use_dora: false,
    use_rslora: false,
  };
  return {
    [MODEL_FILE]: encodeTensors({ tensors, metadata: { format: 'pt' } }),
    [CONFIG_FILE]: new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`),
  };
}

const Config = z.looseObject({
  peft_type: z.literal('LORA'),
  r: z.int().min(1),
  lora_alpha: z.number().positive(),
  target_modules: z.array(z.string().min(1)).min(1),
});

/** @throws Fault 'bad-model' when the folder holds no LoRA adapter. */
export function readAdapterSettings(files: Readonly<Record<string, Uint8Array>>): LoraSettings {
  const bytes = files[CONFIG_FILE];
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw fault('bad-model', `The adapter folder lacks a readable ${CONFIG_FILE}.`);
  }
  const config = Config.safeParse(parsed);
  if (!config.success)
    throw fault('bad-model', 'The adapter is not a LoRA adapter that is read here.');
  const { r, lora_alpha, target_modules } = config.data;
  return { rank: r, alpha: lora_alpha, targets: target_modules };
}

/**
 * The values of an adapter by initializer name, in the graph's orientation.
 * @throws Fault 'bad-model' when a layer is missing or has another shape.
 */
export function readAdapter(
  files: Readonly<Record<string, Uint8Array>>,
  plan: Pick<AdapterPlan, 'sites' | 'saved'>,
  dimsOf: (name: string) => readonly number[],
): Map<string, Tensor> {
  const bytes = files[MODEL_FILE];
  if (!bytes) throw fault('bad-model', `The adapter folder lacks ${MODEL_FILE}.`);
  const { tensors } = decodeTensors(bytes, 'adapter');
  return new Map(
    [...entries(plan)].map(({ name, value, swapped }): [string, Tensor] => {
      const stored = tensors.get(name);
      if (!stored) throw fault('bad-model', `The adapter lacks "${name}".`);
      const tensor = swapped ? swap(stored) : stored;
      if (tensor.dims.join() !== dimsOf(value).join())
        throw fault('bad-model', `"${name}" of the adapter does not fit the model.`);
      return [value, tensor];
    }),
  );
}
