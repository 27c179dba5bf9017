// Encoders all the way with the real compute process: brought in from a folder, trained on, killed, resumed,
// measured, used, handed out. Over ../shared/data/onnx-exports (skipped where that folder is missing).
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { z } from 'zod';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchComputeByFork } from '../../../main/ipc/launchCompute.ts';
import { openZip } from '../../../main/models/bundles/zip.ts';
import { sha256Of, zipOf, type ComputeLink } from '../../../main/models/index.ts';
import type { RunCall } from '../../../main/training/index.ts';
import type { EncoderOrder } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createTrainingHouse, type TrainingHouse } from '../../fakes/trainingHouse.ts';
import { hasExports } from '../compute/encoder/exports.ts';
import { baseFolder } from '../compute/encoder/house.ts';
import { makeNotes } from '../compute/notes.ts';

const notes = (count: number, seed: number) =>
  makeNotes(count, seed).map(({ text, spans }) => ({ text, spans }));

const folder = mkdtempSync(join(tmpdir(), 'cloister-encoders-'));
const houses: TrainingHouse[] = [];
let files: Readonly<Record<string, Uint8Array>> = {};

beforeAll(async () => {
  if (!hasExports) return;
  ({ files } = await baseFolder('bert_tok_14'));
  const readme = Buffer.from('---\nlanguage: de\nlicense: apache-2.0\n---\n# A small BERT\n');
  for (const [path, bytes] of Object.entries({
    ...files,
    'README.md': readme,
    'pytorch_model.bin': Buffer.from('other weights'),
    '.DS_Store': Buffer.from('hidden'),
  })) {
    const place = join(folder, 'small-bert', path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, bytes);
  }
});
afterEach(() => {
  for (const house of houses.splice(0)) house.dispose();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function houseWithCompute() {
  const links: ComputeLink[] = [];
  const house = await createTrainingHouse({
    train: notes(24, 1),
    dev: notes(8, 2),
    launch() {
      const link = launchComputeByFork();
      links.push(link);
      return link;
    },
  });
  houses.push(house);
  return { house, links };
}

const callBy = (
  house: TrainingHouse,
  onStep: (step: number) => void = () => undefined,
): RunCall => ({
  actor: house.actor,
  jobId: null,
  signal: new AbortController().signal,
  onProgress: ({ stage, done }) => stage === 'training' && onStep(done),
  onPoint: () => undefined,
});

async function bringIn(house: TrainingHouse, path = join(folder, 'small-bert')) {
  const call = { ...callBy(house), onProgress: () => undefined };
  return house.rooms.models.bases.import(call, {
    source: { kind: 'path', path },
    inferenceOnly: false,
  });
}

const order = (base: string): z.output<typeof EncoderOrder> => ({
  architecture: 'encoder',
  preset: 'classic',
  base,
  epochs: 3,
  learningRate: 3e-3,
  maxTokens: 48,
  batchSize: 8,
  seed: 3,
  threads: 1,
  testAtEnd: false,
});

describe.skipIf(!hasExports)('an encoder from outside (../shared/data/onnx-exports)', () => {
  it('is inspected, stored sealed, listed, and removed only while nothing needs it', async () => {
    const { house } = await houseWithCompute();
    const { bases } = house.rooms.models;
    const { base, report } = unwrap(await bringIn(house));
    expect(report).toMatchObject({
      verdict: 'trainable',
      family: 'bert',
      licence: 'apache-2.0',
      tokenizer: { kind: 'wordpiece' },
      reasons: [],
    });
    expect(report.loraTargets.length).toBeGreaterThan(0);
    expect(report.files.filter(({ use }) => use === 'leftOut').map(({ path }) => path)).toEqual([
      'pytorch_model.bin',
    ]);
    expect(base).toMatchObject({ name: 'small-bert', origin: 'imported', state: 'valid', runs: 0 });
    expect(base.sha256).toBe(report.sha256);
    const stored = bases.bundle(base.baseId);
    expect(sha256Of(stored['onnx/model.onnx'] as Uint8Array)).toBe(
      sha256Of(files['onnx/model.onnx'] as Uint8Array),
    );
    expect(await bringIn(house)).toMatchObject({ error: { code: 'CONFLICT' } });
    const leaf = house.rooms.audit.list({ limit: 1, action: 'base.create' }).items[0];
    expect(leaf?.body).toMatchObject({ commitments: { base: base.sha256 } });

    unwrap(bases.remove(house.actor, base.baseId));
    expect(bases.list()).toEqual([]);
    expect(house.rooms.store.db.all("SELECT id FROM sealed_files WHERE kind = 'base'")).toEqual([]);
  });

  it('in an archive is the same as in its folder', async () => {
    const { house } = await houseWithCompute();
    const image = zipOf(
      Object.entries(files).map(([path, bytes]) => ({
        name: `small-bert/${path}`,
        size: bytes.length,
        crc: crc32(bytes),
        read: (offset: number, length: number) => bytes.subarray(offset, offset + length),
      })),
    );
    const path = join(folder, 'archived.zip');
    writeFileSync(path, image.read(0, image.size));
    const { report } = unwrap(await bringIn(house, path));
    expect(report).toMatchObject({ name: 'archived', verdict: 'trainable' });
    expect(report.files.map((file) => file.path).sort()).toEqual(Object.keys(files).sort());
  });

  it('becomes a model that is measured, marks texts, and leaves through a registered exit', async () => {
    const { house } = await houseWithCompute();
    const { rooms, actor } = house;
    const { base } = unwrap(await bringIn(house));
    const preview = unwrap(rooms.training.preview(order(base.baseId), house.snapshotId));
    expect(preview.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const { run, model } = unwrap(
      await rooms.training.run(callBy(house), {
        snapshotId: house.snapshotId,
        recipe: order(base.baseId),
      }),
    );
    expect(run.recipeSha256).toBe(preview.sha256);
    expect(run).toMatchObject({
      state: 'done',
      base: { baseId: base.baseId, sha256: base.sha256 },
    });
    expect(model).toMatchObject({ architecture: 'encoder', task: 'spans', subjects: 32 });
    expect(rooms.models.bases.remove(actor, base.baseId)).toMatchObject({
      error: { code: 'CONFLICT' },
    });
    const call = callBy(house);
    const measured = unwrap(
      await rooms.evaluation.run(call, { modelId: model.modelId, split: 'dev' }),
    );
    expect(measured.exact.micro.f1).toBeCloseTo(run.devF1 ?? -1, 9);
    unwrap(
      await rooms.serving.suggestForText(call, {
        modelId: model.modelId,
        text: notes(1, 9)[0]?.text ?? '',
      }),
    );
    unwrap(rooms.reports.write(actor, { modelId: model.modelId, kinds: ['modelCard'] }));

    const left = unwrap(
      rooms.models.handOut.register(actor, {
        modelId: model.modelId,
        recipient: 'Dr Hall',
        form: 'zip',
      }),
    );
    const pieces: Buffer[] = [];
    for (let offset: number | null = 0; offset !== null;) {
      const file = left.files[0]?.name ?? '';
      const piece: { readonly chunk: string; readonly next: number | null } = unwrap(
        rooms.models.handOut.read(actor, { exitId: left.exitId, file, offset }),
      );
      pieces.push(Buffer.from(piece.chunk, 'base64'));
      offset = piece.next;
    }
    const archive = Buffer.concat(pieces);
    expect(sha256Of(archive)).toBe(left.files[0]?.sha256);
    const entries = unwrap(openZip(archive, { entries: 100, bytes: 1e8 }));
    for (const { path, sha256 } of rooms.models.files(model.modelId)) {
      const entry = entries.find(({ name }) => name === `${left.name}/${path}`);
      expect(sha256Of((await entry?.read()) as Uint8Array)).toBe(sha256);
    }
    const [person] = house.subjects.train;
    expect(rooms.governance.exits.ofSubject(person ?? '')).toMatchObject([
      { kind: 'model', recipient: 'Dr Hall' },
    ]);
    // The person withdraws: not one more byte leaves.
    house.withdraw(person ?? '');
    expect(
      rooms.models.handOut.read(actor, {
        exitId: left.exitId,
        file: left.files[0]?.name ?? '',
        offset: 0,
      }),
    ).toMatchObject({ error: { code: 'MODEL_BLOCKED' } });
  });

  it('a run killed in compute and again with the whole core ends in the same weights', async () => {
    const recipe = (baseId: string) => ({
      ...unwrap(houses[0]!.rooms.training.preview(order(baseId), null)).resolved,
      checkpointSteps: 2,
    });
    const whole = await houseWithCompute();
    const wholeBase = unwrap(await bringIn(whole.house)).base;
    const reference = unwrap(
      await whole.house.rooms.training.run(callBy(whole.house), {
        snapshotId: whole.house.snapshotId,
        recipe: { ...recipe(wholeBase.baseId), base: wholeBase.baseId } as never,
      }),
    );

    const { house, links } = await houseWithCompute();
    const { base } = unwrap(await bringIn(house));
    const kills = [3, 5];
    const call = callBy(house, (step) => {
      if (kills.length === 0 || step < (kills[0] ?? 0)) return;
      kills.shift();
      links.at(-1)?.kill();
    });
    // The first loss is mended by itself, the second one is left to a person.
    const cut = await house.rooms.training.run(call, {
      snapshotId: house.snapshotId,
      recipe: { ...recipe(base.baseId), base: base.baseId } as never,
    });
    expect(cut).toMatchObject({ error: { code: 'COMPUTE_LOST' } });
    const runId = house.rooms.training.list()[0]?.runId ?? '';
    await house.restart();
    const { run } = unwrap(await house.rooms.training.resume(callBy(house), runId));
    // Points between epochs are means over however many steps a machine did in a moment; these are not.
    const scores = (of: TrainingHouse, id: string) =>
      of.rooms.training
        .curve(id, 5000)
        .flatMap(({ step, devF1 }) => (devF1 === null ? [] : [[step, devF1]]));
    expect(scores(house, run.runId)).toEqual(scores(whole.house, reference.run.runId));
    expect(scores(house, run.runId)).toHaveLength(3);
    const weights = (of: TrainingHouse, modelId: string | null) =>
      of.rooms.models.files(modelId ?? '').find(({ path }) => path.endsWith('.onnx'))?.sha256;
    expect(weights(house, run.modelId)).toBe(weights(whole.house, reference.run.modelId));
  });

  it('built on a model of this vault carries that model’s people, and serves its purpose alone', async () => {
    const { house } = await houseWithCompute();
    const { rooms } = house;
    const { base } = unwrap(await bringIn(house));
    const first = unwrap(
      await rooms.training.run(callBy(house), {
        snapshotId: house.snapshotId,
        recipe: { ...order(base.baseId), epochs: 1 },
      }),
    ).model;
    expect(rooms.models.bases.list().map(({ baseId }) => baseId)).toContain(first.modelId);
    const second = unwrap(
      await rooms.training.run(callBy(house), {
        snapshotId: house.snapshotId,
        recipe: { ...order(first.modelId), epochs: 1, preset: 'head' },
      }),
    ).model;
    expect(second.subjects).toBe(first.subjects);
    house.withdraw(house.subjects.train[0] ?? '');
    expect(unwrap(rooms.models.get(second.modelId)).state).toBe('stale');
    expect(
      await rooms.training.run(callBy(house), {
        snapshotId: house.snapshotId,
        recipe: { ...order(first.modelId), epochs: 1 },
      }),
    ).toMatchObject({ error: { code: 'MODEL_BLOCKED' } });
    expect(rooms.models.bases.choose(first.modelId, 'pur_other0001')).toMatchObject({ ok: false });
  });

  it('that is no model, or cannot be trained, is refused with the reason', async () => {
    const { house } = await houseWithCompute();
    const bad = join(folder, 'bad');
    mkdirSync(join(bad, 'onnx'), { recursive: true });
    const bring = () => bringIn(house, bad);
    expect(await bring()).toMatchObject({ error: { code: 'FORMAT_UNKNOWN' } });
    writeFileSync(join(bad, 'model.safetensors'), 'weights');
    expect((await bring()) as unknown).toMatchObject({
      error: { message: expect.stringContaining('no ONNX file') },
    });
    writeFileSync(join(bad, 'onnx', 'model.onnx'), 'no protobuf at all');
    expect(await bring()).toMatchObject({ error: { code: 'MODEL_BLOCKED' } });
    writeFileSync(join(bad, 'onnx', 'model.onnx'), files['onnx/model.onnx'] as Uint8Array);
    expect(await bring()).toMatchObject({
      error: { code: 'MODEL_BLOCKED', message: expect.stringContaining('tokenizer') },
    });
    expect(house.rooms.store.db.all('SELECT * FROM base')).toEqual([]);
    expect(house.rooms.store.db.all('SELECT * FROM sealed_files')).toEqual([]);
  });
});
