// Private runs of encoders over ../shared/data/onnx-exports (skipped where that folder is missing).
import { describe, expect, it } from 'vitest';
import { prvEpsilon, rdpEpsilon } from '../../../../shared/domain/privacy/index.ts';
import { trainEncoder } from '../../../../main/compute/loops/index.ts';
import { privateUpdates } from '../../../../main/compute/loops/privateUpdates.ts';
import type { EncoderRecipe } from '../../../../main/compute/protocol.ts';
import type { Trainer } from '../../../../main/compute/loops/trainer.ts';
import { makeNotes } from '../notes.ts';
import { hasExports } from './exports.ts';
import { encoderJob, encoderRecipe, makeQuestions, watch } from './house.ts';

const quiet = { progress: () => undefined, checkpoint: () => undefined, canceled: () => false };
const PRIVACY = { clipNorm: 1, delta: 1e-3, noiseMultiplier: 0.8 };
const HEAD = { kind: 'head' } as const;

describe.skipIf(!hasExports)('private training (../shared/data/onnx-exports)', () => {
  it.each<[string, EncoderRecipe['mode']]>([
    ['head', HEAD],
    ['LoRA', { kind: 'lora', rank: 2, alpha: 4, targets: ['query'] }],
    ['all but embeddings', { kind: 'full', freezeEmbeddings: true }],
  ])('states what it spent, by both accountants (%s)', async (_, mode) => {
    const job = await encoderJob('bert_tok_17', { mode, privacy: PRIVACY, epochs: 2 });
    const result = await trainEncoder({ ...job, train: makeNotes(40) }, quiet);
    const { privacy, steps } = result;
    expect(privacy).toMatchObject({ unit: 'sequence', steps, ...PRIVACY });
    const { sampleRate, noiseMultiplier, delta } = privacy!;
    expect(sampleRate).toBeCloseTo(job.recipe.batchSize / privacy!.sequences, 12);
    const phase = { sampleRate, noiseMultiplier, steps };
    expect(privacy!.epsilonRdp).toBe(rdpEpsilon([phase], delta).epsilon);
    expect(privacy!.epsilonPrv).toBe(prvEpsilon(phase, delta).epsilon);
    expect(privacy!.epsilonPrv).toBeLessThanOrEqual(privacy!.epsilonRdp);
  });

  it('learns what plain training learns once the noise is small: sampling, bounds and divisor are right', async () => {
    const job = await encoderJob('bert_seqcls_17', {
      ...{ task: 'documents', epochs: 20, batchSize: 8, learningRate: 3e-3 },
      mode: { kind: 'full', freezeEmbeddings: true },
      privacy: { clipNorm: 1, delta: 1e-3, noiseMultiplier: 0.001 },
    });
    const { privacy: _privacy, ...plainRecipe } = job.recipe;
    const train = makeQuestions(120);
    const plain = await trainEncoder({ ...job, recipe: plainRecipe, train }, quiet);
    const result = await trainEncoder({ ...job, train }, quiet);
    const fall = ({ history }: typeof plain): number =>
      history.at(-1)!.trainLoss / history[0]!.trainLoss;
    expect(fall(plain)).toBeLessThan(0.4);
    // Bounded gradients move less, and still the right way.
    expect(fall(result)).toBeLessThan(0.4);
    // And the price of so little noise is stated, not hidden.
    expect(result.privacy!.epsilonRdp).toBeGreaterThan(1000);
  });

  it('plans the noise for a wished-for epsilon and keeps it', async () => {
    const job = await encoderJob('bert_tok_17', {
      ...{ mode: HEAD, epochs: 2, privacy: { clipNorm: 1, delta: 1e-3, targetEpsilon: 3 } },
    });
    const { privacy } = await trainEncoder({ ...job, train: makeNotes(40) }, quiet);
    expect(privacy!.epsilonRdp).toBeLessThanOrEqual(3);
    expect(privacy!.epsilonRdp).toBeGreaterThan(2.9);
  });

  it('never repeats its draws, not even with the same seed', async () => {
    const job = await encoderJob('bert_tok_17', { mode: HEAD, privacy: PRIVACY, epochs: 1 });
    const file = async (): Promise<string> => {
      const { model } = await trainEncoder({ ...job, train: makeNotes(20) }, quiet);
      return Buffer.from(model.files['onnx/model.onnx']!).toString('base64');
    };
    expect(await file()).not.toBe(await file());
  });

  it('counts every update again after a resume', async () => {
    const changes = { mode: HEAD, privacy: PRIVACY, epochs: 3, checkpointSteps: 2 } as const;
    const job = { ...(await encoderJob('bert_tok_17', changes)), train: makeNotes(40) };
    const seen = watch();
    const whole = await trainEncoder(job, seen);
    const resumed = await trainEncoder({ ...job, resumeFrom: seen.checkpoints[0]!.bytes }, quiet);
    expect(resumed.privacy!.steps).toBe(whole.privacy!.steps);
    expect(resumed.privacy!.epsilonPrv).toBe(whole.privacy!.epsilonPrv);
  });

  it.each([
    [{ classWeights: 'balanced' as const }, /class weights/],
    [{ mode: { kind: 'full' as const } }, /freezeEmbeddings/],
    [{ batchSize: 512 }, /as many sequences/],
    [{ privacy: { clipNorm: 1, delta: 1e-9, targetEpsilon: 1e-6 } }, /No noise keeps/],
  ])('refuses %#, saying why', async (changes, message) => {
    const job = await encoderJob('bert_tok_17', { mode: HEAD, privacy: PRIVACY, ...changes });
    await expect(trainEncoder({ ...job, train: makeNotes(20) }, quiet)).rejects.toThrow(message);
  });
});

describe('the rule of private updates', () => {
  const recipe = { ...encoderRecipe({ mode: HEAD }), batchSize: 4, accumulation: 2 };
  const rule = privateUpdates({ recipe, privacy: PRIVACY, sequences: 80, examples: ['ids'] });

  it('divides by the expected size of a batch, whoever is in it, and leaves the noise unclipped', () => {
    expect(rule.divisor).toBe(8);
    expect(rule.clipNorm).toBe(0);
    expect(rule.lay(0)).toHaveLength(10);
  });

  it('adds noise of σ·C to every trained weight, also in an update that nobody is in', () => {
    const added = new Map<string, Float32Array>();
    rule.finish!({
      arena: {
        parameters: [
          { name: 'a', size: 60_000 },
          { name: 'b', size: 3 },
        ],
      },
      addGradient: (name: string, values: Float32Array) => added.set(name, values),
    } as unknown as Trainer);
    expect([...added.keys()]).toEqual(['a', 'b']);
    const values = added.get('a')!;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(Math.abs(Math.sqrt(variance) - 0.8)).toBeLessThan(0.02);
  });
});
