// Policies through the binding: every preset is signed, applied to a real vault, and what it narrows attacked.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutputOf, Policy } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createWireHouse, PASSPHRASE, type WireHouse } from './house.ts';

const FOLDER = join(import.meta.dirname, '../../../resources/policies');
const PRESETS = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const KEY_PASSPHRASE = 'granite willow harbour seventeen lanterns';
const SECOND = 'quiet meadow copper ladder winter orchard';

let house: WireHouse;
beforeEach(async () => {
  house = await createWireHouse();
});
afterEach(() => house.dispose());

const preset = (name: string): Policy =>
  JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Policy;
const minimal = (version: number, more: Partial<Policy> = {}): Policy => ({
  format: 'cloister-policy/1',
  organisation: 'House',
  title: 'Rules',
  version,
  issuedOn: '2026-11-24',
  note: '',
  purposes: [],
  onlyThesePurposes: false,
  retention: [],
  without: [],
  limits: {},
  ...more,
});

const made = new Set<string>();
async function sign(policy: unknown, key = 'org.pem', former?: string): Promise<string> {
  const path = join(house.root, key);
  const makeKey = !made.has(path);
  made.add(path);
  const signed = await house.fromTerminal('policy.sign', {
    text: typeof policy === 'string' ? policy : JSON.stringify(policy),
    key: { kind: 'path', path },
    passphrase: KEY_PASSPHRASE,
    makeKey,
    ...(former !== undefined && {
      former: {
        key: { kind: 'path', path: join(house.root, former) },
        passphrase: KEY_PASSPHRASE,
      },
    }),
  });
  return unwrap(signed).text;
}
const preview = async (text: string): Promise<OutputOf<'policy.preview'>> =>
  unwrap(await house.call('policy.preview', { text }));
const apply = async (text: string) =>
  house.call('policy.apply', { text, sha256: (await preview(text)).sha256 });
const codesOf = async (text: string): Promise<string[]> =>
  (await preview(text)).problems.map(({ place, code }) => `${place} ${code}`.trim());

describe.each(PRESETS)('the preset %s', (name) => {
  it('is sound, marked for counsel, applied whole, and enforced', async () => {
    const policy = preset(name);
    expect(policy.note).toMatch(/counsel/);
    unwrap(await apply(await sign(policy)));
    const { items: purposes } = unwrap(await house.call('purpose.list', {}));
    expect(purposes.map(({ name: each }) => each)).toEqual(
      policy.purposes.map((each) => each.name),
    );
    const { items: rules } = unwrap(await house.call('retention.rules', {}));
    expect(rules.filter(({ source }) => source === 'organisation')).toHaveLength(
      policy.retention.length,
    );

    const { limits } = policy;
    expect(unwrap(await house.call('settings.get', {})).lockAfterMinutes).toBe(
      limits.idleLockMinutes,
    );
    for (const change of [
      { lockAfterMinutes: (limits.idleLockMinutes ?? 0) + 1 },
      ...((limits.sessionHours ?? 12) < 12 ? [{ lockAfterHours: 12 }] : []),
    ]) {
      expect(await house.call('settings.set', change)).toMatchObject({
        error: { code: 'POLICY_LOCKED' },
      });
    }
    expect(unwrap(await house.call('settings.set', { lockAfterMinutes: 2 })).lockAfterMinutes).toBe(
      2,
    );

    const backups = unwrap(await house.call('backup.list', {}));
    expect(backups.policy?.intervalHours).toBe(limits.backupEveryHours);
    for (const schedule of [null, { intervalHours: 168, keep: 3 }]) {
      expect(await house.call('backup.schedule', { policy: schedule })).toMatchObject({
        error: { code: 'POLICY_LOCKED' },
      });
    }
    expect(
      await house.call('user.changePassphrase', { current: PASSPHRASE, next: 'summer2026!' }),
    ).toMatchObject({ error: { code: 'WEAK_PASSPHRASE' } });
    expect(
      await house.call('user.add', { name: 'Lin', roles: ['clinician'], passphrase: 'short one' }),
    ).toMatchObject({ error: { code: 'WEAK_PASSPHRASE' } });

    expect(
      await house.call('purpose.declare', {
        name: 'Marketing',
        operations: ['read'],
        categories: ['other'],
        basis: { article6: '6(1)(f)', article9: null },
      }),
    ).toMatchObject({ error: { code: 'POLICY_LOCKED' } });
    // The record names the policy's own leaf for what came with it.
    const { policy: current } = unwrap(await house.call('policy.current', {}));
    const record = unwrap(await house.call('ropa.get', {}));
    for (const { facts } of record.entries) {
      expect(facts.find(({ key }) => key === 'basis')?.auditSeq).toBe(current?.auditSeq);
    }
    const required = unwrap(await house.call('assessment.list', {})).required;
    expect(required).toBe(limits.requireAssessment ?? false);
    for (const { ruleId } of rules) {
      expect(await house.call('retention.endRule', { ruleId, reason: 'no' })).toMatchObject({
        error: { code: 'POLICY_LOCKED' },
      });
    }
  });
});

describe('a policy file', () => {
  it('is nothing without its signature, and nothing after a byte of it changed', async () => {
    const text = await sign(minimal(1));
    expect(await codesOf(JSON.stringify(minimal(1)))).toEqual(['signature']);
    const changed = text.replace('"Rules"', '"Ruses"');
    expect(await codesOf(changed)).toEqual(['signature signature']);
    expect(await apply(changed)).toMatchObject({ error: { code: 'POLICY_INVALID' } });
    expect(unwrap(await house.call('policy.current', {})).policy).toBeNull();
  });

  it('cannot say one thing to a reader and another to the program', async () => {
    const text = await sign(minimal(1));
    const twice = text.replace('"title": "Rules"', '"title": "Mild", "title": "Rules"');
    expect(await codesOf(twice)).toEqual(['json']);
  });

  it('names every problem by its place and applies nothing of it', async () => {
    const text = await sign(
      minimal(1, {
        limits: { idleLockMinutes: 5 },
        without: [{ role: 'auditor', procedures: ['audit.list', 'party.set', 'no.such'] }],
        retention: [
          { category: 'health', purpose: null, days: 30, start: 'consentEnd', ground: 'why not' },
        ],
      }),
    ).catch((error: Error) => error.message);
    for (const part of [
      'without.0.procedures.0 procedureProtected',
      'without.0.procedures.1 neverAllowed',
      'without.0.procedures.2 procedureUnknown',
      'retention.0.start startNeedsConsent',
    ]) {
      expect(text).toContain(part);
    }
    expect(
      await codesOf(JSON.stringify({ ...minimal(1), limits: { idleLockMinutes: 90 } })),
    ).toEqual(['limits.idleLockMinutes shape']);
    expect(await codesOf(JSON.stringify({ ...minimal(1), surprise: true }))).toEqual(['shape']);
  });

  it('declares no purpose where one of that name is declared otherwise', async () => {
    const policy = preset('gdpr-hospital.json');
    const [first] = policy.purposes;
    unwrap(
      await house.call('purpose.declare', {
        name: first?.name ?? '',
        operations: ['read'],
        categories: ['health'],
        basis: { article6: '6(1)(a)', article9: '9(2)(a)' },
      }),
    );
    const text = await sign(policy);
    expect(await codesOf(text)).toEqual(['policy.purposes.0.operations purposeDiffers']);
    expect(await apply(text)).toMatchObject({ error: { code: 'POLICY_INVALID' } });
    expect(unwrap(await house.call('purpose.list', {})).items).toHaveLength(1);
    expect(unwrap(await house.call('retention.rules', {})).items).toHaveLength(0);
  });
});

describe('the key of the organisation', () => {
  it('is pinned by the first policy; another one does not speak, nor does an older version', async () => {
    unwrap(await apply(await sign(minimal(2))));
    expect(await codesOf(await sign(minimal(3), 'other.pem'))).toEqual([
      'signature.key foreignKey',
    ]);
    expect(await codesOf(await sign(minimal(2)))).toEqual(['policy.version older']);
    unwrap(await apply(await sign(minimal(3))));
    const { history, pinned } = unwrap(await house.call('policy.current', {}));
    expect(history.map(({ version }) => version)).toEqual([3, 2]);
    expect(pinned).toMatch(/^([0-9a-f]{4} ){15}[0-9a-f]{4}$/);
  });

  it('hands over to the next, and does not come back', async () => {
    unwrap(await apply(await sign(minimal(1))));
    const second = await sign(minimal(2), 'second.pem', 'org.pem');
    unwrap(await apply(second));
    // The chain goes along with the file, also over two successions.
    const third = await sign(
      { ...(JSON.parse(second) as object), policy: minimal(3) },
      'third.pem',
      'second.pem',
    );
    expect(await codesOf(third)).toEqual([]);
    expect(await codesOf(await sign(minimal(4), 'org.pem'))).toEqual(['signature.key foreignKey']);
  });

  it('is never written over, and never made under a passphrase that is guessed', async () => {
    await sign(minimal(1));
    const again = await house.fromTerminal('policy.sign', {
      text: JSON.stringify(minimal(1)),
      key: { kind: 'path', path: join(house.root, 'org.pem') },
      passphrase: KEY_PASSPHRASE,
      makeKey: true,
    });
    expect(again).toMatchObject({ error: { code: 'CONFLICT' } });
    const weak = await house.fromTerminal('policy.sign', {
      text: JSON.stringify(minimal(1)),
      key: { kind: 'path', path: join(house.root, 'weak.pem') },
      passphrase: 'hunter2',
      makeKey: true,
    });
    expect(weak).toMatchObject({ error: { code: 'WEAK_PASSPHRASE' } });
    expect(readFileSync(join(house.root, 'org.pem'), 'utf8')).toMatch(
      /^-----BEGIN ENCRYPTED PRIVATE KEY-----/,
    );
  });

  it('is not for the page to sign with', async () => {
    const refused = await house.call('policy.sign', {
      text: JSON.stringify(minimal(1)),
      key: { kind: 'path', path: join(house.root, 'page.pem') },
      passphrase: KEY_PASSPHRASE,
      makeKey: true,
    });
    expect(refused).toMatchObject({ error: { code: 'FORBIDDEN' } });
  });
});

describe('what a role may not do', () => {
  it('is refused although the contract allows it, until a policy gives it back', async () => {
    const all = ['steward', 'auditor'] as const;
    unwrap(
      await apply(
        await sign(
          minimal(1, {
            without: all.map((role) => ({ role, procedures: ['report.export', 'exit.list'] })),
          }),
        ),
      ),
    );
    expect(await house.call('exit.list', {})).toMatchObject({ error: { code: 'FORBIDDEN' } });
    expect(unwrap(await house.call('audit.list', { action: 'exit.list.denied' })).total).toBe(1);
    unwrap(await apply(await sign(minimal(2))));
    expect((await house.call('exit.list', {})).ok).toBe(true);
  });

  it('takes nothing from somebody who may do it in another role', async () => {
    unwrap(
      await apply(
        await sign(minimal(1, { without: [{ role: 'auditor', procedures: ['exit.list'] }] })),
      ),
    );
    expect((await house.call('exit.list', {})).ok).toBe(true);
  });
});

describe('a country', () => {
  it('is closed by the policy whatever the law and the register say', async () => {
    unwrap(await house.call('transfer.setHome', { country: 'DE' }));
    unwrap(
      await house.call('transfer.set', {
        country: 'IN',
        safeguard: 'standardClauses',
        reference: 'Contract 7',
      }),
    );
    const groundOf = async (country: string) =>
      unwrap(await house.call('exit.destination', { country })).ground;
    expect([await groundOf('FR'), await groundOf('IN')]).toEqual(['eea', 'transfer']);
    unwrap(await apply(await sign(minimal(1, { limits: { exportCountries: ['FR'] } }))));
    expect([await groundOf('FR'), await groundOf('IN'), await groundOf('DE')]).toEqual([
      'eea',
      null,
      'home',
    ]);
    expect(
      await house.call('transfer.set', {
        country: 'US',
        safeguard: 'standardClauses',
        reference: 'Contract 8',
      }),
    ).toMatchObject({ error: { code: 'POLICY_LOCKED' } });
  });
});

describe('two people', () => {
  it('sign the hash of the policy before it is applied', async () => {
    await house.dispose();
    house = await createWireHouse('together');
    unwrap(await house.call('user.add', { name: 'Marta', roles: ['steward'], passphrase: SECOND }));
    const text = await sign(minimal(1, { title: 'Rules of the house' }));
    const input = { text, sha256: (await preview(text)).sha256 };
    expect(await house.call('policy.apply', input)).toMatchObject({
      error: { code: 'ORDER_NEEDED' },
    });
    const order = unwrap(
      await house.call('order.request', {
        procedure: 'policy.apply',
        input,
        reason: 'Agreed',
        passphrase: PASSPHRASE,
      }),
    );
    expect(order.facts).toEqual({
      title: 'Rules of the house',
      version: 1,
      sha256: input.sha256,
    });
    unwrap(
      await house.call('order.approve', {
        orderId: order.orderId,
        userId: order.approvers[0]?.userId ?? '',
        passphrase: SECOND,
      }),
    );
    unwrap(await house.call('policy.apply', input));
    const { policy } = unwrap(await house.call('policy.current', {}));
    expect(policy).toMatchObject({ version: 1, appliedBy: 'Ana' });
  });

  it('cannot have another policy put under what they signed', async () => {
    const first = await sign(minimal(1));
    const strict = await sign(minimal(1, { limits: { idleLockMinutes: 1 } }));
    const { sha256 } = await preview(strict);
    expect(await house.call('policy.apply', { text: first, sha256 })).toMatchObject({
      error: { code: 'POLICY_INVALID' },
    });
  });
});
