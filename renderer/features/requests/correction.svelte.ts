/** What is being corrected for one request: the text in hand, the passage, and the corrections put together. */
import type { Correction, Holding } from '../../../shared/contract/index.ts';
import { placesOf, type Selected } from './textSelection.ts';

export type CorrectionMode = 'passage' | 'field' | 'identifier';
/** The title of a text is no field of its metadata, and is corrected as a kind of its own. */
export const TITLE = '';

export class CorrectionBench {
  mode = $state<CorrectionMode>('passage');
  /** What stands there now, typed or taken from the text. */
  expected = $state('');
  replacement = $state('');
  /** Which of the places the words stand at. */
  place = $state(0);
  field = $state(TITLE);
  number = $state(0);
  corrections = $state.raw<readonly Correction[]>([]);
  text = $state('');

  readonly places = $derived.by(() => placesOf(this.expected, this.text));
  readonly passage: Selected | null = $derived.by(
    () => this.places[Math.min(this.place, this.places.length - 1)] ?? null,
  );

  take({ start, end }: Selected): void {
    this.expected = this.text.slice(start, end);
    this.place = Math.max(
      0,
      placesOf(this.expected, this.text).findIndex((each) => each.start === start),
    );
  }

  step(by: number): void {
    const count = this.places.length;
    if (count > 0) this.place = (this.place + by + count) % count;
  }

  /** Null while something is missing. */
  draft(
    document: Holding | null,
    numbers: readonly { readonly scheme: string; readonly value: string }[],
  ): Correction | null {
    const { replacement } = this;
    if (this.mode === 'identifier') {
      const known = numbers[this.number];
      const next = replacement.trim();
      return known && next !== '' && next !== known.value
        ? { kind: 'identifier', scheme: known.scheme, expected: known.value, replacement: next }
        : null;
    }
    if (!document) return null;
    const { documentId } = document;
    if (this.mode === 'passage') {
      const { passage } = this;
      if (!passage || replacement === this.expected) return null;
      return { kind: 'passage', documentId, ...passage, expected: this.expected, replacement };
    }
    if (this.field === TITLE) {
      return replacement.trim() !== '' && replacement !== document.name
        ? { kind: 'name', documentId, expected: document.name, replacement }
        : null;
    }
    const expected = document.metadata[this.field] ?? null;
    return replacement !== expected
      ? { kind: 'metadata', documentId, field: this.field, expected, replacement }
      : null;
  }

  add(correction: Correction): void {
    this.corrections = [...this.corrections, correction];
    this.expected = '';
    this.replacement = '';
    this.place = 0;
  }

  remove(correction: Correction): void {
    this.corrections = this.corrections.filter((each) => each !== correction);
  }
}
