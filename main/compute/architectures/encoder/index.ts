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
