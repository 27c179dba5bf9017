/**
 * The way of a model into the vault: hand its bytes over, look at it, decide, bring it in. Closing the sheet
 * earlier discards what was handed over; every failure stays where it happened.
 */
import type { BaseReport, Base, WireError } from '../../../../shared/contract/index.ts';
import type { App } from '../../../state/index.ts';
import { handOver, type Handing } from '../../../transport/index.ts';

type Step = 'files' | 'handing' | 'inspecting' | 'report' | 'importing' | 'done';

export class BaseImport {
  step = $state<Step>('files');
  handing = $state.raw<Handing>({ file: '', done: 0, total: 0 });
  fraction = $state<number | null>(null);
  report = $state.raw<BaseReport | null>(null);
  base = $state.raw<Base | null>(null);
  fault = $state.raw<WireError | null>(null);

  name = $state('');
  licence = $state('');
  /** The person takes a model that can only predict, knowing it. */
  inferenceOnly = $state(false);

  #intakeId: string | null = null;
  #ending = new AbortController();
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  readonly ready: boolean = $derived(
    this.report !== null &&
      this.report.verdict !== 'refused' &&
      this.report.alreadyHere === null &&
      (this.report.verdict === 'trainable' || this.inferenceOnly) &&
      this.name.trim() !== '',
  );

  async take(chosen: readonly File[]): Promise<void> {
    if (chosen.length === 0) return;
    await this.discard();
    this.#ending = new AbortController();
    this.step = 'handing';
    const handed = await handOver(this.#app.client, chosen, {
      signal: this.#ending.signal,
      onProgress: (handing) => (this.handing = handing),
    });
    if (!handed.ok) return this.#stop(handed.error, 'files');
    this.#intakeId = handed.value;
    await this.#inspect(handed.value);
  }

  async #inspect(intakeId: string): Promise<void> {
    this.step = 'inspecting';
    this.fraction = null;
    const seen = await this.#app.client.call(
      'base.inspect',
      { source: { kind: 'intake', intakeId } },
      { signal: this.#ending.signal, onProgress: this.#follow },
    );
    if (!seen.ok) return this.#stop(seen.error, 'files');
    this.report = seen.value;
    this.name = seen.value.name;
    this.step = 'report';
  }

  async bringIn(): Promise<void> {
    if (this.#intakeId === null || !this.ready) return;
    this.step = 'importing';
    this.fault = null;
    this.fraction = null;
    const licence = this.licence.trim();
    const brought = await this.#app.client.call(
      'base.import',
      {
        source: { kind: 'intake', intakeId: this.#intakeId },
        name: this.name.trim(),
        inferenceOnly: this.inferenceOnly,
        ...(licence !== '' && { licence }),
      },
      { signal: this.#ending.signal, onProgress: this.#follow },
    );
    if (!brought.ok) return this.#stop(brought.error, 'report');
    this.#intakeId = null; // The core has emptied it.
    this.base = brought.value.base;
    this.step = 'done';
  }

  async discard(): Promise<void> {
    const intakeId = this.#intakeId;
    this.#intakeId = null;
    this.#ending.abort();
    this.report = null;
    this.fault = null;
    this.inferenceOnly = false;
    this.step = 'files';
    if (intakeId !== null) await this.#app.client.call('intake.discard', { intakeId });
  }

  readonly #follow = ({ done, total }: { done: number; total: number | null }): void => {
    this.fraction = total ? Math.min(1, done / total) : null;
  };

  #stop(error: WireError, back: Step): void {
    if (error.code === 'CANCELLED') return; // Whoever cancelled has set the step.
    this.fault = error;
    this.step = back;
  }
}
