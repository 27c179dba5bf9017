import type { VaultStatus } from '../../../shared/contract/index.ts';
import type { z } from 'zod';
import { openBreaches } from './breachesHandlers.ts';
import { noticesOf } from './exitsHandlers.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
import { at, digest, id } from './fixtures.ts';

const userOf = (context: StubContext) => ({
  userId: id('usr', 1),
  name: 'Reader A',
  roles: context.roles,
});

const status = (context: StubContext): z.infer<typeof VaultStatus> => ({
  state: context.state,
  name: context.state === 'absent' ? null : 'Ward 7 discharge notes',
  vaultId: context.state === 'absent' ? null : id('vlt', 1),
  cipher: context.state === 'absent' ? null : 'aegis',
  users:
    context.state === 'absent'
      ? []
      : context.vault.subjects.length === 0
        ? [userOf(context)]
        : [userOf(context), { userId: id('usr', 2), name: 'Marta Brandt', roles: ['steward'] }],
  user: context.state === 'unlocked' ? userOf(context) : null,
  integrity: context.state !== 'unlocked' ? 'unknown' : context.readOnly ? 'rolledBack' : 'intact',
  lastOpenedAt: context.state === 'absent' ? null : at(1),
  lockAfterMinutes: 10,
  openedAt: context.state === 'unlocked' ? context.openedAt : null,
  byRecoveryCode: context.byRecoveryCode,
  withoutDevice: context.withoutDevice,
  readOnly: context.readOnly,
});

export const vaultHandlers: HandlersOf<
  | 'vault.status'
  | 'vault.create'
  | 'vault.unlock'
  | 'vault.lock'
  | 'vault.info'
  | 'job.list'
  | 'job.cancel'
  | 'settings.get'
  | 'settings.set'
  | 'home.summary'
> = {
  'vault.status': (_, context) => status(context),
  'vault.create'(input, context) {
    if (input.passphrase.length < 12) {
      throw new Refusal('WEAK_PASSPHRASE', 'The passphrase is too easy to guess.');
    }
    context.state = 'unlocked';
    context.passphrase = input.passphrase;
    return {
      ...status(context),
      name: input.name,
      user: { ...userOf(context), name: input.userName },
    };
  },
  'vault.unlock'(input, context) {
    if (input.passphrase !== context.passphrase) {
      throw new Refusal('WRONG_PASSPHRASE', 'The passphrase does not open this vault.');
    }
    context.state = 'unlocked';
    return status(context);
  },
  'vault.lock'(_, context) {
    context.state = 'locked';
    context.emit('vault.changed', { state: 'locked' });
    return status(context);
  },
  'vault.info': (_, { vault }) => ({
    name: 'Ward 7 discharge notes',
    vaultId: id('vlt', 1),
    cipher: 'aegis',
    schemaVersion: 40,
    createdAt: at(46),
    sizeBytes: 18_432_000,
    kdf: { name: 'Argon2id', memoryKiB: 65_536, iterations: 6, parallelism: 1 },
    counts: {
      documents: vault.documents.length,
      subjects: vault.subjects.length,
      purposes: vault.purposes.length,
      projects: vault.projects.length,
      annotations: vault.projects.reduce((sum, project) => sum + project.annotations, 0),
      snapshots: vault.snapshots.length,
      models: vault.models.length,
      auditLeaves: vault.leaves.length,
    },
    sqlite: '3.50.4, SQLite3 Multiple Ciphers 2.2.4',
    location: null,
  }),
  'job.list': (_, { vault }) => ({ items: vault.jobs }),
  'job.cancel'({ jobId }, context) {
    const index = context.vault.jobs.findIndex((job) => job.jobId === jobId);
    const job = context.vault.jobs[index];
    if (!job) throw new Refusal('NOT_FOUND', 'There is no such job.');
    const cancelled = { ...job, state: 'cancelled' as const, finishedAt: at(0) };
    context.vault.jobs[index] = cancelled;
    context.emit('job.changed', cancelled);
    return {};
  },
  'settings.get': (_, { vault }) => vault.settings,
  'settings.set'(input, context) {
    Object.assign(context.vault, { settings: { ...context.vault.settings, ...input } });
    return context.vault.settings;
  },
  'home.summary': (_, { vault }) => ({
    documents: vault.documents.length,
    subjects: vault.subjects.length,
    withheld: vault.documents.length === 0 ? 0 : 20,
    openTasks: vault.projects.reduce(
      (sum, project) => sum + project.documents - project.completed,
      0,
    ),
    openRequests: vault.requests
      .filter((request) => request.state !== 'closed')
      .map(({ requestId, kind, dueOn }) => ({ requestId, kind, dueOn })),
    lapsingConsents: vault.subjects.filter((subject) => subject.expiresAt !== null).length,
    openBreaches: openBreaches(vault),
    openNotices: noticesOf(vault).filter((notice) => notice.sent === null).length,
    retentionDue: vault.documents.length === 0 ? 0 : 6,
    keptDue: vault.documents.length === 0 ? 0 : 1,
    backup: vault.documents.length === 0 ? 'none' : 'overdue',
    staleModels: vault.models.filter((model) => model.state === 'stale').length,
    lastRuns: vault.runs.map(({ runId, name, state, devF1 }) => ({
      runId,
      name,
      state,
      f1: devF1,
    })),
    audit: { size: vault.leaves.length, root: vault.leaves.length > 0 ? digest('root') : null },
    nextStep: vault.documents.length === 0 ? 'import' : 'label',
  }),
};
