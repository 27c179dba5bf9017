import type { BackupRow } from '../../../shared/contract/index.ts';
import { PASSPHRASE, Refusal, type HandlersOf } from './core.ts';
import { at, id } from './fixtures.ts';

const HEAD = `cloister/${id('vlt', 1)}\n412\nEjRWeJq83v8SNFZ4mrze/xI0VniavN7/EjRWeJq83v8=\n\n— cloister/${id('vlt', 1)} AAAAAA==\n`;
const VERIFIER_KEY = `cloister/${id('vlt', 1)}+3b1c0a77+AT8vR1n0`;
/** The passphrase of nobody: a backup opens with that of the day it was made. */
const refuseWrong = (passphrase: string): void => {
  if (passphrase !== PASSPHRASE) {
    throw new Refusal('WRONG_PASSPHRASE', 'The passphrase does not open this backup.');
  }
};
const openers = [
  { userId: id('usr', 1), name: 'Reader A', former: false },
  { userId: id('usr', 9), name: 'Reader Z', former: true },
];

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
  | 'backup.find'
  | 'backup.verify'
  | 'backup.restore'
  | 'vault.rekey'
  | 'vault.examine'
  | 'vault.salvage'
  | 'audit.export'
  | 'audit.exportPart'
  | 'audit.heads'
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
  'backup.find': ({ place }) => ({
    items: rows.map((each, index) => ({
      source: { kind: 'place' as const, placeId: id('plc', index + 1) },
      name: `cloister-backup-${index + 1}`,
      backupId: each.backupId,
      madeAt: each.madeAt,
      logSize: each.logSize,
      vaultName: 'Ward 3',
      own: index < 2,
      bytes: each.bytes,
      medium: place
        ? ('chosen' as const)
        : index === 0
          ? ('removable' as const)
          : ('beside' as const),
    })),
    media: [{ place: { kind: 'place' as const, placeId: id('plc', 90) }, name: 'WARD-STICK' }],
  }),
  async 'backup.verify'({ passphrase }, context) {
    refuseWrong(passphrase);
    await context.progress('readingBack', 18, 'pages');
    const { backupId, madeAt, logSize, bytes } = rows[0] ?? row(1, 1);
    return {
      ...{ backupId, madeAt, logSize, bytes, whole: true, files: 9, problems: [] },
      users: openers,
      erasures: { complete: true, since: 1 },
    };
  },
  async 'backup.restore'({ passphrase }, context) {
    refuseWrong(passphrase);
    await context.progress('copying', 18, 'pages');
    const { backupId, madeAt, logSize } = rows[0] ?? row(1, 1);
    return {
      ...{ backupId, madeAt, logSize, users: openers, erasuresKnown: true },
      replayed: { erased: 1, before: 2, absent: 0 },
      name: 'vault-restored-2026-11-24',
      served: false,
      folder: null,
    };
  },
  async 'audit.export'(_, context) {
    await context.progress('packing', 412, 'steps');
    return {
      exitId: id('exi', 1),
      ...{ leaves: 180, bytes: 203_400, sha256: 'ab'.repeat(32) },
      checkpoint: HEAD,
      verifierKey: VERIFIER_KEY,
    };
  },
  'audit.exportPart': () => ({ text: '{"audit":"cloister"}\n', next: null }),
  'audit.heads': () => ({
    items: [{ where: 'beside', state: 'intact', size: 168, at: at(1) }],
    verifierKey: VERIFIER_KEY,
    restores: [],
  }),
  'audit.verifyFile': () => {
    throw new Refusal('FORBIDDEN', 'A page names no place on this machine.');
  },
  'audit.vectors': () => {
    throw new Refusal('FORBIDDEN', 'A page names no place on this machine.');
  },
};
