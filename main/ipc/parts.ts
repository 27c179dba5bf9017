// What an open vault becomes: the services over it, their handlers as one complete record, the leaf that
// every call leaves in the log. A procedure without a handler does not compile here.
import { loadKeptHeads } from '../governance/index.ts';
import {
  NO_KEY_STORE,
  createClock,
  createRandom,
  type Clock,
  type KeyStore,
  type Random,
} from '../platform/index.ts';
import type { LaunchCompute } from '../models/index.ts';
import { createVaultFiles, type OpenVault, type VaultFiles } from '../store/index.ts';
import { ID_PREFIX } from '../../shared/kernel/id.ts';
import { backupHandlers } from './handlers/backup.ts';
import { auditHandlers } from './handlers/audit.ts';
import { baseHandlers } from './handlers/bases.ts';
import { corpusHandlers } from './handlers/corpus.ts';
import { deidHandlers } from './handlers/deid.ts';
import { evaluationHandlers } from './handlers/evaluation.ts';
import { governanceHandlers } from './handlers/governance.ts';
import { homeHandlers } from './handlers/home.ts';
import { labelingHandlers } from './handlers/labeling.ts';
import { modelHandlers } from './handlers/models.ts';
import { reportHandlers } from './handlers/reports.ts';
import { servingHandlers } from './handlers/serving.ts';
import { trainingHandlers } from './handlers/training.ts';
import type { Handlers } from './handlers/types.ts';
import { requestHandlers } from './handlers/requests.ts';
import { keysHandlers } from './handlers/keys.ts';
import { retentionHandlers } from './handlers/retention.ts';
import { registerHandlers } from './handlers/register.ts';
import { policiesHandlers } from './handlers/policies.ts';
import { consentRecordsHandlers } from './handlers/consentRecords.ts';
import { exitsHandlers } from './handlers/exits.ts';
import { breachesHandlers } from './handlers/breaches.ts';
import { erasuresHandlers } from './handlers/erasures.ts';
import { unlearningHandlers } from './handlers/unlearning.ts';
import { siteHandlers } from './handlers/site.ts';
import { staffHandlers } from './handlers/staff.ts';
import { upkeepHandlers } from './handlers/upkeep.ts';
import { vaultHandlers } from './handlers/vault.ts';
import { createGuesses, type Guesses } from './guesses.ts';
import type { Places } from './places.ts';
import { createRestoring, type Restoring } from './restoring.ts';
import type { SessionHooks } from './server.ts';
import { createServices, type Services } from './services.ts';
import type { CallAudit, SessionParts } from './sessions.ts';
import { startUpkeep, type UpkeepDeps } from './upkeep.ts';

export interface PartsDeps {
  readonly launchCompute: LaunchCompute;
  readonly appVersion: string;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly files?: VaultFiles;
  /** Of this machine: keeps the newest head of the log where the vault's folder does not reach. */
  readonly keyStore?: KeyStore;
}

export function openParts(
  deps: PartsDeps,
): (
  vault: OpenVault,
  hooks: Pick<SessionHooks, 'emit' | 'incidents' | 'places'>,
) => Promise<SessionParts> {
  const keyStore = deps.keyStore ?? NO_KEY_STORE;
  const clock = deps.clock ?? createClock();
  const random = deps.random ?? createRandom(clock);
  const files = deps.files ?? createVaultFiles({ clock, random, keyStore });
  return async (vault, { emit, incidents, places }) => {
    const keptHeads = await loadKeptHeads(keyStore, vault.id);
    const services = createServices({
      vault,
      ...(keptHeads && { keptHeads }),
      files,
      clock,
      random,
      appVersion: deps.appVersion,
      launchCompute: deps.launchCompute,
      onComputeRestart: (attempt) => emit('compute.restarted', { at: clock.now(), attempt }),
    });
    const restoring = createRestoring({
      ...{ files, clock, random, folder: vault.info().folder },
      appVersion: deps.appVersion,
      launchCompute: deps.launchCompute,
    });
    const { audit, training, models, orders } = services;
    // Compared once: what this session appends continues whatever it found.
    let integrity = integrityOf(audit, vault);
    const isSound = (): boolean => integrity === 'intact' || integrity === 'unknown';
    const guarded = {
      ...audit,
      get verifierKey() {
        return audit.verifierKey; // Another one after a rotation.
      },
      acceptHead(by: Parameters<typeof audit.acceptHead>[0]) {
        const accepted = audit.acceptHead(by);
        if (!accepted.ok) return accepted;
        integrity = 'intact';
        vault.acceptChange();
        return accepted;
      },
    };
    if (isSound()) training.recover();
    const upkeep = isSound()
      ? startUpkeep(upkeepOf(services, vault, { emit, incidents }))
      : undefined;
    return {
      handlers: allHandlers({
        ...services,
        restoring,
        places: places ?? restoring.places,
        audit: guarded,
        guesses: createGuesses(clock),
      }),
      dual: orders,
      policy: services.governance.policies,
      // A log that does not continue its anchor takes no leaf: that would bless what was found.
      audit: (entry) => void (isSound() && audit.append(leafOf(entry))),
      get integrity() {
        return integrity;
      },
      async dispose() {
        await upkeep?.stop();
        models.close();
        // The head that the next unlock is compared with. A log that no longer continues its anchor is
        // never signed: that would bless what was found broken.
        if (isSound()) audit.sign();
        await keptHeads?.settled();
      },
    };
  };
}

/** The log against what is known of it outside, and the file against what the last close left. */
function integrityOf(
  audit: Pick<Services['audit'], 'compareAnchor' | 'append' | 'list'>,
  vault: Pick<OpenVault, 'sinceClosed'>,
): SessionParts['integrity'] {
  const anchored = audit.compareAnchor();
  const sound = anchored === 'intact' || anchored === 'unknown';
  if (vault.sinceClosed === 'changed') return sound ? 'rolledBack' : anchored;
  const [last] = audit.list({ limit: 1 }).items;
  if (sound && vault.sinceClosed === 'unknown' && last?.action === 'vault.lock') {
    // It was locked, but nobody vouches for the file: the machine died in that moment, or the note was taken.
    audit.append({ action: 'vault.unvouched', actor: 'system' });
  }
  return anchored;
}

function upkeepOf(
  { backups, audit, clock }: Services,
  { user }: OpenVault,
  { emit, incidents }: Pick<SessionHooks, 'emit' | 'incidents'>,
): UpkeepDeps {
  return {
    backups,
    actor: { userId: user.id, name: user.name, roles: user.roles },
    nowMs: () => clock.nowMs(),
    onBackup(outcome) {
      const failed = 'code' in outcome;
      audit.append({
        action: failed ? 'backup.scheduled.failed' : 'backup.scheduled',
        actor: 'system',
        ...(!failed && {
          object: { type: 'backup', id: outcome.backupId },
          counts: { bytes: outcome.bytes },
        }),
      });
      emit('data.changed', { scopes: ['vault', 'audit'] });
    },
    report: (error) => void incidents.report(error, 'scheduled backup'),
  };
}

function allHandlers(
  services: Services & {
    readonly guesses: Guesses;
    readonly restoring: Restoring;
    readonly places: Places;
  },
): Handlers {
  return {
    ...auditHandlers(services),
    ...backupHandlers(services),
    ...baseHandlers(services),
    ...corpusHandlers(services),
    ...deidHandlers(services),
    ...evaluationHandlers(services),
    ...governanceHandlers(services),
    ...homeHandlers(services),
    ...labelingHandlers(services),
    ...modelHandlers(services),
    ...reportHandlers(services),
    ...servingHandlers(services),
    ...requestHandlers(services),
    ...keysHandlers(services),
    ...retentionHandlers(services),
    ...registerHandlers(services),
    ...policiesHandlers(services),
    ...consentRecordsHandlers(services),
    ...exitsHandlers(services),
    ...breachesHandlers(services),
    ...erasuresHandlers(services),
    ...unlearningHandlers(services),
    ...siteHandlers(services),
    ...staffHandlers(services),
    ...trainingHandlers(services),
    ...upkeepHandlers(services),
    ...vaultHandlers(services),
  };
}

const KIND_OF_PREFIX = new Map<string, string>(
  Object.entries(ID_PREFIX).map(([kind, prefix]) => [prefix, kind]),
);

function leafOf(entry: CallAudit): Parameters<Services['audit']['append']>[0] {
  const { action, actor, object, purposeId, outcome, level, counts } = entry;
  return {
    // A refused or failed call is an act of its own: whoever counts successes must not meet it.
    action: outcome === 'done' ? action : `${action}.${outcome}`,
    actor: actor.userId,
    roles: actor.roles,
    ...(object !== undefined && {
      object: { type: KIND_OF_PREFIX.get(object.split('_')[0] ?? '') ?? 'object', id: object },
    }),
    ...(purposeId !== undefined && { purpose: purposeId }),
    ...(level === 'full' && counts && { counts }),
  };
}
