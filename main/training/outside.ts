/*
 * Training for engineers, without a vault: folders in, a model folder out. It is the same engine, the same
 * recipe and the same data reading as inside; what is missing is everything about people, and the result
 * says so. The folder is made whole: a run that was cut short leaves a checkpoint there to go on from.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { RecipeOrder, type Progress, type Recipe } from '../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import { openFolder, openPlace, type ReadSettings } from '../corpus/index.ts';
import type { SnapshotText } from '../labeling/index.ts';
import {
  hashOfFiles,
  readBundle,
  sha256Of,
  type ComputeClient,
  type TrainProgress,
  type TrainResult,
} from '../models/index.ts';
import {
  attemptAsync,
  ensureFolder,
  failureOf,
  readFileIfThere,
  writeFileAtomic,
  type Clock,
} from '../platform/index.ts';
import {
  isSameRun,
  NOTICE,
  parseRecord,
  type OutsideRecord,
  type OutsideResult,
  type OutsideSplit,
} from './outsideRecord.ts';
import { resolveRecipe, type ResolvedRecipe } from './recipe.ts';
import { collectTrainingData, type TrainingData } from './trainingData.ts';

export interface OutsideOrder {
  readonly data: string;
  readonly dev: string | null;
  readonly test: string | null;
  readonly format: ReadSettings['format'];
  /** Column of a table that holds the text. */
  readonly textColumn: string | null;
  /** Column or field that holds the class of a document. */
  readonly labelField: string | null;
  /** JSON: a whole recipe, or a preset order; the base of an encoder is a folder relative to it. */
  readonly recipeFile: string;
  readonly out: string;
  readonly resume: boolean;
}

export interface OutsideHooks {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly onTrain: (progress: TrainProgress) => void;
  /** A sentence for the person: what of the files could not be read. */
  readonly onNote: (sentence: string) => void;
}

export interface OutsideDeps {
  readonly compute: Pick<ComputeClient, 'train'>;
  readonly clock: Clock;
}

const RECORD = 'run.json';
const CHECKPOINT = 'checkpoint.bin';
/** Of everything that could not be read, as many as anybody reads. */
const SHOWN_ISSUES = 10;

/**
 * Fails with SOURCE_NOT_FOUND, SOURCE_UNREADABLE, FORMAT_UNKNOWN, NO_PERMISSION, RECIPE_INVALID,
 * SNAPSHOT_EMPTY, CONFLICT (the folder holds something else), DISK_FULL, and as training fails.
 */
export async function trainOutside(
  deps: OutsideDeps,
  order: OutsideOrder,
  hooks: OutsideHooks,
): Promise<Result<OutsideRecord>> {
  const recipe = readRecipe(order);
  if (!recipe.ok) return recipe;
  const free = isFree(order);
  if (!free.ok) return free;
  const { resolved, sha256: recipeSha256 } = recipe.value;
  const base = await readBase(resolved, order.recipeFile);
  if (!base.ok) return base;
  const read = await readData(deps.clock, resolved, order, hooks);
  if (!read.ok) return read;
  const { data, splits } = read.value;
  const baseSha256 = base.value?.sha256 ?? null;
  const former = formerRun(order, { recipeSha256, baseSha256, data });
  if (!former.ok) return former;

  const out = resolve(order.out);
  const record: OutsideRecord = former.value ?? {
    schema: 'cloister/run',
    version: 1,
    governed: false,
    notice: NOTICE,
    state: 'running',
    recipe: resolved,
    preset: recipe.value.preset,
    recipeSha256,
    base: base.value && { folder: base.value.folder, sha256: base.value.sha256 },
    data: { ...splits, labels: data.labels, sha256: data.sha256 },
    startedAt: deps.clock.now(),
    finishedAt: null,
    result: null,
  };
  writeRecord(out, record);
  const trained = await train(deps, out, resolved, data, base.value?.files ?? null, hooks);
  if (!trained.ok) return trained;
  const files = writeModel(out, trained.value);
  const done: OutsideRecord = {
    ...record,
    state: 'done',
    finishedAt: deps.clock.now(),
    result: resultOf(trained.value, files, deps.clock.nowMs() - Date.parse(record.startedAt)),
  };
  writeRecord(out, done);
  rmSync(join(out, CHECKPOINT), { force: true });
  return ok(done);
}

function readRecipe(order: OutsideOrder): Result<ResolvedRecipe> {
  const { recipeFile, labelField } = order;
  const isFolder = statSync(recipeFile, { throwIfNoEntry: false })?.isDirectory() === true;
  const bytes = isFolder ? undefined : readFileIfThere(recipeFile);
  if (!bytes) {
    return failure(
      'SOURCE_NOT_FOUND',
      `There is no recipe file "${recipeFile}". Nothing was done.`,
    );
  }
  let written: unknown;
  try {
    written = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    return invalidRecipe(recipeFile, `it is no JSON (${(error as Error).message})`);
  }
  const withField =
    labelField !== null && typeof written === 'object' && written !== null
      ? { ...written, labelField }
      : written;
  const parsed = RecipeOrder.safeParse(withField);
  if (parsed.success) return resolveRecipe(parsed.data);
  return invalidRecipe(recipeFile, whyNot(withField, parsed.error.issues));
}

const invalidRecipe = (file: string, why: string): Result<never> =>
  failure('RECIPE_INVALID', `The recipe in "${file}" cannot be used: ${why}. Nothing was done.`, {
    file,
  });

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly errors?: readonly (readonly Issue[])[];
}

/** Of a union only the branch that was meant is of interest: the one of the same architecture. */
function whyNot(written: unknown, issues: readonly Issue[]): string {
  const isPreset = typeof written === 'object' && written !== null && 'preset' in written;
  const [first] = issues;
  const branches = first?.errors;
  const meant = branches?.[isPreset ? 0 : 1] ?? issues;
  const [issue] = meant;
  const path = issue?.path.map(String).join('.') ?? '';
  return `${path === '' ? 'the whole' : `"${path}"`}: ${issue?.message ?? 'not a recipe'}`;
}

async function readBase(
  recipe: Recipe,
  recipeFile: string,
): Promise<
  Result<{
    readonly folder: string;
    readonly sha256: string;
    readonly files: Readonly<Record<string, Uint8Array>>;
  } | null>
> {
  if (recipe.architecture !== 'encoder') return ok(null);
  const opened = openFolder(resolve(dirname(recipeFile), recipe.base));
  if (!opened.ok) return opened;
  const bundle = await readBundle(opened.value);
  if (!bundle.ok) return bundle;
  const { files } = bundle.value;
  return ok({ folder: recipe.base, sha256: hashOfFiles(listFiles(files)), files });
}

const listFiles = (files: Readonly<Record<string, Uint8Array>>): OutsideResult['files'] =>
  Object.entries(files).map(([path, bytes]) => ({
    path,
    sha256: sha256Of(bytes),
    bytes: bytes.length,
  }));

interface ReadData {
  readonly data: TrainingData;
  readonly splits: {
    readonly train: OutsideSplit;
    readonly dev: OutsideSplit | null;
    readonly test: OutsideSplit | null;
  };
}

async function readData(
  clock: Clock,
  recipe: Recipe,
  order: OutsideOrder,
  hooks: OutsideHooks,
): Promise<Result<ReadData>> {
  const train = await readSplit(clock, order.data, order, hooks);
  if (!train.ok) return train;
  const dev = await readSplit(clock, order.dev, order, hooks);
  if (!dev.ok) return dev;
  const test = await readSplit(clock, order.test, order, hooks);
  if (!test.ok) return test;
  const documents = { train: train.value, dev: dev.value, test: test.value };
  const data = collectTrainingData(
    {
      documents: (split) => (documents[split]?.documents ?? []).values(),
      withheld: () => [],
    },
    recipe,
  );
  if (!data.ok) return data;
  return ok({
    data: data.value,
    splits: {
      train: train.value?.split as OutsideSplit,
      dev: dev.value?.split ?? null,
      test: test.value?.split ?? null,
    },
  });
}

async function readSplit(
  clock: Clock,
  folder: string | null,
  order: OutsideOrder,
  hooks: OutsideHooks,
): Promise<
  Result<{ readonly split: OutsideSplit; readonly documents: readonly SnapshotText[] } | null>
> {
  if (folder === null) return ok(null);
  const opened = openPlace(
    folder,
    {
      format: order.format,
      encoding: 'auto',
      csv: { textColumn: order.textColumn, delimiter: null },
    },
    clock,
  );
  if (!opened.ok) return opened;
  const documents: SnapshotText[] = [];
  let issues = 0;
  for await (const item of opened.value.items()) {
    if (hooks.signal.aborted) return failure('CANCELLED', 'Cancelled. Nothing was written.');
    if (item.kind === 'issue') {
      issues += 1;
      const { file, line, message } = item.issue;
      if (issues <= SHOWN_ISSUES) {
        hooks.onNote(`${file}${line === null ? '' : `:${line}`}: ${message}`);
      }
    } else if (item.kind === 'document') {
      const { name, text, spans, metadata } = item.document;
      const plain = spans.map(({ start, end, label }) => ({ start, end, label }));
      documents.push({ documentId: name, subjectId: null, text, metadata, spans: plain });
      if (documents.length % 100 === 0) hooks.onProgress(opened.value.progress('read'));
    }
  }
  if (issues > SHOWN_ISSUES) hooks.onNote(`… and ${issues - SHOWN_ISSUES} more of these.`);
  const { format } = opened.value;
  return ok({ split: { folder, format, documents: documents.length, issues }, documents });
}

/** Asked first: nobody should read a corpus to hear that the folder is taken. */
function isFree({ out, resume }: OutsideOrder): Result<void> {
  if (existsSync(out) && !statSync(out).isDirectory()) {
    return failure('CONFLICT', `"${out}" is a file, not a folder. Nothing was done.`);
  }
  ensureFolder(resolve(out));
  return resume || readdirSync(out).length === 0
    ? ok(undefined)
    : failure(
        'CONFLICT',
        `The folder "${out}" is not empty. Nothing was done. Choose a new one, or say --resume to go on with the run that was cut short in it.`,
      );
}

/** The record of the run to go on with; null for a fresh one. */
function formerRun(
  { out, resume }: OutsideOrder,
  now: Parameters<typeof isSameRun>[1],
): Result<OutsideRecord | null> {
  if (!resume) return ok(null);
  const written = readFileIfThere(join(out, RECORD));
  const record = written && parseRecord(written.toString('utf8'));
  if (!record || record.state === 'done') {
    return failure(
      'CONFLICT',
      record
        ? `The run in "${out}" is finished. Nothing was done.`
        : `The folder "${out}" holds no run that could go on. Nothing was done.`,
    );
  }
  return isSameRun(record, now)
    ? ok(record)
    : failure(
        'CONFLICT',
        `The run in "${out}" began with another recipe, base or data, so its checkpoint means nothing for these. Nothing was done. Start a new run in another folder.`,
      );
}

async function train(
  { compute }: OutsideDeps,
  out: string,
  recipe: Recipe,
  data: TrainingData,
  base: Readonly<Record<string, Uint8Array>> | null,
  hooks: OutsideHooks,
): Promise<Result<TrainResult>> {
  const file = join(out, CHECKPOINT);
  const resumeFrom = readFileIfThere(file);
  let kept: number | null = null;
  const result = await attemptAsync(() =>
    compute.train(
      {
        recipe,
        labels: data.labels,
        train: data.train,
        dev: data.dev,
        ...(data.test.length > 0 && { test: data.test }),
        ...(base && { base: { files: base } }),
        ...(resumeFrom && { resumeFrom }),
      },
      {
        signal: hooks.signal,
        onProgress: hooks.onTrain,
        onCheckpoint({ step, bytes }) {
          try {
            writeFileAtomic(file, bytes);
            kept = step;
          } catch (error) {
            if (failureOf(error)?.code !== 'DISK_FULL') throw error;
            hooks.onNote('The disk is full: the checkpoint before this one is kept.');
          }
        },
      },
    ),
  );
  const outcome = result.ok ? result.value : result;
  if (outcome.ok) return outcome;
  const { error } = outcome;
  const rest =
    kept === null && !resumeFrom
      ? 'There is no checkpoint yet.'
      : `The checkpoint${kept === null ? '' : ` at step ${kept}`} is in the folder; say --resume to go on from it.`;
  return { ok: false, error: { ...error, message: `${error.message} ${rest}` } };
}

function writeModel(out: string, { model }: TrainResult): OutsideResult['files'] {
  for (const [path, bytes] of Object.entries(model.files)) {
    const place = join(out, path);
    ensureFolder(dirname(place));
    writeFileAtomic(place, bytes, 0o644);
  }
  return listFiles(model.files);
}

const resultOf = (
  result: TrainResult,
  files: OutsideResult['files'],
  milliseconds: number,
): OutsideResult => ({
  steps: result.steps,
  epochs: result.epochs,
  stopped: result.stopped,
  parameters: result.parameters,
  history: result.history,
  best: result.best,
  lossCurve: result.lossCurve,
  data: result.data,
  ...(result.test && { test: result.test }),
  ...(result.privacy && { privacy: result.privacy }),
  runtime: result.runtime,
  seconds: Math.round(milliseconds) / 1000,
  modelSha256: hashOfFiles(files),
  files,
});

const writeRecord = (out: string, record: OutsideRecord): void =>
  writeFileAtomic(join(out, RECORD), `${JSON.stringify(record, null, 2)}\n`, 0o644);
