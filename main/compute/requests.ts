/**
 * Checks what arrives on the wire. Core is trusted not to be hostile, but a recipe may come from a file
 * someone wrote; a wrong one is refused here with the name of the field.
 */
import { z } from 'zod';
import { Recipe } from '../../shared/contract/recipe.ts';
import { fault } from './fault.ts';
import { PROVIDERS, type ComputeRequest } from './protocol.ts';

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'must be bytes');

const Span = z.strictObject({ start: z.int(), end: z.int(), label: z.string() });
const Document = z.strictObject({
  id: z.string(),
  text: z.string(),
  spans: z.array(Span),
  label: z.string().optional(),
});
const Bundle = z.strictObject({ files: z.record(z.string(), Bytes) });

const TrainJob = z.strictObject({
  recipe: Recipe,
  labels: z.array(z.string().min(1)).refine((labels) => new Set(labels).size === labels.length, {
    error: 'must not repeat a label',
  }),
  train: z.array(Document),
  dev: z.array(Document),
  test: z.array(Document).optional(),
  base: Bundle.optional(),
  pauseAfterEpoch: z.int().min(1).optional(),
  resumeFrom: Bytes.optional(),
});

const PredictJob = z.strictObject({
  model: Bundle,
  documents: z.array(
    z.strictObject({ id: z.string(), text: z.string(), gold: z.array(Span).optional() }),
  ),
  tokens: z.boolean().optional(),
  precision: z.enum(['fp32', 'int8']).optional(),
  threads: z.int().min(1).max(64).optional(),
});

const Threads = z.int().min(1).max(64).optional();
const Files = z.record(z.string(), Bytes);
const ParityJob = z.strictObject({
  onnx: Bytes,
  golden: Bytes,
  beside: Files.optional(),
  threads: Threads,
});
const CheckJob = z.strictObject({
  onnx: Bytes,
  config: Bytes.optional(),
  beside: Files.optional(),
  threads: Threads,
});

const base = { v: z.literal(2), id: z.string().min(1) };
const Request = z.discriminatedUnion('kind', [
  z.strictObject({ ...base, kind: z.literal('hello') }),
  z.strictObject({ ...base, kind: z.literal('train'), job: TrainJob }),
  z.strictObject({ ...base, kind: z.literal('predict'), job: PredictJob }),
  z.strictObject({ ...base, kind: z.literal('inspect'), model: Bundle }),
  z.strictObject({ ...base, kind: z.literal('parity'), job: ParityJob }),
  z.strictObject({ ...base, kind: z.literal('check'), job: CheckJob }),
  z.strictObject({ ...base, kind: z.literal('provider'), provider: z.enum(PROVIDERS) }),
  z.strictObject({ ...base, kind: z.literal('cancel'), target: z.string() }),
]);

/** @throws Fault 'bad-request' naming the first wrong field; never its value, which may be text. */
export function parseRequest(message: unknown): ComputeRequest {
  const parsed = Request.safeParse(message);
  if (parsed.success) return parsed.data as ComputeRequest;
  const issue = parsed.error.issues[0];
  throw fault(
    'bad-request',
    `The request is not valid at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'unknown'}.`,
  );
}
