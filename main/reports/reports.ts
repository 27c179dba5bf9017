/*
 * Writing, reading and handing out reports. A report is written from stored facts at one moment and then
 * kept; when a model goes stale its old card stays as it was and a new one says so. What leaves the
 * vault is registered, with recipient and hash, before a byte goes.
 */
import type { Report } from '../../shared/contract/index.ts';
import { failure, ok, unwrap, type Result } from '../../shared/kernel/result.ts';
import type { Evaluations } from '../evaluation/index.ts';
import type { Actor, Governance, RegisterExit, SubjectFollower } from '../governance/index.ts';
import type { Labeling } from '../labeling/index.ts';
import type { ModelRegistry } from '../models/index.ts';
import { canonicalJson, type Clock, type JsonValue } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import type { Training } from '../training/index.ts';
import { evaluationPage } from './evaluationPage.ts';
import { cardJson, evaluationJson, gatherModelCard, headline } from './modelCard.ts';
import { modelCardPage } from './modelCardPage.ts';
import type { NewReport, ReportArchive } from './reportArchive.ts';
import type { ReportRepository } from './reportRepository.ts';

export interface ReportsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly governance: Pick<Governance, 'purposes' | 'consent' | 'exits'>;
  readonly models: Pick<ModelRegistry, 'get' | 'history' | 'files' | 'lineage'>;
  readonly training: Pick<Training, 'get' | 'curve' | 'unlearning'>;
  readonly evaluation: Pick<Evaluations, 'details'>;
  readonly labeling: Pick<Labeling, 'snapshots'>;
  readonly archive: ReportArchive;
  readonly repository: ReportRepository;
}

type ModelReportKind = 'modelCard' | 'evaluation';

export interface ExportedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly content: string;
  readonly sha256: string;
}

export interface ModelReports {
  /**
   * Writes the card of a model in whatever state, and the report of its newest evaluation on documents it
   * did not learn from. Asked for both, it leaves out an evaluation that does not exist. Fails with
   * NOT_FOUND, and MODEL_BLOCKED for a destroyed model.
   */
  write(
    actor: Actor,
    order: { readonly modelId: string; readonly kinds: readonly ModelReportKind[] },
  ): Result<Report[]>;
  list(actor: Actor): Report[];
  /** One file for reading inside the product. Fails with NOT_FOUND, FORBIDDEN. */
  read(
    actor: Actor,
    file: { readonly reportId: string; readonly file: string },
  ): Result<{ readonly mediaType: string; readonly content: string }>;
  /** Registers the exit, then hands the files over. Fails with NOT_FOUND, FORBIDDEN, BAD_INPUT, DESTINATION_BLOCKED. */
  export(
    actor: Actor,
    order: { readonly reportId: string } & Pick<RegisterExit, 'recipient' | 'partyId' | 'country'>,
  ): Result<{ readonly exitId: string; readonly files: readonly ExportedFile[] }>;
  readonly follower: SubjectFollower;
}

/** What is written for the person themself: handing it over tells no third party anything. */
const TO_THE_PERSON: ReadonlySet<Report['kind']> = new Set([
  'accessPack',
  'letter',
  'consentReceipt',
]);

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json';

export function createModelReports(deps: ReportsDeps): ModelReports {
  const { store, clock, governance, models, training, evaluation, archive, repository } = deps;

  function cardOf(actor: Actor, modelId: string): NewReport {
    const model = unwrap(models.get(modelId));
    const card = gatherModelCard({
      model,
      writtenAt: clock.now(),
      models,
      governance,
      run: unwrap(training.get(model.runId)),
      unlearning: unwrap(training.unlearning.get(modelId)),
      curve: training.curve(model.runId, 5000),
      snapshot: deps.labeling.snapshots
        .list()
        .find(({ snapshotId }) => snapshotId === model.snapshotId),
      composition: repository.composition(model.snapshotId),
      evaluations: evaluation.details(modelId),
    });
    return {
      kind: 'modelCard',
      title: `Model card: ${model.name}`,
      actor,
      modelId,
      files: twin('model-card', modelCardPage(card), cardJson(card)),
    };
  }

  function evaluationOf(actor: Actor, modelId: string): NewReport | undefined {
    const all = evaluation.details(modelId);
    const details = headline(all) ?? all[0];
    if (!details) return undefined;
    const writtenAt = clock.now();
    return {
      kind: 'evaluation',
      title: `Evaluation: ${details.evaluation.model}, ${details.evaluation.split}`,
      actor,
      modelId,
      files: twin('evaluation', evaluationPage(details, writtenAt), {
        schema: 'cloister/evaluation',
        version: 1,
        writtenAt,
        ...evaluationJson(details),
      }),
    };
  }

  return {
    write(actor, { modelId, kinds }) {
      const model = models.get(modelId);
      if (!model.ok) return model;
      if (model.value.state === 'destroyed') {
        return failure(
          'MODEL_BLOCKED',
          `The model "${model.value.name}" was destroyed; its last card is in the list of reports. Nothing was written.`,
          { model: model.value.name, state: 'destroyed', reason: model.value.stateReason ?? '' },
        );
      }
      const wanted = new Set(kinds);
      const measured = wanted.has('evaluation') ? evaluationOf(actor, modelId) : undefined;
      if (!measured && !wanted.has('modelCard')) {
        return failure(
          'NOT_FOUND',
          `The model "${model.value.name}" has not been evaluated. Nothing was written. Evaluate it first.`,
        );
      }
      return ok(
        store.transaction(() => [
          ...(wanted.has('modelCard') ? [archive.put(cardOf(actor, modelId))] : []),
          ...(measured ? [archive.put(measured)] : []),
        ]),
      );
    },
    list: (actor) => archive.list(actor),
    read(actor, { reportId, file }) {
      const found = archive.read(actor, reportId);
      if (!found.ok) return found;
      const named = found.value.files.find(({ name }) => name === file);
      return named
        ? ok({ mediaType: named.mediaType, content: named.content })
        : failure('NOT_FOUND', 'The report has no file of that name. Nothing was shown.');
    },
    export(actor, { reportId, recipient, partyId, country }) {
      const found = archive.read(actor, reportId);
      if (!found.ok) return found;
      const { report, subjectId, files } = found.value;
      const exit = governance.exits.register({
        actor,
        kind: report.kind,
        objectId: reportId,
        ...{ recipient, partyId, country },
        toSubject: TO_THE_PERSON.has(report.kind),
        files: files.map(({ name, sha256, bytes }) => ({ name, sha256, bytes })),
        subjectIds: subjectId === null ? [] : [subjectId],
      });
      if (!exit.ok) return exit;
      return ok({
        exitId: exit.value.exitId,
        files: files.map(({ name, mediaType, content, sha256 }) => ({
          name,
          mediaType,
          content,
          sha256,
        })),
      });
    },
    follower: {
      name: 'reports',
      access: (subjectId) => [
        {
          what: 'reports',
          columns: ['title', 'kind', 'createdAt'],
          rows: repository
            .ofSubject(subjectId)
            .map(({ title, kind, created_at }) => [title, kind, created_at]),
        },
      ],
      erasureCounts: (subjectId) => [{ what: 'accessPacks', count: archive.countOf(subjectId) }],
      erase: (subjectId) => [{ table: 'report', rows: archive.removeOf(subjectId) }],
    },
  };
}

/** A page for people and the same facts for machines. */
const twin = (name: string, page: string, data: unknown): NewReport['files'] => [
  { name: `${name}.html`, mediaType: HTML, content: page },
  { name: `${name}.json`, mediaType: JSON_TYPE, content: `${pretty(data)}\n` },
];

/** Canonical order of keys, so that equal facts give equal bytes; indented, so that a person can read it. */
const pretty = (data: unknown): string =>
  JSON.stringify(JSON.parse(canonicalJson(plain(data))), null, 2);

/** Undefined fields and readonly types fall away on the way through JSON. */
const plain = (data: unknown): JsonValue => JSON.parse(JSON.stringify(data)) as JsonValue;
