// The stub core answers the contract, not something like it: what it sends passes the contract's schemas.
import { describe, expect, test } from 'vitest';
import {
  contract,
  events,
  type ClientMessage,
  type EventName,
  type InputOf,
  type ProcedureName,
  type ServerMessage,
} from '../../../shared/contract/index.ts';
import { createStubCore, PASSPHRASE, type Scenario } from '../../fakes/stub/core.ts';
import { id } from '../../fakes/stub/fixtures.ts';

const INPUTS: { readonly [N in ProcedureName]?: InputOf<N> } = {
  'vault.unlock': { passphrase: PASSPHRASE },
  'vault.create': { name: 'A', userName: 'B', passphrase: PASSPHRASE },
  'document.read': { documentId: id('doc', 1), purposeId: id('pur', 1) },
  'deid.preview': { documentId: id('doc', 1), purposeId: id('pur', 1), mode: 'surrogate' },
  'deid.run': { collectionId: id('col', 1), purposeId: id('pur', 1), mode: 'type' },
  'corpus.list': { purposeId: id('pur', 1), limit: 20 },
  'consent.status': { subject: { key: '771204' } },
  'gate.summary': { purposeId: id('pur', 1) },
  'request.previewErasure': { requestId: id('req', 1) },
  'request.certificate': { requestId: id('req', 3) },
  'request.access': { requestId: id('req', 2) },
  'task.open': { projectId: id('prj', 1) },
  'task.list': { projectId: id('prj', 1) },
  'run.get': { runId: id('run', 1) },
  'recovery.make': { passphrase: 'correct horse battery staple' },
  'train.run': { snapshotId: id('snp', 1), recipe: { architecture: 'tagger', preset: 'quick' } },
  'evaluate.run': { modelId: id('mdl', 1) },
  'snapshot.freeze': { projectId: id('prj', 1), name: 'Second' },
  'report.read': { reportId: id('rep', 1), file: 'modelCard.html' },
  'report.export': { reportId: id('rep', 1), recipient: 'Ethics board' },
  'suggest.document': { modelId: id('mdl', 1), projectId: id('prj', 1), documentId: id('doc', 31) },
  'corpus.preflight': {
    source: { kind: 'intake', intakeId: id('itk', 1) },
    collection: { name: 'New' },
  },
};

async function ask(scenario: Scenario, name: ProcedureName, input: unknown) {
  const heard: ServerMessage[] = [];
  const answered = new Promise<ServerMessage & { ok: boolean }>((resolve) => {
    const stub = createStubCore(scenario, (message) => {
      heard.push(message);
      if ('ok' in message) resolve(message);
    });
    stub.receive({ v: 1, id: 1, p: name, input } as ClientMessage);
  });
  return { answer: await answered, heard };
}

const EMPTY_INPUTS = (Object.keys(contract) as ProcedureName[]).filter(
  (name) => contract[name].input.safeParse({}).success && name !== 'recovery.make',
);

describe('the stub core', () => {
  test.each(Object.keys(INPUTS) as ProcedureName[])('%s answers by the contract', async (name) => {
    const { answer, heard } = await ask('full', name, INPUTS[name]);
    expect(answer).toMatchObject({ ok: true });
    const output = (answer as unknown as { output: unknown }).output;
    expect(contract[name].output.safeParse(output).error).toBeUndefined();
    for (const message of heard) {
      if (!('event' in message)) continue;
      const schema = events[message.event as EventName];
      expect(schema.safeParse(message.payload).error).toBeUndefined();
    }
  });

  test.each(EMPTY_INPUTS.flatMap((name) => [['full', name] as const, ['empty', name] as const]))(
    '%s: %s answers by the contract',
    async (scenario, name) => {
      const { answer } = await ask(scenario, name, {});
      expect(answer).toMatchObject({ ok: true });
      const output = (answer as unknown as { output: unknown }).output;
      expect(contract[name].output.safeParse(output).error).toBeUndefined();
    },
  );

  test('refuses what the contract refuses, and fails where it is told to', async () => {
    const refused = await ask('full', 'document.read', { documentId: 'x' });
    expect(refused.answer).toMatchObject({ ok: false, error: { code: 'BAD_INPUT' } });
    const failing = await ask('failing', 'collection.list', {});
    expect(failing.answer).toMatchObject({ ok: false, error: { code: 'DISK_FULL' } });
  });
});
