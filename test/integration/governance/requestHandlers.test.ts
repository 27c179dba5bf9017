// Requests of the other kinds over the wire: what is answered, written and stopped.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { governanceHandlers } from '../../../main/ipc/handlers/governance.ts';
import { requestHandlers } from '../../../main/ipc/handlers/requests.ts';
import type { CallContext } from '../../../main/ipc/handlers/types.ts';
import { REMEDY } from '../../../main/reports/letters.ts';
import { createReportArchive, type ReportArchive } from '../../../main/reports/reportArchive.ts';
import { createReportRepository } from '../../../main/reports/reportRepository.ts';
import { contract, type OutputOf } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import {
  createHouse,
  declare,
  give,
  person,
  putDocument,
  TESTER,
  type House,
} from '../../unit/governance/house.ts';

type Name = keyof (ReturnType<typeof requestHandlers> & ReturnType<typeof governanceHandlers>);

let house: House;
let archive: ReportArchive;
let call: <N extends Name>(name: N, input: unknown) => Promise<OutputOf<N>>;
beforeEach(async () => {
  house = await createHouse();
  const { store, clock, random, governance } = house;
  archive = createReportArchive({ ...house, repository: createReportRepository(store.db) });
  const orders = { list: () => [] };
  const deps = { store, clock, random, governance, orders, reports: { archive } };
  const handlers = { ...governanceHandlers(deps), ...requestHandlers(deps) };
  const nothing = () => undefined;
  const context = {
    session: { actor: TESTER, vault: house.test.vault },
    nowMs: clock.nowMs(),
    ...{ progress: nothing, changed: nothing, title: nothing, note: nothing },
  } as unknown as CallContext;
  call = async (name, input) => {
    const handler = handlers[name] as (input: unknown, context: CallContext) => Promise<never>;
    const result = (await handler(contract[name].input.parse(input) as never, context)) as
      { ok: true; value: unknown } | { ok: false; error: { code: string } };
    if (!result.ok) throw new Error(result.error.code);
    return contract[name].output.parse(result.value) as never;
  };
});
afterEach(() => house.dispose());

describe('requests over the wire', () => {
  it('refuse with a letter that names complaint and court, and goes with the person', async () => {
    person(house, 'NHC-1');
    const { requestId, subjectId } = await call('request.open', {
      kind: 'access',
      subject: { key: 'NHC-1' },
    });
    const reason = 'This is the ninth request of the month.';
    const refused = await call('request.refuse', { requestId, code: 'excessive', reason });
    expect(refused.request).toMatchObject({ state: 'closed', outcome: 'refused' });
    const letter = unwrap(archive.read(TESTER, refused.reportId));
    expect(letter.files[0]?.content).toContain(REMEDY);
    expect(letter.files[0]?.content).toContain(reason);
    // The words are in the letter alone: the record of the request outlives the person.
    const bodies = house.store.db.all<{ body: string }>('SELECT body FROM request_event');
    expect(JSON.stringify(bodies)).not.toContain('ninth');
    expect(archive.removeOf(subjectId ?? '')).toBe(1);
    await expect(call('request.refuse', { requestId, code: 'excessive', reason })).rejects.toThrow(
      'REQUEST_CLOSED',
    );
  });

  it('hand over portable data, and explain the gate before and after a restriction', async () => {
    const ana = person(house, 'NHC-1');
    const { purposeId } = declare(house);
    give(house, purposeId, [ana]);
    putDocument(house, { name: 'a.txt', text: 'Ana is well.', subjectId: ana });
    const subject = { key: 'NHC-1' };
    const reading = async () =>
      (await call('gate.explain', { subject, purposeId })).items.find(
        ({ operation }) => operation === 'read',
      );
    expect(await reading()).toMatchObject({ permitted: 1, withheld: [] });

    const wish = await call('request.open', { kind: 'portability', subject });
    const pack = await call('request.portability', { requestId: wish.requestId });
    expect(pack).toMatchObject({ provided: 3, derived: 0 });
    const { files } = unwrap(archive.read(TESTER, pack.reportId));
    expect(files.map(({ name }) => name)).toEqual([
      'portable.csv',
      'portable.fhir.json',
      'portable.json',
    ]);

    const { requestId } = await call('request.open', { kind: 'restriction', subject });
    await call('request.carryOut', { kind: 'restriction', requestId, ground: 'accuracy' });
    expect(await reading()).toMatchObject({
      permitted: 0,
      withheld: [{ step: 'state', reason: 'restricted', count: 1 }],
    });
    await expect(call('request.lift', { requestId })).rejects.toThrow('CONFLICT');
    await call('request.noticeLifting', { requestId, reason: 'The dispute was settled.' });
    expect((await call('request.lift', { requestId })).stillRestricted).toBe(false);
    expect(await reading()).toMatchObject({ permitted: 1 });
  });
});
