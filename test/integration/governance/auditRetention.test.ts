import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { createAuditRetention, verifyExport } from '../../../main/governance/index.ts';
import { classOf, rangesOf } from '../../../main/governance/audit/retention.ts';
import { createHouse, TESTER, type House } from '../../unit/governance/house.ts';

const DAY_MS = 86_400_000;
const BY = { actor: TESTER.userId, roles: TESTER.roles };
let house: House;
beforeEach(async () => {
  house = await createHouse();
});
afterEach(() => house.dispose());

const append = (action: string): void =>
  void house.audit.append({ action, actor: TESTER.userId, roles: TESTER.roles });
const exported = (): Promise<Awaited<ReturnType<typeof verifyExport>>> =>
  verifyExport([Buffer.from([...house.audit.exportFile().lines].join(''), 'ascii')]);

describe('the retention of the log', () => {
  it('empties what is old by its class, and everything still verifies', async () => {
    const retention = createAuditRetention(house);
    for (let i = 0; i < 40; i++)
      append(['document.read', 'label.apply', 'consent.withdraw'][i % 3]!);
    const before = house.audit.sign();
    house.clock.advance(400 * DAY_MS);
    append('document.read');
    expect(retention.preview()).toEqual([
      { class: 'access', months: 12, due: 14 },
      { class: 'work', months: 72, due: 0 },
      { class: 'rights', months: 120, due: 0 },
    ]);
    expect(retention.prune(BY)).toBe(14);
    expect(retention.prune(BY)).toBe(0);
    expect(house.audit.leaf(0)?.body).toBeUndefined();
    expect(house.audit.leaf(1)?.body?.action).toBe('label.apply');
    expect(await house.audit.verify()).toMatchObject({ intact: true, size: 42 });
    expect(house.audit.compareHead(before.checkpoint)).toEqual({ state: 'intact', size: 40 });
    expect(await exported()).toMatchObject({ flaw: undefined, leaves: 42, pruned: 14 });

    house.clock.advance(2200 * DAY_MS);
    expect(retention.prune(BY)).toBe(14);
    expect((await house.audit.verify()).intact).toBe(true);
  });

  it('does not excuse a body that somebody took away, nor a pruning that was made up', async () => {
    const retention = createAuditRetention(house);
    for (let i = 0; i < 6; i++) append('document.read');
    house.clock.advance(400 * DAY_MS);
    retention.prune(BY);
    append('consent.withdraw');
    const { db } = house.store;
    db.run("UPDATE audit_leaf SET body = NULL WHERE action = 'consent.withdraw'");
    const verified = await house.audit.verify();
    expect(verified).toMatchObject({ intact: false, firstBroken: { seq: 7, what: 'body' } });
    db.run('UPDATE audit_prune SET ranges = ?', ['[[0,7]]']);
    expect((await house.audit.verify()).firstBroken).toMatchObject({ what: 'body' });
    db.run('INSERT INTO audit_prune (leaf_seq, ranges) VALUES (?, ?)', [3, '[[7,7]]']);
    expect((await house.audit.verify()).intact).toBe(false);
  });

  it('keeps longest whatever it does not know', () => {
    expect(classOf('something.new')).toBe('rights');
    expect(classOf('document.read')).toBe('access');
    expect(classOf('train.run')).toBe('work');
  });

  it('names exactly the leaves it emptied, as ranges', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 60 })), (numbers) => {
        const seqs = numbers.sort((a, b) => a - b);
        const ranges = rangesOf(seqs);
        const back = ranges.flatMap(([from, to]) =>
          Array.from({ length: to - from + 1 }, (_, i) => from + i),
        );
        expect(back).toEqual(seqs);
        for (let i = 1; i < ranges.length; i++) {
          expect(ranges[i]![0]).toBeGreaterThan(ranges[i - 1]![1] + 1);
        }
      }),
    );
  });
});

describe('a head kept on paper', () => {
  it('tells a log that continues it from one that does not', () => {
    for (let i = 0; i < 5; i++) append('label.apply');
    const { checkpoint } = house.audit.sign();
    append('label.apply');
    expect(house.audit.compareHead(checkpoint)).toEqual({ state: 'intact', size: 5 });
    expect(house.audit.compareHead(checkpoint.replace('\n5\n', '\n4\n')).state).toBe('broken');
    house.store.db.run('DELETE FROM audit_leaf WHERE seq >= 4');
    house.store.db.run('DELETE FROM audit_node');
    expect(house.audit.compareHead(checkpoint).state).toBe('rolledBack');
  });
});
