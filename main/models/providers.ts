/*
 * What this machine can compute on. Each provider is asked in a process of its own, which it may take down
 * or hang: both are reasons not to offer it, like numbers that differ from the processor's.
 */
import { PROVIDERS, type Provider, type ProviderResult } from '../compute/protocol.ts';
import { createComputeLane } from './computeLane.ts';
import type { LaunchCompute } from './computeLink.ts';

export interface ProviderReport extends Omit<ProviderResult, 'kind' | 'reason'> {
  /** Null where it is offered. `died` and `hung` are about its process. */
  readonly reason: ProviderResult['reason'] | 'died' | 'hung';
}

const PATIENCE_MS = 30_000;
const STOP_MS = 500;

export async function probeProviders(deps: {
  readonly launch: LaunchCompute;
  /** How long one may take. */
  readonly patienceMs?: number;
  readonly providers?: readonly Provider[];
}): Promise<readonly ProviderReport[]> {
  const { launch, patienceMs = PATIENCE_MS, providers = PROVIDERS } = deps;
  const reports: ProviderReport[] = [];
  for (const provider of providers) reports.push(await probeOne(launch, provider, patienceMs));
  return reports;
}

async function probeOne(
  launch: LaunchCompute,
  provider: Provider,
  patienceMs: number,
): Promise<ProviderReport> {
  const started = performance.now();
  const lane = createComputeLane({ launch, timing: { cancelPatienceMs: STOP_MS } });
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patienceMs);
  const refused = (reason: ProviderReport['reason'], detail: string): ProviderReport => ({
    provider,
    offered: false,
    reason,
    detail,
    maxDifference: null,
    seconds: (performance.now() - started) / 1000,
  });
  try {
    const result = await lane.request({ kind: 'provider', provider }, { signal: stop.signal });
    if (result.ok) {
      const { kind: _kind, ...report } = result.value as ProviderResult;
      return report;
    }
    if (stop.signal.aborted) return refused('hung', `No answer within ${patienceMs / 1000} s.`);
    if (result.error.code === 'COMPUTE_LOST') return refused('died', 'Its process ended.');
    return refused('unavailable', result.error.message);
  } finally {
    clearTimeout(timer);
    lane.close();
  }
}
