// What is wrong with a vault, and what to do: from outside first, then, with a passphrase, page by page. It
// writes nothing and never throws for damage: damage is what it is there to tell.
import { accessSync, constants, existsSync, statSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../platform/index.ts';
import { checkCopy, openCopy, type OpenCopy } from './backupFolder.ts';
import { DATABASE_FILE, openReadOnly } from './driver.ts';
import type { Cipher, ExamineVault, Finding } from './faces.ts';
import {
  HEADER_COPY,
  HEADER_FILE,
  authenticateHeader,
  inspectHeaderFile,
  type ReadHeader,
} from './header.ts';
import { vaultLockOwner } from './lock.ts';
import { firstUnreadablePage } from './pages.ts';
import type { DatabaseKey } from './slots.ts';

const MIB = 2 ** 20;
/** A few minutes are a time server; more is a clock somebody should look at. */
const CLOCK_SLACK_MS = 5 * 60_000;

const good = (what: Finding['what'], detail: string): Finding => ({
  ...{ what, state: 'good', detail, todo: '' },
});

/** Needs no key. */
export function examineOutside(
  folder: string,
  clock: Clock,
  lastOpenedAt: string | undefined,
): Finding[] {
  return [
    ...headerFindings(folder),
    lockFinding(folder),
    permissionFinding(folder),
    spaceFinding(folder),
    clockFinding(folder, clock, lastOpenedAt),
  ];
}

function headerFindings(folder: string): Finding[] {
  const first = inspectHeaderFile(folder, HEADER_FILE);
  const second = inspectHeaderFile(folder, HEADER_COPY);
  const finding = (what: 'header' | 'headerCopy', state: typeof first, other: typeof first) => {
    const name = what === 'header' ? HEADER_FILE : HEADER_COPY;
    if (state === 'whole') return good(what, `${name} is whole`);
    const detail = `${name} is ${state}`;
    return other === 'whole'
      ? ({
          ...{ what, state: 'limited', detail },
          todo: 'Unlock the vault once: the other copy is used and both are written again.',
        } satisfies Finding)
      : ({
          ...{ what, state: 'bad', detail },
          todo: 'Nobody can open the vault without one of the two files. Copy slots.json from the newest backup made since the last change of key; do not delete anything.',
        } satisfies Finding);
  };
  return [finding('header', first, second), finding('headerCopy', second, first)];
}

function lockFinding(folder: string): Finding {
  const owner = vaultLockOwner(folder);
  if (!owner) return good('lock', 'no process holds the vault open');
  return {
    ...{ what: 'lock', state: 'limited' },
    detail: `open in process ${owner.pid} on ${owner.host} since ${owner.since}`,
    todo: 'Lock it there before anything is repaired. What follows was read beside it.',
  };
}

function permissionFinding(folder: string): Finding {
  const what = 'permissions';
  for (const [path, name] of [
    [folder, 'the folder'],
    [join(folder, DATABASE_FILE), DATABASE_FILE],
  ] as const) {
    try {
      accessSync(path, constants.R_OK | constants.W_OK);
    } catch {
      return {
        ...{ what, state: 'bad', detail: `this account may not read and write ${name}` },
        todo: 'Ask whoever manages this computer for access, or copy the vault to a medium that can be written.',
      };
    }
  }
  // Nobody gets past a closed folder to the files in it.
  if (process.platform !== 'win32' && (statSync(folder).mode & 0o077) !== 0) {
    return {
      ...{ what, state: 'limited', detail: 'the folder is open to other accounts of this machine' },
      todo: 'What lies inside is encrypted. Take the rights away all the same: chmod go= FOLDER.',
    };
  }
  return good(what, 'only this account reads and writes the folder');
}

function spaceFinding(folder: string): Finding {
  const what = 'space';
  try {
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    const size = statSync(join(folder, DATABASE_FILE)).size;
    const detail = `${Math.floor(free / MIB)} MiB free, the database has ${Math.ceil(size / MIB)} MiB`;
    if (free < 64 * MIB) {
      return {
        ...{ what, state: 'bad', detail },
        todo: 'Free some space: nothing can be stored soon.',
      };
    }
    // A change of key and the rebuild after an erasure write the database once more beside itself.
    if (free < size * 2.2) {
      return {
        ...{ what, state: 'limited', detail },
        todo: 'An erasure or a change of key needs twice the size of the database. Free some space.',
      };
    }
    return good(what, detail);
  } catch {
    return { ...{ what, state: 'unknown', detail: 'this file system does not tell' }, todo: '' };
  }
}

function clockFinding(folder: string, clock: Clock, lastOpenedAt: string | undefined): Finding {
  const written = statSync(join(folder, DATABASE_FILE)).mtimeMs;
  const opened = lastOpenedAt === undefined ? 0 : Date.parse(lastOpenedAt);
  return clockGoesBack(Math.max(written, opened), clock.nowMs());
}

/** `newestMs`: the latest moment the vault knows of. */
export function clockGoesBack(newestMs: number, nowMs: number): Finding {
  const what = 'clock';
  if (newestMs <= nowMs + CLOCK_SLACK_MS) return good(what, 'the clock goes forward');
  return {
    ...{ what, state: 'limited' },
    detail: `the clock stands before ${new Date(newestMs).toISOString()}, a moment this vault has seen`,
    todo: 'Set the clock of this machine. Deadlines and consents are judged by the later of the two until then.',
  };
}

export interface InsideDeps {
  readonly folder: string;
  readonly read: ReadHeader;
  readonly key: DatabaseKey;
  readonly cipher: Cipher;
  readonly inspect: ExamineVault['inspect'];
}

export async function examineInside(deps: InsideDeps): Promise<Finding[]> {
  const { folder, read, key, cipher, inspect } = deps;
  const findings: Finding[] = [headerOwner(read, key)];
  const pages = pagesFinding(folder, cipher, key);
  findings.push(pages);
  let copy: OpenCopy;
  try {
    copy = openCopy(folder, read.header.vault.id, cipher, key);
  } catch {
    return findings;
  }
  try {
    const problems = await checkCopy(copy);
    findings.push(
      found(
        'tables',
        problems.filter(({ what }) => what === 'page'),
        'every table and index is sound',
      ),
      found(
        'sealed',
        problems.filter(({ what }) => what === 'sealed'),
        'every sealed file is as written',
      ),
      ...(pages.state === 'good' ? await inspect(copy) : []),
    );
  } finally {
    copy.close();
  }
  return findings;
}

function headerOwner(read: ReadHeader, key: DatabaseKey): Finding {
  try {
    authenticateHeader(read, key);
    return good('key', 'the passphrase opens the vault, and its list of users is genuine');
  } catch {
    return {
      ...{ what: 'key', state: 'bad' },
      detail: 'the list of users was changed by something other than Cloister',
      todo: 'Copy slots.json from the newest backup, and ask who had access to this folder.',
    };
  }
}

function pagesFinding(folder: string, cipher: Cipher, key: DatabaseKey): Finding {
  const what = 'pages';
  const path = join(folder, DATABASE_FILE);
  const lost = (page: number): Finding => ({
    ...{ what, state: 'bad', detail: `page ${page} of ${DATABASE_FILE} cannot be read` },
    todo: 'Copy the whole folder to another disk first. Then restore the newest backup, or save what is readable: vault salvage --to FOLDER.',
  });
  if (!existsSync(path)) return lost(1);
  try {
    const handle = openReadOnly(path, { cipher, key: key.bytes });
    try {
      const image = handle.serialize();
      const page = firstUnreadablePage(image);
      if (page !== undefined) return lost(page);
      return good(what, `every page authenticates (${Math.ceil(image.length / MIB)} MiB)`);
    } finally {
      handle.close();
    }
  } catch {
    return lost(1);
  }
}

const MOST_NAMED = 5;

function found(
  what: 'tables' | 'sealed',
  problems: readonly { readonly where: string }[],
  sound: string,
): Finding {
  if (problems.length === 0) return good(what, sound);
  const named = problems.slice(0, MOST_NAMED).map(({ where }) => where);
  const more = problems.length > MOST_NAMED ? ` and ${problems.length - MOST_NAMED} more` : '';
  return {
    ...{ what, state: 'bad', detail: `${named.join('; ')}${more}` },
    todo:
      what === 'sealed'
        ? 'Models, checkpoints or reports are lost with these files. Restore the newest backup, or save what is readable: vault salvage.'
        : 'Copy the whole folder to another disk first. Then restore the newest backup, or save what is readable: vault salvage --to FOLDER.',
  };
}
