// How long backups hold an erased person: by the schedule where it removes them, else nobody can say.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createBackupRepository } from '../../../../main/governance/backups/backupRepository.ts';
import { backupsHolding } from '../../../../main/governance/erasure/erasureBackups.ts';
import { createHouse, TESTER, type House } from '../house.ts';

let house: House;
beforeEach(async () => {
  house = await createHouse();
});
afterEach(() => house.dispose());

const NOW = '2026-11-23T09:00:00.000Z';
const repository = () => createBackupRepository(house.store);
const add = (number: number, madeAt: string, scheduled = true): void =>
  repository().add(
    {
      backupId: `bak_${number}`,
      ...{ madeAt, scheduled, folder: `/b/${number}`, bytes: 1, logSize: 1, generation: 1 },
      ...{ verifiedAt: madeAt, drilledAt: undefined, removedAt: undefined },
    },
    TESTER.userId,
  );
const policy = (intervalHours: number, keep: number): void =>
  repository().setPolicy({ folder: '/b', intervalHours, keep, changedAt: NOW }, TESTER.userId);
const holding = (now = NOW) => backupsHolding(house.store, Date.parse(now));

it('none, where none was made', () => {
  policy(24, 7);
  expect(holding()).toEqual({ count: 0, newestAt: null, endsOn: null });
});

it('the newest goes when as many newer ones are there as the schedule leaves', () => {
  policy(24, 7);
  for (const day of [20, 21, 22]) add(day, `2026-11-${day}T21:00:00.000Z`);
  // The seventh newer one is made on 29 November at 21:00.
  expect(holding()).toEqual({
    count: 3,
    newestAt: '2026-11-22T21:00:00.000Z',
    endsOn: '2026-11-29',
  });
});

it('an overdue schedule counts from now, never from a day that has passed', () => {
  policy(24, 2);
  add(1, '2026-10-01T09:00:00.000Z');
  expect(holding().endsOn).toBe('2026-11-24');
});

it('no day can be named where one was asked for by hand, or nothing is scheduled', () => {
  add(1, '2026-11-20T09:00:00.000Z');
  expect(holding()).toMatchObject({ count: 1, endsOn: null });
  policy(24, 7);
  add(2, '2026-11-21T09:00:00.000Z', false);
  expect(holding()).toMatchObject({ count: 2, endsOn: null });
  repository().removed('bak_2', NOW);
  expect(holding().endsOn).toBe('2026-11-29');
});
