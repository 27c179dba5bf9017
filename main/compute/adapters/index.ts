/** What is put on a frozen encoder: low-rank adapters beside its layers, and a head for new labels. */
export {
  appendHead,
  replaceHead,
  type Headed,
  type HeadPlan,
  type HeadWeights,
  type SavedParameter,
} from './head.ts';
export {
  injectLora,
  mergeLora,
  selectWeights,
  type Adapted,
  type LinearWeight,
  type LoraSettings,
  type LoraSite,
} from './lora.ts';
export {
  encodeAdapter,
  readAdapter,
  readAdapterSettings,
  type AdapterPlan,
  type Values,
} from './peft.ts';
