// The procedures of governance over real rooms: every answer is held against the contract's own schema.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditHandlers } from '../../../main/ipc/handlers/audit.ts';
import { governanceHandlers } from '../../../main/ipc/handlers/governance.ts';
import type { AuditNote, CallContext } from '../../../main/ipc/handlers/types.ts';
import { createReportArchive } from '../../../main/reports/reportArchive.ts';
import { createReportRepository } from '../../../main/reports/reportRepository.ts';
import { contract, type OutputOf } from '../../../shared/contract/index.ts';
import {
  createHouse,
  person,
  putDocument,
  TESTER,
  type House,
} from '../../unit/governance/house.ts';

let house: House;
let call: <N extends Name>(
  name: N,
  input: unknown,
) => Promise<{ output: OutputOf<N>; note: AuditNote; stages: string[] }>;
let failing: (name: Name, input: unknown) => Promise<string>;

type Served = ReturnType<typeof governanceHandlers> & ReturnType<typeof auditHandlers>;
type Name = keyof Served;

beforeEach(async () => {
  house = await createHouse();
  const { store, clock, random, governance, audit } = house;
  const archive = createReportArchive({
    store,
    clock,
    random,
    repository: createReportRepository(store.db),
  });
  const handlers: Served = {
    ...governanceHandlers({ store, governance, reports: { archive }, orders: { list: () => [] } }),
    ...auditHandlers({ audit, governance, clock, store, staff: { nameOf: (id) => id } }),
  };
  const run = async (name: Name, input: unknown) => {
    let note: AuditNote = {};
    const stages: string[] = [];
    const context = {
      session: { actor: TESTER, vault: house.test.vault },
      client: 'page',
      signal: new AbortController().signal,
      nowMs: clock.nowMs(),
      jobId: undefined,
      progress: ({ stage }: { stage: string }) => void stages.push(stage),
      emit: () => undefined,
      changed: () => undefined,
      title: () => undefined,
      note: (more: AuditNote) => void (note = { ...note, ...more }),
    } as unknown as CallContext;
    const handler = handlers[name] as (input: unknown, context: CallContext) => unknown;
    const result = (await handler(contract[name].input.parse(input), context)) as
      { ok: true; value: unknown } | { ok: false; error: { code: string } };
    return { result, note, stages };
  };
  call = async (name, input) => {
    const { result, note, stages } = await run(name, input);
    if (!result.ok) throw new Error(result.error.code);
    return { output: contract[name].output.parse(result.value) as never, note, stages };
  };
  failing = async (name, input) => {
    const { result } = await run(name, input);
    return result.ok ? 'ok' : result.error.code;
  };
});
afterEach(() => house.dispose());

const declared = async (): Promise<string> => {
  const { output } = await call('purpose.declare', {
    name: 'Research',
    operations: ['read', 'train'],
    basis: { article6: '6(1)(a)', article9: '9(2)(a)' },
  });
  return output.purposeId;
};

describe('consent over the wire', () => {
  it('goes from never to given to withdrawn, and the gate with it', async () => {
    const purposeId = await declared();
    const ana = person(house, 'NHC-1');
    putDocument(house, { name: 'a', text: 'A', subjectId: ana });
    const summary = async () => (await call('gate.summary', { purposeId })).output;
    expect((await summary()).withheld).toEqual([
      { step: 'basis', reason: 'consentNever', count: 1 },
    ]);

    const recorded = await call('consent.record', {
      purposeId,
      subjects: { keys: ['NHC-1', 'x'] },
      decision: 'given',
    });
    expect(recorded.output).toEqual({ recorded: 1, unchanged: 0, unknownKeys: ['x'] });
    expect(recorded.note).toEqual({ purposeId, counts: { given: 1, unchanged: 0, unknown: 1 } });
    expect((await summary()).permitted).toBe(1);
    const status = await call('consent.status', { subject: { key: 'NHC-1' } });
    expect(status.output.byPurpose).toEqual([
      expect.objectContaining({ purposeId, state: 'given', permitted: true, deniedStep: null }),
    ]);

    const withdrawn = await call('consent.withdraw', { purposeId, subjects: { keys: ['NHC-1'] } });
    expect(withdrawn.output).toMatchObject({ recorded: 1, staleModels: 0 });
    expect((await summary()).permitted).toBe(0);
    expect(
      (await call('consent.status', { subject: { subjectId: ana } })).output.byPurpose[0],
    ).toMatchObject({
      permitted: false,
      deniedStep: 'basis',
    });
    expect((await call('subject.list', { purposeId })).output.byState).toEqual([
      { state: 'withdrawn', count: 1 },
    ]);
    expect(await failing('consent.status', { subject: { key: 'nobody' } })).toBe('NOT_FOUND');

    await call('purpose.retire', { purposeId, reason: 'over' });
    expect((await call('purpose.list', {})).output.items[0]?.state).toBe('retired');
    expect(await failing('gate.summary', { purposeId })).toBe('PURPOSE_RETIRED');
    expect(
      await failing('consent.record', {
        purposeId,
        subjects: { keys: ['NHC-1'] },
        decision: 'given',
      }),
    ).toBe('PURPOSE_RETIRED');
  });
});

describe('requests over the wire', () => {
  it('answer access with a sealed pack, then erase the pack with the person', async () => {
    const ana = person(house, 'NHC-1');
    putDocument(house, {
      name: 'a',
      text: 'Ana has a rare condition of the left elbow.',
      subjectId: ana,
    });
    const opened = await call('request.open', { kind: 'access', subject: { key: 'NHC-1' } });
    const pack = await call('request.access', { requestId: opened.output.requestId });
    expect(pack.output).toMatchObject({ documents: 1, recipients: 0 });
    expect(pack.stages).toEqual(['packing']);
    expect((await call('request.list', {})).output.items[0]).toMatchObject({
      state: 'closed',
      outcome: 'answered',
    });
    expect(await failing('request.access', { requestId: opened.output.requestId })).toBe(
      'REQUEST_CLOSED',
    );

    const erasure = (await call('request.open', { kind: 'erasure', subject: { subjectId: ana } }))
      .output;
    const preview = (await call('request.previewErasure', { requestId: erasure.requestId })).output;
    expect(preview.goes).toContainEqual({ what: 'accessPacks', count: 1 });
    expect(preview.goes).toContainEqual({ what: 'files', count: 2 });
    const order = { requestId: erasure.requestId, confirmation: preview.confirmation };
    expect(await failing('request.erase', { ...order, confirmation: 'no' })).toBe(
      'CONFIRMATION_MISMATCH',
    );
    expect(await failing('request.certificate', { requestId: erasure.requestId })).toBe(
      'NOT_FOUND',
    );
    const erased = await call('request.erase', order);
    expect(erased.output.files).toBe(2);
    expect(erased.stages).toEqual([
      'preparing',
      'erasing',
      'erasing',
      'erasing',
      'scanning',
      'saving',
    ]);
    expect(erased.note).toMatchObject({ object: erasure.requestId, counts: { hits: 0, files: 2 } });
    expect((await call('request.certificate', { requestId: erasure.requestId })).output).toEqual(
      erased.output,
    );
    expect(house.store.db.all('SELECT 1 FROM report')).toEqual([]);
  });
});

describe('the log over the wire', () => {
  it('lists, verifies and finds what was changed', async () => {
    const ana = person(house, 'NHC-1');
    for (let index = 0; index < 3; index += 1) {
      house.governance.exits.register({
        actor: TESTER,
        kind: 'report',
        objectId: 'rep_1',
        recipient: `R${index}`,
        files: [],
        subjectIds: [ana],
      });
    }
    const page = (await call('audit.list', { limit: 2, action: 'exit.register' })).output;
    expect(page.items.map(({ seq }) => seq)).toEqual([2, 1]);
    expect(
      (await call('audit.list', { limit: 2, cursor: page.next })).output.items.map(
        ({ seq }) => seq,
      ),
    ).toEqual([0]);
    expect(await failing('audit.list', { cursor: 'elsewhere' })).toBe('BAD_INPUT');

    const whole = (await call('audit.verify', {})).output;
    expect(whole).toMatchObject({
      intact: true,
      size: 3,
      firstBroken: null,
      knownHead: { size: 3, consistent: true },
    });
    expect(whole.checkpoint).toContain(house.audit.origin);

    house.store.db.run(
      "UPDATE audit_leaf SET body = CAST(replace(CAST(body AS TEXT), 'exit.register', 'exit.forgotten') AS BLOB) WHERE seq = 1",
    );
    const broken = (await call('audit.verify', {})).output;
    expect(broken).toMatchObject({ intact: false, firstBroken: { seq: 1, what: 'body' } });
  });
});
