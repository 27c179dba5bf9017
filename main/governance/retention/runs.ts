// Deleting what is past its day, ordered by a person who saw the list. The steps are those of an erasure:
//
//   ordered    the order is a leaf of the signed log, the documents of the run are written down
//   deleted    in batches; each asks again whether the day has come and no hold has been set meanwhile
//   compacted  index merged, log truncated, file rebuilt
//   rekeyed    stale blocks on the disk cannot be read any more
//   proven     pieces of the deleted texts are searched for in the decrypted image and in every file
//
// Each step leaves an event, so a killed process goes on where it stopped. The pieces to search for lie in a
// sealed file whose key goes with the end of the run. Of many documents a sample is searched for: the report
// says of how many.
import type { RetentionRun } from '../../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import { scanForNeedles, type ScanReport, type SealedId } from '../../store/index.ts';
import type { Actor, Page, PageRequest, RoomContext } from '../context.ts';
import { createErasureRepository } from '../erasure/erasureRepository.ts';
import type { SubjectFollower } from '../followers.ts';
import type { GateRepository } from '../gate/gateRepository.ts';
import { chooseNeedles } from '../erasure/needles.ts';
import { countDocumentRows } from '../personTables.ts';
import type { Decided, DueDocument, DueDocuments } from './due.ts';
import { createDueRepository } from './dueRepository.ts';
import { foldRun, type BatchBody, type RunRecord } from './runFold.ts';
import { createRunRepository, type RunEventType, type RunRow } from './runRepository.ts';

export type RunStage = 'ordering' | 'deleting' | 'compacting' | 'rekeying' | 'proving' | 'closing';

export interface RunWatch {
  readonly signal?: AbortSignal | undefined;
  readonly onStage?: (stage: RunStage, done: number, total: number) => void | Promise<void>;
  /** Files the report, inside the transaction that ends the run; its id. */
  readonly report: (run: RunRecord) => string;
}

export interface RetentionRuns {
  /**
   * Deletes what is due, or goes on with a run that is not done. Fails with CONFLICT (another number of
   * documents is due than was looked at; another run is not done), NOT_FOUND, CANCELLED (between two
   * batches: what was deleted is deleted, the rest waits), ERASURE_UNPROVEN (params `hits`, `where`).
   */
  run(
    actor: Actor,
    order: { readonly documents: number } | { readonly runId: string },
    watch: RunWatch,
  ): Promise<Result<RunRecord>>;
  /** Newest first. */
  list(page: PageRequest): Page<RunRecord>;
}

export interface RunDeps {
  readonly due: DueDocuments;
  readonly texts: GateRepository;
  readonly followers: readonly SubjectFollower[];
  /** Models that learned from these people for the purpose become stale; how many did. */
  readonly lost: (subjectIds: readonly string[], purposeId: string) => number;
  readonly scanFolders: () => readonly string[];
}

interface Journal {
  readonly needles: readonly string[]; // Base64
  readonly count: number;
  /** Documents the pieces are of. */
  readonly documents: number;
}

const BATCH = 200;
/** Searched for: spread over the run, so that no batch is left out. */
const SAMPLE = 200;

export function createRetentionRuns(context: RoomContext, deps: RunDeps): RetentionRuns {
  const { store, clock, random, audit } = context;
  const { due, texts, followers } = deps;
  const repository = createRunRepository(store);
  const documents = createDueRepository(store);
  /** The run this process carries out; every other one that is not done was interrupted. */
  let running: string | null = null;

  const record = (row: RunRow): RunRecord =>
    foldRun(row, repository.events(row.id), running === row.id);

  const note = (actor: Actor, runId: string, type: RunEventType, body: object): void =>
    repository.event(runId, { type, at: clock.now(), actor: actor.userId, body });

  function takeNeedles(rowids: readonly number[]): Journal {
    const stride = Math.max(1, rowids.length / SAMPLE);
    const sample = Array.from(
      { length: Math.min(SAMPLE, rowids.length) },
      (_, index) => rowids[Math.floor(index * stride)] as number,
    );
    const going = documents.closure(rowids);
    const beside = createErasureRepository(store);
    function* staying(): IterableIterator<string> {
      for (const { text } of texts.textsBeside(going)) yield text;
      yield* beside.staying('', going, true);
    }
    const { forms, count } = chooseNeedles(
      { names: repository.names(sample), texts: texts.goingTexts(sample), keys: [] },
      staying(),
    );
    return {
      needles: forms.map((form) => form.toString('base64')),
      ...{ count, documents: sample.length },
    };
  }

  function order(actor: Actor, going: readonly DueDocument[]): RunRow {
    const rowids = going.map(({ rowid }) => rowid);
    const journal = takeNeedles(rowids);
    const decided = decidedBy(going);
    const row = store.transaction(() => {
      const id = random.newId('retentionRun');
      const { seq } = audit.append({
        action: 'retention.order',
        actor: actor.userId,
        roles: actor.roles,
        object: { type: 'retentionRun', id },
        counts: { documents: rowids.length, grounds: decided.length, needles: journal.count },
      });
      const sealed = store.sealed.put('retentionJournal', [
        Buffer.from(JSON.stringify(journal), 'utf8'),
      ]);
      const made: RunRow = {
        ...{ id, at: clock.now(), actor: actor.userId, ordered: rowids.length },
        ...{ decided_by: JSON.stringify(decided), order_leaf: seq, journal: sealed.id },
      };
      repository.insert(made, rowids);
      return made;
    });
    audit.sign();
    return row;
  }

  /** One commit: what it deleted, why it left the others, what goes along. */
  function deleteBatch(actor: Actor, runId: string, rowids: readonly number[]): number {
    return store.transaction(() => {
      const { due: isDue, held } = due.recheck(rowids);
      const going = rowids.filter((rowid) => isDue.has(rowid));
      const staying = rowids.filter((rowid) => !isDue.has(rowid));
      repository.leave(runId, staying);
      const all = documents.closure(going);
      const before = countDocumentRows(store, all);
      const learned = Map.groupBy(documents.learnedFrom(all), (row) => row.purpose_id);
      let staleModels = 0;
      for (const [purposeId, rows] of learned) {
        staleModels += deps.lost(
          rows.map((row) => row.subject_id),
          purposeId,
        );
      }
      const byFollowers = followers.flatMap((follower) => [
        ...(follower.eraseDocuments?.(all) ?? []),
      ]);
      const packs = documents.packs(all).map(({ id }) => id);
      for (const id of repository.sealedOf(packs)) store.sealed.remove(id as SealedId);
      repository.deleteReports(packs);
      const search = texts.removeFromIndex(all);
      repository.deleteDocuments(all);
      const heldNow = staying.filter((rowid) => held.has(rowid)).length;
      const rows = [
        ...before.filter(({ table }) => table !== 'retention_run_document'),
        ...byFollowers,
        { table: 'search', rows: search },
        { table: 'report', rows: packs.length },
      ];
      note(actor, runId, 'batch', {
        ...{ deleted: going.length, copies: all.length - going.length, staleModels },
        skipped: { held: heldNow, notDueAnyMore: staying.length - heldNow },
        rows: Object.fromEntries(
          rows.filter((row) => row.rows > 0).map((row) => [row.table, row.rows]),
        ),
      } satisfies BatchBody);
      return going.length;
    });
  }

  function compact(actor: Actor, runId: string): void {
    texts.compactIndex();
    store.checkpoint();
    store.vacuum();
    store.checkpoint();
    note(actor, runId, 'compacted', {});
  }

  function rekey(actor: Actor, runId: string): void {
    store.rekey();
    store.checkpoint();
    note(actor, runId, 'rekeyed', {});
  }

  function prove({ needles }: Journal): ScanReport {
    store.checkpoint();
    return scanForNeedles(
      store,
      needles.map((needle) => Buffer.from(needle, 'base64')),
      [...deps.scanFolders(), ...followers.flatMap((follower) => follower.folders?.() ?? [])],
    );
  }

  function unproven(actor: Actor, runId: string, scan: ScanReport): Result<never> {
    const where = [...new Set([...scan.hits.map((hit) => hit.where), ...scan.unread])].slice(0, 5);
    const hits = scan.hits.length;
    store.transaction(() => {
      audit.append({
        action: 'retention.unproven',
        actor: actor.userId,
        roles: actor.roles,
        object: { type: 'retentionRun', id: runId },
        counts: { hits, unread: scan.unread.length, bytes: scan.bytesScanned },
      });
      note(actor, runId, 'unproven', { hits });
    });
    audit.sign();
    return failure(
      'ERASURE_UNPROVEN',
      `The documents were deleted, but ${hits} traces were found or a file could not be read (${where.join(', ')}). The run does not count as done. Remove what was named and go on with the run: only the proof is repeated.`,
      { hits, where: where.join(', ') },
    );
  }

  function close(actor: Actor, row: RunRow, journal: Journal, scan: ScanReport, watch: RunWatch) {
    store.transaction(() => {
      const body = {
        scan: {
          ...{ bytes: scan.bytesScanned, files: scan.files, documents: journal.documents },
          ...{ needles: journal.count, hits: 0 },
        },
      };
      const { deleted, copies, staleModels } = record(row);
      const completedAt = clock.now();
      audit.append({
        action: 'retention.done',
        actor: actor.userId,
        roles: actor.roles,
        object: { type: 'retentionRun', id: row.id },
        counts: {
          ...{ ordered: row.ordered, deleted, copies, staleModels },
          ...{ bytes: scan.bytesScanned, needles: journal.count, hits: 0 },
        },
      });
      const reportId = watch.report({
        ...record(row),
        ...body,
        ...{ state: 'done', completedAt },
      });
      repository.event(row.id, {
        ...{ type: 'done', at: completedAt, actor: actor.userId },
        body: { ...body, reportId },
      });
      store.sealed.remove(row.journal as SealedId);
    });
    store.checkpoint();
    audit.sign();
  }

  function choose(
    actor: Actor,
    wanted: { readonly documents: number } | { readonly runId: string },
  ): Result<RunRow> {
    const open = repository.unfinished();
    if ('runId' in wanted) {
      const row = repository.get(wanted.runId);
      if (!row) return failure('NOT_FOUND', 'There is no such run. Nothing was changed.');
      return row.id === open?.id && running === null
        ? ok(row)
        : failure('CONFLICT', 'This run is done or under way. Nothing was changed.');
    }
    if (open) {
      return failure(
        'CONFLICT',
        'An earlier run is not done. Nothing was changed. Go on with it first.',
        { runId: open.id },
      );
    }
    const going = due.toDelete();
    if (going.length !== wanted.documents) {
      return failure(
        'CONFLICT',
        `${going.length} documents are due now, not ${wanted.documents}. Nothing was deleted. Look at the list again.`,
        { due: going.length, seen: wanted.documents },
      );
    }
    return ok(order(actor, going));
  }

  async function carryOut(actor: Actor, row: RunRow, watch: RunWatch): Promise<Result<RunRecord>> {
    const at = async (stage: RunStage, done: number): Promise<void> => {
      await watch.onStage?.(stage, done, row.ordered);
    };
    for (;;) {
      const rowids = repository.left(row.id, BATCH);
      if (rowids.length === 0) break;
      await at('deleting', record(row).deleted);
      if (watch.signal?.aborted) {
        return failure(
          'CANCELLED',
          'Stopped. What was deleted is deleted; the rest of the run waits until somebody goes on with it.',
          { runId: row.id },
        );
      }
      deleteBatch(actor, row.id, rowids);
    }
    // What follows can be repeated, and after a failed proof it is what has to be.
    await at('compacting', row.ordered);
    compact(actor, row.id);
    await at('rekeying', row.ordered);
    rekey(actor, row.id);
    await at('proving', row.ordered);
    const journal = JSON.parse(
      store.sealed.read(row.journal as SealedId).toString('utf8'),
    ) as Journal;
    const scan = prove(journal);
    if (scan.hits.length > 0 || scan.unread.length > 0) return unproven(actor, row.id, scan);
    await at('closing', row.ordered);
    close(actor, row, journal, scan, watch);
    return ok(record(row));
  }

  return {
    async run(actor, wanted, watch) {
      if ('documents' in wanted) await watch.onStage?.('ordering', 0, wanted.documents);
      const chosen = choose(actor, wanted);
      if (!chosen.ok) return chosen;
      running = chosen.value.id;
      try {
        return await carryOut(actor, chosen.value, watch);
      } finally {
        running = null;
      }
    },
    list({ cursor, limit }) {
      const rows = repository.page(cursor, limit + 1);
      const shown = rows.slice(0, limit);
      return {
        items: shown.map(record),
        next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
        total: repository.count(),
      };
    },
  };
}

const keyOf = ({ category, ruleId, purposeId, days }: Decided): string =>
  [category, ruleId, purposeId, days].join(' ');

/** What decided, with how many documents each. */
const decidedBy = (going: readonly DueDocument[]): RetentionRun['groups'] =>
  [...Map.groupBy(going, ({ decided }) => keyOf(decided)).values()]
    .map((each) => ({ ...(each[0] as DueDocument).decided, documents: each.length }))
    .sort((a, b) => b.documents - a.documents)
    .slice(0, 500);
