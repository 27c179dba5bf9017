import { describe, expect, it } from 'vitest';
import {
  breachAt,
  breachGaps,
  hoursLeft,
  type BreachAssessment,
  type BreachEvent,
} from '../../../shared/domain/breaches.ts';

const BY = 'usr_1';
// A Friday before the clocks go forward: neither the weekend nor the change moves the 72 hours.
const AWARE = '2026-03-27T16:30:00.000Z';
const opened: BreachEvent = {
  type: 'opened',
  at: '2026-03-27T17:00:00.000Z',
  by: BY,
  body: { title: 'Stick lost', awareAt: AWARE, nature: 'A stick was lost.' },
};
const assessment: BreachAssessment = {
  kinds: ['confidentiality'],
  nature: 'A stick with notes was lost.',
  categories: ['health'],
  subjectCategories: 'In-patients',
  people: 38,
  records: 40,
  scope: { collectionId: null, purposeId: null, exitId: null, modelId: null, from: null, to: null },
  effects: 'Somebody may read it.',
  measures: 'Asked for it back.',
  dataState: 'readable',
  keyStatement: 'Not encrypted.',
};
const at = (hour: number): string => new Date(Date.parse(AWARE) + hour * 3_600_000).toISOString();
const assessed: BreachEvent = { type: 'assessed', at: at(3), by: BY, body: assessment };
const decided = (authority: boolean, subjects: boolean): BreachEvent => ({
  type: 'decided',
  at: at(4),
  by: BY,
  body: {
    authority: { needed: authority, ground: 'Because.' },
    subjects: { needed: subjects, ground: 'Because.' },
  },
});
const told = (to: 'authority' | 'subjects', hour: number, delayReason = ''): BreachEvent => ({
  type: 'notified',
  at: at(hour),
  by: BY,
  body: { to, told: at(hour), reference: 'Ref', delayReason },
});

describe('a breach', () => {
  it('is due 72 hours after awareness, whatever day that is', () => {
    expect(breachAt([opened]).dueAt).toBe('2026-03-30T16:30:00.000Z');
    expect(hoursLeft(breachAt([opened]), at(70))).toBe(2);
    expect(hoursLeft(breachAt([opened]), at(75))).toBe(-3);
  });

  it('stops its clock when the authority was told, need not be, or the record is closed', () => {
    const now = at(10);
    expect(hoursLeft(breachAt([opened, told('authority', 9)]), now)).toBeNull();
    expect(hoursLeft(breachAt([opened, decided(false, true)]), now)).toBeNull();
    expect(hoursLeft(breachAt([opened, decided(true, true)]), now)).toBe(62);
    const closed: BreachEvent = { type: 'closed', at: now, by: BY, body: { conclusion: 'Found.' } };
    expect(hoursLeft(breachAt([opened, closed]), now)).toBeNull();
  });

  it('says what it lacks until nothing is missing', () => {
    expect(breachGaps(breachAt([opened]))).toEqual([
      ...['kinds', 'categories', 'numbers', 'effects', 'measures', 'dataState', 'decision'],
    ]);
    expect(breachGaps(breachAt([opened, assessed]))).toEqual(['decision']);
    expect(breachGaps(breachAt([opened, assessed, decided(true, true)]))).toEqual([
      ...['authority', 'subjects'],
    ]);
    const all = [opened, assessed, decided(true, true), told('authority', 9), told('subjects', 20)];
    expect(breachGaps(breachAt(all))).toEqual([]);
    expect(breachAt(all).state).toBe('notified');
  });

  it('asks for the reasons when the authority was told late', () => {
    const late = [opened, assessed, decided(true, false), told('authority', 80)];
    expect(breachGaps(breachAt(late))).toEqual(['delay']);
    const explained = [opened, assessed, decided(true, false), told('authority', 80, 'Ill.')];
    expect(breachGaps(breachAt(explained))).toEqual([]);
  });

  it('goes on from what was assessed last', () => {
    const again: BreachEvent = {
      type: 'assessed',
      at: at(5),
      by: BY,
      body: { ...assessment, people: 41 },
    };
    expect(breachAt([opened, assessed, again]).people).toBe(41);
    expect(breachAt([opened, assessed]).people).toBe(38);
  });
});
