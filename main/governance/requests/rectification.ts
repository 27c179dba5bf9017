// Correcting what is wrong about a person (GDPR Art. 16), and everything built on it. A passage of a text, a
// field, a name of a document or a number is replaced; what stood there stays as a version of its own, apart
// and behind the gate, and goes with the person. Places behind the passage move with the text. What somebody
// marked on the passage itself is set aside and its task opened again: nobody has seen the new words yet.
// Copies made from the text are made again. All of it or none, in one transaction.
import type { Correction, OutputOf, RectificationPreview } from '../../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import { commitment } from '../audit/index.ts';
import type { Actor, Page, PageRequest, RoomContext } from '../context.ts';
import type { Exits } from '../exits/exits.ts';
import type { SetAside, SubjectFollower } from '../followers.ts';
import type { GateRepository } from '../gate/gateRepository.ts';
import { createCorrectionActs, type Done, type Person, type Reach } from './correctionActs.ts';
import { createCorrectionChecks, refusedCorrection } from './correctionChecks.ts';
import { createRectificationRepository, type RectificationRow } from './rectificationRepository.ts';
import type { RequestRepository } from './requestRepository.ts';
import type { Requests } from './requests.ts';
import type { Subjects } from '../subjects.ts';
import { logOwnReading } from './ownReading.ts';

export type Rectified = Omit<OutputOf<'request.rectify'>, 'reportId'>;

export interface Rectification {
  /** Numbers and texts of the person who asked, without the texts. Fails with NOT_FOUND, REQUEST_CLOSED. */
  holdings(requestId: string, page: PageRequest): Result<OutputOf<'request.holdings'>>;
  /** Registered as a reading for the person's own right. Fails with NOT_FOUND, REQUEST_CLOSED. */
  readText(
    actor: Actor,
    requestId: string,
    documentId: string,
  ): Result<OutputOf<'request.readText'>>;
  /** Does it and takes it back: the figures are those of the act itself. */
  preview(
    actor: Actor,
    requestId: string,
    corrections: readonly Correction[],
  ): Result<RectificationPreview>;
  /**
   * Closes the request. Fails with NOT_FOUND, REQUEST_CLOSED, STALE_EDIT (something else stands there),
   * SPAN_INVALID (a cut inside a character, or out of range), CONFLICT (a number or name that is taken, or an
   * erasure that was ordered).
   */
  rectify(actor: Actor, requestId: string, corrections: readonly Correction[]): Result<Rectified>;
  /** Newest first. Registered like `readText`. */
  versions(
    actor: Actor,
    requestId: string,
    page: PageRequest,
  ): Result<Page<OutputOf<'request.versions'>['items'][number]>>;
}

export interface RectificationDeps {
  readonly requests: Requests;
  readonly requestRows: RequestRepository;
  readonly subjects: Subjects;
  readonly exits: Exits;
  readonly texts: GateRepository;
  readonly followers: readonly SubjectFollower[];
  /** Art. 19; returns how many recipients will be told. */
  readonly queueNotices: (
    actor: Actor,
    about: { readonly requestId: string; readonly subjectId: string },
  ) => number;
}

export function createRectification(context: RoomContext, deps: RectificationDeps): Rectification {
  const { store, clock, random, audit } = context;
  const { requests, requestRows, subjects, exits, texts, followers } = deps;
  const repository = createRectificationRepository(store);
  const { problemsOf } = createCorrectionChecks({ subjects, texts, repository });
  const { change } = createCorrectionActs({ texts, followers, repository });

  function subjectOf(requestId: string, open: boolean): Result<string> {
    const found = requests.get(requestId);
    if (!found.ok) return found;
    const asked = open ? requests.requireOpen(requestId, found.value.kind) : found;
    if (!asked.ok) return asked;
    return asked.value.subjectId === null ? noSuchText() : ok(asked.value.subjectId);
  }

  function carryOut(
    person: Person,
    corrections: readonly Correction[],
  ): Pick<Rectified, 'corrections' | 'leaf'> & Reach {
    const { subjectId, requestId, actor, at } = person;
    const recipients = exits.ofSubject(subjectId).map(({ recipient, at: when }) => ({
      recipient,
      at: when,
    }));
    const subjectRef = subjects.subjectRef(subjectId).toString('hex');
    const done: (Done & { readonly entry: Rectified['corrections'][number]; index: number })[] = [];
    let leaf = -1;
    for (const [index, correction] of backwards(corrections)) {
      const changed = change(person, correction);
      const versionId = random.newId('version');
      const salt = random.bytes(32);
      const committed = (words: string | null): string =>
        commitment(salt, Buffer.from(words ?? '', 'utf8'));
      const before = committed(correction.expected);
      const after = committed(correction.replacement);
      const row: RectificationRow = {
        id: versionId,
        subject_id: subjectId,
        request_id: requestId,
        at,
        actor: actor.userId,
        kind: correction.kind,
        document_rowid: changed.rowid,
        field: fieldOf(correction),
        start: correction.kind === 'passage' ? correction.start : null,
      };
      const setAside: readonly SetAside[] = changed.moved.flatMap((moved) => moved.setAside);
      repository.insert({ ...row, salt, set_aside: JSON.stringify(setAside) });
      texts.putVersion(versionId, correction.expected, correction.replacement);
      const { seq } = audit.append({
        action: 'request.rectified',
        actor: actor.userId,
        roles: actor.roles,
        object: { type: 'request', id: requestId },
        subjectRef,
        counts: {
          shifted: changed.moved.reduce((sum, { shifted }) => sum + shifted, 0),
          setAside: setAside.length,
          copies: changed.copies.length,
        },
        commitments: { before, after },
      });
      if (leaf < 0) leaf = seq;
      done.push({ ...changed, index, entry: { versionId, kind: correction.kind, before, after } });
    }
    const rowids = [...new Set(done.flatMap((each) => each.rowids))];
    const states = new Map(
      followers
        .flatMap((follower) => follower.models?.(subjectId) ?? [])
        .map(({ modelId, state }) => [modelId, state]),
    );
    const moved = done.flatMap((each) => each.moved);
    return {
      corrections: done.sort((a, b) => a.index - b.index).map(({ entry }) => entry),
      leaf,
      shifted: moved.reduce((sum, { shifted }) => sum + shifted, 0),
      setAside: moved.reduce((sum, { setAside }) => sum + setAside.length, 0),
      reopened: moved.reduce((sum, { reopened }) => sum + reopened, 0),
      copies: lastOfEach(done.flatMap(({ copies }) => copies)),
      snapshots: [...repository.snapshots(rowids)],
      models: repository
        .models(rowids)
        .map((model) => ({ ...model, state: states.get(model.modelId) ?? 'valid' })),
      recipients,
    };
  }

  const personOf = (actor: Actor, requestId: string, subjectId: string): Person => ({
    subjectId,
    requestId,
    actor,
    at: clock.now(),
  });

  return {
    holdings(requestId, { cursor, limit }) {
      const subject = subjectOf(requestId, true);
      if (!subject.ok) return subject;
      const subjectId = subject.value;
      const rows = repository.holdings(subjectId, Number(cursor ?? 0), limit + 1);
      const shown = rows.slice(0, limit);
      return ok({
        identifiers: subjects
          .identifiers(subjectId)
          .slice(0, 200)
          .map((each) => ({ ...each })),
        items: shown.map((row) => ({
          documentId: row.id,
          name: row.name.slice(0, 1000),
          collectionId: row.collection_id,
          collection: row.collection,
          kind: row.kind,
          language: row.language,
          category: row.category,
          length: row.length,
          metadata: shownFields(JSON.parse(row.metadata) as Record<string, string>),
          corrections: row.corrections,
          outOfDate: row.out_of_date === 1,
        })),
        next: rows.length > limit ? String(shown.at(-1)?.rowid ?? 0) : null,
        total: repository.countHoldings(subjectId),
      });
    },
    readText(actor, requestId, documentId) {
      const subject = subjectOf(requestId, true);
      if (!subject.ok) return subject;
      const row = texts.ownText(subject.value, documentId);
      if (!row) return noSuchText();
      logOwnReading({ texts, clock }, actor, requestId, 'rectification', subject.value, 1);
      const { name, language, sha256, text } = row;
      return ok({ documentId, name: name.slice(0, 1000), language, sha256, text: text ?? '' });
    },
    preview(actor, requestId, corrections) {
      const open = requests.requireOpen(requestId, 'rectification');
      if (!open.ok) return open;
      const { subjectId } = open.value;
      if (subjectId === null) return noSuchText();
      const problems = problemsOf(subjectId, corrections);
      const sound = corrections.filter((_, index) => problems[index] === null);
      const reach = takenBack(() => {
        const {
          corrections: _done,
          leaf: _leaf,
          ...rest
        } = carryOut(personOf(actor, requestId, subjectId), sound);
        return rest;
      });
      return ok({ corrections: problems.map((problem) => ({ problem })), ...reach });
    },
    rectify: (actor, requestId, corrections) =>
      store.transaction((): Result<Rectified> => {
        const open = requests.requireOpen(requestId, 'rectification');
        if (!open.ok) return open;
        const { subjectId } = open.value;
        if (subjectId === null) return noSuchText();
        // What to search for was taken with the order: words that come later would not be found.
        if (subjects.gateState(subjectId) === 'erased') return beingErased();
        const problems = problemsOf(subjectId, corrections);
        for (const [index, problem] of problems.entries()) {
          if (problem !== null) return refusedCorrection(problem, index);
        }
        const person = personOf(actor, requestId, subjectId);
        const done = carryOut(person, corrections);
        const notices = deps.queueNotices(actor, { requestId, subjectId });
        requestRows.addEvent({
          requestId,
          type: 'closed',
          at: person.at,
          actor: actor.userId,
          body: { outcome: 'rectified' },
        });
        const request = requests.get(requestId);
        return request.ok ? ok({ request: request.value, ...done, notices }) : request;
      }),
    versions(actor, requestId, { cursor, limit }) {
      const subject = subjectOf(requestId, false);
      if (!subject.ok) return subject;
      const subjectId = subject.value;
      const words = new Map(texts.versions(subjectId).map((each) => [each.id, each]));
      const rows = repository.page(subjectId, cursor, limit + 1);
      const shown = rows.slice(0, limit);
      logOwnReading({ texts, clock }, actor, requestId, 'rectification', subjectId, shown.length);
      return ok({
        items: shown.map((row) => ({
          versionId: row.id,
          at: row.at,
          by: row.actor,
          kind: row.kind,
          documentId: row.document,
          name: row.name?.slice(0, 1000) ?? null,
          field: row.field,
          start: row.start,
          before: words.get(row.id)?.before ?? null,
          after: words.get(row.id)?.after ?? null,
        })),
        next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
        total: repository.count(subjectId),
      });
    },
  };

  /** Runs an act of the database to its end and takes it back, whatever it answered. */
  function takenBack<T>(act: () => T): T {
    let answer: { readonly value: T } | undefined;
    const back = new Error('taken back');
    try {
      store.transaction(() => {
        answer = { value: act() };
        throw back;
      });
    } catch (error) {
      if (error !== back || !answer) throw error;
    }
    return (answer as { readonly value: T }).value;
  }
}

const shownFields = (metadata: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(metadata)
      .filter(([field]) => !field.startsWith('_') && field.length <= 200)
      .map(([field, value]) => [field, value.slice(0, 10_000)]),
  );

const fieldOf = (correction: Correction): string | null =>
  correction.kind === 'metadata'
    ? correction.field
    : correction.kind === 'identifier'
      ? correction.scheme
      : null;

/** From the end of a text to its beginning, so that the offsets of the next one still hold. */
function backwards(corrections: readonly Correction[]): (readonly [number, Correction])[] {
  const place = (correction: Correction): number =>
    correction.kind === 'passage' ? correction.start : -1;
  return [...corrections.entries()].sort(([, a], [, b]) => place(b) - place(a));
}

/** A copy of a text with two corrections was made again twice. */
const lastOfEach = (copies: Reach['copies']): Reach['copies'] => [
  ...new Map(copies.map((copy) => [copy.documentId, copy])).values(),
];

const noSuchText = () =>
  failure(
    'NOT_FOUND',
    'There is no such text or number of the person who asked. Nothing was changed.',
  );

const beingErased = () =>
  failure(
    'CONFLICT',
    'The erasure of this person was ordered and runs to its end. Nothing was changed.',
  );
