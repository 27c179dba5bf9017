import { describe, expect, it } from 'vitest';
import { probeProvider } from '../../../main/compute/loops/index.ts';

describe('the probe of a provider', () => {
  it('offers the processor, which agrees with itself', async () => {
    expect(await probeProvider('cpu')).toMatchObject({ offered: true, maxDifference: 0 });
  });

  it('says of another platform that it is not in this build', async () => {
    const foreign = process.platform === 'darwin' ? 'dml' : 'coreml';
    expect(await probeProvider(foreign)).toMatchObject({ offered: false, reason: 'notInBuild' });
  });
});
