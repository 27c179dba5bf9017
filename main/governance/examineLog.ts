// The part of a diagnosis that this room answers for: the audit log, its anchor, the clock of its leaves,
// the schedule of backups.
import { clockGoesBack, type CopyOfVault, type Finding } from '../store/index.ts';
import { verifyCopy } from './audit/index.ts';
import { createBackupRepository } from './backups/backupRepository.ts';

const DAY = 86_400_000;

export async function examineLog(copy: CopyOfVault, nowMs: number): Promise<readonly Finding[]> {
  const verdict = await verifyCopy(copy, { log: { size: 0, checkpoint: '' } });
  if (!verdict) {
    return [{ what: 'log', state: 'unknown', detail: 'there is no log yet', todo: '' }];
  }
  const { firstBroken, size, knownHead } = verdict;
  const newest = copy.db.get<{ at: string }>('SELECT at FROM audit_leaf ORDER BY seq DESC LIMIT 1');
  return [
    firstBroken
      ? {
          ...{ what: 'log', state: 'bad' },
          detail: `leaf ${firstBroken.seq}: ${firstBroken.what}`,
          todo: 'Keep a copy of the folder and tell the auditor. The newest backup that verifies holds the log as it was.',
        }
      : { what: 'log', state: 'good', detail: `${size} leaves, all as written`, todo: '' },
    knownHead === undefined
      ? {
          ...{ what: 'anchor', state: 'limited' },
          detail: 'no head is known outside the database',
          todo: 'Lock the vault once; better, keep an anchor on a stick or on paper.',
        }
      : knownHead.consistent
        ? {
            ...{ what: 'anchor', state: 'good' },
            detail: `the log continues the head of ${knownHead.size} leaves`,
            todo: '',
          }
        : {
            ...{ what: 'anchor', state: 'bad' },
            detail: `the log does not continue the head of ${knownHead.size} leaves that is known outside`,
            todo: 'The file is older than, or another than, the one last used. Find out who put it there; two people can accept it on the audit screen.',
          },
    ...(newest ? [{ ...clockGoesBack(Date.parse(newest.at), nowMs) }] : []),
    backupFinding(copy, nowMs),
  ];
}

function backupFinding(copy: CopyOfVault, nowMs: number): Finding {
  const what = 'backup';
  try {
    const newest = createBackupRepository(copy).newestAt();
    if (newest === undefined) {
      return {
        what,
        state: 'limited',
        detail: 'there is no backup',
        todo: 'Make one: backup create.',
      };
    }
    const days = Math.floor((nowMs - Date.parse(newest)) / DAY);
    return {
      ...{ what, state: days > 7 ? 'limited' : 'good', detail: `the newest is ${days} days old` },
      todo: days > 7 ? 'Make one, or have them made: backup schedule.' : '',
    };
  } catch {
    return { what, state: 'unknown', detail: 'the register cannot be read', todo: '' };
  }
}
