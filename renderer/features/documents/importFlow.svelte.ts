/**
 * The way of an import: hand the bytes over in chunks, look through them without writing, adjust, import.
 * Closing the sheet before the import discards what was handed over.
 */
import type { InputOf, OutputOf } from '../../../shared/contract/index.ts';
import type { App } from '../../state/index.ts';
import { handOver, labelOf } from '../../transport/index.ts';

export type Preflight = OutputOf<'corpus.preflight'>;
export type ImportResult = OutputOf<'corpus.import'>;
type Options = InputOf<'corpus.import'>;
type Step = 'files' | 'handing' | 'checking' | 'check' | 'importing' | 'done';

export class ImportFlow {
  step = $state<Step>('files');
  handed = $state(0);
  total = $state(0);
  handingName = $state('');
  preflight = $state.raw<Preflight | null>(null);
  result = $state.raw<ImportResult | null>(null);
  fraction = $state<number | null>(null);

  collection = $state('');
  format = $state<NonNullable<Options['format']>>('auto');
  encoding = $state<NonNullable<Options['encoding']>>('auto');
  language = $state<string | null>(null);
  category = $state<'health' | 'finance' | 'other'>('health');
  by = $state<'none' | 'column' | 'pattern'>('none');
  column = $state('');
  pattern = $state('NHC: (\\d+)');

  #intakeId: string | null = null;
  #handing: AbortController | null = null;
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  get ready(): boolean {
    if (this.collection.trim() === '') return false;
    if (this.by === 'column') return this.column !== '';
    return this.by !== 'pattern' || this.pattern.trim() !== '';
  }

  async take(chosen: readonly File[]): Promise<void> {
    if (chosen.length === 0) return;
    await this.discard();
    const handing = new AbortController();
    this.#handing = handing;
    this.collection = labelOf(chosen);
    this.handed = 0;
    this.step = 'handing';
    const handed = await handOver(this.#app.client, chosen, {
      signal: handing.signal,
      onProgress: ({ file, done, total }) => {
        this.handingName = file;
        this.handed = done;
        this.total = total;
      },
    });
    if (!handed.ok) {
      if (handed.error.code !== 'CANCELLED') this.#app.fault = handed.error;
      if (!handing.signal.aborted) this.step = 'files';
      return;
    }
    this.#intakeId = handed.value;
    await this.check();
  }

  async check(): Promise<void> {
    const options = this.#options();
    if (!options) return;
    this.step = 'checking';
    this.preflight = await this.#app.act('corpus.preflight', options, this.#progress());
    this.step = this.preflight ? 'check' : 'files';
  }

  async run(): Promise<void> {
    const options = this.#options();
    if (!options) return;
    this.step = 'importing';
    this.result = await this.#app.act('corpus.import', options, this.#progress());
    this.step = this.result ? 'done' : 'check';
    if (this.result) this.#intakeId = null; // The core has emptied it.
  }

  async discard(): Promise<void> {
    const intakeId = this.#intakeId;
    this.#intakeId = null;
    this.#handing?.abort();
    this.step = 'files';
    this.preflight = null;
    this.result = null;
    if (intakeId !== null) await this.#app.client.call('intake.discard', { intakeId });
  }

  #progress() {
    this.fraction = null;
    return {
      onProgress: (progress: { done: number; total: number | null }) => {
        this.fraction = progress.total ? progress.done / progress.total : null;
      },
    };
  }

  #options(): Options | null {
    if (this.#intakeId === null) return null;
    return {
      source: { kind: 'intake', intakeId: this.#intakeId },
      format: this.format,
      encoding: this.encoding,
      collection: { name: this.collection.trim() },
      subjects:
        this.by === 'column'
          ? { by: 'column', column: this.column }
          : this.by === 'pattern'
            ? { by: 'pattern', pattern: this.pattern }
            : { by: 'none' },
      category: this.category,
      language: this.language,
    };
  }
}
