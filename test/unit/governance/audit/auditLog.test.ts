import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createAuditLog,
  openCheckpoint,
  verifyConsistency,
  verifyInclusion,
  type AuditLog,
} from '../../../../main/governance/audit/index.ts';
import { failureOf } from '../../../../main/platform/index.ts';
import type { Db, SqlValue } from '../../../../main/store/index.ts';
import { createTestVault, type TestVault } from '../../../fakes/openVault.ts';

let test: TestVault;
let log: AuditLog;
let db: Db;

beforeEach(async () => {
  test = await createTestVault();
  log = createAuditLog({ ...test, store: test.vault.store, appVersion: '0.1.0' });
  db = test.vault.store.db;
});
afterEach(() => test.dispose());

const entry = (action = 'document.import') => ({ action, actor: 'system' });
const append = (count: number): void =>
  test.vault.store.transaction(() => {
    for (let made = 0; made < count; made += 1) log.append(entry());
  });
const anchorPath = (): string => join(test.folder, 'head.json');

describe('audit log', () => {
  it('proves every leaf and every growth of itself', () => {
    const heads = [log.head()];
    for (let size = 1; size <= 20; size += 1) {
      log.append(entry());
      heads.push(log.head());
    }
    const root = log.head().root;
    for (let seq = 0; seq < 20; seq += 1) {
      const leafHash = log.leaf(seq)?.leafHash ?? Buffer.alloc(0);
      const proof = log.inclusionProof(seq);
      expect(verifyInclusion({ index: BigInt(seq), size: 20n, leafHash, root, proof })).toBe(true);
    }
    for (let first = 1; first <= 20; first += 1) {
      const firstRoot = heads[first]?.root ?? Buffer.alloc(0);
      const proof = log.consistencyProof(first);
      expect(
        verifyConsistency({
          first: BigInt(first),
          second: 20n,
          firstRoot,
          secondRoot: root,
          proof,
        }),
      ).toBe(true);
    }
  });

  it('forgets an entry whose act was rolled back, with all nodes above it', async () => {
    append(7);
    const before = log.head();
    expect(() =>
      test.vault.store.transaction(() => {
        log.append(entry());
        throw new Error('the act failed');
      }),
    ).toThrow('the act failed');
    expect(log.head()).toEqual(before);
    append(9);
    expect(await log.verify()).toMatchObject({ intact: true, size: 16 });
  });

  it('survives a restart with its key and head', async () => {
    append(5);
    const signed = log.sign();
    const reopened = await test.reopen();
    const again = createAuditLog({ ...test, store: reopened.store, appVersion: '0.1.0' });
    expect(again.verifierKey).toBe(log.verifierKey);
    expect(again.signedHead()).toEqual(signed);
    expect(again.compareAnchor()).toBe('intact');
    again.append(entry());
    expect(again.compareAnchor()).toBe('intact');
    expect(openCheckpoint(signed.checkpoint, again.origin, again.verifierKey)?.size).toBe(5);
  });

  it('lists newest first, by page and by action', () => {
    append(5);
    log.append(entry('consent.withdraw'));
    append(4);
    const first = log.list({ limit: 4 });
    expect(first.items.map(({ seq }) => seq)).toEqual([9, 8, 7, 6]);
    expect(first.total).toBe(10);
    const rest = log.list({ limit: 50, before: first.next ?? 0 });
    expect(rest.items.map(({ seq }) => seq)).toEqual([5, 4, 3, 2, 1, 0]);
    expect(rest.next).toBeUndefined();
    const only = log.list({ limit: 4, action: 'consent.withdraw' });
    expect(only).toMatchObject({ total: 1, items: [{ seq: 5, body: { actor: 'system' } }] });
  });

  it('reports progress and can be stopped', async () => {
    append(10);
    const seen: number[] = [];
    await log.verify({ onProgress: (done) => void seen.push(done) });
    expect(seen.at(-1)).toBe(10);
    await expect(log.verify({ signal: AbortSignal.abort() })).rejects.toThrow();
  });

  it('does not sign inside a transaction', () => {
    expect(() => test.vault.store.transaction(() => log.sign())).toThrow('after the commit');
  });
});

describe('tampering', () => {
  beforeEach(() => {
    append(20);
    log.sign();
  });

  const attacks: readonly [string, () => void, string, number][] = [
    [
      'an edited body',
      () => db.run(`UPDATE audit_leaf SET body = replace(body, 'import', 'export') WHERE seq = 6`),
      'body',
      6,
    ],
    ['a removed body', () => db.run('UPDATE audit_leaf SET body = NULL WHERE seq = 3'), 'body', 3],
    [
      'a changed time beside the body',
      () => db.run(`UPDATE audit_leaf SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 2`),
      'body',
      2,
    ],
    [
      'a changed leaf hash',
      () => db.run('UPDATE audit_leaf SET leaf_hash = zeroblob(32) WHERE seq = 9'),
      'body',
      9,
    ],
    ['a removed leaf', () => db.run('DELETE FROM audit_leaf WHERE seq = 5'), 'gap', 5],
    [
      'a changed subtree',
      () => db.run('UPDATE audit_node SET hash = zeroblob(32) WHERE level = 2 AND idx = 1'),
      'node',
      7,
    ],
    [
      'a removed subtree',
      () => db.run('DELETE FROM audit_node WHERE level = 1 AND idx = 0'),
      'node',
      1,
    ],
    [
      'an invented subtree',
      () => db.run('INSERT INTO audit_node VALUES (9, 9, zeroblob(32))'),
      'node',
      20,
    ],
    ['a cut-off end', () => db.run('DELETE FROM audit_leaf WHERE seq >= 16'), 'node', 16],
    [
      'a forged signature',
      () => db.run(`UPDATE audit_head SET signed_note = replace(signed_note, '20', '19')`),
      'signature',
      20,
    ],
  ];

  it.each(attacks)('finds %s', async (_name, attack, what, seq) => {
    attack();
    expect(await log.verify()).toMatchObject({ intact: false, firstBroken: { what, seq } });
  });

  it('finds a log rewritten from the start with sound hashes, by its signed heads', async () => {
    db.exec('DELETE FROM audit_leaf; DELETE FROM audit_node');
    append(25);
    expect(await log.verify()).toMatchObject({
      intact: false,
      firstBroken: { what: 'head', seq: 20 },
    });
    expect(log.compareAnchor()).toBe('rolledBack');
  });

  it('finds a log set back behind its anchor, signed head and all', async () => {
    const earlier =
      db.get<Record<string, SqlValue>>('SELECT size, root, signed_note FROM audit_head') ?? {};
    append(10);
    log.sign();
    db.exec(
      'DELETE FROM audit_leaf WHERE seq >= 20; DELETE FROM audit_node WHERE (idx + 1) << level > 20',
    );
    db.run('UPDATE audit_head SET size = @size, root = @root, signed_note = @signed_note', earlier);
    expect(log.compareAnchor()).toBe('rolledBack');
    expect(await log.verify()).toMatchObject({
      intact: false,
      firstBroken: { what: 'anchor' },
      knownHead: { size: 30, consistent: false },
    });
  });

  it.each(['intact', 'rolledBack'])(
    'calls the vault of yesterday put back whole: %s',
    async (state) => {
      test.vault.close();
      const path = join(test.folder, 'vault.db');
      const yesterday = readFileSync(path);
      const later = await test.reopen();
      const today = createAuditLog({ ...test, store: later.store, appVersion: '0.1.0' });
      today.append(entry());
      today.sign();
      later.close();
      if (state === 'rolledBack') writeFileSync(path, yesterday);
      const reopened = await test.reopen();
      expect(reopened.store.check()).toEqual([]); // Every page of it is authentic.
      const found = createAuditLog({ ...test, store: reopened.store, appVersion: '0.1.0' });
      expect(found.compareAnchor()).toBe(state);
      expect((await found.verify()).intact).toBe(state === 'intact');
      // Signing the older log must not take the evidence away.
      found.sign();
      expect(found.compareAnchor()).toBe(state);
    },
  );

  it('refuses to sign a head that does not continue the last one', () => {
    db.exec(
      'DELETE FROM audit_leaf WHERE seq >= 10; DELETE FROM audit_node WHERE (idx + 1) << level > 10',
    );
    const anchored = readFileSync(anchorPath());
    let code: string | undefined;
    try {
      log.sign();
    } catch (error) {
      code = failureOf(error)?.code;
    }
    expect(code).toBe('AUDIT_BROKEN');
    expect(readFileSync(anchorPath())).toEqual(anchored);
  });

  it('tells an unreadable anchor from one that was never made', () => {
    writeFileSync(anchorPath(), '{"checkpoint": 3');
    expect(log.compareAnchor()).toBe('broken');
    rmSync(anchorPath());
    expect(log.compareAnchor()).toBe('unknown');
  });
});
