// Providers that answer, die, hang and differ; the process is made up, the lane that watches it is not.
import { describe, expect, it } from 'vitest';
import { probeProviders } from '../../../main/models/index.ts';
import { createFakeCompute, type FakeCompute } from '../../fakes/computeLink.ts';

type Behavior = 'answers' | 'differs' | 'dies' | 'hangs';

const fakeOf = (behavior: Behavior): FakeCompute =>
  createFakeCompute(({ id, kind, provider }, process) => {
    if (kind !== 'provider' || behavior === 'hangs') return;
    if (behavior === 'dies') return process.exit();
    const offered = behavior === 'answers';
    process.send({
      ...{ v: 2, id, event: 'done' },
      result: {
        ...{ kind: 'provider', provider, offered, detail: '', seconds: 0.1 },
        reason: offered ? null : 'differs',
        maxDifference: offered ? 1e-6 : 0.4,
      },
    });
  });

const ask = async (behavior: Behavior) => {
  const { launch, kills } = fakeOf(behavior);
  const [report] = await probeProviders({ launch, providers: ['webgpu'], patienceMs: 50 });
  return { report: report!, killed: kills() };
};

describe('a provider', () => {
  it('that gives the numbers of the processor is offered', async () => {
    expect((await ask('answers')).report).toMatchObject({
      provider: 'webgpu',
      offered: true,
      reason: null,
      maxDifference: 1e-6,
    });
  });

  it('that gives others is not', async () => {
    expect((await ask('differs')).report).toMatchObject({ offered: false, reason: 'differs' });
  });

  it('that takes its process down is a reason, not a crash', async () => {
    expect((await ask('dies')).report).toMatchObject({ offered: false, reason: 'died' });
  });

  it('that hangs is ended', async () => {
    const { report, killed } = await ask('hangs');
    expect(report).toMatchObject({ offered: false, reason: 'hung', maxDifference: null });
    expect(killed).toBeGreaterThan(0);
  });
});
