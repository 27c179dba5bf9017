// Who may do what, as the contract says it, tried by calling everything as everyone over a real vault full of
// notes that carry markers. Whoever may not is refused before any room is asked; and what the auditor and the
// administrator may call never gives a word of a note or the number of a person back.
import fc from 'fast-check';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roleMatrix } from '../../main/cli/commands/matrix.ts';
import type { ServerDeps } from '../../main/ipc/server.ts';
import {
  contract,
  mayCall,
  PROCEDURE_NAMES,
  ROLES,
  type Client,
  type ProcedureName,
  type Role,
} from '../../shared/contract/index.ts';
import { inputOf } from '../fakes/inputs.ts';
import { createHouse, fillHouse, FOUNDER, must, type House } from './house.ts';

const SEED = Number(process.env.CLOISTER_FUZZ_SEED ?? 20261124);
/** Inputs per procedure of those who may not read. */
const ATTEMPTS = Number(process.env.CLOISTER_ROLE_RUNS ?? 5);
const TEXT = 'QUOKKAMARK';
const NUMBER = '8807766554';
/** File names come from outside and may be names of people. */
const FILE = 'WOMBATFILE';
/** The auditor judges how requests of people were answered and must know which; the administrator need not. */
const NEVER = { auditor: [TEXT, FILE], administrator: [TEXT, FILE, NUMBER] } as const;
/** They end or begin a session; each has tests of its own in test/unit/ipc. */
const LIFECYCLE: readonly ProcedureName[] = ['vault.create', 'vault.unlock', 'vault.lock'];
const PEOPLE = ROLES.map((role) => ({ role, name: `One ${role}`, passphrase: `words of ${role}` }));
const guarded = PROCEDURE_NAMES.filter((name) => contract[name].roles !== 'anyone');
const open = PROCEDURE_NAMES.filter(
  (name) => contract[name].roles === 'anyone' && !LIFECYCLE.includes(name),
);

const root = mkdtempSync(join(tmpdir(), 'cloister-roles-'));
const folder = join(root, 'vault');
const aside = join(root, 'filled');
/** Procedures whose handler ran: what the binding let through. */
const reached: string[] = [];
/** Replaces the roles of the vault's slot where set. */
let roles: readonly Role[] | undefined;
let identifiers: string[] = [];
let house: House;
let client: Client;

const watching =
  (openRooms: ServerDeps['openParts']): ServerDeps['openParts'] =>
  async (vault, hooks) => {
    const parts = await openRooms(vault, hooks);
    const handlers = new Proxy(parts.handlers, {
      get(target, name) {
        const handler = Reflect.get(target, name) as ((...all: unknown[]) => unknown) | undefined;
        return (...all: unknown[]) => {
          reached.push(String(name));
          return handler?.(...all);
        };
      },
    });
    return Object.create(parts, { handlers: { value: handlers } }) as typeof parts;
  };

async function restart(): Promise<void> {
  await house?.server.lock();
  rmSync(folder, { recursive: true, force: true });
  cpSync(aside, folder, { recursive: true });
  house = createHouse(folder, { around: watching });
  client = house.connect('terminal');
}

async function signIn(passphrase: string): Promise<void> {
  await must(client, 'vault.unlock', { passphrase });
  reached.length = 0;
}

const codeOf = async (name: ProcedureName, input: unknown): Promise<string> => {
  const result = await client.call(name, input as never);
  return result.ok ? 'ok' : result.error.code;
};

/** Two persons where the vault asks for them. */
async function letIn(person: (typeof PEOPLE)[number]): Promise<void> {
  const input = { name: person.name, roles: [person.role], passphrase: person.passphrase };
  const added = await client.call('user.add', input);
  if (added.ok) return;
  const order = await must(client, 'order.request', {
    ...{ procedure: 'user.add', input, reason: 'The matrix.', passphrase: FOUNDER },
  });
  const [approver] = order.approvers as { userId: string; name: string }[];
  const { passphrase } = PEOPLE.find(({ name }) => name === approver?.name) ?? { passphrase: '' };
  await must(client, 'order.approve', {
    ...{ orderId: order.orderId, userId: approver?.userId, passphrase },
  });
  await must(client, 'user.add', input);
}

beforeAll(async () => {
  const notes = join(root, 'notes');
  mkdirSync(notes);
  for (let note = 0; note < 6; note += 1) {
    const head = `NHC: ${NUMBER}${note}\nPaciente: `;
    const name = `${TEXT}${note} Zanzibar`;
    const label = `T1\tNAME ${head.length} ${head.length + name.length}\t${name}\n`;
    writeFileSync(join(notes, `${FILE}-${note}.txt`), `${head}${name}\n${name} niega fiebre.\n`);
    writeFileSync(join(notes, `${FILE}-${note}.ann`), label);
  }
  // What is wrong with a file is told by its name.
  writeFileSync(join(notes, `${FILE}-broken.txt`), Buffer.from([0xff, 0xfe, 0xfd, 0x00]));
  house = createHouse(folder);
  client = house.connect('terminal');
  identifiers = await fillHouse(client, notes);
  const request = identifiers.find((id) => id.startsWith('req_'));
  await client.call('request.identify', { requestId: request, method: 'idDocument' } as never);
  const pack = await client.call('request.access', { requestId: request } as never);
  identifiers.push(...(JSON.stringify(pack).match(/\b[a-z]{3}_[0-9A-Z]{26}\b/g) ?? []));
  for (const person of PEOPLE) await letIn(person);
  await house.server.lock();
  cpSync(folder, aside, { recursive: true });
}, 60_000);
afterAll(async () => {
  await house?.server.lock();
  rmSync(root, { recursive: true, force: true });
});

it('is the matrix that the terminal prints', () => {
  const rows = roleMatrix();
  expect(rows.map(({ procedure }) => procedure)).toEqual(PROCEDURE_NAMES.toSorted());
  for (const { procedure, roles: allowed, second } of rows) {
    const name = procedure as ProcedureName;
    const entry = contract[name];
    expect(allowed).toEqual(
      entry.roles === 'anyone' ? [] : ROLES.filter((each) => entry.roles.includes(each)),
    );
    expect(second.length > 0, name).toBe(entry.dual !== undefined);
  }
});

it('gives no role everything, and every procedure to somebody', () => {
  for (const role of ROLES) expect(guarded.every((name) => mayCall(name, [role]))).toBe(false);
  expect(guarded.filter((name) => !mayCall(name, ROLES))).toEqual([]);
});

it('keeps reading from the administrator and acting on people from the auditor', () => {
  const texts: readonly ProcedureName[] = ['document.read', 'deid.preview', 'task.open'];
  for (const name of texts) {
    expect(mayCall(name, ['administrator', 'auditor']), name).toBe(false);
  }
  const acts: readonly ProcedureName[] = [
    'request.erase',
    'user.add',
    'vault.rekey',
    'audit.prune',
  ];
  for (const name of acts) expect(mayCall(name, ['auditor']), name).toBe(false);
});

describe('calling everything', () => {
  it.each(PEOPLE)('as $role alone', { timeout: 120_000 }, async ({ role, passphrase }) => {
    await restart();
    await signIn(passphrase);
    for (const name of guarded) {
      const may = mayCall(name, [role]);
      // Nonsense first: a refusal must not depend on what was sent, nor say what would have fitted.
      const [fitting] = fc.sample(inputOf(name, identifiers), { numRuns: 1, seed: SEED });
      for (const input of [{ nonsense: true }, fitting]) {
        reached.length = 0;
        const code = await codeOf(name, input);
        if (may) {
          const refused = code === 'FORBIDDEN' && !reached.includes(name);
          expect(refused, `${role} may ${name}`).toBe(false);
        } else {
          expect([name, code, reached]).toEqual([name, 'FORBIDDEN', []]);
        }
      }
    }
  });

  it('as somebody without a role', async () => {
    await restart();
    house = createHouse(folder, {
      around: (openRooms) => (vault, hooks) => {
        const { users } = vault.keys;
        vault.keys.users = () => users().map((user) => ({ ...user, roles: roles ?? user.roles }));
        return watching(openRooms)(vault, hooks);
      },
    });
    client = house.connect('terminal');
    await signIn(FOUNDER);
    expect(await codeOf('user.list', {})).toBe('ok');
    roles = [];
    reached.length = 0;
    for (const name of guarded) {
      expect([name, await codeOf(name, {}), reached]).toEqual([name, 'FORBIDDEN', []]);
    }
    roles = undefined;
  });

  it('at a locked vault', async () => {
    await restart();
    for (const name of guarded) {
      expect([name, await codeOf(name, { nonsense: true })]).toEqual([name, 'LOCKED']);
    }
    for (const name of open) expect([name, await codeOf(name, {})]).not.toEqual([name, 'LOCKED']);
  });

  it('with a role that was just taken away, and with an access that was removed', async () => {
    await restart();
    await signIn(FOUNDER);
    const status = await must(client, 'vault.status', {});
    const { userId } = status.user as { userId: string };
    const users = status.users as { userId: string; name: string }[];
    const steward = users.find(({ name }) => name === 'One steward');
    const withSteward = async (procedure: ProcedureName, input: object): Promise<void> => {
      const reason = 'The matrix.';
      const order = await must(client, 'order.request', {
        ...{ procedure, input, reason, passphrase: FOUNDER },
      });
      await must(client, 'order.approve', {
        ...{ orderId: order.orderId, userId: steward?.userId, passphrase: 'words of steward' },
      });
      await must(client, procedure, input);
    };
    const auditor = users.find(({ name }) => name === 'One auditor');
    await withSteward('user.remove', { userId: auditor?.userId });
    // The very session in which the roles were changed has lost them, too.
    await withSteward('user.setRoles', { userId, roles: ['administrator'] });
    for (const name of guarded.filter((each) => !mayCall(each, ['administrator']))) {
      expect([name, await codeOf(name, {})]).toEqual([name, 'FORBIDDEN']);
    }
    await must(client, 'vault.lock', {});
    expect(await codeOf('vault.unlock', { passphrase: 'words of auditor' })).toBe(
      'WRONG_PASSPHRASE',
    );
    for (const name of guarded) expect([name, await codeOf(name, {})]).toEqual([name, 'LOCKED']);
  });

  it('in a vault that may only be looked at: reading without a leaf, and the way out', async () => {
    await restart();
    await signIn(FOUNDER);
    await must(client, 'vault.lock', {});
    cpSync(join(aside, 'vault.db'), join(folder, 'vault.db')); // The file of yesterday.
    await signIn(FOUNDER);
    expect(await must(client, 'vault.status', {})).toMatchObject({ readOnly: true });
    for (const name of guarded) {
      const { kind, audit } = contract[name];
      const looks = kind === 'query' && audit === 'none';
      const out = name === 'audit.verify' || name === 'audit.acceptHead';
      reached.length = 0;
      const code = await codeOf(name, { nonsense: true });
      expect([name, code, reached], name).toEqual([
        name,
        looks || out ? 'BAD_INPUT' : 'READ_ONLY',
        [],
      ]);
    }
    for (const name of open) {
      expect([name, await codeOf(name, {})]).not.toEqual([name, 'READ_ONLY']);
    }
  });
});

describe('a note in a full vault', () => {
  const outputsOf = async (who: 'page' | 'terminal', runs: number): Promise<string> => {
    const told: string[] = [];
    const as = house.connect(who);
    for (const name of PROCEDURE_NAMES.filter((each) => !LIFECYCLE.includes(each))) {
      // What reads places of this machine reads what the person could read anyway.
      if (JSON.stringify(contract[name].input).includes('"path"') && who === 'terminal') continue;
      const inputs = fc.sample(inputOf(name, identifiers), { numRuns: runs, seed: SEED });
      for (const input of [{}, ...inputs]) {
        told.push(`${name} ${JSON.stringify(await as.call(name, input as never))}`);
      }
    }
    return told.join('\n');
  };
  /** The calls that told a marker. */
  const leaks = (told: string, markers: readonly string[]): string[] =>
    told
      .split('\n')
      .filter((line) => markers.some((marker) => line.includes(marker)))
      .map((line) => line.split(' ', 1)[0] ?? '');

  it('is read by a clinician, or the attack would prove nothing', async () => {
    await restart();
    await signIn('words of clinician');
    const documentId = identifiers.find((id) => id.startsWith('doc_'));
    const purposeId = identifiers.find((id) => id.startsWith('pur_'));
    const read = await client.call('document.read', { documentId, purposeId } as never);
    expect(JSON.stringify(read)).toContain(TEXT);
  });

  it.each(['auditor', 'administrator'] as const)(
    'never comes back to the %s',
    { timeout: 180_000 },
    async (role) => {
      await restart();
      await signIn(`words of ${role}`);
      expect(leaks(await outputsOf('page', ATTEMPTS), NEVER[role])).toEqual([]);
      expect(leaks(await outputsOf('terminal', ATTEMPTS), NEVER[role])).toEqual([]);
    },
  );
});
