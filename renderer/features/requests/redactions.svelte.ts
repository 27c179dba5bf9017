/** The review of what is taken out of a copy: one place after the other, note by note, decided by keys. */
import type { OutputOf, Redaction } from '../../../shared/contract/index.ts';
import { t } from '../../messages/index.ts';
import { usePaged, type App } from '../../state/index.ts';
import type { Selected } from './textSelection.ts';

type Note = OutputOf<'request.redactions'>['items'][number];
export interface Place extends Redaction {
  readonly key: string;
}

export class RedactionReview {
  noteIndex = $state(0);
  placeIndex = $state(0);
  /** Decisions of this review lie over what was loaded: the pages are read once. */
  #decided = $state.raw<ReadonlyMap<string, Redaction['decision']>>(new Map());
  #added = $state.raw<ReadonlyMap<string, readonly Selected[]>>(new Map());
  readonly #app: App;
  readonly #requestId: () => string;
  readonly pages;

  constructor(app: App, requestId: () => string) {
    this.#app = app;
    this.#requestId = requestId;
    this.pages = usePaged('request.redactions', () => ({ requestId: requestId(), limit: 5 }));
  }

  get note(): Note | null {
    return this.pages.rows[this.noteIndex] ?? null;
  }

  readonly places: readonly Place[] = $derived.by(() =>
    this.note ? this.placesOf(this.note) : [],
  );
  readonly place: Place | null = $derived.by(() => this.places[this.placeIndex] ?? null);

  placesOf({ documentId, redactions }: Note): readonly Place[] {
    const known = redactions.map((each): Place => {
      const key = keyOf(documentId, each);
      const decision = this.#decided.get(key);
      return decision === undefined ? { ...each, key } : { ...each, key, decision, decided: true };
    });
    const own = (this.#added.get(documentId) ?? []).map((each): Place => {
      const key = keyOf(documentId, each);
      return {
        ...each,
        key,
        label: 'MANUAL',
        rule: 'manual',
        score: 1,
        who: 'third',
        decision: this.#decided.get(key) ?? 'redact',
        decided: true,
      };
    });
    return [...known, ...own].sort((a, b) => a.start - b.start || a.end - b.end);
  }

  /** Of the notes read so far, and whether there are more. */
  get left(): number {
    return this.pages.rows.reduce(
      (sum, note) => sum + this.placesOf(note).filter(({ decided }) => !decided).length,
      0,
    );
  }
  get allRead(): boolean {
    return this.pages.rows.length >= this.pages.total;
  }

  async step(by: 1 | -1): Promise<void> {
    const next = this.placeIndex + by;
    if (next >= 0 && next < this.places.length) this.placeIndex = next;
    else await this.stepNote(by, by === -1);
  }

  async stepNote(by: 1 | -1, last = false): Promise<void> {
    const next = this.noteIndex + by;
    if (next < 0) return;
    if (next >= this.pages.rows.length - 1 && !this.allRead) await this.pages.more();
    if (next >= this.pages.rows.length) return;
    this.noteIndex = next;
    this.placeIndex = last ? Math.max(0, this.places.length - 1) : 0;
  }

  pick(key: string): void {
    this.placeIndex = Math.max(
      0,
      this.places.findIndex((each) => each.key === key),
    );
  }

  /** Decides the place in hand and goes on to the next. */
  async decide(decision: Redaction['decision']): Promise<void> {
    const { note, place } = this;
    if (!note || !place) return;
    if (await this.#store(note.documentId, place, decision)) await this.step(1);
  }

  /** What the rules did not see. */
  async add(selected: Selected): Promise<void> {
    const { note } = this;
    if (!note) return;
    const key = keyOf(note.documentId, selected);
    if (!(await this.#store(note.documentId, selected, 'redact'))) return;
    if (!this.places.some((each) => each.key === key)) {
      const before = this.#added.get(note.documentId) ?? [];
      this.#added = new Map(this.#added).set(note.documentId, [...before, selected]);
    }
    this.pick(key);
  }

  /** Rules of the whole copy: the places are proposed anew. */
  async settle(rules: {
    readonly staff?: 'redact' | 'keep';
    readonly ownNames?: string[];
  }): Promise<void> {
    const done = await this.#app.act('request.decideRedactions', {
      requestId: this.#requestId(),
      ...rules,
    });
    if (!done) return;
    this.noteIndex = 0;
    this.placeIndex = 0;
    this.#added = new Map();
    await this.pages.refresh();
  }

  async #store(
    documentId: string,
    { start, end }: Selected,
    decision: Redaction['decision'],
  ): Promise<boolean> {
    const done = await this.#app.act('request.decideRedactions', {
      requestId: this.#requestId(),
      decisions: [{ documentId, start, end, decision }],
    });
    if (!done) return false;
    this.#decided = new Map(this.#decided).set(keyOf(documentId, { start, end }), decision);
    return true;
  }
}

const keyOf = (documentId: string, { start, end }: Selected): string =>
  `${documentId} ${start} ${end}`;

export const placeWords = ({ decision, decided }: Place): string =>
  t(decided ? `redact.decided.${decision}` : `redact.proposed.${decision}`);
