/**
 * What the labeling screen knows: the open task, where the person is in its text, and the edits on their
 * way to the vault. Edits go one after the other and carry the revision they were based on; the answer of
 * the core (already on disk) is what is shown. Nothing is kept ahead of it, so nothing can be lost.
 */
import type {
  Annotation,
  Client,
  Edit,
  LabelDefinition,
  OutputOf,
  Project,
  Suggestion,
  Task,
  WireError,
} from '../../../shared/contract/index.ts';
import type { MarkedSpan } from '../../ui/index.ts';
import { createTextMoves, rangeOf, type Range, type Selection, type TextMoves } from './caret.ts';

type TaskEdited = OutputOf<'label.apply'>;
export type Direction = 'next' | 'previous' | 'nextOpen';
export type CaretMove = 'left' | 'right' | 'wordLeft' | 'wordRight' | 'lineStart' | 'lineEnd';

/** An annotation or a suggestion, as it is drawn. */
export interface Mark extends MarkedSpan {
  readonly id: string;
  /** Null for what a person decided. */
  readonly score: number | null;
}

/** The layout questions only the drawn text can answer. */
export interface TextLayout {
  offsetByLine(offset: number, lines: -1 | 1): number;
  scrollTo(offset: number): void;
  focus(): void;
}

/** The most edits the contract takes at once. */
const BATCH = 1000;

export class LabelingBench {
  project = $state.raw<Project | null>(null);
  task = $state.raw<Task | null>(null);
  /** True once the last task has been passed: there is nothing further in this direction. */
  atEnd = $state(false);
  loading = $state(false);
  failure = $state.raw<WireError | null>(null);
  selection = $state.raw<Selection>({ anchor: 0, focus: 0 });
  /** Annotation or suggestion under decision. */
  markId = $state<string | null>(null);
  /** Tab is taken for suggestions only while the text has the focus and one lies ahead: never a trap. */
  textFocused = $state(false);
  /** Edits not yet acknowledged. */
  pending = $state(0);
  /** A model is being asked: the suggestions on screen are about to be replaced. */
  asking = $state(false);
  layout: TextLayout | null = null;

  readonly #client: Client;
  readonly #fault: (error: WireError) => void;
  #queue: Promise<void> = Promise.resolve();
  #turn = 0;
  /** The note asked for last, also when the gate withheld it: next and previous count from here. */
  #place: string | null = null;

  constructor(client: Client, fault: (error: WireError) => void) {
    this.#client = client;
    this.#fault = fault;
  }

  readonly moves: TextMoves | null = $derived(
    this.task ? createTextMoves(this.task.text, this.task.language) : null,
  );
  readonly labels: readonly LabelDefinition[] = $derived(this.project?.labels ?? []);
  readonly range: Range = $derived(rangeOf(this.selection));
  readonly marks: readonly Mark[] = $derived.by(() => {
    if (!this.task) return [];
    const annotations = this.task.annotations.map((a) => toMark(a.annotationId, a, null));
    const suggestions = this.task.suggestions.map((s) => toMark(s.suggestionId, s, s.score));
    return [...annotations, ...suggestions];
  });
  readonly selected: Annotation | Suggestion | null = $derived(
    this.task?.annotations.find((a) => a.annotationId === this.markId) ??
      this.task?.suggestions.find((s) => s.suggestionId === this.markId) ??
      null,
  );
  readonly counts: ReadonlyMap<string, number> = $derived.by(() => {
    const counts = new Map<string, number>();
    for (const { label } of this.task?.annotations ?? []) {
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    return counts;
  });

  async openProject(project: Project): Promise<void> {
    if (this.project?.projectId === project.projectId) {
      this.project = project; // Its counts may be newer.
      return;
    }
    this.project = project;
    this.task = null;
    this.#place = null;
    await this.#open({ direction: 'nextOpen' });
  }

  go = (direction: Direction): Promise<void> => this.#open({ direction, from: this.#place });

  goTo = (documentId: string): Promise<void> => this.#open({ documentId });

  async #open(where: {
    readonly direction?: Direction;
    readonly from?: string | null;
    readonly documentId?: string;
  }): Promise<void> {
    if (!this.project) return;
    await this.#queue; // A label on its way belongs to the task that is left.
    const turn = ++this.#turn;
    this.loading = true;
    const { projectId } = this.project;
    const result = await this.#client.call('task.open', { projectId, ...where });
    if (turn !== this.#turn) return;
    this.loading = false;
    this.failure = result.ok ? null : result.error;
    if (!result.ok) {
      this.task = null;
      this.#place = where.documentId ?? this.#place;
      return;
    }
    const { task } = result.value;
    this.atEnd = task === null;
    if (task === null && this.task !== null) return; // Stay where one is.
    const same = task !== null && task.documentId === this.task?.documentId;
    this.task = task;
    this.#place = task?.documentId ?? null;
    if (same) return; // Read again: the person stays where they are.
    this.markId = null;
    this.selection = { anchor: 0, focus: 0 };
  }

  async suggest(ask: (task: Task) => Promise<unknown>): Promise<void> {
    if (!this.task || this.asking) return;
    this.asking = true;
    await this.#queue; // What is on its way is part of what the model is told.
    if (this.task && (await ask(this.task)) !== null) await this.reload();
    this.asking = false;
  }

  async reload(): Promise<void> {
    await this.#open(this.#place === null ? {} : { documentId: this.#place });
  }

  edit(edits: readonly Edit[]): Promise<void> {
    return this.#change((task) =>
      this.#client.call('label.apply', { ...on(task), revision: task.revision, edits: [...edits] }),
    );
  }
  undo = (): Promise<void> =>
    this.#change((task) =>
      this.#client.call('label.undo', { ...on(task), revision: task.revision }),
    );
  redo = (): Promise<void> =>
    this.#change((task) =>
      this.#client.call('label.redo', { ...on(task), revision: task.revision }),
    );
  complete = (completed: boolean): Promise<void> =>
    this.#change((task) => this.#client.call('task.complete', { ...on(task), completed }));

  #change(
    call: (
      task: Task,
    ) => Promise<{ ok: true; value: TaskEdited } | { ok: false; error: WireError }>,
  ): Promise<void> {
    const before = this.task;
    if (!before) return Promise.resolve();
    this.pending += 1;
    this.#queue = this.#queue.then(async () => {
      try {
        const task = this.task;
        if (!task || task.documentId !== before.documentId) return;
        const result = await call(task);
        if (this.task?.documentId !== task.documentId) return;
        if (result.ok) {
          this.task = { ...this.task, ...result.value };
        } else {
          this.#fault(result.error);
          if (result.error.code === 'STALE_EDIT') await this.#refetch(task);
        }
      } finally {
        this.pending -= 1;
      }
    });
    return this.#queue;
  }

  async #refetch({ projectId, documentId }: Task): Promise<void> {
    const again = await this.#client.call('task.open', { projectId, documentId });
    if (again.ok && again.value.task) this.task = again.value.task;
  }

  /** What a label key does: decide the selected mark, else mark the selection, else the word here. */
  applyLabel(label: string): Promise<void> {
    const { task, moves } = this;
    if (!task || !moves) return Promise.resolve();
    const suggestion = task.suggestions.find((s) => s.suggestionId === this.markId);
    if (suggestion) {
      const { suggestionId, start, end } = suggestion;
      this.markId = null;
      return this.edit(
        suggestion.label === label
          ? [{ do: 'accept', suggestionId }]
          : [
              { do: 'reject', suggestionId },
              { do: 'add', span: { start, end, label } },
            ],
      );
    }
    const annotation = task.annotations.find((a) => a.annotationId === this.markId);
    if (annotation) {
      if (annotation.label === label) return Promise.resolve();
      const { annotationId, start, end } = annotation;
      return this.edit([{ do: 'change', annotationId, span: { start, end, label } }]);
    }
    const target =
      this.range.start < this.range.end
        ? moves.tidy(this.range)
        : moves.wordAt(this.selection.focus);
    if (!target) return Promise.resolve();
    this.collapse(target.end);
    return this.edit([{ do: 'add', span: { ...target, label } }]);
  }

  acceptSelected(): Promise<void> {
    if (this.asking) return Promise.resolve();
    const suggestion = this.task?.suggestions.find((s) => s.suggestionId === this.markId);
    if (!suggestion) return Promise.resolve();
    const next = this.#suggestionAfter(suggestion.start, suggestion.suggestionId);
    this.select(next);
    return this.edit([{ do: 'accept', suggestionId: suggestion.suggestionId }]);
  }

  /** Rejects the selected suggestion, or removes the selected annotation. */
  removeSelected(): Promise<void> {
    const { task, markId } = this;
    if (!task || markId === null) return Promise.resolve();
    const suggestion = task.suggestions.find((s) => s.suggestionId === markId);
    if (suggestion) {
      this.select(this.#suggestionAfter(suggestion.start, markId));
      return this.edit([{ do: 'reject', suggestionId: markId }]);
    }
    this.markId = null;
    return this.edit([{ do: 'remove', annotationId: markId }]);
  }

  acceptAll = async (): Promise<void> => {
    if (this.asking) return;
    const edits = (this.task?.suggestions ?? []).map(({ suggestionId }): Edit => ({
      do: 'accept',
      suggestionId,
    }));
    this.markId = null;
    for (let i = 0; i < edits.length; i += BATCH) void this.edit(edits.slice(i, i + BATCH));
    await this.#queue;
  };

  /** The suggestion one step from the selected one, else from the caret; null past the first or last. */
  suggestionAt(step: 1 | -1): string | null {
    const ordered = [...(this.task?.suggestions ?? [])].sort((a, b) => a.start - b.start);
    const at = ordered.findIndex((s) => s.suggestionId === this.markId);
    if (at >= 0) return ordered[at + step]?.suggestionId ?? null;
    const { focus } = this.selection;
    const near =
      step > 0 ? ordered.find((s) => s.start >= focus) : ordered.findLast((s) => s.end <= focus);
    return near?.suggestionId ?? null;
  }

  /** Goes on from the first again after the last. */
  nextSuggestion(): void {
    this.select(this.suggestionAt(1) ?? this.#suggestionAfter(0, ''));
  }

  #suggestionAfter(start: number, except: string): string | null {
    const rest = (this.task?.suggestions ?? []).filter((s) => s.suggestionId !== except);
    const ordered = rest.sort((a, b) => a.start - b.start);
    return (ordered.find((s) => s.start >= start) ?? ordered[0])?.suggestionId ?? null;
  }

  select(markId: string | null): void {
    this.markId = markId;
    const mark = this.marks.find((m) => m.id === markId);
    if (mark) {
      this.collapse(mark.end, true);
      this.layout?.scrollTo(mark.start);
    }
  }

  collapse(offset: number, keepMark = false): void {
    if (!keepMark) this.markId = null;
    this.selection = { anchor: offset, focus: offset };
  }

  setSelection(selection: Selection): void {
    this.markId = null;
    this.selection = selection;
  }

  move(how: CaretMove, extend: boolean): void {
    const { task, moves } = this;
    if (!task || !moves) return;
    const { anchor, focus } = this.selection;
    const { start, end } = this.range;
    // As everywhere: an arrow without Shift first leaves the selection at that side.
    if (!extend && start < end && (how === 'left' || how === 'right')) {
      this.collapse(how === 'left' ? start : end);
      return;
    }
    const to = {
      left: () => moves.graphemes.previous(focus),
      right: () => moves.graphemes.next(focus),
      wordLeft: () => moves.previousWord(focus),
      wordRight: () => moves.nextWord(focus),
      lineStart: () => (focus === 0 ? 0 : task.text.lastIndexOf('\n', focus - 1) + 1),
      lineEnd: () => {
        const feed = task.text.indexOf('\n', focus);
        return feed < 0 ? task.text.length : moves.graphemes.floor(feed); // CR LF is one cluster.
      },
    }[how]();
    this.#moveTo(to, anchor, extend);
  }

  moveLine(lines: -1 | 1, extend: boolean): void {
    if (!this.layout || !this.moves) return;
    const { anchor, focus } = this.selection;
    this.#moveTo(
      this.moves.graphemes.floor(this.layout.offsetByLine(focus, lines)),
      anchor,
      extend,
    );
  }

  #moveTo(to: number, anchor: number, extend: boolean): void {
    this.setSelection({ anchor: extend ? anchor : to, focus: to });
    this.layout?.scrollTo(to);
  }

  /** Selects the next place where the words stand, from the caret on and around; false if nowhere. */
  find(words: string): boolean {
    if (!this.task || words === '') return false;
    const text = this.task.text.toLowerCase();
    const needle = words.toLowerCase();
    // Lower-casing may change the length of a text (İ); offsets are then not to be trusted.
    const haystack = text.length === this.task.text.length ? text : this.task.text;
    const from = this.range.end;
    let at = haystack.indexOf(needle, from);
    if (at < 0) at = haystack.indexOf(needle);
    if (at < 0 || !this.moves) return false;
    const { floor, ceil } = this.moves.graphemes;
    this.setSelection({ anchor: floor(at), focus: ceil(at + needle.length) });
    this.layout?.scrollTo(at);
    return true;
  }
}

const on = ({ projectId, documentId }: Task) => ({ projectId, documentId });

const toMark = (
  id: string,
  { start, end, label }: { readonly start: number; readonly end: number; readonly label: string },
  score: number | null,
): Mark => ({ id, start, end, label, score });
