import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createAuditLog,
  verifyExport,
  type AuditLog,
} from '../../../../main/governance/audit/index.ts';
import { createSigner } from '../../../../main/governance/audit/checkpoint.ts';
import { createAuditRetention } from '../../../../main/governance/audit/retention.ts';
import {
  createLogKeys,
  openSuccession,
  successionText,
} from '../../../../main/governance/audit/succession.ts';
import { unwrap } from '../../../../shared/kernel/result.ts';
import { createFakeClock } from '../../../fakes/clock.ts';
import { createTestVault, type TestVault } from '../../../fakes/openVault.ts';

const ORIGIN = 'cloister/vlt_1';
const seedOf = (byte: number): Buffer => Buffer.alloc(32, byte);
const [first, second, third] = [1, 2, 3].map((byte) => createSigner(ORIGIN, seedOf(byte)));
const signed = (
  seq: number,
  from = first!,
  to = second!,
  text = successionText(ORIGIN, { seq, from: from.verifierKey, to: to.verifierKey }),
): string => from.sign(text) + to.sign(text).slice(text.length + 1);

describe('the note of a succession', () => {
  it('holds for the key that goes, the key that comes, its leaf and its log', () => {
    const note = signed(812);
    expect(openSuccession(note, ORIGIN, first!.verifierKey, 812)).toEqual({
      seq: 812,
      from: first!.verifierKey,
      to: second!.verifierKey,
      note,
    });
    expect(openSuccession(note, ORIGIN, first!.verifierKey, 813)).toBeUndefined();
    expect(openSuccession(note, ORIGIN, second!.verifierKey, 812)).toBeUndefined();
    expect(openSuccession(note, 'cloister/vlt_2', first!.verifierKey, 812)).toBeUndefined();
  });

  const text = successionText(ORIGIN, {
    seq: 5,
    from: first!.verifierKey,
    to: second!.verifierKey,
  });
  const foreign = createSigner('cloister/vlt_2', seedOf(2));
  it.each([
    ['without the old signature', second!.sign(text)],
    ['without the new signature', first!.sign(text)],
    ['with the old signature twice', first!.sign(text) + first!.sign(text).slice(text.length + 1)],
    ['signed by a third key', signed(5, first!, second!).replaceAll('\u2014 ', '\u2014 x')],
    ['to the same key', signed(5, first!, first!)],
    ['to a key of another log', signed(5, first!, foreign)],
    ['with a fifth line', signed(5, first!, second!, `${text}more\n`)],
    ['with a leading zero', signed(5, first!, second!, text.replace('\n5\n', '\n05\n'))],
    ['as a checkpoint', first!.sign(`${ORIGIN}\n5\n${Buffer.alloc(32).toString('base64')}\n`)],
    ['too long', signed(5) + '\u2014 x AAAA\n'.repeat(600)],
    ['empty', ''],
  ])('is refused %s', (_, note) => {
    expect(openSuccession(note, ORIGIN, first!.verifierKey, 5)).toBeUndefined();
  });
});

describe('the keys of a log', () => {
  const keys = createLogKeys(ORIGIN, first!.verifierKey).extendedBy([
    signed(5),
    signed(9, second!, third!),
  ]);
  const head = (signer: typeof first, size: number): string =>
    signer!.sign(`${ORIGIN}\n${size}\n${Buffer.alloc(32, 9).toString('base64')}\n`);

  it('sign the heads of their time and no others', () => {
    expect(keys.openHead(head(first, 5))?.size).toBe(5);
    expect(keys.openHead(head(first, 6))).toBeUndefined(); // A stolen old key.
    expect(keys.openHead(head(second, 5))).toBeUndefined();
    expect(keys.openHead(head(second, 6))?.size).toBe(6);
    expect(keys.openHead(head(second, 10))).toBeUndefined();
    expect(keys.openHead(head(third, 10))?.size).toBe(10);
  });

  it('take no succession that does not follow, and none twice', () => {
    const again = keys.extendedBy([signed(5), signed(20, first!, second!)]);
    expect(again.successions).toHaveLength(2);
    // Back to a key of before is a new succession, but never to an earlier leaf.
    expect(keys.extendedBy([signed(8, third!, first!)]).current).toBe(third!.verifierKey);
    expect(keys.extendedBy([signed(12, third!, first!)]).current).toBe(first!.verifierKey);
  });
});

describe('a rotation', () => {
  let test: TestVault;
  let log: AuditLog;
  const open = (): AuditLog =>
    createAuditLog({ ...test, store: test.vault.store, appVersion: '0.1.0' });
  const by = { actor: 'usr_0000000001', roles: ['administrator'] };
  const append = (count: number): void => {
    for (let made = 0; made < count; made += 1) log.append({ action: 'a.b', actor: 'system' });
  };
  const exported = (from: AuditLog): Buffer[] =>
    [...from.exportFile().lines].map((line) => Buffer.from(line, 'ascii'));

  beforeEach(async () => {
    test = await createTestVault();
    log = open();
    append(10);
  });
  afterEach(() => test.dispose());

  it('goes on with another key, which the log and its anchor follow', async () => {
    const former = log.verifierKey;
    const old = log.sign();
    const { formerKey, head } = unwrap(log.rotateKey(by));
    expect(formerKey).toBe(former);
    expect(log.verifierKey).not.toBe(former);
    expect(head.size).toBe(11);
    expect(log.leaf(10)).toMatchObject({ action: 'audit.succession', body: by });
    append(3);
    log.sign();
    expect(log.compareAnchor()).toBe('intact');
    expect(log.compareHead(old.checkpoint)).toEqual({ state: 'intact', size: 10 });
    expect(await log.verify()).toMatchObject({ intact: true, size: 14 });
    const again = open();
    expect(again.verifierKey).toBe(log.verifierKey);
    expect(again.keys().first).toBe(former);
    expect(again.compareAnchor()).toBe('intact');
  });

  it('may be repeated', async () => {
    for (let turn = 0; turn < 4; turn += 1) {
      unwrap(log.rotateKey(by));
      append(2);
    }
    log.sign();
    expect(open().keys().successions).toHaveLength(4);
    expect(await log.verify()).toMatchObject({ intact: true });
    expect(await verifyExport(exported(log))).toMatchObject({ flaw: undefined });
  });

  it('leaves nothing of the old key', () => {
    const secret = (): Buffer =>
      test.vault.store.db.get<{ value: Buffer }>(
        "SELECT value FROM vault_secret WHERE name = 'audit.signingKey'",
      )!.value;
    const old = Buffer.from(secret());
    unwrap(log.rotateKey(by));
    expect(secret().equals(old)).toBe(false);
    for (const page of test.vault.store.image()) expect(page.includes(old)).toBe(false);
  });

  it('is exported and trusted by any key of the succession, not by another', async () => {
    const before = log.verifierKey;
    unwrap(log.rotateKey(by));
    append(2);
    const lines = exported(log);
    const after = log.verifierKey;
    for (const verifierKey of [before, after]) {
      expect(await verifyExport(lines, { verifierKey })).toMatchObject({
        flaw: undefined,
        verifierKey: before,
        currentKey: after,
      });
    }
    const stranger = createSigner(log.origin, seedOf(9)).verifierKey;
    expect(await verifyExport(lines, { verifierKey: stranger })).toMatchObject({ flaw: 'trust' });
  });

  it('is found out where somebody wrote it without the old key', async () => {
    const next = createSigner(log.origin, seedOf(7));
    const text = successionText(log.origin, {
      seq: 10,
      from: log.verifierKey,
      to: next.verifierKey,
    });
    log.append({ action: 'audit.succession', ...by, succession: next.sign(text) });
    expect(await log.verify()).toMatchObject({
      intact: false,
      firstBroken: { seq: 10, what: 'succession' },
    });
    // Also by whoever holds the file of the vault and puts their own key in its place.
    test.vault.store.db.run("UPDATE vault_secret SET value = ? WHERE name = 'audit.signingKey'", [
      seedOf(7),
    ]);
    const reopened = open();
    expect(reopened.compareAnchor()).toBe('broken');
    expect(await reopened.verify()).toMatchObject({ firstBroken: { what: 'succession' } });
    expect(reopened.rotateKey(by)).toMatchObject({ error: { code: 'AUDIT_BROKEN' } });
  });

  it('is found out where the key was exchanged without any leaf', async () => {
    log.sign();
    test.vault.store.db.run("UPDATE vault_secret SET value = ? WHERE name = 'audit.signingKey'", [
      seedOf(7),
    ]);
    const reopened = open();
    expect(reopened.compareAnchor()).toBe('broken');
    expect(await reopened.verify()).toMatchObject({ intact: false });
  });

  it('is not taken for a rollback by an anchor that knows more keys than the log', () => {
    const path = join(test.folder, 'head.json');
    const db = test.vault.store.db;
    const secret = db.get<{ value: Buffer }>(
      "SELECT value FROM vault_secret WHERE name = 'audit.signingKey'",
    )!.value;
    const kept = Buffer.from(secret);
    unwrap(log.rotateKey(by));
    append(5);
    log.sign();
    const anchor = readFileSync(path);
    // The database as it was before the rotation; the anchor as it was after it.
    test.vault.store.transaction(() => {
      db.run('DELETE FROM audit_leaf WHERE seq >= 10');
      db.run('DELETE FROM audit_node WHERE (idx + 1) << level > 10');
      db.run("UPDATE vault_secret SET value = ? WHERE name = 'audit.signingKey'", [kept]);
      db.run('DELETE FROM audit_head');
    });
    writeFileSync(path, anchor);
    const back = open();
    expect(back.verifierKey).not.toBe(log.verifierKey);
    expect(back.compareAnchor()).toBe('rolledBack'); // And not `broken`, which nobody may accept.
    expect(back.acceptHead({ ...by, reason: 'The disk died.' }).ok).toBe(true);
    expect(back.compareAnchor()).toBe('intact');
  });

  it('outlives the retention of its neighbours', async () => {
    unwrap(log.rotateKey(by));
    append(5);
    const clock = createFakeClock('2060-01-01T00:00:00.000Z');
    const retention = createAuditRetention({ store: test.vault.store, clock, audit: log });
    expect(retention.prune(by)).toBeGreaterThan(0);
    expect(log.leaf(10)?.body?.succession).toBeDefined();
    expect(log.leaf(9)?.body).toBeUndefined();
    expect(await log.verify()).toMatchObject({ intact: true });
    expect(await verifyExport(exported(log))).toMatchObject({ flaw: undefined, pruned: 15 });
  });

  it('is refused to a log that went back behind its anchor', () => {
    log.sign();
    test.vault.store.transaction(() => {
      test.vault.store.db.run('DELETE FROM audit_leaf WHERE seq >= 8');
      test.vault.store.db.run('DELETE FROM audit_node WHERE (idx + 1) << level > 8');
    });
    const before = log.verifierKey;
    expect(log.rotateKey(by)).toMatchObject({ error: { code: 'AUDIT_BROKEN' } });
    expect(log.verifierKey).toBe(before);
  });
});
