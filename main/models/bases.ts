/*
 * What models are built on: encoders brought from outside, and models of this vault that others may be
 * built on. A bundle is inspected before it is let in and stored sealed, with who brought it, its hashes
 * and its licence. An imported base knows nothing of the people in this vault; a model of the vault does,
 * so it can be chosen only while it is valid and only for the purpose it was trained under.
 */
import type { Base, BaseReport, Model, OutputOf, Progress } from '../../shared/contract/index.ts';
import { failure, ok, unwrap, type Result } from '../../shared/kernel/result.ts';
import type { Corpus } from '../corpus/index.ts';
import type { Actor, AuditLog } from '../governance/index.ts';
import type { Clock, Random } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import { createBaseRepository, type BaseRow } from './baseRepository.ts';
import { baseReport, readConfig, type ConfigFacts, type Inspected } from './baseReport.ts';
import { readBundle, type Bundle } from './bundles/bundle.ts';
import type { ComputeClient } from './computeClient.ts';
import type { ModelRegistry } from './modelRegistry.ts';

export type BaseSource = Parameters<Corpus['source']>[1];

export interface BaseCall {
  readonly actor: Actor;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface BaseOrder {
  readonly source: BaseSource;
  readonly name?: string;
  readonly licence?: string;
  /** That a base which cannot be trained is wanted all the same, to predict with. */
  readonly inferenceOnly: boolean;
}

/** What a run must know of what it starts from. */
export interface ChosenBase {
  readonly base: Base;
  /** Whom it learned from; empty for an imported one. */
  readonly subjects: readonly { readonly subjectId: string; readonly documents: number }[];
}

export interface Bases {
  /**
   * Fails with SOURCE_NOT_FOUND, SOURCE_UNREADABLE, FORMAT_UNKNOWN, TOO_LARGE, NO_PERMISSION, COMPUTE_LOST,
   * OUT_OF_MEMORY, CANCELLED; a bundle that can be read is reported on, however bad it is.
   */
  inspect(call: BaseCall, source: BaseSource): Promise<Result<BaseReport>>;
  /** Fails as `inspect`, and with MODEL_BLOCKED (param `reason`), CONFLICT (name or files known), DISK_FULL. */
  import(call: BaseCall, order: BaseOrder): Promise<Result<OutputOf<'base.import'>>>;
  /** Newest first, at most 500. */
  list(): Base[];
  /** Fails with NOT_FOUND. */
  get(baseId: string): Result<OutputOf<'base.get'>>;
  /** Fails with NOT_FOUND, CONFLICT (a run that can go on, or a model, came from it). */
  remove(actor: Actor, baseId: string): Result<void>;
  /**
   * For a run under a purpose. Fails with NOT_FOUND, MODEL_BLOCKED (a model that is not valid, a base
   * that cannot be trained), GATE_DENIED (a model trained for another purpose).
   */
  choose(baseId: string, purposeId: string): Result<ChosenBase>;
  /** Facts of one, whatever its state; undefined where there is none. */
  find(baseId: string): Base | undefined;
  /** The files in clear. Throws VAULT_DAMAGED where a byte is not as it was sealed. */
  bundle(baseId: string): Record<string, Uint8Array>;
}

export interface BasesDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly corpus: Pick<Corpus, 'source'>;
  readonly compute: Pick<ComputeClient, 'inspect'>;
  readonly registry: ModelRegistry;
  readonly nameOf: (userId: string) => string;
}

/** Models of these kinds are encoders, so that others can be built on them. */
const BUILDABLE = new Set(['encoder', 'pretraining']);

export function createBases(deps: BasesDeps): Bases {
  const { store, clock, random, audit, registry, nameOf } = deps;
  const repository = createBaseRepository(store.db);
  /** A model never changes, and reading its config means opening a sealed file. */
  const configs = new Map<string, ConfigFacts>();

  async function examine(
    call: BaseCall,
    source: BaseSource,
  ): Promise<Result<{ readonly bundle: Bundle; readonly report: BaseReport }>> {
    const stage = (name: string): void =>
      call.onProgress({ stage: name, done: 0, total: null, unit: 'files', etaSeconds: null });
    const opened = deps.corpus.source(call.actor, source);
    if (!opened.ok) return opened;
    stage('read');
    const bundle = await readBundle(opened.value);
    if (!bundle.ok) return bundle;
    if (call.signal.aborted) return cancelled();
    stage('inspecting');
    const inspected = await inspectFiles(bundle.value, call.signal);
    if (!inspected.ok) return inspected;
    const report = baseReport(
      bundle.value,
      inspected.value,
      (sha256) => repository.bySha256(sha256)?.name ?? null,
    );
    return ok({ bundle: bundle.value, report });
  }

  async function inspectFiles({ files }: Bundle, signal: AbortSignal): Promise<Result<Inspected>> {
    const result = await deps.compute.inspect({ files }, signal);
    if (result.ok) return ok({ ok: true, value: result.value });
    const { code, message, params } = result.error;
    const refused = code === 'MODEL_BLOCKED' || code === 'RECIPE_INVALID';
    return refused ? ok({ ok: false, why: String(params['detail'] ?? message) }) : result;
  }

  function put(
    actor: Actor,
    { files }: Bundle,
    report: BaseReport,
    more: { readonly name: string; readonly licence: string | null },
  ): Base {
    const baseId = random.newId('base');
    return store.transaction(() => {
      repository.insert({
        id: baseId,
        name: more.name,
        verdict: report.verdict,
        sha256: report.sha256,
        licence: more.licence,
        report: JSON.stringify(report),
        imported_at: clock.now(),
        actor: actor.userId,
      });
      for (const [path, bytes] of Object.entries(files)) {
        const file = store.sealed.put('base', [bytes]);
        repository.insertFile(baseId, {
          path,
          sealed_id: file.id,
          sha256: file.sha256.toString('hex'),
          bytes: file.size,
        });
      }
      audit.append({
        action: 'base.create',
        actor: actor.userId,
        roles: actor.roles,
        object: { type: 'base', id: baseId },
        counts: { files: Object.keys(files).length, bytes: report.sizeBytes },
        commitments: { base: report.sha256 },
      });
      return importedBase(repository.byId(baseId) as BaseRow);
    });
  }

  function importedBase(row: BaseRow): Base {
    const report = JSON.parse(row.report) as BaseReport;
    return {
      baseId: row.id,
      origin: 'imported',
      name: row.name,
      verdict: report.verdict,
      task: report.task,
      family: report.family,
      labels: report.labels,
      parameters: report.parameters,
      maxTokens: report.maxTokens,
      hidden: report.hidden,
      layers: report.layers,
      loraTargets: report.loraTargets,
      licence: row.licence,
      sizeBytes: row.bytes,
      sha256: row.sha256,
      state: 'valid',
      at: row.imported_at,
      by: nameOf(row.actor),
      runs: row.runs,
      purposeId: null,
    };
  }

  function configOf(modelId: string): ConfigFacts {
    let config = configs.get(modelId);
    if (!config) {
      // Of a destroyed model only the record is left.
      const gone = unwrap(registry.get(modelId)).state === 'destroyed';
      const file = gone ? undefined : registry.openFile(modelId, 'config.json');
      config = readConfig(file?.read(0, file.file.size));
      file?.close();
      configs.set(modelId, config);
    }
    return config;
  }

  function modelBase(model: ReturnType<ModelRegistry['list']>[number]): Base {
    const { modelId } = model;
    const config = configOf(modelId);
    return {
      baseId: modelId,
      origin: 'model',
      name: model.name,
      verdict: 'trainable',
      task: model.task,
      family: config.family,
      labels: model.labels,
      parameters: registry.parameters(modelId),
      maxTokens: config.maxTokens,
      hidden: config.hidden,
      layers: config.layers,
      loraTargets: config.family === 'bert' ? ['dense', 'key', 'query', 'value'] : [],
      licence: null,
      sizeBytes: model.sizeBytes,
      sha256: model.sha256,
      state: model.state,
      at: model.createdAt,
      by: nameOf(registry.maker(modelId)),
      runs: repository.runsFrom(modelId),
      purposeId: model.purposeId,
    };
  }

  /** Several encoders that answer together are not one encoder to build on. */
  const isBuildable = ({
    modelId,
    architecture,
  }: Pick<Model, 'modelId' | 'architecture'>): boolean =>
    BUILDABLE.has(architecture) &&
    !registry.files(modelId).some(({ path }) => path === 'shards.json');

  function find(baseId: string): Base | undefined {
    const row = repository.byId(baseId);
    if (row) return importedBase(row);
    const model = registry.get(baseId);
    return model.ok && isBuildable(model.value) ? modelBase(model.value) : undefined;
  }

  return {
    async inspect(call, source) {
      const examined = await examine(call, source);
      return examined.ok ? ok(examined.value.report) : examined;
    },
    async import(call, order) {
      const examined = await examine(call, order.source);
      if (!examined.ok) return examined;
      const { bundle, report } = examined.value;
      const refused = refusalOf(report, order.inferenceOnly);
      if (refused) return refused;
      if (call.signal.aborted) return cancelled();
      const name = order.name ?? report.name;
      const taken = repository.byName(name);
      if (report.alreadyHere !== null || taken) {
        return failure(
          'CONFLICT',
          report.alreadyHere !== null
            ? `The very same files are here already, as "${report.alreadyHere}". Nothing was stored.`
            : `Another base is called "${name}". Nothing was stored. Choose another name.`,
          { name: report.alreadyHere ?? name },
        );
      }
      const licence = report.licence ?? order.licence ?? null;
      return ok({ base: put(call.actor, bundle, report, { name, licence }), report });
    },
    list: () =>
      [
        ...repository.newest().map(importedBase),
        ...registry.list().filter(isBuildable).map(modelBase),
      ]
        .sort((a, b) => (a.at < b.at ? 1 : -1))
        .slice(0, 500),
    get(baseId) {
      const row = repository.byId(baseId);
      if (!row) return unknownBase();
      return ok({ base: importedBase(row), report: JSON.parse(row.report) as BaseReport });
    },
    remove(actor, baseId) {
      return store.transaction((): Result<void> => {
        const row = repository.byId(baseId);
        if (!row) return unknownBase();
        const neededBy = repository.neededBy(baseId);
        if (neededBy !== undefined) {
          return failure(
            'CONFLICT',
            `"${row.name}" is needed: the run "${neededBy}" started from it and could not be explained or go on without it. Nothing was removed.`,
            { name: row.name, run: neededBy },
          );
        }
        for (const sealedId of repository.sealedOf(baseId)) store.sealed.remove(sealedId);
        repository.remove(baseId);
        audit.append({
          action: 'base.destroy',
          actor: actor.userId,
          roles: actor.roles,
          object: { type: 'base', id: baseId },
          commitments: { base: row.sha256 },
        });
        return ok(undefined);
      });
    },
    choose(baseId, purposeId) {
      const base = find(baseId);
      if (!base) return unknownBase();
      if (base.verdict !== 'trainable') {
        return failure(
          'MODEL_BLOCKED',
          `"${base.name}" cannot be trained; it was imported to predict with. Nothing was changed. Choose another base.`,
          { model: base.name, state: base.state, reason: 'inferenceOnly' },
        );
      }
      if (base.origin === 'imported') return ok({ base, subjects: [] });
      const usable = registry.requireUsable(baseId);
      if (!usable.ok) return usable;
      if (base.purposeId !== purposeId) {
        return failure(
          'GATE_DENIED',
          `"${base.name}" learned from people for the purpose "${usable.value.purpose}", so nothing may be built on it for another. Nothing was changed. Choose a base for this purpose.`,
          { step: 'purpose', reason: 'otherPurpose', count: usable.value.subjects },
        );
      }
      const subjects = registry
        .lineage(baseId)
        .flatMap(({ subjectId, documents }) =>
          subjectId === null ? [] : [{ subjectId, documents }],
        );
      return ok({ base, subjects });
    },
    find,
    bundle: (baseId) =>
      repository.byId(baseId)
        ? Object.fromEntries(
            repository.files(baseId).map((file) => [file.path, store.sealed.read(file.sealed_id)]),
          )
        : registry.bundle(baseId),
  };
}

/** Undefined where the bundle may come in. */
function refusalOf(report: BaseReport, inferenceOnly: boolean): Result<never> | undefined {
  const { name, verdict, reasons } = report;
  if (verdict === 'trainable' || (verdict === 'inferenceOnly' && inferenceOnly)) return undefined;
  const why = reasons.map(({ message }) => message).join(' ');
  return failure(
    'MODEL_BLOCKED',
    verdict === 'inferenceOnly'
      ? `"${name}" can predict but cannot be trained here. ${why} Nothing was stored. Import it for inference only if that is what it is for.`
      : `"${name}" can be neither trained nor run here. ${why} Nothing was stored.`,
    { model: name, state: verdict, reason: reasons[0]?.code ?? 'unknown' },
  );
}

const unknownBase = (): Result<never> =>
  failure('NOT_FOUND', 'There is no such base in this vault. Nothing was changed.');

const cancelled = (): Result<never> =>
  failure('CANCELLED', 'Cancelled. Nothing was stored.', {}, true);
