// A vault with governance in it and short ways to fill it, for the tests of this room.
import { createHash } from 'node:crypto';
import {
  createAuditLog,
  createGovernance,
  type Actor,
  type AuditLog,
  type Governance,
} from '../../../main/governance/index.ts';
import type { Clock, Random } from '../../../main/platform/index.ts';
import type { Store } from '../../../main/store/index.ts';
import { ROLES } from '../../../shared/contract/define.ts';
import type { Purpose } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createFakeClock, type FakeClock } from '../../fakes/clock.ts';
import { createTestVault, type TestVault } from '../../fakes/openVault.ts';

/** What filling a vault takes. */
export interface Rooms {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly governance: Governance;
}

export interface House extends Rooms {
  readonly test: TestVault;
  readonly clock: FakeClock;
  readonly audit: AuditLog;
  readonly actor: Actor;
  dispose(): void;
}

export const TESTER: Actor = {
  userId: 'usr_00000000000000000000000001',
  name: 'Tester',
  roles: ROLES,
};

export function furnish(store: Store, clock: Clock, random: Random) {
  const audit = createAuditLog({ store, clock, random, appVersion: '0.0.0' });
  return { audit, governance: createGovernance({ store, clock, random, audit }) };
}

export async function createHouse(): Promise<House> {
  const clock = createFakeClock();
  const test = await createTestVault({ clock });
  const { store } = test.vault;
  const { random } = test;
  return {
    test,
    clock,
    random,
    store,
    ...furnish(store, clock, random),
    actor: TESTER,
    dispose: () => test.dispose(),
  };
}

type Declared = Partial<Parameters<Governance['purposes']['declare']>[1]>;

/** Research on consent unless told otherwise. */
export const declare = (house: Pick<Rooms, 'governance'>, changes: Declared = {}): Purpose =>
  unwrap(
    house.governance.purposes.declare(TESTER, {
      name: 'Research',
      description: '',
      operations: ['read', 'deidentify', 'label', 'train', 'evaluate', 'suggest', 'export'],
      categories: ['health'],
      basis: { article6: '6(1)(a)', article9: '9(2)(a)', piplSeparateConsent: false },
      noticeVersion: '1',
      retentionDays: null,
      ...changes,
    }),
  );

export interface PutDocument {
  readonly name: string;
  readonly text: string;
  readonly subjectId?: string | null;
  readonly category?: string;
  readonly kind?: string;
  readonly importedAt?: string;
  readonly collectionId?: string;
  readonly derivedFrom?: string;
}

export function putCollection(
  house: Pick<Rooms, 'store' | 'clock' | 'random'>,
  name = 'Notes',
): string {
  const known = house.store.db.get<{ id: string }>('SELECT id FROM collection WHERE name = ?', [
    name,
  ]);
  if (known) return known.id;
  const id = house.random.newId('collection');
  house.store.db.run(
    'INSERT INTO collection (id, name, created_at, kind, actor) VALUES (?, ?, ?, ?, ?)',
    [id, name, house.clock.now(), 'original', TESTER.userId],
  );
  return id;
}

/** Writes a document as an importer would; returns its id and rowid. */
export function putDocument(
  house: Rooms,
  document: PutDocument,
): { readonly id: string; readonly rowid: number } {
  const id = house.random.newId('document');
  return house.store.transaction(() => {
    const { lastInsertRowid } = house.store.db.run(
      `INSERT INTO document (id, collection_id, name, subject_id, language, category, kind, derived_from, length, sha256, imported_at)
       VALUES (?, ?, ?, ?, 'en', ?, ?, ?, ?, ?, ?)`,
      [
        id,
        document.collectionId ?? putCollection(house),
        document.name,
        document.subjectId ?? null,
        document.category ?? 'health',
        document.kind ?? 'original',
        document.derivedFrom ?? null,
        document.text.length,
        createHash('sha256').update(document.text).digest('hex'),
        document.importedAt ?? house.clock.now(),
      ],
    );
    const rowid = Number(lastInsertRowid);
    house.governance.texts.put(rowid, document.text);
    return { id, rowid };
  });
}

export function person(house: Pick<Rooms, 'governance'>, value: string, scheme = 'record'): string {
  const found = house.governance.subjects.findOrCreate(scheme, value);
  if ('erased' in found) throw new Error('This person was erased');
  return found.subjectId;
}

export const give = (
  house: Pick<Rooms, 'governance'>,
  purposeId: string,
  subjectIds: readonly string[],
  changes: { decision?: 'given' | 'refused'; at?: string; expiresAt?: string | null } = {},
) =>
  unwrap(
    house.governance.consent.record(TESTER, {
      purposeId,
      subjects: { subjectIds },
      decision: changes.decision ?? 'given',
      channel: 'paper',
      evidence: '',
      at: changes.at,
      expiresAt: changes.expiresAt ?? null,
    }),
  );

export const withdraw = (
  house: Pick<Rooms, 'governance'>,
  purposeId: string,
  subjectIds: readonly string[],
) =>
  unwrap(
    house.governance.consent.withdraw(TESTER, { purposeId, subjects: { subjectIds }, reason: '' }),
  );
