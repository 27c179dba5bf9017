// The rooms from governance to labeling over a real encrypted vault, for tests of any of them.
import {
  createCorpus,
  type Corpus,
  type ImportReport,
  type ImportSettings,
  type Run,
} from '../../main/corpus/index.ts';
import { createDeid, type Deid } from '../../main/deid/index.ts';
import {
  createAuditLog,
  createGovernance,
  type Actor,
  type AuditLog,
  type Governance,
} from '../../main/governance/index.ts';
import { createLabeling, type Labeling } from '../../main/labeling/index.ts';
import type { Clock, Random } from '../../main/platform/index.ts';
import type { OpenVault, Store } from '../../main/store/index.ts';
import { unwrap } from '../../shared/kernel/result.ts';
import { createTestVault, type TestVault } from './openVault.ts';

export interface Rooms {
  readonly store: Store;
  readonly audit: AuditLog;
  readonly governance: Governance;
  readonly corpus: Corpus;
  readonly deid: Deid;
  readonly labeling: Labeling;
  readonly actor: Actor;
}

export interface OpenRooms extends Rooms {
  readonly vault: TestVault;
  /** Imports and throws where that fails. */
  bring(path: string, name: string, more?: Partial<ImportSettings>): Promise<ImportReport>;
  /** A purpose that covers everything; asks for consent only where told. */
  purpose(consent?: 'consent' | 'publicTask'): string;
}

export function roomsOver(vault: OpenVault, clock: Clock, random: Random): Rooms {
  const { store } = vault;
  const audit = createAuditLog({ store, clock, random, appVersion: 'test' });
  const base = { store, clock, random, audit };
  const governance = createGovernance(base);
  const corpus = createCorpus({ ...base, governance });
  const deid = createDeid({ ...base, governance, corpus });
  const labeling = createLabeling({
    ...base,
    governance,
    corpus,
    users: () => vault.keys.users(),
    isModelUsable: () => true,
  });
  const actor = { userId: vault.user.id, name: vault.user.name, roles: vault.user.roles };
  return { store, audit, governance, corpus, deid, labeling, actor };
}

export const settingsFor = (
  path: string,
  name: string,
  more: Partial<ImportSettings> = {},
): ImportSettings => ({
  source: { kind: 'path', path },
  format: 'auto',
  collection: { name },
  subjects: { by: 'none' },
  category: 'health',
  language: null,
  annotator: 'import',
  encoding: 'auto',
  csv: { textColumn: null, delimiter: null },
  ...more,
});

export const quietRun = (signal: AbortSignal = new AbortController().signal): Run => ({
  signal,
  progress: () => undefined,
});

export async function openRooms(): Promise<OpenRooms> {
  const vault = await createTestVault();
  const rooms = roomsOver(vault.vault, vault.clock, vault.random);
  const { actor, corpus, governance } = rooms;
  let purposes = 0;
  return {
    ...rooms,
    vault,
    bring: async (path, name, more) =>
      unwrap(await corpus.import(actor, settingsFor(path, name, more), quietRun())),
    purpose(consent = 'publicTask') {
      purposes += 1;
      const article6 = consent === 'consent' ? '6(1)(a)' : '6(1)(e)';
      const article9 = consent === 'consent' ? '9(2)(a)' : '9(2)(i)';
      return unwrap(
        governance.purposes.declare(actor, {
          name: `Purpose ${purposes}`,
          description: '',
          operations: ['read', 'deidentify', 'label', 'train', 'evaluate', 'suggest'],
          categories: ['health', 'finance', 'other'],
          basis: { article6, article9, piplSeparateConsent: false },
          noticeVersion: '1',
          retentionDays: null,
        }),
      ).purposeId;
    },
  };
}

/** Gives everybody in a collection the consent that the purpose asks for. */
export function giveConsent(rooms: Rooms, purposeId: string, collectionId: string): void {
  unwrap(
    rooms.governance.consent.record(rooms.actor, {
      purposeId,
      subjects: { collectionId },
      decision: 'given',
      channel: 'paper',
      evidence: '',
      expiresAt: null,
    }),
  );
}
