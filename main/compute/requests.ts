/**
 * Checks what arrives on the wire. Core is trusted not to be hostile, but a recipe may come from a file
 * someone wrote; a wrong one is refused here with the name of the field.
 */
import { z } from 'zod';
import { fault } from './fault.ts';
import type { ComputeRequest } from './protocol.ts';

const Chance = z.number().min(0).lt(1);
const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'must be bytes');

const TaggerRecipe = z
  .strictObject({
    architecture: z.literal('tagger'),
    seed: z.int().min(0),
    epochs: z.int().min(1).max(1000),
    leastSteps: z.int().min(0).max(100_000).optional(),
    batchTokens: z.int().min(128).max(65536),
    learningRate: z.number().positive().max(1),
    schedule: z.enum(['constant', 'linear', 'cosine']),
    warmup: z.number().min(0).max(1),
    weightDecay: z.number().min(0).max(1),
    clipNorm: z.number().min(0),
    dropout: Chance,
    wordDropout: Chance,
    buckets: z.int().min(256).max(1_048_576),
    embeddingDim: z.int().multipleOf(4).min(8).max(512),
    hidden: z.int().min(8).max(1024),
    dilations: z.array(z.int().min(1).max(64)).min(1).max(16),
    towers: z.int().min(1).max(8),
    averaging: Chance,
    patience: z.int().min(0),
    timeBudgetSeconds: z.number().positive().optional(),
    checkpointSeconds: z.number().positive(),
    threads: z.int().min(1).max(64),
  })
  .refine(
    ({ batchTokens, dilations }) => batchTokens >= 4 * dilations.reduce((a, b) => a + b, 0) + 64,
    {
      path: ['batchTokens'],
      error: 'must leave room for the context of the dilations (four times their sum plus 64)',
    },
  );

const Span = z.strictObject({ start: z.int(), end: z.int(), label: z.string() });
const Document = z.strictObject({ id: z.string(), text: z.string(), spans: z.array(Span) });
const Bundle = z.strictObject({ files: z.record(z.string(), Bytes) });

const TrainJob = z.strictObject({
  recipe: TaggerRecipe,
  labels: z.array(z.string().min(1)).refine((labels) => new Set(labels).size === labels.length, {
    error: 'must not repeat a label',
  }),
  train: z.array(Document),
  dev: z.array(Document),
  resumeFrom: Bytes.optional(),
});

const PredictJob = z.strictObject({
  model: Bundle,
  documents: z.array(
    z.strictObject({ id: z.string(), text: z.string(), gold: z.array(Span).optional() }),
  ),
  tokens: z.boolean().optional(),
  threads: z.int().min(1).max(64).optional(),
});

const base = { v: z.literal(1), id: z.string().min(1) };
const Request = z.discriminatedUnion('kind', [
  z.strictObject({ ...base, kind: z.literal('hello') }),
  z.strictObject({ ...base, kind: z.literal('train'), job: TrainJob }),
  z.strictObject({ ...base, kind: z.literal('predict'), job: PredictJob }),
  z.strictObject({ ...base, kind: z.literal('inspect'), model: Bundle }),
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
