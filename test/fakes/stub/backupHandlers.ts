import type { BackupRow } from '../../../shared/contract/index.ts';
import { PASSPHRASE, Refusal, type HandlersOf } from './core.ts';
import { at, id } from './fixtures.ts';

const row = (number: number, days: number): BackupRow => ({
  backupId: id('bak', number),
  madeAt: at(days),
  bytes: 18_560_000 - days * 40_000,
  logSize: 412 - days * 9,
  scheduled: true,
  verifiedAt: at(days),
  drilledAt: null,
  present: number !== 3,
  formerUsers: number === 3 ? [{ userId: id('usr', 9), name: 'Reader Z' }] : [],
  folder: null,
});

let rows: BackupRow[] = [row(1, 1), row(2, 2), row(3, 9)];

export const backupHandlers: HandlersOf<
  | 'backup.list'
  | 'backup.create'
  | 'backup.schedule'
  | 'backup.drill'
  | 'backup.verify'
  | 'backup.restore'
  | 'vault.rekey'
  | 'vault.examine'
  | 'vault.salvage'
  | 'audit.export'
  | 'audit.verifyFile'
  | 'audit.vectors'
> = {
  async 'vault.rekey'(_, context) {
    await context.progress('rekeying', 1, 'steps');
    return { pages: 4_500, milliseconds: 210 };
  },
  'vault.examine': () => {
    throw new Refusal('FORBIDDEN', 'A page names no place on this machine.');
  },
  'vault.salvage': () => {
    throw new Refusal('FORBIDDEN', 'A page names no place on this machine.');
  },
  'backup.list': () => ({
    policy: { intervalHours: 24, keep: 14, folder: null },
    newestAt: rows[0]?.madeAt ?? null,
    dueAt: at(0),
    overdue: false,
    items: rows,
  }),
  async 'backup.create'(_, context) {
    await context.progress('copying', 18, 'pages');
    const made = { ...row(rows.length + 1, 0), scheduled: false };
    rows = [made, ...rows];
    context.changed('vault');
    return made;
  },
  'backup.schedule': () => ({}),
  'backup.drill'({ backupId, passphrase }) {
    if (passphrase !== PASSPHRASE) {
      throw new Refusal('WRONG_PASSPHRASE', 'The passphrase does not open this backup.');
    }
    const { madeAt, logSize } = rows[0] ?? row(1, 1);
    rows = rows.map((each) => (each.backupId === backupId ? { ...each, drilledAt: at(0) } : each));
    return {
      backupId: backupId ?? id('bak', 1),
      madeAt,
      logSize,
      replayed: { erased: 1, before: 2, absent: 0 },
      erasuresKnown: true,
      users: [{ userId: id('usr', 1), name: 'Reader A', former: false }],
      documents: 40,
      seconds: 3.4,
    };
  },
  'backup.verify': () => {
    throw new Refusal('FORBIDDEN', 'A page names no place on this machine.');
  },
  'backup.restore': () => {
    throw new Refusal('FORBIDDEN', 'A page names no place on this machine.');
  },
  'audit.export': () => {
    throw new Refusal('FORBIDDEN', 'A page names no place on this machine.');
  },
  'audit.verifyFile': () => {
    throw new Refusal('FORBIDDEN', 'A page names no place on this machine.');
  },
  'audit.vectors': () => {
    throw new Refusal('FORBIDDEN', 'A page names no place on this machine.');
  },
};
