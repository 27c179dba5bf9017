// Frozen datasets. A snapshot says exactly which labels over which texts, by hash, under which policy; its
// manifest is canonical JSON (RFC 8785) and hashed. It holds no text: whoever reads it asks the gate again,
// so a person who withdrew is left out of every later reading, and a text that changed stops it.
import { createHash } from 'node:crypto';
import type { ParsedInputOf, Snapshot } from '../../shared/contract/index.ts';
import type { Span } from '../../shared/domain/spans.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { Actor, GateReader, Governance, Lost, Withheld } from '../governance/index.ts';
import { fault, type Clock, type Random } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import { foldTask } from './fold.ts';
import type { ProjectCore, Projects } from './projects.ts';
import {
  createSnapshotRepository,
  type FreezableDocument,
  type SnapshotDocument,
  type Split,
} from './snapshotRepository.ts';
import { countLabels, distinct, manifestOf, note, summaryOf } from './snapshotFacts.ts';
import { splitGroups } from './split.ts';
import type { TaskRepository } from './taskRepository.ts';

export type FreezeOrder = ParsedInputOf<'snapshot.freeze'>;

export interface SnapshotText {
  readonly documentId: string;
  readonly subjectId: string | null;
  readonly text: string;
  /** What came with the document at its import; the class of a document may stand there. */
  readonly metadata: Readonly<Record<string, string>>;
  /** In reading order; may overlap. */
  readonly spans: readonly Span[];
}

export interface SnapshotReader {
  readonly snapshot: Snapshot;
  /** Of the policy now, not at freezing. */
  readonly policySha256: string;
  /**
   * The documents the gate permits now, in the order frozen. Throws the fault SNAPSHOT_CHANGED where a text
   * is not the frozen one any more.
   */
  documents(split: Split): IterableIterator<SnapshotText>;
  /** What the splits read so far lost since freezing, with the gate's reason; erased people count too. */
  withheld(): readonly Withheld[];
  /** Which of the documents read so far are not permitted any more. Ask before a result is kept. */
  recheck(): { readonly lost: readonly Lost[] };
  /**
   * What keeps a person's documents together, the same in every vault: a hash of what the split is drawn by.
   * Undefined for a document that the gate does not permit.
   */
  groupOf(documentId: string): string | undefined;
}

export interface Snapshots {
  /**
   * Fails with NOT_FOUND, PURPOSE_RETIRED, GATE_DENIED, SNAPSHOT_EMPTY (nothing labeled is permitted),
   * BAD_INPUT (fractions above one).
   */
  freeze(actor: Actor, order: FreezeOrder): Result<Snapshot>;
  /**
   * The frozen labels of one snapshot without the people named and without whoever the gate denies now, as it
   * would be had they never been there: the splits are drawn again from those who stay, because one who stood
   * in for an empty split would leave a mark on where the others are. Where it is not known how a snapshot
   * was split (`isSplitKept`), everybody stays in the split they were in. Fails as `freeze`, and with SNAPSHOT_CHANGED.
   */
  derive(
    actor: Actor,
    order: {
      readonly snapshotId: string;
      readonly without: ReadonlySet<string>;
      readonly name: string;
    },
  ): Result<Snapshot>;
  /**
   * How many of its training and development documents are in each bucket, without those of some people. Reads
   * no text and asks no gate: for estimates.
   * @param bucketOf of the hash that `SnapshotReader.groupOf` gives.
   */
  countByGroup(
    snapshotId: string,
    without: ReadonlySet<string>,
    bucketOf: (group: string) => number,
  ): ReadonlyMap<number, number>;
  /** Whether it is not known how a snapshot was split, so that nobody can split it again. */
  isSplitKept(snapshotId: string): boolean;
  /** Newest first. */
  list(): Snapshot[];
  get(snapshotId: string): Snapshot | undefined;
  /** Fails with NOT_FOUND, PURPOSE_RETIRED, GATE_DENIED, SNAPSHOT_CHANGED. */
  open(
    snapshotId: string,
    by: { readonly actor: Actor; readonly operation: 'train' | 'evaluate' },
  ): Result<SnapshotReader>;
}

const SPLITS: readonly Split[] = ['train', 'dev', 'test'];

interface Candidate extends FreezableDocument {
  readonly spans: readonly Span[];
  /** Whether somebody said that these are all its labels. */
  readonly finished: boolean;
}

export function createSnapshots(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly governance: Pick<Governance, 'gate'>;
  readonly projects: Projects;
  readonly tasks: TaskRepository;
}): Snapshots {
  const { store, clock, random, projects, tasks } = deps;
  const { gate } = deps.governance;
  const repository = createSnapshotRepository(store);
  const parse = (row: { readonly summary: string }): Snapshot =>
    JSON.parse(row.summary) as Snapshot;

  /** Finished tasks of a project that the gate permits for training, and what was left out. */
  function collect(
    actor: Actor,
    project: ProjectCore,
    purposeId: string,
    wanted: FreezeOrder['documents'],
    leftOut: Map<string, number>,
  ): Result<{ readonly candidates: Candidate[]; readonly policySha256: string }> {
    const { projectId, collectionId } = project;
    const opened = gate.open({ actor, purposeId, operation: 'train', collectionId });
    if (!opened.ok) return opened;
    for (const { reason, count } of opened.value.withheld) note(leftOut, reason, count);
    const finished = new Map<number, readonly Span[]>();
    for (const { rowid, events } of tasks.eventsByTask(projectId)) {
      const state = foldTask(events);
      if (state.completed) finished.set(rowid, distinct(state.annotations));
    }
    const candidates: Candidate[] = [];
    for (const document of repository.freezable(opened.value.ids())) {
      const spans = finished.get(document.rowid);
      if (spans !== undefined) candidates.push({ ...document, spans, finished: true });
      else if (wanted === 'all') candidates.push({ ...document, spans: [], finished: false });
      else note(leftOut, 'unfinished', 1);
    }
    return ok({ candidates, policySha256: opened.value.policySha256 });
  }

  function assign(
    order: FreezeOrder,
    own: readonly Candidate[],
    dev: readonly Candidate[] | null,
    leftOut: Map<string, number>,
  ): (Candidate & { readonly split: Split })[] {
    if (dev === null) {
      const { split } = order;
      if ('devProjectId' in split)
        throw new Error('A development project was asked for and not read');
      const splits = splitGroups(
        own.map(({ key }) => key),
        split,
      );
      return own.map((document) => ({ ...document, split: splits.get(document.key) ?? 'train' }));
    }
    // Nobody may be in two splits; who is in the development project stays there.
    const people = new Set(dev.flatMap(({ subjectId }) => (subjectId === null ? [] : [subjectId])));
    const train = own.filter(({ subjectId }) => subjectId === null || !people.has(subjectId));
    note(leftOut, 'subjectInDev', own.length - train.length);
    return [
      ...train.map((document) => ({ ...document, split: 'train' as const })),
      ...dev.map((document) => ({ ...document, split: 'dev' as const })),
    ];
  }

  /** Hashes and stores what was chosen. */
  function keep(
    actor: Actor,
    project: ProjectCore,
    of: Pick<Snapshot, 'name' | 'purposeId' | 'policySha256' | 'leftOut' | 'unfinished'> & {
      /** Null where it is not known how it was split. */
      readonly split: FreezeOrder['split'] | null;
      readonly chosen: readonly (Candidate & { readonly split: Split })[];
      readonly derivedFrom: string | null;
    },
  ): Snapshot {
    const { name, purposeId, policySha256, leftOut, unfinished, split, chosen } = of;
    const documents = chosen.map(({ rowid, documentId, split: into, sha256, spans }) => ({
      rowid,
      documentId,
      split: into,
      textSha256: sha256,
      spans,
    }));
    const manifestSha256 = createHash('sha256')
      .update(manifestOf(project, policySha256, split, documents))
      .digest('hex');
    const snapshot: Snapshot = {
      snapshotId: random.newId('snapshot'),
      name,
      projectId: project.projectId,
      project: project.name,
      purposeId,
      purpose: project.purpose,
      createdAt: clock.now(),
      manifestSha256,
      policySha256,
      splits: SPLITS.flatMap((into) => summaryOf(into, chosen)),
      labels: countLabels(chosen),
      leftOut,
      ...(unfinished !== undefined && { unfinished }),
    };
    repository.insert({
      id: snapshot.snapshotId,
      name,
      projectId: project.projectId,
      purposeId,
      policySha256,
      manifestSha256,
      summary: JSON.stringify(snapshot),
      at: snapshot.createdAt,
      actor: actor.userId,
    });
    if (split) {
      repository.insertSplit(snapshot.snapshotId, JSON.stringify(split), of.derivedFrom);
    }
    documents.forEach((document, position) =>
      repository.insertDocument(snapshot.snapshotId, position, document),
    );
    return snapshot;
  }

  return {
    freeze(actor, order) {
      const { projectId, name, split } = order;
      if (!('devProjectId' in split) && split.dev + split.test > 1) {
        return failure(
          'BAD_INPUT',
          'The fractions of the splits add up to more than one. Nothing was frozen.',
          {
            field: 'split',
          },
        );
      }
      const project = projects.get(projectId);
      if (!project.ok) return project;
      const { purposeId } = project.value;
      return store.transaction((): Result<Snapshot> => {
        const leftOut = new Map<string, number>();
        const own = collect(actor, project.value, purposeId, order.documents, leftOut);
        if (!own.ok) return own;
        let dev: readonly Candidate[] | null = null;
        if ('devProjectId' in split) {
          const devProject = projects.get(split.devProjectId);
          if (!devProject.ok) return devProject;
          // Both are used for the purpose of the snapshot, so both are asked for under it.
          const collected = collect(actor, devProject.value, purposeId, order.documents, leftOut);
          if (!collected.ok) return collected;
          dev = collected.value.candidates;
        }
        const chosen = assign(order, own.value.candidates, dev, leftOut);
        if (!chosen.some((document) => document.split === 'train')) return nothingToFreeze(leftOut);

        const left = [...leftOut].filter(([, count]) => count > 0);
        const snapshot = keep(actor, project.value, {
          ...{ name, purposeId, split, chosen, derivedFrom: null },
          policySha256: own.value.policySha256,
          leftOut: left
            .map(([reason, count]) => ({ reason, count }))
            .sort((a, b) => b.count - a.count),
          ...(order.documents === 'all' && {
            unfinished: chosen.filter((document) => !document.finished).length,
          }),
        });
        return ok(snapshot);
      });
    },

    derive(actor, { snapshotId, without, name }) {
      const row = repository.byId(snapshotId);
      if (row === undefined) return noSuchSnapshot();
      return store.transaction((): Result<Snapshot> => {
        if (repository.changedTexts(snapshotId) > 0) return snapshotChanged();
        const old = parse(row);
        const project = projects.get(old.projectId);
        if (!project.ok) return project;
        const frozen = new Map(repository.documents(snapshotId).map((of) => [of.rowid, of]));
        const opened = gate.open({
          ...{ actor, purposeId: old.purposeId, operation: 'train' },
          documentIds: [...frozen.values()].map(({ documentId }) => documentId),
        });
        if (!opened.ok) return opened;
        const staying = repository
          .freezable(opened.value.ids())
          .filter(({ subjectId }) => subjectId === null || !without.has(subjectId));
        const known = repository.split(snapshotId);
        const split = known === undefined ? null : (JSON.parse(known) as FreezeOrder['split']);
        const drawn =
          split === null || 'devProjectId' in split
            ? null
            : splitGroups(
                staying.map(({ key }) => key),
                split,
              );
        // In the order frozen, which is the order in which they teach.
        const place = new Map([...frozen.keys()].map((rowid, position) => [rowid, position]));
        const chosen = staying
          .map((document) => {
            const was = frozen.get(document.rowid) as SnapshotDocument;
            const into = drawn?.get(document.key) ?? was.split;
            return { ...document, spans: was.spans, finished: true, split: into };
          })
          .sort((a, b) => (place.get(a.rowid) ?? 0) - (place.get(b.rowid) ?? 0));
        const gone = frozen.size - chosen.length;
        const leftOut = gone > 0 ? [{ reason: 'consentWithdrawn', count: gone }] : [];
        if (!chosen.some((document) => document.split === 'train')) {
          return nothingToFreeze(new Map(leftOut.map(({ reason, count }) => [reason, count])));
        }
        const snapshot = keep(actor, project.value, {
          ...{ name, purposeId: old.purposeId, chosen, leftOut },
          split,
          derivedFrom: snapshotId,
          policySha256: opened.value.policySha256,
          ...(old.unfinished !== undefined && {
            unfinished: Math.min(old.unfinished, chosen.length),
          }),
        });
        return ok(snapshot);
      });
    },

    countByGroup(snapshotId, without, bucketOf) {
      const counts = new Map<number, number>();
      const documents = repository.documents(snapshotId).filter(({ split }) => split !== 'test');
      for (const { subjectId, key } of repository.freezable(
        documents.map(({ documentId }) => documentId),
      )) {
        if (subjectId !== null && without.has(subjectId)) continue;
        const bucket = bucketOf(groupOf(key));
        counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
      }
      return counts;
    },
    isSplitKept: (snapshotId) => repository.split(snapshotId) === undefined,
    list: () => repository.all().map(parse),
    get(snapshotId) {
      const row = repository.byId(snapshotId);
      return row && parse(row);
    },

    open(snapshotId, { actor, operation }) {
      const row = repository.byId(snapshotId);
      if (row === undefined) {
        return noSuchSnapshot();
      }
      if (repository.changedTexts(snapshotId) > 0) return snapshotChanged();
      const snapshot = parse(row);
      const documents = repository.documents(snapshotId);
      const readers = new Map<Split, GateReader>();
      for (const split of SPLITS) {
        const documentIds = documents.filter((of) => of.split === split).map((of) => of.documentId);
        // The first question is asked also for nothing: a refusal of the whole comes from it.
        if (documentIds.length === 0 && split !== 'train') continue;
        const opened = gate.open({ actor, purposeId: snapshot.purposeId, operation, documentIds });
        if (!opened.ok) return opened;
        readers.set(split, opened.value);
      }
      return ok(readerOf(snapshot, documents, readers, repository.freezable));
    },
  };
}

function readerOf(
  snapshot: Snapshot,
  documents: readonly SnapshotDocument[],
  readers: ReadonlyMap<Split, GateReader>,
  freezable: (documentIds: readonly string[]) => readonly FreezableDocument[],
): SnapshotReader {
  let groups: ReadonlyMap<string, string> | undefined;
  const frozen = new Map(documents.map((document) => [document.rowid, document]));
  const read = new Set<Split>();
  const first = readers.get('train');
  if (first === undefined) throw new Error('The gate was not asked');
  return {
    snapshot,
    policySha256: first.policySha256,
    *documents(split) {
      read.add(split);
      for (const batch of readers.get(split)?.batches() ?? []) {
        for (const { rowid, documentId, subjectId, text, metadata, sha256 } of batch) {
          const document = frozen.get(rowid);
          if (document === undefined) continue;
          if (sha256 !== document.textSha256) {
            const { code, message } = snapshotChanged().error;
            throw fault(code, message);
          }
          yield { documentId, subjectId, text, metadata, spans: document.spans };
        }
      }
    },
    withheld() {
      const counts = new Map<string, Withheld>();
      const add = (found: Withheld): void => {
        const key = `${found.step}:${found.reason}`;
        counts.set(key, { ...found, count: found.count + (counts.get(key)?.count ?? 0) });
      };
      for (const split of read) {
        readers.get(split)?.withheld.forEach(add);
        const then = snapshot.splits.find((of) => of.split === split)?.documents ?? 0;
        const gone = then - documents.filter((of) => of.split === split).length;
        if (gone > 0) add({ step: 'state', reason: 'erased', count: gone });
      }
      return [...counts.values()];
    },
    groupOf(documentId) {
      const permitted = [...readers.values()].flatMap((reader) => [...reader.ids()]);
      groups ??= new Map(freezable(permitted).map(({ documentId: id, key }) => [id, groupOf(key)]));
      return groups.get(documentId);
    },
    recheck: () => ({
      lost: [...read].flatMap((split) => readers.get(split)?.recheck().lost ?? []),
    }),
  };
}

const groupOf = (key: string): string => createHash('sha256').update(key).digest('hex');

const noSuchSnapshot = () =>
  failure('NOT_FOUND', 'There is no such snapshot. Nothing was changed.');

const snapshotChanged = () =>
  failure(
    'SNAPSHOT_CHANGED',
    'Texts of this snapshot were changed after it was frozen, so it may not be used. Nothing was changed. Freeze a new snapshot.',
  );

const nothingToFreeze = (leftOut: ReadonlyMap<string, number>) =>
  failure(
    'SNAPSHOT_EMPTY',
    'No finished document may be used for training under this purpose. Nothing was frozen. Finish documents, or look at the consents of this purpose.',
    Object.fromEntries(leftOut),
  );
