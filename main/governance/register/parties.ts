// Who takes part: controllers, their representatives and officers, processors, recipients, authorities. A
// change is a new version, an end is a version too: what a record said on any day can be said again.
import { createHash } from 'node:crypto';
import type { InputOf, Party } from '../../../shared/contract/index.ts';
import type { PartyRole } from '../../../shared/domain/register.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import { canonicalJson } from '../../platform/index.ts';
import type { Actor, RoomContext } from '../context.ts';
import { createPartyRepository, type PartyRow } from './partyRepository.ts';

export type StoredParty = Omit<Party, 'by'> & { readonly actor: string };
type PartyDraft = Required<Omit<InputOf<'party.set'>, 'partyId'>>;

export interface Parties {
  /** Without an id a new party. Fails with NOT_FOUND, CONFLICT (nothing changes; ended). */
  set(actor: Actor, partyId: string | undefined, draft: PartyDraft): Result<StoredParty>;
  /** Fails with NOT_FOUND, CONFLICT (ended before). */
  end(actor: Actor, partyId: string): Result<StoredParty>;
  /** In force, in order of entry. */
  active(role?: PartyRole): readonly StoredParty[];
  /** All versions, newest first. */
  history(): readonly StoredParty[];
}

export function createParties({ store, clock, random, audit }: RoomContext): Parties {
  const repository = createPartyRepository(store);

  function write(
    actor: Actor,
    action: string,
    party: PartyDraft & Pick<PartyRow, 'party_id' | 'version' | 'state'>,
  ): StoredParty {
    return store.transaction(() => {
      const row = { ...party, at: clock.now(), actor: actor.userId };
      const { seq } = audit.append({
        action,
        actor: actor.userId,
        roles: actor.roles,
        object: { type: 'party', id: row.party_id },
        counts: { version: row.version },
        commitments: { party: sha256(canonicalJson({ ...row })) },
      });
      repository.insert({ ...row, audit_seq: seq });
      return partyOf({ ...row, audit_seq: seq });
    });
  }

  return {
    set(actor, partyId, draft) {
      const { role, name, address, contact, country } = draft;
      const wanted = { role, name, address, contact, country };
      if (partyId === undefined) {
        return ok(
          write(actor, 'party.set', {
            ...wanted,
            party_id: random.newId('party'),
            version: 1,
            state: 'active',
          }),
        );
      }
      const former = repository.newest(partyId);
      if (!former) return unknownParty();
      if (former.state === 'active' && isSame(former, wanted)) {
        return failure('CONFLICT', 'Nothing is different. Nothing was changed.');
      }
      return ok(
        write(actor, 'party.set', {
          ...wanted,
          party_id: partyId,
          version: former.version + 1,
          state: 'active',
        }),
      );
    },
    end(actor, partyId) {
      const former = repository.newest(partyId);
      if (!former) return unknownParty();
      if (former.state === 'ended') {
        return failure('CONFLICT', 'This party was taken off before. Nothing was changed.');
      }
      const { role, name, address, contact, country } = former;
      return ok(
        write(actor, 'party.end', {
          ...{ role, name, address, contact, country },
          party_id: partyId,
          version: former.version + 1,
          state: 'ended',
        }),
      );
    },
    active: (role) =>
      repository
        .current()
        .filter((row) => row.state === 'active' && (role === undefined || row.role === role))
        .map(partyOf),
    history: () => repository.all().map(partyOf),
  };
}

const isSame = (row: PartyRow, draft: PartyDraft): boolean =>
  (['role', 'name', 'address', 'contact', 'country'] as const).every(
    (field) => row[field] === draft[field],
  );

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const partyOf = ({ party_id, audit_seq, ...row }: PartyRow): StoredParty => ({
  ...row,
  partyId: party_id,
  auditSeq: audit_seq,
});

const unknownParty = () =>
  failure('NOT_FOUND', 'There is no such party in the register. Nothing was changed.');
