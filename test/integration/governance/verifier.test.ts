// Two programs that share no code judge the same files: the verifier in resources/verifier must say what the
// application says, on logs made at random and on logs broken at random.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, readFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { exportLines, verifyExport } from '../../../main/governance/audit/exportFile.ts';
import type { LeafRow } from '../../../main/governance/audit/auditRepository.ts';
import {
  checkpointText,
  createSigner,
  type Signer,
} from '../../../main/governance/audit/checkpoint.ts';
import { createCompactRange, leafHash } from '../../../main/governance/audit/merkle.ts';
import { successionText } from '../../../main/governance/audit/succession.ts';
import { createAuditLog, runVectors } from '../../../main/governance/index.ts';
import { createTestVault } from '../../fakes/openVault.ts';
import { createDice } from '../store/process.ts';

const VERIFIER = fileURLToPath(
  new URL('../../../resources/verifier/verify_audit.py', import.meta.url),
);
const VECTORS = fileURLToPath(new URL('../../../../shared/data/merkle', import.meta.url));
const PYTHON = ['python3', 'python'].find((name) => spawnSync(name, ['-V']).status === 0) ?? '';
const LOGS = 1_000;

function skips(): boolean {
  if (PYTHON !== '') return false;
  process.stderr.write('SKIPPED: no python3 here, the independent verifier was not run.\n');
  return true;
}

const python = (...args: readonly string[]) =>
  spawnSync(PYTHON, ['-I', VERIFIER, ...args], { encoding: 'utf8' });

interface Dice {
  (): number;
}
const below = (dice: Dice, limit: number): number => Math.floor(dice() * limit);

interface Made {
  readonly lines: readonly string[];
  readonly anchor: string | undefined;
  /** Of the keys, oldest first. */
  readonly seeds: readonly Buffer[];
}

const drawn = (dice: Dice): Buffer =>
  Buffer.from(Array.from({ length: 32 }, () => below(dice, 256)));

/** A log of 0 to 40 leaves, some pruned, some a new key, with one to three heads and sometimes an anchor. */
function makeLog(dice: Dice, number: number): Made {
  const origin = `cloister/vlt_${String(number).padStart(26, '0')}`;
  const seeds = [drawn(dice)];
  /** By size: whoever signs a head of so many leaves. */
  const signers = [createSigner(origin, seeds[0] as Buffer)];
  const size = below(dice, 41);
  const rotates = dice() < 0.5;
  const rows: LeafRow[] = [];
  const range = createCompactRange();
  const roots = [range.root()];
  for (let seq = 0; seq < size; seq += 1) {
    const former = signers[seq] as Signer;
    let next = former;
    let succession: string | undefined;
    if (rotates && dice() < 0.15) {
      seeds.push(drawn(dice));
      next = createSigner(origin, seeds.at(-1) as Buffer);
      succession = successionNote(seq, former, next);
    }
    signers.push(next);
    const body = Buffer.from(
      JSON.stringify({
        ...(succession !== undefined && { succession }),
        ...{ action: 'test.leaf', actor: `usr_${below(dice, 1e6)}`, v: 1 },
        ...(dice() < 0.3 && { counts: { n: dice() * 1e6, m: below(dice, 10) } }),
        ...{ note: 'Zürich 張偉 \u2028', seq },
      }),
    );
    const leaf_hash = leafHash(body);
    const pruned = succession === undefined && dice() < 0.1;
    rows.push({ seq, at: '', action: '', body: pruned ? null : body, leaf_hash });
    range.append(leaf_hash);
    roots.push(range.root());
  }
  const head = (at: number): string =>
    (signers[at] as Signer).sign(checkpointText({ origin, size: at, root: roots[at] as Buffer }));
  const earlier = Array.from({ length: below(dice, 3) }, () => head(below(dice, size + 1)));
  const lines = [
    ...exportLines({
      repository: { leaves: (from, limit) => rows.slice(from, from + limit) },
      ...{ origin, verifierKey: (signers[0] as Signer).verifierKey, size },
      checkpoints: [...earlier, head(size)],
    }),
  ]
    .join('')
    .split('\n');
  const anchor = dice() < 0.5 ? head(below(dice, size + 1)) : undefined;
  return { lines, anchor, seeds };
}

function successionNote(seq: number, from: Signer, to: Signer): string {
  const text = successionText(from.name, { seq, from: from.verifierKey, to: to.verifierKey });
  return from.sign(text) + to.sign(text).slice(text.length + 1);
}

const ownOrigin = (lines: readonly string[]): string =>
  /"origin":"([^"]+)"/.exec(lines[0] ?? '')?.[1] ?? '';

/** A new key that nobody signed, or that only one of two signed, or that was meant for another leaf. */
function forgeSuccession(dice: Dice, { lines, seeds }: Made): readonly string[] {
  const origin = ownOrigin(lines);
  const leaves = lines.flatMap((line, at) => (line.startsWith('{"leaf"') ? [at] : []));
  const at = leaves[below(dice, leaves.length)] ?? 0;
  const seq = at - 1;
  const [own, stranger] = [
    createSigner(origin, seeds[0] as Buffer),
    createSigner(origin, drawn(dice)),
  ];
  const foreign = createSigner('cloister/vlt_other', drawn(dice));
  const link = { seq, from: own.verifierKey, to: stranger.verifierKey };
  const text = successionText(origin, link);
  const succession: unknown = [
    stranger.sign(text),
    own.sign(text),
    own.sign(text) + own.sign(text).slice(text.length + 1),
    successionNote(seq + 1, own, stranger),
    successionNote(seq, own, foreign),
    successionNote(seq, own, own),
    successionNote(seq, stranger, own),
    `${successionNote(seq, own, stranger)}\n`,
    successionNote(seq, own, stranger).replace('\u2014', '\ud800'),
    successionNote(seq, own, stranger).replaceAll('\n', '\r\n'),
    successionNote(seq, own, stranger), // Genuine, and yet not what the log was signed with.
    { note: text },
    null,
    '',
  ][below(dice, 14)];
  const body = Buffer.from(JSON.stringify({ seq, succession }));
  return lines.with(at, `{"leaf":"${body.toString('base64')}"}`);
}

/** One change of the kind an enemy, a disk or a careless editor makes. */
function mutate(dice: Dice, made: Made, other: Made): Made {
  const { lines, anchor, seeds } = made;
  const changed = [...lines];
  const at = below(dice, Math.max(1, changed.length - 1));
  const another = below(dice, Math.max(1, changed.length - 1));
  const line = changed[at] ?? '';
  const flip = (text: string): string => {
    const place = below(dice, text.length);
    const letters = 'AZaz09+/=-{}":,\\ \t\r\u00e9';
    return text.slice(0, place) + letters[below(dice, letters.length)] + text.slice(place + 1);
  };
  switch (below(dice, 16)) {
    case 0:
      changed[at] = flip(line);
      break;
    case 1:
      changed.splice(at, 1);
      break;
    case 2:
      changed.splice(at, 0, line);
      break;
    case 3:
      [changed[at], changed[another]] = [changed[another] ?? '', line];
      break;
    case 4:
      changed[at] = other.lines[below(dice, other.lines.length)] ?? '';
      break;
    case 5: {
      // A changed body, spelled as it should be.
      const body = /^\{"leaf":"(.*)"\}$/.exec(line)?.[1];
      const text = Buffer.from(body ?? '', 'base64').toString('utf8');
      if (body !== undefined) {
        changed[at] = `{"leaf":"${Buffer.from(flip(text)).toString('base64')}"}`;
      } else changed[at] = flip(line);
      break;
    }
    case 6: {
      // A changed note, spelled as it should be.
      const place = changed.findIndex((each) => each.startsWith('{"checkpoint"'));
      const note = Buffer.from((changed[place] ?? '').slice(15, -2), 'base64').toString('utf8');
      changed[place] = `{"checkpoint":"${Buffer.from(flip(note)).toString('base64')}"}`;
      break;
    }
    case 7:
      changed.length = at;
      break;
    case 8:
      changed[changed.length - 1] = 'x';
      break;
    case 9:
      // Body for hash: the same leaf, told with less. The log stays intact.
      changed[at] = line.replace(/^\{"leaf":"(.*)"\}$/, (_, body: string) => {
        const hash = leafHash(Buffer.from(body, 'base64')).toString('hex');
        return `{"hash":"${hash}"}`;
      });
      break;
    case 10:
      return { lines, seeds, anchor: flip(anchor ?? 'x\n1\nx\n\n\u2014 x AAAA\n') };
    case 11:
      return { lines, seeds, anchor: other.anchor ?? 'nothing' };
    case 12:
    case 13:
      return { lines: forgeSuccession(dice, made), seeds, anchor };
    case 14: {
      // Heads by any key the log ever had: only that of its size counts.
      const signer = createSigner(ownOrigin(lines), seeds[below(dice, seeds.length)] as Buffer);
      const place = changed.findLastIndex((each) => each.startsWith('{"checkpoint"'));
      const note = Buffer.from((changed[place] ?? '').slice(15, -2), 'base64').toString('utf8');
      const again = signer.sign(note.slice(0, note.indexOf('\n\n') + 1));
      changed[place] = `{"checkpoint":"${Buffer.from(again).toString('base64')}"}`;
      break;
    }
    default: {
      // The leaf that brought a key, told with less: nobody can follow it any more.
      const body = (each: string): string =>
        Buffer.from(/^\{"leaf":"(.*)"\}$/.exec(each)?.[1] ?? '', 'base64').toString('utf8');
      const place = changed.findIndex((each) => body(each).includes('"succession"'));
      if (place < 0) changed[at] = flip(line);
      else {
        const hash = leafHash(Buffer.from(body(changed[place] ?? ''))).toString('hex');
        changed[place] = `{"hash":"${hash}"}`;
      }
    }
  }
  return { lines: changed, anchor, seeds };
}

describe.skipIf(skips())('the independent verifier', { timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloister-verifier-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function compare(name: string, logs: readonly Made[]): Promise<Map<string, number>> {
    const own: string[] = [];
    const list: string[] = [];
    for (const [index, { lines, anchor }] of logs.entries()) {
      const path = join(folder, `${name}${index}`);
      writeFileSync(path, lines.join('\n'));
      if (anchor !== undefined) writeFileSync(`${path}.anchor`, anchor);
      list.push(anchor === undefined ? path : `${path}\t${path}.anchor`);
      const bytes = readFileSync(path);
      // In pieces that cut lines anywhere, as a stream does.
      const half = Math.floor(bytes.length / 2);
      const verdict = await verifyExport([bytes.subarray(0, half), bytes.subarray(half)], {
        anchors: anchor === undefined ? [] : [Buffer.from(anchor)],
      });
      own.push(verdict.flaw ?? 'intact');
    }
    writeFileSync(join(folder, name), list.join('\n'));
    const run = python('--batch', join(folder, name));
    expect(run.stderr).toBe('');
    const theirs = run.stdout.trimEnd().split('\n');
    const differing = own.flatMap((verdict, index) =>
      verdict === theirs[index] ? [] : [`${name}${index}: ${verdict}, ${theirs[index] ?? '-'}`],
    );
    expect(differing).toEqual([]);
    expect(theirs).toHaveLength(logs.length);
    const tally = new Map<string, number>();
    for (const verdict of own) tally.set(verdict, (tally.get(verdict) ?? 0) + 1);
    return tally;
  }

  const dice = createDice(20_261_124);
  const random = Array.from({ length: LOGS }, (_, number) => makeLog(dice, number));

  it(`finds ${LOGS} random logs intact, as the application does`, async () => {
    expect(await compare('random', random)).toEqual(new Map([['intact', LOGS]]));
  });

  it(`says of ${LOGS} mutated logs what the application says`, async () => {
    const mutated = random.map((log, index) =>
      mutate(dice, log, random[(index + 1) % LOGS] as Made),
    );
    const tally = await compare('mutated', mutated);
    // All kinds of damage were met; what is left intact was only pruned, or exchanged for itself.
    expect([...tally.keys()].sort()).toEqual(
      ['anchor', 'format', 'intact', 'key', 'leaf', 'root', 'signature', 'succession'].sort(),
    );
    expect(tally.get('intact')).toBeLessThan(LOGS * 0.3);
  });

  it('reads what the application exports, with its anchor and its key', async () => {
    const test = await createTestVault();
    const log = createAuditLog({ ...test, store: test.vault.store, appVersion: '0.0.0' });
    for (let leaf = 0; leaf < 50; leaf += 1) {
      log.append({ action: 'test.leaf', actor: 'system' });
      if (leaf % 20 === 0) log.sign();
    }
    const path = join(folder, 'export.jsonl');
    const { lines } = log.exportFile();
    writeFileSync(path, [...lines].join(''));
    const anchor = join(test.folder, 'head.json');
    const whole = python(path, '--key', log.verifierKey, '--anchor', anchor);
    expect(whole.stdout).toContain('INTACT: 50 leaves');
    expect(whole.status).toBe(0);
    // A new key of the log: trusted by the old one and by the new one.
    const former = log.verifierKey;
    log.rotateKey({ actor: 'usr_0000000001', roles: [] });
    const rotated = join(folder, 'rotated.jsonl');
    writeFileSync(rotated, [...log.exportFile().lines].join(''));
    for (const key of [former, log.verifierKey]) {
      const followed = python(rotated, '--key', key, '--anchor', anchor);
      expect(followed.stdout).toContain('INTACT: 51 leaves');
      expect(followed.stdout).toContain(`then     ${log.verifierKey}`);
    }
    const foreign = python(path, '--key', log.verifierKey.replace('vlt_', 'vlt_0'));
    expect(foreign.stdout).toContain('NOT INTACT (trust)');
    expect(foreign.status).toBe(1);
    // A log that went back behind its anchor.
    log.append({ action: 'test.leaf', actor: 'system' });
    log.sign();
    const behind = python(path, '--anchor', anchor);
    expect(behind.stdout).toContain('NOT INTACT (anchor)');
    expect(python(join(folder, 'nowhere')).status).toBe(2);
    expect(python().status).toBe(2);
    test.dispose();
  });

  it.skipIf(!existsSync(VECTORS))('passes the public vectors (needs ../shared/data/merkle)', () => {
    const run = python('--vectors', VECTORS);
    expect(run.stdout.trim()).toBe('196 passed, 0 failed');
    expect(run.status).toBe(0);
  });

  it('imports nothing but the standard library and fits in one file', () => {
    const source = readFileSync(VERIFIER, 'utf8');
    const imports = [...source.matchAll(/^(?:import|from) (\S+)/gm)].map(([, name]) => name);
    expect(imports).toEqual(['base64', 'hashlib', 'json', 'os', 're', 'sys']);
  });
});

it.skipIf(!existsSync(VECTORS))('196 public vectors pass (needs ../shared/data/merkle)', () => {
  expect(runVectors(VECTORS)).toEqual({ passed: 196, failed: [] });
});
