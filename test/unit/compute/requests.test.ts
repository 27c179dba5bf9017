import { describe, expect, it } from 'vitest';
import { PRESETS } from '../../../main/compute/protocol.ts';
import { parseRequest } from '../../../main/compute/requests.ts';

const job = { recipe: PRESETS.quick, labels: ['A'], train: [], dev: [] };
const train = (changes: object) => ({ v: 2, id: 'x', kind: 'train', job: { ...job, ...changes } });

describe('requests', () => {
  it('accepts every preset', () => {
    for (const recipe of Object.values(PRESETS))
      expect(parseRequest(train({ recipe }))).toMatchObject({ kind: 'train' });
  });

  it.each([
    [train({ recipe: { ...PRESETS.quick, learningRate: Number.NaN } }), 'job.recipe.learningRate'],
    [train({ recipe: { ...PRESETS.quick, embeddingDim: 30 } }), 'job.recipe.embeddingDim'],
    [train({ recipe: { ...PRESETS.quick, speed: 1 } }), 'job.recipe'],
    [train({ labels: ['A', 'A'] }), 'job.labels'],
    [
      train({ train: [{ id: 'd', text: 'secret words', spans: [{ start: 'a' }] }] }),
      'job.train.0.spans.0',
    ],
    [{ v: 1, id: 'x', kind: 'hello' }, '"v"'],
    [{ v: 2, id: '', kind: 'hello' }, '"id"'],
    ['hello', 'not valid'],
    [null, 'not valid'],
  ])('refuses %#, naming the field and never its value', (message, field) => {
    let reason = '';
    try {
      parseRequest(message);
    } catch (error) {
      expect(error).toMatchObject({ code: 'bad-request' });
      reason = (error as Error).message;
    }
    expect(reason).toContain(field);
    expect(reason).not.toContain('secret');
  });

  it('refuses strips too short for what the model sees', () => {
    const recipe = { ...PRESETS.quick, batchTokens: 128, dilations: [64, 64] };
    expect(() => parseRequest(train({ recipe }))).toThrow(/batchTokens/);
  });
});
