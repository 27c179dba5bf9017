/*
 * Trained models: sealed bundles, whom they learned from, and whether they may still be used.
 *
 * A model is created once and never edited. Its SHA-256 covers the files alone, so that a retraining
 * which never saw a person can be compared with one that did (proof of exact unlearning). Lineage is
 * kept under the person's pseudonym, which survives the erasure of the person and links to nobody then.
 */
import type { Model } from '../../shared/contract/procedures/models.ts';
import {
  lineageOf,
  MODEL_STATES,
  type DepartureGround,
  type ModelEvent,
} from '../../shared/domain/lineage.ts';
import { failure, ok, type Failure, type Result } from '../../shared/kernel/result.ts';
import type { Actor, AuditLog } from '../governance/index.ts';
import type { Clock, Random } from '../platform/index.ts';
import type { SealedReader, Store } from '../store/index.ts';
import { hashOfFiles } from './hash.ts';
import { createModelRepository, type ModelEventRow, type ModelRow } from './modelRepository.ts';

export interface RegistryDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  /** The person's pseudonym, from governance. */
  readonly subjectRef: (subjectId: string) => Uint8Array;
}

export interface NewModel {
  readonly name: string;
  readonly runId: string;
  readonly architecture: string;
  readonly labels: readonly string[];
  /** Relative path to bytes, as compute hands it over. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Everyone whose documents shaped the weights, development documents included. */
  readonly subjects: readonly { readonly subjectId: string; readonly documents: number }[];
  /** Documents that nobody is linked to count here too. */
  readonly documents: number;
  readonly purposeId: string;
  readonly policySha256: string;
  readonly manifestSha256: string;
}

export interface ModelHistory {
  readonly type: ModelEventRow['type'];
  readonly at: string;
  readonly reason: string;
  readonly auditSeq: number | null;
}

export interface ModelFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface Taught {
  /** Null for a person who was erased since. */
  readonly subjectId: string | null;
  readonly documents: number;
  /** When and why they left; null where they are still behind the model. */
  readonly left: { readonly at: string; readonly ground: DepartureGround } | null;
}

/** Of some people at one moment. */
export interface Departure {
  readonly at: string;
  readonly ground: DepartureGround;
  readonly people: number;
}

export interface ModelRegistry {
  /** Inside the caller's transaction, so that the last look at the gate and the model commit together. */
  create(actor: Actor, model: NewModel): Model;
  /** Newest first, at most 500. */
  list(): Model[];
  /** Fails with NOT_FOUND. */
  get(modelId: string): Result<Model>;
  ofRun(runId: string): Model | undefined;
  /** What happened to it, oldest first. */
  history(modelId: string): readonly ModelHistory[];
  files(modelId: string): readonly ModelFile[];
  /** Whom it learned from, one entry per person. */
  lineage(modelId: string): readonly Taught[];
  /** The files in clear. Throws VAULT_DAMAGED where a byte is not as it was sealed. */
  bundle(modelId: string): Record<string, Uint8Array>;
  /** One of them, for reading at any place; the caller closes it. Undefined where there is none. */
  openFile(modelId: string, path: string): SealedReader | undefined;
  /** User id of who had it trained. */
  maker(modelId: string): string;
  /** As compute counted them; 0 where the run does not say. */
  parameters(modelId: string): number;
  /** Fails with NOT_FOUND, and with MODEL_BLOCKED (param `state`, `reason`) unless the model is valid. */
  requireUsable(modelId: string): Result<Model>;
  /**
   * Notes in every model that learned from one of the people, or in those of one purpose, that they left.
   * Returns how many valid models became stale by it. Joins the caller's transaction.
   */
  leave(
    subjectIds: readonly string[],
    cause: {
      readonly ground: DepartureGround;
      readonly purposeId?: string;
      readonly actor?: Actor;
    },
  ): number;
  /** Who left it, oldest first: moments, grounds and numbers, no names. */
  departures(modelId: string): readonly Departure[];
  /** When it came to be what it is; null while valid. */
  since(modelId: string): string | null;
  /**
   * A step towards its end, with its leaf; joins the caller's transaction. Throws where the model is as far
   * already: whoever calls has looked. Returns the number of the leaf.
   */
  end(
    actor: Pick<Actor, 'userId'> & Partial<Actor>,
    modelId: string,
    type: 'blocked' | 'superseded' | 'destroyed',
    reason: string,
  ): number;
  /** Names the model that takes the place of another. */
  succeed(modelId: string, successorId: string): void;
  successor(modelId: string): string | undefined;
  predecessor(modelId: string): string | undefined;
  /** What must not be found any more once its weights are destroyed. */
  traces(modelId: string): readonly Buffer[];
  /** Keys and files go with the caller's transaction; the record, with the hashes, stays. */
  removeFiles(modelId: string): number;
  /** Models that learned from the person. */
  taughtBy(subjectId: string): Model[];
}

export function createModelRegistry(deps: RegistryDeps): ModelRegistry {
  const { store, clock, random, audit } = deps;
  const repository = createModelRepository(store.db);

  const modelOf = (row: ModelRow, events: readonly ModelEvent[]): Model => {
    const { state, reason } = lineageOf(events);
    return {
      modelId: row.id,
      name: row.name,
      runId: row.run_id,
      architecture: row.architecture,
      task: row.task,
      labels: JSON.parse(row.labels) as string[],
      createdAt: row.created_at,
      sizeBytes: row.bytes,
      sha256: row.sha256,
      state,
      stateReason: reason,
      purposeId: row.purpose_id,
      purpose: row.purpose,
      snapshotId: row.snapshot_id,
      snapshot: row.snapshot,
      subjects: row.subjects,
      documents: row.documents,
    };
  };
  const folded = (row: ModelRow): Model => modelOf(row, repository.events(row.id));

  function get(modelId: string): Result<Model> {
    const row = repository.byId(modelId);
    return row
      ? ok(folded(row))
      : failure('NOT_FOUND', 'There is no such model in this vault. Nothing was changed.');
  }

  return {
    create(actor, model) {
      const modelId = random.newId('model');
      const at = clock.now();
      const sealed = Object.entries(model.files).map(([path, bytes]) => {
        const file = store.sealed.put('model', [bytes]);
        return { path, sealed_id: file.id, sha256: file.sha256.toString('hex'), bytes: file.size };
      });
      const sha256 = hashOfFiles(sealed);
      repository.insertModel({
        id: modelId,
        name: model.name,
        run_id: model.runId,
        architecture: model.architecture,
        labels: JSON.stringify(model.labels),
        sha256,
        documents: model.documents,
        created_at: at,
      });
      for (const file of sealed) repository.insertFile(modelId, file);
      for (const { subjectId, documents } of model.subjects) {
        repository.insertSubject(modelId, deps.subjectRef(subjectId), subjectId, documents);
      }
      const leaf = audit.append({
        action: 'model.create',
        actor: actor.userId,
        roles: actor.roles,
        object: { type: 'model', id: modelId },
        purpose: model.purposeId,
        policy: model.policySha256,
        counts: { subjects: model.subjects.length, documents: model.documents },
        commitments: { model: sha256, manifest: model.manifestSha256 },
      });
      repository.insertEvent({
        model_id: modelId,
        type: 'created',
        at,
        actor: actor.userId,
        reason: '',
        audit_seq: leaf.seq,
      });
      return folded(repository.byId(modelId) as ModelRow);
    },
    list() {
      const events = Map.groupBy(repository.allEvents(), (event) => event.model_id);
      return repository.newest().map((row) => modelOf(row, events.get(row.id) ?? []));
    },
    get,
    ofRun(runId) {
      const row = repository.ofRun(runId);
      return row && folded(row);
    },
    history: (modelId) =>
      repository.events(modelId).map(({ type, at, reason, audit_seq }) => ({
        type,
        at,
        reason,
        auditSeq: audit_seq,
      })),
    files: (modelId) =>
      repository.files(modelId).map(({ path, sha256, bytes }) => ({ path, sha256, bytes })),
    lineage: (modelId) =>
      repository.lineage(modelId).map(({ subject_id, documents, left_at, left_ground }) => ({
        subjectId: subject_id,
        documents,
        left: left_at && left_ground ? { at: left_at, ground: left_ground } : null,
      })),
    bundle: (modelId) =>
      Object.fromEntries(
        repository.files(modelId).map((file) => [file.path, store.sealed.read(file.sealed_id)]),
      ),
    openFile(modelId, path) {
      const file = repository.files(modelId).find((one) => one.path === path);
      return file && store.sealed.open(file.sealed_id);
    },
    maker: (modelId) => repository.events(modelId)[0]?.actor ?? '',
    parameters: (modelId) => repository.parameters(modelId),
    requireUsable(modelId) {
      const found = get(modelId);
      if (!found.ok || found.value.state === 'valid') return found;
      return err(blocked(found.value));
    },
    leave(subjectIds, { ground, purposeId, actor }) {
      return store.transaction(() => {
        const at = clock.now();
        let marked = 0;
        const left = new Map<string, string[]>();
        for (const subjectId of subjectIds) {
          for (const modelId of repository.taughtBy(subjectId)) {
            left.set(modelId, [...(left.get(modelId) ?? []), subjectId]);
          }
        }
        for (const [modelId, people] of left) {
          const model = folded(repository.byId(modelId) as ModelRow);
          if (purposeId !== undefined && model.purposeId !== purposeId) continue;
          for (const subjectId of people) repository.leave(modelId, subjectId, at, ground);
          const leaf = audit.append({
            action: 'model.stale',
            actor: actor?.userId ?? 'system',
            object: { type: 'model', id: modelId },
            purpose: model.purposeId,
            counts: { people: people.length },
          });
          repository.insertEvent({
            model_id: modelId,
            type: 'stale',
            at,
            actor: actor?.userId ?? 'system',
            reason: REASON[ground],
            audit_seq: leaf.seq,
          });
          if (model.state === 'valid') marked += 1;
        }
        return marked;
      });
    },
    departures(modelId) {
      const groups = new Map<string, Departure>();
      for (const { left_at: at, left_ground: ground } of repository.lineage(modelId)) {
        if (at === null || ground === null) continue;
        const key = `${at} ${ground}`;
        groups.set(key, { at, ground, people: (groups.get(key)?.people ?? 0) + 1 });
      }
      return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, departure]) => departure);
    },
    since: (modelId) => lineageOf(repository.events(modelId)).since,
    end(actor, modelId, type, reason) {
      return store.transaction(() => {
        const model = folded(repository.byId(modelId) as ModelRow);
        if (MODEL_STATES.indexOf(model.state) >= MODEL_STATES.indexOf(type)) {
          throw new Error(`A model that is ${model.state} cannot become ${type}`);
        }
        const { seq } = audit.append({
          action: `model.${type}`,
          actor: actor.userId,
          ...(actor.roles && { roles: actor.roles }),
          object: { type: 'model', id: modelId },
          purpose: model.purposeId,
          commitments: { model: model.sha256 },
        });
        repository.insertEvent({
          ...{ model_id: modelId, type, at: clock.now(), actor: actor.userId, reason },
          audit_seq: seq,
        });
        return seq;
      });
    },
    succeed: (modelId, successorId) =>
      repository.insertSuccessor(modelId, successorId, clock.now()),
    successor: (modelId) => repository.successor(modelId),
    predecessor: (modelId) => repository.predecessor(modelId),
    traces: (modelId) =>
      repository.files(modelId).flatMap(({ sealed_id }) => store.sealed.traces(sealed_id)),
    removeFiles: (modelId) =>
      repository.files(modelId).filter(({ sealed_id }) => store.sealed.remove(sealed_id)).length,
    taughtBy: (subjectId) =>
      repository.taughtBy(subjectId).flatMap((modelId) => {
        const found = get(modelId);
        return found.ok ? [found.value] : [];
      }),
  };
}

const err = (error: Failure): { readonly ok: false; readonly error: Failure } => ({
  ok: false,
  error,
});

const REASON: Readonly<Record<DepartureGround, string>> = {
  withdrawal: 'a consent was withdrawn',
  retention: 'the time for a person’s texts was over',
  erasure: 'a person was erased',
};

const SENTENCE: Readonly<Record<Exclude<Model['state'], 'valid'>, string>> = {
  stale: 'it learned from a person whose data may no longer be used',
  blocked: 'people it learned from have left, and it is blocked',
  superseded: 'a newer model has taken its place',
  destroyed: 'it was destroyed',
};

const DECIDE =
  'The steward decides what becomes of it: train it again without whoever left, or destroy it.';
const WAY_ON: Readonly<Record<Model['state'], string>> = {
  valid: '',
  stale: DECIDE,
  blocked: DECIDE,
  superseded: 'Choose the model that took its place.',
  destroyed: 'Choose another model.',
};

function blocked({ name, state, stateReason }: Model): Failure {
  const why = state === 'valid' ? '' : SENTENCE[state];
  return failure(
    'MODEL_BLOCKED',
    `The model "${name}" may not be used: ${why}${stateReason ? ` (${stateReason})` : ''}. Nothing was changed. ${WAY_ON[state]}`,
    { model: name, state, reason: stateReason ?? why },
  ).error;
}
