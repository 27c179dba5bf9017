/**
 * The way of an import: hand the bytes over in chunks, look through them without writing, adjust, import.
 * Closing the sheet before the import discards what was handed over.
 */
import type { InputOf, OutputOf } from '../../../shared/contract/index.ts';
import type { App } from '../../state/index.ts';
import { chunkOf, labelOf, inOrder, type NamedFile } from './files.ts';

export type Preflight = OutputOf<'corpus.preflight'>;
export type ImportResult = OutputOf<'corpus.import'>;
type Options = InputOf<'corpus.import'>;
type Step = 'files' | 'handing' | 'checking' | 'check' | 'importing' | 'done';

/** 1 MiB of base64 and a little: the contract allows 1,500,000 characters per chunk. */
const CHUNK_BYTES = 1_048_576;

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
    const files = inOrder(chosen);
    await this.discard();
    const begun = await this.#app.act('intake.begin', { label: labelOf(chosen) });
    if (!begun) return;
    this.#intakeId = begun.intakeId;
    this.collection = labelOf(chosen);
    this.total = chosen.reduce((sum, file) => sum + file.size, 0);
    this.handed = 0;
    this.step = 'handing';
    for (const file of files) {
      if (!(await this.#hand(file))) {
        await this.discard();
        return;
      }
    }
    await this.check();
  }

  async #hand({ file, name }: NamedFile): Promise<boolean> {
    this.handingName = name;
    let start = 0;
    do {
      const intakeId = this.#intakeId;
      if (intakeId === null) return false; // Closed meanwhile.
      const chunk = await chunkOf(file, start, CHUNK_BYTES);
      const last = start + CHUNK_BYTES >= file.size;
      const got = await this.#app.act('intake.append', {
        intakeId,
        file: name,
        chunk,
        last,
      });
      if (!got) return false;
      start += CHUNK_BYTES;
      this.handed += Math.min(CHUNK_BYTES, Math.max(0, file.size - start + CHUNK_BYTES));
    } while (start < file.size);
    return true;
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
