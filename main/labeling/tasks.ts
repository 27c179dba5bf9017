// One document in front of one annotator: open it, walk the queue, edit, take back, finish. Every act asks
// the gate first, and every edit is one durable transaction: what is acknowledged is on disk.
import type { Edit, OutputOf, ParsedInputOf, Task } from '../../shared/contract/index.ts';
import { createGraphemes, type Graphemes } from '../../shared/domain/graphemes.ts';
import { checkSpan, sameSpan, type Span, type SpanProblem } from '../../shared/domain/spans.ts';
import { failure, ok, type Failure, type Result } from '../../shared/kernel/result.ts';
import type { Actor, GatedDocument, Governance } from '../governance/index.ts';
import type { Clock, Random } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import { foldTask, type Marked, type TaskState } from './fold.ts';
import type { ProjectCore, Projects } from './projects.ts';
import type { NewEvent, StoredSuggestion, TaskRepository } from './taskRepository.ts';

export type TaskEdited = OutputOf<'label.apply'>;
export type TaskList = OutputOf<'task.list'>;

export interface TaskRef {
  readonly projectId: string;
  readonly documentId: string;
}

export interface Tasks {
  /** Null at the end of the queue. Fails with NOT_FOUND, GATE_DENIED, PURPOSE_RETIRED. */
  open(actor: Actor, query: ParsedInputOf<'task.open'>): Result<Task | null>;
  /** Of a stretch of the queue, what the gate permits; `total` is the whole queue. Fails with NOT_FOUND, PURPOSE_RETIRED. */
  list(actor: Actor, query: ParsedInputOf<'task.list'>): Result<TaskList>;
  /**
   * All edits or none. Fails with SPAN_INVALID (params `reason`, `index`), STALE_EDIT (param `revision`),
   * NOT_FOUND, GATE_DENIED, PURPOSE_RETIRED.
   */
  apply(actor: Actor, task: TaskRef, revision: number, edits: readonly Edit[]): Result<TaskEdited>;
  /** Takes back the actor's own last batch. Fails with NOTHING_TO_UNDO and as `apply`. */
  undo(actor: Actor, task: TaskRef, revision: number): Result<TaskEdited>;
  redo(actor: Actor, task: TaskRef, revision: number): Result<TaskEdited>;
  complete(actor: Actor, task: TaskRef, completed: boolean): Result<TaskEdited>;
  /** Everybody's marks on a document, in reading order; empty for an unknown one. */
  current(projectId: string, documentId: string): readonly Marked[];
}

interface Loaded {
  readonly project: ProjectCore;
  readonly document: GatedDocument;
  readonly state: TaskState;
}

export function createTasks(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly governance: Pick<Governance, 'gate'>;
  readonly projects: Projects;
  readonly repository: TaskRepository;
  /** Who is behind an annotator's id; imported annotators have no id. */
  readonly nameOf: (annotator: string) => string;
  /** What a model proposed before it became stale is not shown any more, and cannot be accepted. */
  readonly isModelUsable: (modelId: string) => boolean;
}): Tasks {
  const { store, clock, random, projects, repository, nameOf, isModelUsable } = deps;
  const { gate } = deps.governance;

  function load(actor: Actor, { projectId, documentId }: TaskRef): Result<Loaded> {
    const project = projects.get(projectId);
    if (!project.ok) return project;
    const opened = gate.open({
      actor,
      purposeId: project.value.purposeId,
      operation: 'label',
      collectionId: project.value.collectionId,
      documentIds: [documentId],
    });
    if (!opened.ok) return opened;
    const document = opened.value.read(documentId);
    if (!document.ok) return document;
    const state = foldTask(repository.events(projectId, document.value.rowid));
    return ok({ project: project.value, document: document.value, state });
  }

  const openSuggestions = (
    projectId: string,
    rowid: number,
    state: TaskState,
  ): StoredSuggestion[] => {
    const stored = repository.suggestions(projectId, rowid);
    const usable = new Map(
      [...new Set(stored.map(({ modelId }) => modelId))].map((id) => [id, isModelUsable(id)]),
    );
    return stored.filter(
      (suggestion) =>
        usable.get(suggestion.modelId) === true &&
        !state.decided.has(suggestion.suggestionId) &&
        !state.annotations.some((marked) => sameSpan(marked, suggestion)),
    );
  };

  function viewOf({ project, document }: Omit<Loaded, 'state'>, state: TaskState, actor: Actor) {
    const step = (found: { label: string; count: number } | null) =>
      found === null ? null : { label: found.label, count: found.count };
    return {
      revision: state.revision,
      completed: state.completed,
      annotations: state.annotations.map((marked) => ({
        annotationId: marked.annotationId,
        start: marked.start,
        end: marked.end,
        label: marked.label,
        annotator: nameOf(marked.annotator).slice(0, 200),
        origin: marked.origin,
        at: marked.at,
      })),
      suggestions: openSuggestions(project.projectId, document.rowid, state),
      undo: step(state.undo(actor.userId)),
      redo: step(state.redo(actor.userId)),
    };
  }

  function taskOf(loaded: Loaded, actor: Actor): Task {
    const { project, document, state } = loaded;
    return {
      projectId: project.projectId,
      documentId: document.documentId,
      name: document.name.slice(0, 1000),
      subjectKey: repository.subjectKey(document.rowid)?.slice(0, 200) ?? null,
      language: document.language,
      position: repository.position(project.collectionId, document.rowid),
      of: repository.size(project.collectionId),
      text: document.text,
      sha256: document.sha256,
      ...viewOf(loaded, state, actor),
    };
  }

  /** Reads, decides and writes in one transaction; the answer is built from what was written. */
  function change(
    actor: Actor,
    task: TaskRef,
    revision: number | null,
    decide: (loaded: Loaded) => Result<readonly EventDraft[]>,
  ): Result<TaskEdited> {
    return store.transaction((): Result<TaskEdited> => {
      const loaded = load(actor, task);
      if (!loaded.ok) return loaded;
      const { state, document } = loaded.value;
      if (revision !== null && revision !== state.revision) return stale(state.revision);
      const drafts = decide(loaded.value);
      if (!drafts.ok) return drafts;
      const at = clock.now();
      for (const draft of drafts.value) {
        repository.insert({
          ...draft,
          projectId: task.projectId,
          rowid: document.rowid,
          batch: state.nextBatch,
          annotator: actor.userId,
          at,
        });
      }
      const after = foldTask(repository.events(task.projectId, document.rowid));
      return ok({ storedAt: at, ...viewOf(loaded.value, after, actor) });
    });
  }

  function step(actor: Actor, task: TaskRef, revision: number, type: 'undo' | 'redo') {
    return change(actor, task, revision, ({ state }) => {
      const found = state[type](actor.userId);
      return found === null ? nothingTo(type) : ok([{ type, reverts: found.batch }]);
    });
  }

  return {
    open(actor, { projectId, documentId, from, direction }) {
      const project = projects.get(projectId);
      if (!project.ok) return project;
      let wanted = documentId ?? undefined;
      if (wanted === undefined) {
        const compiled = gate.compile({
          actor,
          purposeId: project.value.purposeId,
          operation: 'label',
        });
        if (!compiled.ok) return compiled;
        const start = from === null ? null : (repository.place(from)?.rowid ?? null);
        const neighbor = (at: number | null) =>
          repository.neighbor(compiled.value, project.value, at, direction);
        wanted = neighbor(start);
        // What was skipped before comes again at the end of the queue.
        if (wanted === undefined && direction === 'nextOpen' && start !== null)
          wanted = neighbor(null);
        if (wanted === undefined) return ok(null);
      }
      const loaded = load(actor, { projectId, documentId: wanted });
      return loaded.ok ? ok(taskOf(loaded.value, actor)) : loaded;
    },

    list(actor, { projectId, offset, limit }) {
      const project = projects.get(projectId);
      if (!project.ok) return project;
      // A steward labels nothing but may see how far the work is.
      const operation = actor.roles.includes('clinician') ? 'label' : 'read';
      const compiled = gate.compile({ actor, purposeId: project.value.purposeId, operation });
      if (!compiled.ok) return compiled;
      const { collectionId } = project.value;
      const rows = repository.tasks(compiled.value, { projectId, collectionId }, offset, limit);
      return ok({
        total: repository.size(collectionId),
        items: rows.map((row) => ({
          documentId: row.documentId,
          name: row.name.slice(0, 1000),
          completed: row.completed === 1,
          annotations: Math.max(0, row.annotations),
          position: row.position,
        })),
      });
    },

    apply: (actor, task, revision, edits) =>
      change(actor, task, revision, (loaded) =>
        draftEdits(loaded, edits, {
          newId: () => random.newId('annotation'),
          suggestions: () => openSuggestions(task.projectId, loaded.document.rowid, loaded.state),
        }),
      ),
    undo: (actor, task, revision) => step(actor, task, revision, 'undo'),
    redo: (actor, task, revision) => step(actor, task, revision, 'redo'),
    complete: (actor, task, completed) =>
      change(actor, task, null, ({ state }) =>
        ok(state.completed === completed ? [] : [{ type: completed ? 'complete' : 'reopen' }]),
      ),
    current(projectId, documentId) {
      const place = repository.place(documentId);
      return place === undefined
        ? []
        : foldTask(repository.events(projectId, place.rowid)).annotations;
    },
  };
}

type EventDraft = Omit<NewEvent, 'projectId' | 'rowid' | 'batch' | 'annotator' | 'at'>;

/** Checks each edit against what the ones before it leave behind. */
function draftEdits(
  { project, document, state }: Loaded,
  edits: readonly Edit[],
  made: { readonly newId: () => string; readonly suggestions: () => readonly StoredSuggestion[] },
): Result<readonly EventDraft[]> {
  const labels = new Set(project.labels.map(({ id }) => id));
  const graphemes = createGraphemes(document.text);
  const marked = new Map<string, Span>(state.annotations.map((span) => [span.annotationId, span]));
  let open: Map<string, StoredSuggestion> | null = null;
  const drafts: EventDraft[] = [];

  for (const [index, edit] of edits.entries()) {
    const refuse = (reason: SpanReason): Result<never> => spanInvalid(reason, index);
    if (edit.do === 'add' || edit.do === 'change') {
      const { start, end, label } = edit.span;
      const problem = problemOf(edit.span, labels, graphemes);
      if (problem !== null) return refuse(problem);
      const own = edit.do === 'change' ? edit.annotationId : null;
      if (own !== null && !marked.has(own)) return refuse('noSuchAnnotation');
      for (const [id, span] of marked) {
        if (id !== own && sameSpan(span, edit.span)) return refuse('duplicate');
      }
      const annotationId = own ?? made.newId();
      marked.set(annotationId, edit.span);
      drafts.push({ type: edit.do, annotationId, start, end, label, origin: 'human' });
    } else if (edit.do === 'remove') {
      const { annotationId } = edit;
      if (!marked.delete(annotationId)) return refuse('noSuchAnnotation');
      drafts.push({ type: 'remove', annotationId });
    } else {
      open ??= new Map(made.suggestions().map((found) => [found.suggestionId, found]));
      const found = open.get(edit.suggestionId);
      if (found === undefined) return refuse('noSuchSuggestion');
      open.delete(edit.suggestionId);
      const { start, end, label, suggestionId } = found;
      const span = { start, end, label };
      if (edit.do === 'reject') drafts.push({ type: 'reject', suggestionId, ...span });
      else {
        const problem = problemOf(span, labels, graphemes);
        if (problem !== null) return refuse(problem);
        const annotationId = made.newId();
        marked.set(annotationId, span);
        drafts.push({ type: 'add', annotationId, ...span, origin: 'suggestion', suggestionId });
      }
    }
  }
  return ok(drafts);
}

type SpanReason =
  SpanProblem | 'unknownLabel' | 'duplicate' | 'noSuchAnnotation' | 'noSuchSuggestion';

const SAYS: Readonly<Record<SpanReason, string>> = {
  notAnOffset: 'its ends are no whole numbers',
  inverted: 'it ends before it begins',
  empty: 'it covers no text',
  outOfRange: 'it lies outside the text',
  cutsGrapheme: 'it cuts a character that readers see as one',
  unknownLabel: 'the project has no such label',
  duplicate: 'the same span with the same label is already there',
  noSuchAnnotation: 'the annotation is not there any more',
  noSuchSuggestion: 'the suggestion is not open any more',
};

function problemOf(
  span: Span,
  labels: ReadonlySet<string>,
  graphemes: Graphemes,
): SpanReason | null {
  return checkSpan(span, graphemes) ?? (labels.has(span.label) ? null : 'unknownLabel');
}

const spanInvalid = (reason: SpanReason, index: number): { ok: false; error: Failure } =>
  failure(
    'SPAN_INVALID',
    `The span cannot be stored: ${SAYS[reason]}. Nothing was changed. Mark it again.`,
    { reason, index },
  );

const stale = (revision: number) =>
  failure(
    'STALE_EDIT',
    'Somebody else changed this document meanwhile. Nothing was overwritten. Open it again to see the change, then repeat the edit.',
    { revision },
    true,
  );

const nothingTo = (what: 'undo' | 'redo') =>
  failure(
    'NOTHING_TO_UNDO',
    `There is nothing of yours to ${what} in this document. Nothing was changed.`,
    {
      what,
    },
  );
