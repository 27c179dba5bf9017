import { describe, expect, it } from 'vitest';
import type { ConsentStatus } from '../../../shared/domain/consent.ts';
import {
  ancestorsOf,
  checkChild,
  consentAlong,
  inTreeOrder,
  MOST_DEPTH,
  type PurposeBounds,
} from '../../../shared/domain/purposeTree.ts';

const node = (purposeId: string, parentId: string | null) => ({ purposeId, parentId });

describe('the tree of purposes', () => {
  const nodes = [node('a', null), node('b', 'a'), node('x', null), node('c', 'b'), node('d', 'a')];
  const byId = (id: string) => nodes.find(({ purposeId }) => purposeId === id);

  it('names what lies above, nearest first', () => {
    expect(ancestorsOf(node('c', 'b'), byId)?.map(({ purposeId }) => purposeId)).toEqual([
      ...['b', 'a'],
    ]);
    expect(ancestorsOf(node('a', null), byId)).toEqual([]);
  });

  it('rests nothing on a way that does not end at a root', () => {
    expect(ancestorsOf(node('q', 'nowhere'), byId)).toBeNull();
    const circle = [node('p', 'q'), node('q', 'p')];
    const inCircle = (id: string) => circle.find(({ purposeId }) => purposeId === id);
    expect(ancestorsOf(node('p', 'q'), inCircle)).toBeNull();
    // A circle that the question itself is no part of.
    expect(ancestorsOf(node('r', 'p'), inCircle)).toBeNull();
    const chain = Array.from({ length: MOST_DEPTH + 3 }, (_, level) =>
      node(String(level), level === 0 ? null : String(level - 1)),
    );
    const inChain = (id: string) => chain.find(({ purposeId }) => purposeId === id);
    expect(ancestorsOf(chain[MOST_DEPTH]!, inChain)).toHaveLength(MOST_DEPTH);
    expect(ancestorsOf(chain[MOST_DEPTH + 2]!, inChain)).toBeNull();
  });

  it('stands in order with each part below its whole, and loses nobody whose whole is not shown', () => {
    expect(inTreeOrder(nodes).map(({ purposeId }) => purposeId)).toEqual([
      ...['a', 'b', 'c', 'd', 'x'],
    ]);
    expect(inTreeOrder([node('c', 'b'), node('x', null)])).toHaveLength(2);
  });
});

describe('a part of a purpose', () => {
  const parent: PurposeBounds = {
    operations: ['read', 'train'],
    categories: ['health'],
    basis: { article6: '6(1)(a)', article9: '9(2)(a)', piplSeparateConsent: false },
    retentionDays: 365,
  };
  it.each<readonly [Partial<PurposeBounds>, readonly string[]]>([
    [{}, []],
    [{ operations: ['read'], retentionDays: 30 }, []],
    [{ operations: ['read', 'export'] }, ['operationsBroader']],
    [{ categories: ['health', 'finance'] }, ['categoriesBroader']],
    [{ retentionDays: 366 }, ['retentionLonger']],
    [{ retentionDays: null }, ['retentionLonger']],
    [
      { basis: { article6: '6(1)(e)', article9: '9(2)(j)', piplSeparateConsent: false } },
      ['consentAvoided'],
    ],
  ])('%o: %o', (change, problems) => {
    expect(checkChild({ ...parent, ...change }, parent)).toEqual(problems);
  });
  it('may ask for consent where the whole does not', () => {
    const basis = { article6: '6(1)(e)', article9: '9(2)(j)', piplSeparateConsent: false } as const;
    expect(checkChild(parent, { ...parent, basis })).toEqual([]);
  });
});

describe('consent along the tree', () => {
  const on = (day: number): string => `2026-03-${String(day).padStart(2, '0')}T00:00:00.000Z`;
  const said = (
    state: ConsentStatus['state'],
    day: number,
    declaredOn = 1,
  ): { declaredAt: string; status: ConsentStatus } => ({
    declaredAt: on(declaredOn),
    status:
      state === 'never'
        ? { state, since: null, decision: null }
        : {
            state,
            since: state === 'lapsed' ? null : on(day),
            decision: {
              ...{ type: state === 'refused' || state === 'withdrawn' ? state : 'given' },
              ...{ at: on(day), noticeVersion: '1', expiresAt: null },
              ...{ byGuardian: false, separate: true, conditional: false, confirmedAt: null },
            },
          },
  });
  const silent = (declaredOn = 1) => said('never', 0, declaredOn);
  const state = (...way: ReturnType<typeof said>[]) => consentAlong(way).state;

  it('covers a part that was there when the person agreed to the whole', () => {
    expect(state(silent(), said('given', 5))).toBe('given');
    expect(state(silent(), silent(), said('given', 5))).toBe('given');
    expect(state(silent(5), said('given', 5))).toBe('given');
  });
  it('does not cover a part declared afterwards: no notice could name it', () => {
    expect(state(silent(6), said('given', 5))).toBe('never');
    // The part in between is new, so the one below it was not a part of what was agreed to either.
    expect(state(silent(1), silent(6), said('given', 5))).toBe('never');
  });
  it('never goes upwards', () => {
    expect(state(said('never', 0))).toBe('never');
    expect(state(silent(), said('refused', 3))).toBe('refused');
  });
  it('lets a no to the part stand against a later yes to the whole', () => {
    expect(state(said('refused', 3), said('given', 5))).toBe('refused');
    expect(state(said('withdrawn', 3), said('given', 5))).toBe('withdrawn');
    expect(state(said('expired', 3), said('given', 5))).toBe('expired');
    expect(state(said('lapsed', 3), said('given', 5))).toBe('lapsed');
  });
  it('ends a yes to the part with a later no to the whole, and begins it with a later yes', () => {
    expect(consentAlong([said('given', 3), said('withdrawn', 5)])).toEqual({
      ...{ state: 'withdrawn', endedAt: on(5) },
    });
    expect(state(said('given', 3), silent(), said('refused', 5))).toBe('refused');
    expect(state(said('given', 7), said('withdrawn', 5))).toBe('given');
    expect(state(said('given', 3), said('expired', 5))).toBe('given');
  });
  it('says when consent ended, and that a lapsed one has no day', () => {
    expect(consentAlong([silent(), said('expired', 4)]).endedAt).toBe(on(4));
    expect(consentAlong([said('lapsed', 4)]).endedAt).toBeNull();
    expect(consentAlong([said('given', 4)]).endedAt).toBeNull();
  });
});
