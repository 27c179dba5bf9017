import { describe, expect, it } from 'vitest';
import {
  decodeLeaf,
  encodeLeaf,
  subjectRef,
  commitment,
} from '../../../../main/governance/audit/leaf.ts';

const body = {
  v: 1,
  seq: 4,
  at: '2026-11-23T09:00:00.000Z',
  ticks: 12,
  app: '0.1.0',
  action: 'consent.withdraw',
  actor: 'usr_01JD9ZK3V7Q2N8X4M6T5R0W1YA',
  roles: ['steward'],
  object: { type: 'subject', id: 'sub_01JD9ZK3V7Q2N8X4M6T5R0W1YB' },
  subjectRef: 'ab'.repeat(32),
  purpose: 'pur_01JD9ZK3V7Q2N8X4M6T5R0W1YC',
  counts: { documents: 3 },
  commitments: { evidence: 'cd'.repeat(32) },
} as const;

describe('leaf', () => {
  it('is canonical JSON, the same for the same facts in any order', () => {
    const bytes = encodeLeaf(body);
    expect(decodeLeaf(bytes)).toEqual(body);
    const reversed = Object.fromEntries(Object.entries(body).reverse()) as typeof body;
    expect(encodeLeaf(reversed)).toEqual(bytes);
  });

  it.each([
    ['a name as actor', { actor: 'Dr. Ana Ruiz' }],
    ['a record number as object', { object: { type: 'subject', id: '4839201' } }],
    ['a file name as object', { object: { type: 'file', id: 'maria_lopez.txt' } }],
    ['a sentence as action', { action: 'Patient withdrew' }],
    ['a text as count', { counts: { note: 'high fever' as unknown as number } }],
    ['a name as a count’s key', { counts: { 'Maria Lopez': 1 } }],
    ['a text as commitment', { commitments: { evidence: 'the signed form' } }],
    ['a record number as pseudonym', { subjectRef: '4839201' }],
    ['free text as purpose', { purpose: 'research on Maria' }],
  ])('has no room for %s', (_name, change) => {
    expect(() => encodeLeaf({ ...body, ...change })).toThrow(TypeError);
  });

  it('drops what its type does not know', () => {
    const smuggled = { ...body, note: 'Maria Lopez, 54 years' };
    expect(encodeLeaf(smuggled).toString('utf8')).not.toContain('Maria');
    const object = { ...body.object, name: 'Maria Lopez' };
    expect(encodeLeaf({ ...body, object }).toString('utf8')).not.toContain('Maria');
  });

  it('names a subject by a keyed pseudonym: another key or another log gives another one', () => {
    const key = Buffer.alloc(32, 1);
    const ref = subjectRef(key, 'cloister/vlt_1');
    expect(ref).toMatch(/^[0-9a-f]{64}$/);
    expect(subjectRef(key, 'cloister/vlt_2')).not.toBe(ref);
    expect(subjectRef(Buffer.alloc(32, 2), 'cloister/vlt_1')).not.toBe(ref);
    expect(commitment(Buffer.alloc(32), Buffer.from('a'))).not.toBe(
      commitment(Buffer.alloc(32, 1), Buffer.from('a')),
    );
  });
});
