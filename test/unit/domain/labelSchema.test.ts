import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLabelSchema, schemaFromIds } from '../../../shared/domain/labelSchema.ts';
import type { Label } from '../../../shared/domain/labelSchema.ts';

const label = (change: Partial<Label> = {}): Label => ({
  id: 'NAME',
  name: 'Name',
  key: '1',
  color: 0,
  pattern: 'solid',
  guideline: '',
  ...change,
});
const kinds = (...labels: Label[]): string[] => checkLabelSchema({ labels }).map((p) => p.kind);

describe('label schema', () => {
  it('made from ids is sound, and every label looks different', () => {
    const id = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/).filter((text) => text !== 'O');
    fc.assert(
      fc.property(fc.uniqueArray(id, { minLength: 1, maxLength: 48 }), (ids) => {
        const schema = schemaFromIds(ids);
        const unlikely = checkLabelSchema(schema).filter((p) => p.kind !== 'duplicateName');
        expect(unlikely).toEqual([]);
        expect(schema.labels.map((l) => l.id)).toEqual(ids);
      }),
    );
  });

  it('reads a shouting id as a name', () => {
    expect(schemaFromIds(['RECORD_NUMBER', 'calle']).labels.map((l) => l.name)).toEqual([
      'Record number',
      'calle',
    ]);
  });

  it.each([
    [[label({ id: 'O' })], ['badId']],
    [[label({ id: 'first\tname' })], ['badId']],
    [[label(), label({ name: 'B', key: '2', color: 1 })], ['duplicateId']],
    [[label(), label({ id: 'B', key: '2', color: 1 })], ['duplicateName']],
    [[label(), label({ id: 'B', name: 'B', color: 1 })], ['duplicateKey']],
    [[label(), label({ id: 'B', name: 'B', key: null })], ['looksAlike']],
    [[label({ name: ' ' })], ['badName']],
    [[label({ color: 12 })], ['badColor']],
    [[label({ key: '0' })], ['badKey']],
    [[label({ key: 'J' })], ['badKey']],
    [[label({ pattern: 'dashed' as never })], ['badPattern']],
    [[], ['noLabels']],
  ])('%# names what is wrong', (labels, expected) => {
    expect(kinds(...labels)).toEqual(expected);
  });

  it('takes labels in any script', () => {
    expect(kinds(label({ id: '病案号', name: '病案号' }))).toEqual([]);
  });
});
