// The rights of a person over the wire, with every room registered as in the product: corrected, copied without
// others, erased in part under two signatures, proven, and looked at again by an auditor.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { InputOf, OutputOf, ProcedureName } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createWireHouse, PASSPHRASE, type WireHouse } from './house.ts';

const SECOND = 'passphrase of the second';
const NOTE = [
  'NHC: 4711093',
  'Paciente: Elena Robles Sanz',
  'Born 1961 in Bern. Her brother Hans Gruber called from the harbor at four.',
].join('\n');
const RECORD = 'NHC: 4711093\nReceived 2.4 Gray to the left hip on three days.';

let house: WireHouse;
beforeEach(async () => {
  house = await createWireHouse();
  for (const [name, text] of [
    ['Notes', NOTE],
    ['Radiation', RECORD],
  ] as const) {
    mkdirSync(join(house.root, name));
    writeFileSync(join(house.root, name, `${name.toLowerCase()}-1.txt`), text);
    unwrap(
      await house.fromTerminal('corpus.import', {
        source: { kind: 'path', path: join(house.root, name) },
        collection: { name },
        subjects: { by: 'pattern', pattern: String.raw`NHC: (\d+)`, scheme: 'nhc' },
      }),
    );
  }
});
afterEach(() => house.dispose());

const call = async <N extends ProcedureName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> =>
  unwrap(await house.call(name, input));
const open = async (kind: InputOf<'request.open'>['kind']): Promise<string> =>
  (await call('request.open', { kind, subject: { key: '4711093' } })).requestId;
const leaf = async (action: string) => (await call('audit.list', { action, limit: 1 })).items[0];

it('corrects, with a letter that says what it reached', { timeout: 60_000 }, async () => {
  const requestId = await open('rectification');
  const { items } = await call('request.holdings', { requestId });
  const { documentId } = items.find(({ collection }) => collection === 'Notes') ?? items[0]!;
  const { text } = await call('request.readText', { requestId, documentId });
  const start = text.indexOf('1961');
  const passage = { kind: 'passage' as const, documentId, start, end: start + 4, expected: '1961' };
  const corrections = [{ ...passage, replacement: '1962' }];
  expect(await call('request.previewRectification', { requestId, corrections })).toMatchObject({
    corrections: [{ problem: null }],
  });
  const done = await call('request.rectify', {
    requestId,
    corrections,
    reason: 'The passport was seen.',
  });
  expect(done.request.outcome).toBe('rectified');
  const letter = await call('report.read', {
    reportId: done.reportId,
    file: 'letter-rectification.html',
  });
  expect(letter.content).toContain('1962');
  expect(letter.content).not.toContain('1961');
  expect((await call('request.versions', { requestId })).items).toMatchObject([
    { before: '1961', after: '1962', by: 'Ana' },
  ]);
  expect(await leaf('request.rectify')).toMatchObject({
    object: requestId,
    counts: { corrections: 1, setAside: 0 },
  });
});

it(
  'leaves others out of the pack, and the leaf counts them by kind',
  { timeout: 60_000 },
  async () => {
    const requestId = await open('access');
    const page = await call('request.redactions', { requestId });
    const words = page.items.flatMap(({ text, redactions }) =>
      redactions.map(({ start, end }) => text.slice(start, end)),
    );
    expect(words).toEqual(['Hans Gruber']);
    const pack = await call('request.access', { requestId });
    expect(pack.redacted).toBe(1);
    const { content } = await call('report.read', {
      reportId: pack.reportId,
      file: 'access-pack.html',
    });
    expect(content).toContain('[withheld: name]');
    expect(content).not.toContain('Gruber');
    expect((await leaf('request.access'))?.counts).toMatchObject({
      redacted: 1,
      'withheld.third.name': 1,
    });
  },
);

it(
  'erases in part what two people signed, and proves it to an auditor',
  { timeout: 120_000 },
  async () => {
    await call('user.add', {
      name: 'Marta',
      roles: ['administrator', 'auditor'],
      passphrase: SECOND,
    });
    const requestId = await open('erasure');
    const { collections } = await call('request.previewErasure', { requestId });
    const collectionId = collections.find(({ name }) => name === 'Radiation')?.collectionId ?? '';
    await call('request.decideKept', {
      requestId,
      parts: [
        {
          scope: { of: 'collection', collectionId },
          ground: 'statute',
          text: 'Radiation is documented for thirty years.',
          until: '2056-01-01',
        },
      ],
    });
    const { keep, confirmation } = await call('request.previewErasure', { requestId });
    const order = { requestId, confirmation, keep };
    expect(await house.call('request.erase', order)).toMatchObject({
      error: { code: 'ORDER_NEEDED' },
    });
    const { orderId, facts } = await call('order.request', {
      procedure: 'request.erase',
      input: { requestId, keep },
      reason: 'Letter of 20 November',
      passphrase: PASSPHRASE,
    });
    // Both sign what stays; neither signs, or stores, the record number.
    expect(facts).toEqual({ requestId, keep });
    const { items: staff } = await call('user.list', {});
    const marta = staff.find(({ name }) => name === 'Marta')?.userId ?? '';
    await call('order.approve', { orderId, userId: marta, passphrase: SECOND });
    // The signature is for this and for no more and no less than this.
    expect(await house.call('request.erase', { ...order, keep: [] })).toMatchObject({
      error: { code: 'ORDER_NEEDED' },
    });

    const certificate = await call('request.erase', order);
    expect(certificate).toMatchObject({
      outcome: 'partlyErased',
      keptData: [{ documents: 1, approvedBy: marta, until: '2056-01-01' }],
    });
    expect((await call('request.kept', {})).items).toMatchObject([
      { subjectKey: '4711093', collection: 'Radiation', approvedBy: 'Marta', due: false },
    ]);
    const letter = (await call('report.list', {})).items.find(({ kind }) => kind === 'letter');
    const { content } = await call('report.read', {
      reportId: letter?.reportId ?? '',
      file: 'letter-kept.html',
    });
    expect(content).toContain('Radiation is documented for thirty years.');
    expect(content).toContain('Article 17(3)(b)');

    const proof = await call('request.verifyErasure', {
      requestId,
      words: ['Hans Gruber', 'harbor at four'],
    });
    expect(proof).toMatchObject({ intact: true, scan: { words: 2, hits: 0 } });
    const found = await call('request.verifyErasure', {
      requestId,
      words: ['2.4 Gray to the left'],
    });
    expect(found.intact).toBe(false);
    expect(found.checks.filter(({ ok }) => !ok).map(({ what }) => what)).toEqual(['words']);
    // The words that were typed stand in no job, no leaf, no row.
    expect(
      (await call('request.verifyErasure', { requestId, words: ['Hans Gruber'] })).scan.hits,
    ).toBe(0);
  },
);
