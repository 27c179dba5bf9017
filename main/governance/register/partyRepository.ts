// SQL of the parties: versions are added, never changed.
import type { PartyRole } from '../../../shared/domain/register.ts';
import type { Store } from '../../store/index.ts';

export interface PartyRow {
  readonly party_id: string;
  readonly version: number;
  readonly role: PartyRole;
  readonly name: string;
  readonly address: string;
  readonly contact: string;
  readonly country: string | null;
  readonly state: 'active' | 'ended';
  readonly at: string;
  readonly actor: string;
  readonly audit_seq: number;
}

export interface PartyRepository {
  insert(row: PartyRow): void;
  newest(partyId: string): PartyRow | undefined;
  /** The newest version of each, in order of entry. */
  current(): readonly PartyRow[];
  /** Newest first. */
  all(): readonly PartyRow[];
}

const COLUMNS =
  'party_id, version, role, name, address, contact, country, state, at, actor, audit_seq';

export function createPartyRepository({ db }: Pick<Store, 'db'>): PartyRepository {
  const insert = db.prepare(
    `INSERT INTO party_version (${COLUMNS})
     VALUES (@party_id, @version, @role, @name, @address, @contact, @country, @state, @at, @actor, @audit_seq)`,
  );
  const newest = db.prepare<PartyRow>(
    `SELECT ${COLUMNS} FROM party_version WHERE party_id = ? ORDER BY version DESC LIMIT 1`,
  );
  const current = db.prepare<PartyRow>(
    `SELECT ${COLUMNS} FROM party_version v
     WHERE version = (SELECT max(version) FROM party_version w WHERE w.party_id = v.party_id)
     ORDER BY party_id LIMIT 500`,
  );
  const all = db.prepare<PartyRow>(
    `SELECT ${COLUMNS} FROM party_version ORDER BY seq DESC LIMIT 2000`,
  );
  return {
    insert: (row) => void insert.run({ ...row }),
    newest: (partyId) => newest.get([partyId]),
    current: () => current.all(),
    all: () => all.all(),
  };
}
