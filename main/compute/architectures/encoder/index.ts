/** Encoders that others exported: admitted, given a head, trained, handed on. */
export {
  admit,
  REFUSAL_CODES,
  type Admission,
  type Head,
  type Refusal,
  type RefusalCode,
} from './admit.ts';
export type { EncoderParameter, ParameterKind } from './parameters.ts';
export { buildEncoder, type EncoderBuild } from './build.ts';
export { readConfig, writeConfig, type EncoderConfig, type OwnConfig } from './config.ts';
export { inputFeeds, portsOf, targetFeed, type Ports, type Sequence } from './feeds.ts';
export {
  appendLoss,
  balancedWeights,
  IGNORED,
  LOSS,
  TARGETS,
  writeTarget,
  type Objective,
} from './objective.ts';
export { cutPasses, groupByLength, planPasses, type Pass, type PassPlan } from './passes.ts';
export { columnsOf, gatherColumns, type SchemeReading } from './schemes.ts';
export { quantize, type QuantizedModel } from './quantize.ts';
