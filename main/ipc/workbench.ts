// The engine without a vault, for engineers at a terminal: what is in this model file, does it train as
// PyTorch would, train on a folder. Composed apart from the services, because nothing here knows of people.
import { statSync } from 'node:fs';
import type { BaseReport } from '../../shared/contract/index.ts';
import { ok, type Result } from '../../shared/kernel/result.ts';
import { openFolder } from '../corpus/index.ts';
import {
  baseReport,
  createComputeClient,
  probeProviders,
  readBundle,
  type CheckResult,
  type InspectResult,
  type ParityResult,
  type ProviderReport,
} from '../models/index.ts';
import { attemptAsync, createClock, fault, readFileIfThere } from '../platform/index.ts';
import {
  trainOutside,
  type OutsideHooks,
  type OutsideOrder,
  type OutsideRecord,
} from '../training/index.ts';
import { launchComputeByFork } from './launchCompute.ts';

export interface Inspection {
  readonly report: BaseReport;
  /** Null where compute could make no sense of the graph; the report says why. */
  readonly found: InspectResult | null;
}

export interface Workbench {
  inspect(path: string, signal: AbortSignal): Promise<Result<Inspection>>;
  parity(model: string, golden: string, signal: AbortSignal): Promise<Result<ParityResult>>;
  check(model: string, signal: AbortSignal): Promise<Result<CheckResult>>;
  /** Asks every provider in a process of its own; half a minute each at most. */
  providers(): Promise<Result<readonly ProviderReport[]>>;
  train(order: OutsideOrder, hooks: OutsideHooks): Promise<Result<OutsideRecord>>;
  /** Ends the compute processes. */
  close(): void;
}

/** A check of a large model says nothing for many minutes, and there is a person who can press Ctrl+C. */
const SILENCE_MS = 60 * 60 * 1000;

export function createWorkbench(): Workbench {
  const clock = createClock();
  const compute = createComputeClient({
    launch: launchComputeByFork,
    timing: { silenceMs: SILENCE_MS },
  });
  return {
    async inspect(path, signal) {
      const opened = openFolder(path);
      if (!opened.ok) return opened;
      const bundle = await readBundle(opened.value);
      if (!bundle.ok) return bundle;
      const { files } = bundle.value;
      const found = await compute.inspect({ files }, signal);
      if (found.ok) {
        const report = baseReport(bundle.value, { ok: true, value: found.value }, () => null);
        return ok({ report, found: found.value });
      }
      const { code, message, params } = found.error;
      if (code !== 'MODEL_BLOCKED' && code !== 'RECIPE_INVALID') return found;
      const why = String(params['detail'] ?? message);
      return ok({ report: baseReport(bundle.value, { ok: false, why }, () => null), found: null });
    },
    parity: (model, golden, signal) =>
      answered(() => compute.parity({ onnx: bytesOf(model), golden: bytesOf(golden) }, signal)),
    check: (model, signal) => answered(() => compute.check({ onnx: bytesOf(model) }, signal)),
    providers: async () => ok(await probeProviders({ launch: launchComputeByFork })),
    train: (order, hooks) => answered(() => trainOutside({ compute, clock }, order, hooks)),
    close: () => compute.close(),
  };
}

/** What the disk refuses on the way is an answer like any other. */
async function answered<T>(act: () => Promise<Result<T>>): Promise<Result<T>> {
  const outcome = await attemptAsync(act);
  return outcome.ok ? outcome.value : outcome;
}

/** @throws the fault SOURCE_NOT_FOUND, also for a folder. */
function bytesOf(path: string): Uint8Array {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const bytes = isFolder ? undefined : readFileIfThere(path);
  if (bytes) return bytes;
  throw fault('SOURCE_NOT_FOUND', `There is no file "${path}". Nothing was done.`);
}
