// The people the data is about. In the audit log a person appears only as an HMAC under a key of their
// own: destroying the key at erasure leaves a reference that links to nobody (EDPB Guidelines 02/2025).
import { createHmac } from 'node:crypto';
import type { SubjectRow } from '../../shared/contract/index.ts';
import type { GateSubject } from '../../shared/domain/gate.ts';
import type { ConsentState } from '../../shared/domain/consent.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { Actor, Page, PageRequest, RoomContext } from './context.ts';
import type { Purposes } from './gate/purposes.ts';
import {
  createSubjectRepository,
  type SubjectEventType,
  type SubjectListRow,
  type SubjectQuery,
} from './subjectRepository.ts';

export type Found =
  | { readonly subjectId: string; readonly created: boolean }
  /** The person was erased and may not come back unseen. */
  | { readonly erased: true };

export type SubjectSelector =
  | { readonly subjectIds: readonly string[] }
  | { readonly keys: readonly string[] }
  | { readonly collectionId: string };

export interface Subjects {
  /** Made on first sight. Call inside the importer's transaction. */
  findOrCreate(scheme: string, value: string): Found;
  /** Whether the identifier belongs to an erased person, without creating anybody. */
  wasErased(scheme: string, value: string): boolean;
  /** Whether a number belongs to somebody, or did to somebody who was erased. */
  isTaken(scheme: string, value: string): boolean;
  /** Undefined where nobody, or more than one person, is known by this value. */
  byKey(key: string): string | undefined;
  /** The identifier that is shown for a person. */
  keyOf(subjectId: string): string | undefined;
  identifiers(subjectId: string): readonly { readonly scheme: string; readonly value: string }[];
  /** The pseudonym for leaves and lineage, 32 bytes. Throws where there is no such person. */
  subjectRef(subjectId: string): Buffer;
  row(subjectId: string): SubjectRow | undefined;
  /** As the gate sees the person: `erased` from the moment the erasure is ordered. */
  gateState(subjectId: string): GateSubject['state'] | undefined;
  /** Keys that name nobody, or more than one person, come back instead of failing the whole. */
  select(selector: SubjectSelector): {
    readonly subjectIds: readonly string[];
    readonly unknownKeys: readonly string[];
  };
  count(): number;
  /** Restriction (Art. 18) and objection (Art. 21) are events; the gate denies from the next read on. */
  note(
    actor: Actor,
    subjectId: string,
    type: Exclude<SubjectEventType, 'erasing'>,
    reason: string,
  ): Result<void>;
  /** Called inside the transaction of a restriction or an objection: what runs on the person's data stops. */
  onStopped(listener: (subjectId: string) => void): void;
  list(
    query: {
      readonly purposeId: string | null;
      readonly search: string;
      readonly consent: ConsentState | null;
    } & PageRequest,
  ): Result<Page<SubjectRow> & { byState: { state: ConsentState; count: number }[] }>;
}

/** The name of the vault secret that keys the hashes of erased identifiers. */
const ERASURE_KEY = 'erasedIdentifier';

/** HMAC of an identifier under a secret of the vault: a plain hash of a record number can be guessed. */
export const erasedIdentifierHmac = (
  context: Pick<RoomContext, 'store' | 'random'>,
  scheme: string,
  value: string,
): Buffer => createHmac('sha256', erasureKey(context)).update(`${scheme}\0${value}`).digest();

/** Made on first use; a backup must hold it, or the hashes of a later erasure mean nothing in the copy. */
export function erasureKey({ store, random }: Pick<RoomContext, 'store' | 'random'>): Buffer {
  const read = (): Buffer | undefined =>
    store.db.get<{ value: Buffer }>('SELECT value FROM vault_secret WHERE name = ?', [ERASURE_KEY])
      ?.value;
  let key = read();
  if (!key) {
    store.db.run('INSERT OR IGNORE INTO vault_secret (name, value) VALUES (?, ?)', [
      ERASURE_KEY,
      random.bytes(32),
    ]);
    key = read();
  }
  return key as Buffer;
}

export function createSubjects(
  context: RoomContext,
  purposes: Purposes,
  vaultTime: () => string,
): Subjects {
  const { store, clock, random, audit } = context;
  const repository = createSubjectRepository(store);
  const stopped: ((subjectId: string) => void)[] = [];

  const wasErased = (scheme: string, value: string): boolean =>
    repository.isErased(erasedIdentifierHmac(context, scheme, value));

  return {
    findOrCreate: (scheme, value) =>
      store.transaction((): Found => {
        const known = repository.byIdentifier({ scheme, value });
        if (known !== undefined) return { subjectId: known, created: false };
        if (wasErased(scheme, value)) return { erased: true };
        const subjectId = random.newId('subject');
        repository.insert({ id: subjectId, at: clock.now(), refKey: random.bytes(32) });
        repository.addIdentifier(subjectId, { scheme, value });
        return { subjectId, created: true };
      }),
    wasErased,
    isTaken: (scheme, value) =>
      repository.byIdentifier({ scheme, value }) !== undefined || wasErased(scheme, value),
    byKey(key) {
      const found = repository.byValue(key);
      return found.length === 1 ? found[0] : undefined;
    },
    keyOf: (subjectId) => repository.identifiers(subjectId)[0]?.value,
    identifiers: (subjectId) => repository.identifiers(subjectId),
    subjectRef(subjectId) {
      const key = repository.refKey(subjectId);
      if (!key) throw new Error('There is no such person in this vault');
      return Buffer.from(audit.subjectRef(key), 'hex');
    },
    row(subjectId) {
      const row = repository.one(subjectId);
      return row && subjectRowOf(row);
    },
    gateState(subjectId) {
      const row = repository.one(subjectId);
      return row && (repository.isErasing(subjectId) ? 'erased' : row.state);
    },
    select(selector) {
      if ('collectionId' in selector) {
        return { subjectIds: repository.inCollection(selector.collectionId), unknownKeys: [] };
      }
      if ('subjectIds' in selector) {
        const subjectIds = repository.existing(selector.subjectIds);
        const known = new Set(subjectIds);
        return { subjectIds, unknownKeys: selector.subjectIds.filter((id) => !known.has(id)) };
      }
      const byValue = Map.groupBy(repository.byValues(selector.keys), ({ value }) => value);
      const subjectIds = new Set<string>();
      const unknownKeys: string[] = [];
      for (const key of new Set(selector.keys)) {
        const found = byValue.get(key);
        if (found?.length === 1 && found[0]) subjectIds.add(found[0].id);
        else unknownKeys.push(key);
      }
      return { subjectIds: [...subjectIds], unknownKeys };
    },
    count: () => repository.count(),
    note(actor, subjectId, type, reason) {
      if (repository.existing([subjectId]).length === 0) {
        return failure('NOT_FOUND', 'There is no such person in this vault. Nothing was changed.');
      }
      repository.event({ subjectId, type, at: clock.now(), actor: actor.userId, reason });
      if (type === 'restricted' || type === 'objected') {
        for (const listener of stopped) listener(subjectId);
      }
      return ok(undefined);
    },
    onStopped: (listener) => void stopped.push(listener),
    list({ purposeId, search, consent, cursor, limit }) {
      let notice = '';
      if (purposeId !== null) {
        const purpose = purposes.require(purposeId);
        if (!purpose.ok) return purpose;
        notice = purpose.value.noticeVersion;
      }
      const query: SubjectQuery = {
        purposeId,
        notice,
        now: vaultTime(),
        search,
        consent: purposeId === null ? null : consent,
      };
      const rows = repository.page(query, cursor, limit + 1);
      const counts = repository.countByState(query);
      const shown = rows.slice(0, limit);
      return ok({
        items: shown.map(subjectRowOf),
        next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
        total: counts
          .filter((row) => query.consent === null || row.consent === query.consent)
          .reduce((sum, row) => sum + row.n, 0),
        byState:
          purposeId === null
            ? []
            : counts.map((row) => ({ state: row.consent as ConsentState, count: row.n })),
      });
    },
  };
}

const subjectRowOf = (row: SubjectListRow): SubjectRow => ({
  subjectId: row.id,
  key: row.value ?? '',
  scheme: row.scheme ?? '',
  documents: row.documents,
  state: row.state,
  consent: row.consent as ConsentState | null,
  consentSince: row.consent === 'never' || row.consent === 'lapsed' ? null : row.since,
  expiresAt: row.expires_at,
});
