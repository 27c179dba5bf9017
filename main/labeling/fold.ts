// What the events of one task say. Nothing is ever edited: a change is an event, undo is an event that names
// the batch it takes back, redo one that names the batch it puts back. The state is what the batches in
// force leave behind, replayed in order. Pure: rows in, state out.
import type { Span } from '../../shared/domain/spans.ts';

export type EventType =
  'add' | 'remove' | 'change' | 'reject' | 'complete' | 'reopen' | 'undo' | 'redo';
export type Origin = 'human' | 'import' | 'suggestion';

export interface AnnotationEvent {
  readonly seq: number;
  /** Edits made together are taken back together. Counts up within a task. */
  readonly batch: number;
  readonly annotator: string;
  readonly at: string;
  readonly type: EventType;
  readonly annotationId: string | null;
  readonly start: number | null;
  readonly end: number | null;
  readonly label: string | null;
  readonly origin: Origin | null;
  readonly suggestionId: string | null;
  /** The batch that an undo or redo is about. */
  readonly reverts: number | null;
}

export interface Marked extends Span {
  readonly annotationId: string;
  readonly annotator: string;
  readonly origin: Origin;
  readonly at: string;
}

export interface Step {
  readonly batch: number;
  /** What the batch does, for a label such as "Undo: add". */
  readonly label: string;
  readonly count: number;
}

export interface TaskState {
  /** In reading order. */
  readonly annotations: readonly Marked[];
  /** Accepted or rejected. */
  readonly decided: ReadonlySet<string>;
  /** Spans a person refused, so that a model does not bring them back. */
  readonly rejected: readonly Span[];
  readonly completed: boolean;
  /** Of the newest event; 0 before the first. */
  readonly revision: number;
  readonly nextBatch: number;
  /** What this annotator would take back or put back next. */
  undo(annotator: string): Step | null;
  redo(annotator: string): Step | null;
}

export function foldTask(events: readonly AnnotationEvent[]): TaskState {
  const batches = new Map<number, AnnotationEvent[]>();
  const takenBack = new Set<number>();
  const done = new Map<string, number[]>();
  const undone = new Map<string, number[]>();
  const stack = (stacks: Map<string, number[]>, annotator: string): number[] => {
    const own = stacks.get(annotator) ?? [];
    stacks.set(annotator, own);
    return own;
  };
  let completed = false;

  for (const event of events) {
    const { type, batch, annotator, reverts } = event;
    if (type === 'undo' || type === 'redo') {
      if (reverts === null) continue;
      const [from, to] = type === 'undo' ? [done, undone] : [undone, done];
      const own = stack(from, annotator);
      own.splice(own.lastIndexOf(reverts), 1);
      stack(to, annotator).push(reverts);
      if (type === 'undo') takenBack.add(reverts);
      else takenBack.delete(reverts);
    } else if (type === 'complete' || type === 'reopen') {
      // Finishing is not an edit: undo goes past it.
      completed = type === 'complete';
    } else {
      const known = batches.get(batch);
      if (known !== undefined) known.push(event);
      else {
        batches.set(batch, [event]);
        stack(done, annotator).push(batch);
        undone.delete(annotator);
      }
    }
  }

  const marked = new Map<string, Marked>();
  const decided = new Set<string>();
  const rejected: Span[] = [];
  for (const [batch, own] of batches) {
    if (!takenBack.has(batch)) for (const event of own) replay(event, marked, decided, rejected);
  }
  const last = events.at(-1);
  const step = (stacks: ReadonlyMap<string, readonly number[]>, annotator: string): Step | null => {
    const batch = stacks.get(annotator)?.at(-1);
    const own = batch === undefined ? undefined : batches.get(batch);
    const first = own?.[0];
    if (batch === undefined || own === undefined || first === undefined) return null;
    const same = own.every(({ type }) => type === first.type);
    return { batch, label: same ? first.type : 'change', count: own.length };
  };
  return {
    annotations: [...marked.values()].sort(
      (a, b) => a.start - b.start || b.end - a.end || (a.annotationId < b.annotationId ? -1 : 1),
    ),
    decided,
    rejected,
    completed,
    revision: last?.seq ?? 0,
    nextBatch: events.reduce((most, { batch }) => Math.max(most, batch), 0) + 1,
    undo: (annotator) => step(done, annotator),
    redo: (annotator) => step(undone, annotator),
  };
}

/** An event about an annotation that is gone, because somebody else took its batch back, changes nothing. */
function replay(
  event: AnnotationEvent,
  marked: Map<string, Marked>,
  decided: Set<string>,
  rejected: Span[],
): void {
  const { type, annotationId, start, end, label, annotator, at, origin, suggestionId } = event;
  const span = start === null || end === null || label === null ? null : { start, end, label };
  if (suggestionId !== null) decided.add(suggestionId);
  if (type === 'reject') {
    if (span !== null) rejected.push(span);
  } else if (annotationId === null) {
    return;
  } else if (type === 'remove') {
    marked.delete(annotationId);
  } else if (span !== null && (type === 'add' || marked.has(annotationId))) {
    marked.set(annotationId, {
      ...span,
      annotationId,
      annotator,
      at,
      origin: origin ?? marked.get(annotationId)?.origin ?? 'human',
    });
  }
}
