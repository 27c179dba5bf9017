// What lets data go to another country (Chapter V GDPR, Art. 38 PIPL). Every exit asks here; a country
// nobody answered for is closed.
import { createHash } from 'node:crypto';
import type { Transfer } from '../../../shared/contract/index.ts';
import { destinationGround } from '../../../shared/domain/destinations.ts';
import { safeguardFits, type Safeguard } from '../../../shared/domain/register.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import { canonicalJson } from '../../platform/index.ts';
import type { Actor, RoomContext } from '../context.ts';
import { createTransferRepository, type TransferRow } from './transferRepository.ts';

export type StoredTransfer = Omit<Transfer, 'by'> & { readonly actor: string };

/** Why data may go there: by law alone, or by an entry of the register. */
export interface AllowedTransfer {
  readonly ground: 'home' | 'eea' | Safeguard;
  /** Of the register's entry; empty where the law alone allows it. */
  readonly reference: string;
  readonly auditSeq: number | null;
}

export interface Transfers {
  /** Null: nothing may go to that country. ISO 3166-1 alpha-2. */
  allowed(country: string): AllowedTransfer | null;
  /** Closed by the organisation's policy, whatever the law and the register say. */
  isClosed(country: string): boolean;
  /** A null safeguard takes the entry back. Fails with BAD_INPUT, CONFLICT, POLICY_LOCKED. */
  set(
    actor: Actor,
    entry: {
      readonly country: string;
      readonly safeguard: Safeguard | null;
      readonly reference: string;
    },
  ): Result<StoredTransfer>;
  /** In force, by country. */
  list(): readonly StoredTransfer[];
  /** All versions, newest first. */
  history(): readonly StoredTransfer[];
  /** Where this site is; null while nobody has said so, and then every country is a foreign one. */
  home(): string | null;
  /** Null: wherever its public holidays are. */
  setHome(actor: Actor, country: string | null): void;
}

export interface TransfersDeps extends RoomContext {
  /** The country whose public holidays count, which says where the site is unless it says otherwise. */
  readonly holidayCountry: () => string | null;
  /** Countries the organisation's policy keeps open; undefined where it says nothing. */
  readonly exportCountries: () => readonly string[] | undefined;
}

export function createTransfers(deps: TransfersDeps): Transfers {
  const { store, clock, audit, holidayCountry, exportCountries } = deps;
  const repository = createTransferRepository(store);
  const home = (): string | null => repository.home() ?? holidayCountry();

  const isClosed = (country: string): boolean => {
    const open = exportCountries();
    return open !== undefined && country !== home() && !open.includes(country);
  };

  const entryFor = (country: string): TransferRow | undefined => {
    const entry = repository.newest(country);
    return entry?.safeguard && safeguardFits(entry.safeguard, home(), country) ? entry : undefined;
  };

  function allowed(country: string): AllowedTransfer | null {
    if (isClosed(country)) return null;
    const entry = entryFor(country);
    const ground = destinationGround(home(), country, () => entry !== undefined);
    if (ground === null) return null;
    const safeguard = entry?.safeguard;
    if (ground === 'transfer' && entry && safeguard) {
      return { ground: safeguard, reference: entry.reference, auditSeq: entry.audit_seq };
    }
    if (ground === 'transfer') return null;
    return { ground, reference: '', auditSeq: null };
  }

  return {
    allowed,
    isClosed,
    set(actor, { country, safeguard, reference }) {
      if (isClosed(country) && safeguard !== null) {
        return failure(
          'POLICY_LOCKED',
          'The policy of your organisation lets nothing go to this country. Nothing was changed. Ask whoever issues the policy.',
          { country },
        );
      }
      if (safeguard !== null && !safeguardFits(safeguard, home(), country)) {
        return failure(
          'BAD_INPUT',
          'This safeguard does not exist between the two countries. Nothing was changed. Choose another one, or set the country of this site first.',
          { field: 'safeguard' },
        );
      }
      if (safeguard !== null && reference === '') {
        return failure(
          'BAD_INPUT',
          'A safeguard is a document. Nothing was changed. Say which one it is and where it is kept.',
          { field: 'reference' },
        );
      }
      const former = repository.newest(country);
      if ((former?.safeguard ?? null) === safeguard && (former?.reference ?? '') === reference) {
        return failure('CONFLICT', 'Nothing is different. Nothing was changed.');
      }
      return store.transaction(() => {
        const row = {
          ...{ country, safeguard, reference },
          version: (former?.version ?? 0) + 1,
          at: clock.now(),
          actor: actor.userId,
        };
        const { seq } = audit.append({
          action: 'transfer.set',
          actor: actor.userId,
          roles: actor.roles,
          counts: { version: row.version, open: safeguard === null ? 0 : 1 },
          commitments: {
            transfer: createHash('sha256').update(canonicalJson(row)).digest('hex'),
          },
        });
        repository.insert({ ...row, audit_seq: seq });
        return ok(transferOf({ ...row, audit_seq: seq }));
      });
    },
    list: () =>
      repository
        .current()
        .filter(({ safeguard }) => safeguard !== null)
        .map(transferOf),
    history: () => repository.all().map(transferOf),
    home,
    setHome(actor, country) {
      store.transaction(() => {
        audit.append({
          action: 'transfer.setHome',
          actor: actor.userId,
          roles: actor.roles,
          counts: { named: country === null ? 0 : 1 },
        });
        repository.setHome(country);
      });
    },
  };
}

const transferOf = ({ audit_seq, ...row }: TransferRow): StoredTransfer => ({
  ...row,
  auditSeq: audit_seq,
});
