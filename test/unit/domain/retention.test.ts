import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dateOfDocument,
  deletionOf,
  dueFor,
  RETENTION_STARTS,
  type PurposeLimits,
  type RetentionLimit,
  type RetentionStarts,
} from '../../../shared/domain/retention.ts';

const NOW = '2026-03-10T00:00:00.000Z';
const limit = (days: number, changes: Partial<RetentionLimit> = {}): RetentionLimit => ({
  ...{ ruleId: `rul_${days}`, category: null, days, start: 'import' },
  ...changes,
});
const starts: RetentionStarts = {
  importedAt: '2026-03-01T08:00:00.000Z',
  dateOfDocument: '2026-02-20',
  consentEndedAt: null,
};

describe('the date of a document', () => {
  it.each([
    [{ date: '2026-02-28' }, '2026-02-28'],
    [{ date: '2024-02-29T10:00:00+01:00' }, '2024-02-29'],
    [{ date: '2026-02-30' }, null],
    [{ date: '28.02.2026' }, null],
    [{ date: '' }, null],
    [{}, null],
  ])('%o is %s', (metadata, day) => {
    expect(dateOfDocument(metadata as Record<string, string>)).toBe(day);
  });
});

describe('the end of use for one purpose', () => {
  const due = (limits: readonly RetentionLimit[], changes: Partial<RetentionStarts> = {}) =>
    dueFor(limits, 'health', { ...starts, ...changes }, NOW);

  it('is the earliest of the limits that apply', () => {
    expect(due([limit(30), limit(5), limit(1, { category: 'finance' })])).toEqual({
      ...{ at: '2026-03-06T08:00:00.000Z', limit: limit(5) },
    });
    // Fewer days from a later start may end later.
    const dated = limit(15, { start: 'documentDate' });
    expect(due([limit(8), dated])).toEqual({ at: '2026-03-07T00:00:00.000Z', limit: dated });
  });
  it('is never where nothing limits it or the period has not begun', () => {
    expect(due([])).toEqual({ never: true });
    expect(due([limit(1, { start: 'consentEnd' })])).toEqual({ never: true });
    expect(
      due([limit(1, { start: 'consentEnd' })], { consentEndedAt: '2026-03-04T00:00:00.000Z' }),
    ).toMatchObject({ at: '2026-03-05T00:00:00.000Z' });
  });
  it('is unknown where the start is missing, unless another limit has ended already', () => {
    const dated = limit(3650, { start: 'documentDate' });
    expect(due([dated], { dateOfDocument: null })).toEqual({ unknown: true });
    expect(due([dated, limit(30)], { dateOfDocument: null })).toEqual({ unknown: true });
    expect(due([dated, limit(2)], { dateOfDocument: null })).toMatchObject({ limit: limit(2) });
  });
});

describe('the day of deletion', () => {
  const purpose = (purposeId: string, ...limits: RetentionLimit[]): PurposeLimits => ({
    ...{ purposeId, isActive: true, limits },
  });
  const at = (serving: readonly PurposeLimits[], every: readonly RetentionLimit[] = []) =>
    deletionOf(serving, every, 'health', () => starts, NOW);

  it('waits for the last purpose that needs the document', () => {
    expect(at([purpose('a', limit(5)), purpose('b', limit(40))])).toMatchObject({
      ...{ at: '2026-04-10T08:00:00.000Z', purposeId: 'b', limit: limit(40) },
    });
    expect(at([purpose('a', limit(5)), purpose('b')])).toEqual({ never: true });
  });
  it('comes by a limit for every purpose, whatever the purposes allow', () => {
    expect(at([purpose('a', limit(40)), purpose('b')], [limit(7)])).toMatchObject({
      ...{ at: '2026-03-08T08:00:00.000Z', limit: limit(7) },
    });
    expect(at([], [limit(7)])).toMatchObject({ purposeId: null });
    expect(at([])).toEqual({ never: true });
  });
  it('does not wait for a retired purpose, and does not fall to the day of retiring the last one', () => {
    const retired = { ...purpose('b', limit(40)), isActive: false };
    expect(at([purpose('a', limit(5)), retired])).toMatchObject({ purposeId: 'a' });
    expect(at([retired])).toMatchObject({ at: '2026-04-10T08:00:00.000Z' });
    expect(at([{ ...purpose('c'), isActive: false }])).toEqual({ never: true });
  });
  it('is unknown where one purpose is, and nobody deletes on a guess', () => {
    const undated = deletionOf(
      [purpose('a', limit(1)), purpose('b', limit(1, { start: 'documentDate' }))],
      [],
      'health',
      () => ({ ...starts, dateOfDocument: null }),
      NOW,
    );
    expect(undated).toEqual({ unknown: true });
  });

  it('never comes before the end of use for any active purpose', () => {
    const limits = fc.array(
      fc.record({
        ruleId: fc.constant('rul_1'),
        category: fc.constantFrom(null, 'health' as const, 'finance' as const),
        days: fc.integer({ min: 1, max: 20 }),
        start: fc.constantFrom(...RETENTION_STARTS),
      }),
      { maxLength: 3 },
    );
    const purposes = fc.array(
      fc.record({ purposeId: fc.constantFrom('a', 'b'), isActive: fc.boolean(), limits }),
      { maxLength: 3 },
    );
    const day = fc.constantFrom(null, '2026-02-20', '2026-03-09');
    fc.assert(
      fc.property(purposes, limits, day, day, (serving, every, date, ended) => {
        const from: RetentionStarts = {
          ...{ importedAt: starts.importedAt, dateOfDocument: date },
          consentEndedAt: ended === null ? null : `${ended}T00:00:00.000Z`,
        };
        const deletion = deletionOf(serving, every, 'health', () => from, NOW);
        if (!('at' in deletion)) return;
        for (const { isActive, limits: own } of serving) {
          if (!isActive) continue;
          const due = dueFor([...own, ...every], 'health', from, NOW);
          expect('at' in due && due.at <= deletion.at).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
