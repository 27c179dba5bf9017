// Other people in the copies for a person: proposed by the recognizers, looked at and decided by a steward,
// left out where nobody decided, and told about without being told.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unwrap } from '../../../shared/kernel/result.ts';
import { corpusFollower } from '../../../main/corpus/index.ts';
import { peopleFinder } from '../../../main/deid/index.ts';
import { accessPackFiles, portabilityFiles } from '../../../main/reports/index.ts';
import {
  createHouse,
  declare,
  give,
  person,
  putDocument,
  TESTER,
  type House,
} from '../../unit/governance/house.ts';

const TEXT = [
  'Paciente: Elena Robles Sanz',
  'NHC: 4711093',
  'Contact: her brother Hans Gruber, phone 0049 171 5550123.',
  'Seen by Dr. Martin Kessler. Kessler advised rest.',
  'Elena Robles lives with her son Tobias.',
].join('\n');

let house: House;
let subjectId: string;
let documentId: string;
let rowid: number;
beforeEach(async () => {
  house = await createHouse();
  house.governance.redactions.findWith(peopleFinder);
  house.governance.follow(corpusFollower(house));
  const { purposeId } = declare(house);
  subjectId = person(house, '4711093');
  give(house, purposeId, [subjectId]);
  ({ id: documentId, rowid } = putDocument(house, { name: 'note', text: TEXT, subjectId }));
  const start = TEXT.indexOf('rest');
  house.store.db.run(
    "INSERT INTO source_span (document_rowid, ordinal, start, end, label, annotator) VALUES (?, 0, ?, ?, 'ADVICE', 'gold')",
    [rowid, start, start + 4],
  );
  house.store.db.run('UPDATE document SET metadata = ? WHERE rowid = ?', [
    JSON.stringify({ author: 'Dr. Martin Kessler', patient: 'Elena Robles Sanz' }),
    rowid,
  ]);
});
afterEach(() => house.dispose());

const request = (kind: 'access' | 'portability' = 'access'): string =>
  unwrap(house.governance.requests.open(TESTER, { kind, subject: { subjectId } })).requestId;
const listed = (requestId: string) =>
  unwrap(house.governance.redactions.list(TESTER, requestId, { cursor: null, limit: 5 }));
const proposals = (requestId: string) =>
  (listed(requestId).items[0]?.redactions ?? []).map(({ start, end, who, decision }) => [
    TEXT.slice(start, end),
    who,
    decision,
  ]);
const collected = (requestId: string, kind?: 'portability') =>
  unwrap(house.governance.access.collect(TESTER, requestId, undefined, kind));
const decide = (
  requestId: string,
  input: Omit<
    Parameters<House['governance']['redactions']['decide']>[1],
    'requestId' | 'decisions'
  > & {
    readonly words?: readonly (readonly [string, 'redact' | 'keep'])[];
  },
) => {
  const { words = [], ...rest } = input;
  return house.governance.redactions.decide(TESTER, {
    requestId,
    ...rest,
    decisions: words.map(([text, decision]) => {
      const start = TEXT.indexOf(text);
      return { documentId, start, end: start + text.length, decision };
    }),
  });
};

describe('proposals', () => {
  it('are about others: relatives, their numbers, staff; never about the person', () => {
    const requestId = request();
    expect(proposals(requestId)).toEqual([
      ['Hans Gruber', 'third', 'redact'],
      ['0049 171 5550123', 'third', 'redact'],
      ['Martin Kessler', 'staff', 'redact'],
      ['Kessler', 'staff', 'redact'],
      ['Tobias', 'third', 'redact'],
    ]);
    expect(listed(requestId)).toMatchObject({
      staff: 'redact',
      total: 1,
      own: [
        { value: '4711093', from: 'identifier', confirmed: true },
        { value: 'Elena Robles Sanz', from: 'header', confirmed: false },
      ],
    });
    expect(
      house.store.db.get(
        "SELECT count(*) AS n FROM gate_decision WHERE purpose_id = ? AND operation = 'redaction'",
        [requestId],
      ),
    ).toEqual({ n: 2 });
  });

  it('follow what the steward says of staff, of single passages, and of names that are the person’s own', () => {
    const requestId = request();
    expect(unwrap(decide(requestId, { staff: 'keep', words: [['Tobias', 'keep']] }))).toEqual({
      decided: 1,
      redact: 2,
      keep: 3,
    });
    expect(proposals(requestId).map(([, , decision]) => decision)).toEqual([
      'redact',
      'redact',
      'keep',
      'keep',
      'keep',
    ]);
    // A confirmed list replaces what the headers say.
    unwrap(decide(requestId, { ownNames: ['Tobias Robles'] }));
    const left = proposals(requestId).map(([text]) => text);
    expect(left).toContain('Elena Robles Sanz');
    expect(left).not.toContain('Tobias');
    expect(listed(requestId).own).toContainEqual({
      value: 'Tobias Robles',
      from: 'confirmed',
      confirmed: true,
    });
  });

  it('take what a person marks by hand, and refuse a cut or a text of somebody else', () => {
    const requestId = request();
    unwrap(decide(requestId, { words: [['her brother', 'redact']] }));
    expect(proposals(requestId)[0]).toEqual(['her brother', 'third', 'redact']);
    const wrong = { documentId, start: 0, end: TEXT.length + 1, decision: 'redact' as const };
    const { redactions } = house.governance;
    expect(redactions.decide(TESTER, { requestId, decisions: [wrong] })).toMatchObject({
      error: { code: 'SPAN_INVALID' },
    });
    expect(
      redactions.decide(TESTER, {
        requestId,
        decisions: [{ ...wrong, documentId: 'doc_00000000' }],
      }),
    ).toMatchObject({ error: { code: 'NOT_FOUND' } });
    const erasure = unwrap(
      house.governance.requests.open(TESTER, { kind: 'erasure', subject: { subjectId } }),
    ).requestId;
    expect(redactions.decide(TESTER, { requestId: erasure, decisions: [] })).toMatchObject({
      error: { code: 'CONFLICT' },
    });
  });

  it('lapse when the text they were made about is corrected', () => {
    const requestId = request();
    unwrap(decide(requestId, { words: [['Tobias', 'keep']] }));
    house.governance.texts.replace(rowid, `${TEXT} `);
    house.store.db.run('UPDATE document SET sha256 = ? WHERE rowid = ?', ['b'.repeat(64), rowid]);
    expect(proposals(requestId).at(-1)).toEqual(['Tobias', 'third', 'redact']);
  });
});

describe('a copy', () => {
  const OTHERS = ['Hans', 'Gruber', '5550123', 'Kessler', 'Tobias'];

  it('says where something is missing and why, and nothing of what it was', () => {
    const requestId = request();
    const data = collected(requestId);
    const [document] = data.documents;
    expect(document?.text).toBe(
      [
        'Paciente: Elena Robles Sanz',
        'NHC: 4711093',
        'Contact: her brother [withheld: name], phone [withheld: phone].',
        'Seen by Dr. [withheld: name]. [withheld: name] advised rest.',
        'Elena Robles lives with her son [withheld: name].',
      ].join('\n'),
    );
    // Neither a hash nor a length to try words against.
    expect(document?.sha256).toBe(
      createHash('sha256')
        .update(document?.text ?? '')
        .digest('hex'),
    );
    expect(document?.labels).toMatchObject([{ label: 'ADVICE', text: 'rest' }]);
    expect(document?.metadata).toEqual({
      author: 'Dr. [withheld: name]',
      patient: 'Elena Robles Sanz',
    });
    const labels = data.parts.find(({ what }) => what === 'importedLabels')?.rows[0] ?? [];
    expect(document?.text.slice(Number(labels[1]), Number(labels[2]))).toBe('rest');
    expect(data.redaction).toMatchObject({ kept: 0, undecided: 7 });
    expect(data.redaction.kinds).toContainEqual({ label: 'PHONE', who: 'third', count: 1 });

    for (const { name, content } of accessPackFiles(data)) {
      for (const other of OTHERS) expect(content, `${other} in ${name}`).not.toContain(other);
      expect(content).toContain('15(4)');
    }
  });

  it('for portability leaves the same out', () => {
    const requestId = request('portability');
    const files = portabilityFiles(collected(requestId, 'portability'));
    for (const { name, content } of files) {
      const plain = name.endsWith('fhir.json')
        ? content.replace(/"data": "([^"]+)"/g, (_, data: string) =>
            Buffer.from(data, 'base64').toString(),
          )
        : content;
      expect(plain).toContain('Elena Robles');
      for (const other of OTHERS) expect(plain, `${other} in ${name}`).not.toContain(other);
    }
  });

  it('gives what was kept', () => {
    const requestId = request();
    unwrap(decide(requestId, { staff: 'keep', words: [['Tobias', 'keep']] }));
    const data = collected(requestId);
    expect(data.documents[0]?.text).toContain('Seen by Dr. Martin Kessler. Kessler advised rest.');
    expect(data.documents[0]?.text).toContain('her son Tobias.');
    expect(data.documents[0]?.withheld).toBe(2);
    expect(data.redaction.kept).toBeGreaterThan(2);
  });

  it('goes unchanged where nothing is about others', () => {
    house.governance.texts.replace(rowid, 'NHC: 4711093. Well.');
    house.store.db.run("UPDATE document SET metadata = '{}' WHERE rowid = ?", [rowid]);
    const { documents, redaction } = collected(request());
    expect(documents[0]).toMatchObject({ text: 'NHC: 4711093. Well.', withheld: 0 });
    expect(redaction.redacted).toBe(0);
  });
});
