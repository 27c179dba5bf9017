// Erasing from the terminal: what each verb asks the core for, and what it says when something is missing.
import { expect, it } from 'vitest';
import { runCli } from '../../../main/cli/program.ts';
import type { Handlers } from '../../../main/ipc/handlers/types.ts';
import type { ErasureCertificate, Order } from '../../../shared/contract/index.ts';
import { ok } from '../../../shared/kernel/result.ts';
import { createFakeCore } from '../../fakes/core.ts';
import { createFakeTerminal } from '../../fakes/terminal.ts';
import { PASSPHRASE } from '../../fakes/vault.ts';

const REQUEST = 'req_00000001';
const KEEP = ['collection col_00000001: statute, until 2056-01-01'];

const certificate: ErasureCertificate = {
  requestId: REQUEST,
  orderId: 'ord_00000001',
  orderedAt: '2026-11-24T08:00:00.000Z',
  completedAt: '2026-11-24T08:00:09.000Z',
  deleted: [{ table: 'document', rows: 2 }],
  files: 1,
  scan: { bytes: 4096, files: 3, needles: 12, forms: 90, hits: 0 },
  models: [],
  kept: [],
  outcome: 'partlyErased',
  keptData: [
    {
      scope: 'collection Radiation',
      ground: 'Article 17(3)(b)',
      documents: 1,
      until: '2056-01-01',
      approvedBy: 'usr_00000002',
    },
  ],
  backups: { count: 2, newestAt: '2026-11-23T21:00:00.000Z', endsOn: '2026-12-01' },
  notices: 1,
  rekeyed: true,
  orderLeaf: 4,
  certificateLeaf: 5,
  sha256: 'c'.repeat(64),
};
const order: Order = {
  orderId: 'ord_00000001',
  procedure: 'request.erase',
  facts: { requestId: REQUEST, keep: KEEP },
  reason: 'A letter',
  requestedBy: 'usr_00000001',
  requestedByName: 'Ana',
  requestedAt: '2026-11-24T08:00:00.000Z',
  expiresAt: '2026-11-25T08:00:00.000Z',
  state: 'open',
  decidedBy: null,
  decidedByName: null,
  decidedAt: null,
  decisionReason: '',
  approvers: [{ userId: 'usr_00000002', name: 'Marta Brandt' }],
};
const preview = () =>
  ok({
    subjectId: 'sub_00000001',
    subjectKey: '4411',
    goes: [{ what: 'documents' as const, count: 2 }],
    stays: [],
    models: [],
    recipients: [],
    collections: [],
    keep: KEEP,
    holds: [],
    backups: { count: 2, newestAt: '2026-11-23T21:00:00.000Z', endsOn: '2026-12-01' },
    confirmation: '4411',
  });

async function cloister(
  args: readonly string[],
  handlers: Partial<Handlers>,
  answers: readonly string[] = [PASSPHRASE],
) {
  const core = createFakeCore({ handlers });
  await (await core.unlocked()).call('vault.lock', {});
  const terminal = createFakeTerminal(answers);
  const code = await runCli(args, {
    terminal,
    connect() {
      const client = core.connect('terminal');
      return {
        client,
        close() {
          client.close();
          return core.server.lock().then(() => undefined);
        },
      };
    },
    defaultVault: () => '/default/vault',
    open: () => Promise.resolve(0),
    workbench: () => Promise.reject(new Error('No test asked for the engine')),
    version: '1.2.3',
  });
  return { code, out: terminal.written.join('\n'), notes: terminal.notes.join('\n') };
}

it('preview says until when backups hold the person', async () => {
  const { code, out } = await cloister(['erase', 'preview', REQUEST], {
    'request.previewErasure': preview,
  });
  expect(code).toBe(0);
  expect(out).toContain('2 backups hold this person; the last one ends by 2026-12-01.');
});

it('order asks with what stays, and says who signs next', async () => {
  let asked: unknown;
  const handlers: Partial<Handlers> = {
    'request.previewErasure': preview,
    'order.request'(input) {
      asked = input;
      return ok(order);
    },
  };
  const { code, out } = await cloister(['erase', 'order', REQUEST], handlers, [
    PASSPHRASE,
    'A letter',
    PASSPHRASE,
  ]);
  expect(code).toBe(0);
  expect(asked).toEqual({
    procedure: 'request.erase',
    input: { requestId: REQUEST, keep: KEEP },
    reason: 'A letter',
    passphrase: PASSPHRASE,
  });
  expect(out).toContain(`cloister erase approve ${REQUEST} --as "Marta Brandt"`);
});

it('approve finds the order by its request, and only an open one of an erasure', async () => {
  const approved: unknown[] = [];
  const handlers: Partial<Handlers> = {
    'order.list': () =>
      ok({ items: [{ ...order, orderId: 'ord_00000009', state: 'expired' }, order] }),
    'order.approve'(input) {
      approved.push(input);
      return ok({ ...order, state: 'approved' });
    },
  };
  const answers = [PASSPHRASE, PASSPHRASE];
  expect((await cloister(['erase', 'approve', REQUEST], handlers, answers)).code).toBe(0);
  expect(approved).toEqual([{ orderId: 'ord_00000001', passphrase: PASSPHRASE }]);
  const unknown = await cloister(['erase', 'approve', 'req_00000007'], handlers, answers);
  expect(unknown.code).toBe(3);
  expect(unknown.notes).toContain('ord_00000001');
});

it('run asks for the confirmation and passes on what stays', async () => {
  let ran: unknown;
  const handlers: Partial<Handlers> = {
    'request.previewErasure': preview,
    'request.erase'(input) {
      ran = input;
      return ok(certificate);
    },
  };
  const { code, out } = await cloister(['erase', 'run', REQUEST], handlers, [PASSPHRASE, '4411']);
  expect(code).toBe(0);
  expect(ran).toEqual({ requestId: REQUEST, confirmation: '4411', keep: KEEP });
  expect(out).toContain('collection Radiation: 1 texts until 2056-01-01');
  const mute = await cloister(['erase', 'run', REQUEST], handlers);
  expect(mute.code).toBe(2);
  expect(mute.notes).toContain('--confirm "4411"');
});

it.each([
  [true, 0, 'the certificate holds.'],
  [false, 10, 'THE CERTIFICATE DOES NOT HOLD.'],
])('proof that is intact: %s ends with %i', async (intact, exit, sentence) => {
  let words: unknown;
  const handlers: Partial<Handlers> = {
    'request.certificate': () => ok(certificate),
    'request.verifyErasure'(input) {
      ({ words } = input);
      return ok({
        intact,
        verifiedAt: certificate.completedAt,
        checks: [{ what: 'words', ok: intact, because: 'Looked.' }],
        scan: { bytes: 4096, files: 3, words: 1, forms: 9, hits: intact ? 0 : 1 },
      });
    },
  };
  const args = ['erase', 'proof', REQUEST, '--word', 'Elena Robles'];
  const { code, out } = await cloister(args, handlers);
  expect(words).toEqual(['Elena Robles']);
  expect(code).toBe(exit);
  expect(out).toContain(sentence);
});

it('keep refuses to drop silently what was decided before, and needs a ground of the list', async () => {
  const handlers: Partial<Handlers> = { 'request.previewErasure': preview };
  const again = await cloister(['erase', 'keep', REQUEST, '--consents'], handlers);
  expect(again.code).toBe(2);
  expect(again.notes).toContain('--nothing');
  const open = { 'request.previewErasure': () => ok({ ...preview().value, keep: [] }) };
  const wrong = await cloister(['erase', 'keep', REQUEST, '--consents', '--ground', 'habit'], open);
  expect(wrong.code).toBe(2);
  expect(wrong.notes).toContain('legalObligation');
});
