// The handlers of everything around models: every output fits the contract, every change is announced,
// and what goes into the audit leaf is counts and ids.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  contract,
  events,
  type EventName,
  type ParsedInputOf,
  type ProcedureName,
  type Scope,
} from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { evaluationHandlers } from '../../../main/ipc/handlers/evaluation.ts';
import { modelHandlers } from '../../../main/ipc/handlers/models.ts';
import { reportHandlers } from '../../../main/ipc/handlers/reports.ts';
import { servingHandlers } from '../../../main/ipc/handlers/serving.ts';
import { trainingHandlers } from '../../../main/ipc/handlers/training.ts';
import type { AuditNote, CallContext } from '../../../main/ipc/handlers/types.ts';
import { createFakeCompute } from '../../fakes/computeLink.ts';
import { computeScript, STEPS } from '../../fakes/computeScripts.ts';
import { createTrainingHouse, type TrainingHouse } from '../../fakes/trainingHouse.ts';

const note = (text: string) => ({ text, spans: [{ start: 0, end: 4, label: 'NAME' }] });

let house: TrainingHouse;
let seen: {
  scopes: Set<Scope>;
  notes: AuditNote;
  titles: string[];
  events: [EventName, unknown][];
};

beforeEach(async () => {
  house = await createTrainingHouse({
    train: [note('Anna met Bert.'), note('Cara left.')],
    dev: [note('Dora sat.')],
    launch: createFakeCompute(computeScript()).launch,
  });
});
afterEach(() => house.dispose());

function context(): CallContext {
  seen = { scopes: new Set(), notes: {}, titles: [], events: [] };
  return {
    session: { actor: house.actor } as CallContext['session'],
    client: 'page',
    signal: new AbortController().signal,
    nowMs: 0,
    jobId: 'job_00000000000000000000000001',
    progress: (progress) => void z.object({ stage: z.string() }).parse(progress),
    emit: (event, payload) => void seen.events.push([event, payload]),
    changed: (...scopes) => scopes.forEach((scope) => seen.scopes.add(scope)),
    title: (text) => void seen.titles.push(text),
    note: (more) => void (seen.notes = { ...seen.notes, ...more }),
  };
}

/** Calls a handler with parsed input and holds its output against the contract. */
async function call<N extends ProcedureName>(name: N, input: unknown) {
  const { rooms } = house;
  const handlers = {
    ...trainingHandlers(rooms),
    ...modelHandlers(rooms),
    ...evaluationHandlers(rooms),
    ...servingHandlers(rooms),
    ...reportHandlers(rooms),
  } as unknown as Record<string, (input: ParsedInputOf<N>, context: CallContext) => unknown>;
  const parsed = contract[name].input.parse(input) as ParsedInputOf<N>;
  const result = (await handlers[name]?.(parsed, context())) as Awaited<
    ReturnType<typeof house.rooms.training.run>
  >;
  if (!result.ok) {
    expect(contract[name].errors.concat()).toContain(result.error.code);
    throw new Error(result.error.code);
  }
  return contract[name].output.parse(result.value) as z.output<(typeof contract)[N]['output']>;
}

describe('the handlers around models', () => {
  it('carry the main job from a snapshot to a report that leaves', async () => {
    const { snapshotId, projectId, documents } = house;
    const recipe = { architecture: 'tagger', preset: 'quick' };
    const { run, model } = await call('train.run', { snapshotId, recipe, name: 'First' });
    expect(run).toMatchObject({ jobId: 'job_00000000000000000000000001', name: 'First' });
    expect(seen.titles).toEqual(['First']);
    expect([...seen.scopes]).toEqual(expect.arrayContaining(['runs', 'models']));
    expect(seen.notes).toEqual({
      object: model.modelId,
      purposeId: house.purposeId,
      counts: { documents: 3, subjects: 3, steps: STEPS },
    });
    const points = seen.events.filter(([event]) => event === 'run.progressed');
    expect(points.length).toBeGreaterThan(0);
    for (const [, payload] of points) events['run.progressed'].parse(payload);

    expect((await call('run.list', {})).items).toEqual([run]);
    const { curve } = await call('run.get', { runId: run.runId, points: 10 });
    expect(curve).toHaveLength(STEPS);
    expect((await call('model.list', {})).items).toEqual([model]);

    const { modelId } = model;
    const measured = await call('evaluate.run', { modelId });
    expect(measured.split).toBe('dev');
    expect(seen.notes).toMatchObject({ object: measured.evaluationId });
    expect([...seen.scopes]).toContain('evaluations');
    expect((await call('evaluate.list', { modelId })).items).toEqual([measured]);

    const documentId = documents.train[0];
    const { suggestions } = await call('suggest.document', { modelId, projectId, documentId });
    expect(suggestions).toMatchObject([{ start: 9, end: 14, label: 'NAME' }]);
    expect((await call('suggest.text', { modelId, text: 'Emil' })).spans).toHaveLength(1);

    const { reports } = await call('report.write', { modelId });
    expect(reports.map(({ kind }) => kind)).toEqual(['modelCard', 'evaluation']);
    expect((await call('report.list', {})).items).toHaveLength(2);
    const reportId = reports[0]?.reportId;
    const shown = await call('report.read', { reportId, file: 'model-card.html' });
    expect(shown.content).toContain('First');
    const { exitId, files } = await call('report.export', { reportId, recipient: 'Board' });
    expect(seen.notes.object).toBe(exitId);
    expect(files).toHaveLength(2);
  });

  it('refuse a stale model by a code of the contract, and still describe it', async () => {
    house.withdraw(house.subjects.dev[0] ?? '');
    const recipe = { architecture: 'tagger', preset: 'quick' };
    const { model } = await call('train.run', { snapshotId: house.snapshotId, recipe });
    house.withdraw(house.subjects.train[0] ?? '');
    await expect(call('evaluate.run', { modelId: model.modelId })).rejects.toThrow('MODEL_BLOCKED');
    await expect(call('suggest.text', { modelId: model.modelId, text: 'Emil' })).rejects.toThrow(
      'MODEL_BLOCKED',
    );
    // A card may still be written: it says that the model is stale.
    const { reports } = await call('report.write', { modelId: model.modelId });
    expect(reports).toHaveLength(1);
    expect(unwrap(house.rooms.models.get(model.modelId)).state).toBe('stale');
  });

  it('say NOT_FOUND for what is not there', async () => {
    const recipe = { architecture: 'tagger', preset: 'quick' };
    const missing = { modelId: 'mdl_00000000', snapshotId: 'snp_00000000', runId: 'run_00000000' };
    for (const [name, input] of [
      ['train.run', { snapshotId: missing.snapshotId, recipe }],
      ['train.resume', { runId: missing.runId }],
      ['run.get', { runId: missing.runId }],
      ['evaluate.run', { modelId: missing.modelId }],
      ['suggest.text', { modelId: missing.modelId, text: '' }],
      ['report.write', { modelId: missing.modelId }],
      ['report.read', { reportId: 'rep_00000000', file: 'x' }],
    ] as const) {
      const { rooms } = house;
      const handlers = {
        ...trainingHandlers(rooms),
        ...evaluationHandlers(rooms),
        ...servingHandlers(rooms),
        ...reportHandlers(rooms),
      } as unknown as Record<string, (input: unknown, context: CallContext) => unknown>;
      const parsed = contract[name].input.parse(input);
      expect(await handlers[name]?.(parsed, context())).toMatchObject({
        error: { code: 'NOT_FOUND' },
      });
    }
  });
});
