// Nothing leaves unregistered: who took what, for whom, to which country, with which contents, is written
// down and logged before a byte goes out. The register is also the list of recipients that Art. 15 and 19
// GDPR ask for. Where it may not go (Art. 44 GDPR, 38 PIPL), it does not.
import { createHash } from 'node:crypto';
import type { ExitEntry as Entry } from '../../../shared/contract/index.ts';
import {
  DESTINATIONS_VERSION,
  type DestinationGround,
} from '../../../shared/domain/destinations.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import { canonicalJson } from '../../platform/index.ts';
import type { Actor, Page, PageRequest, RoomContext } from '../context.ts';
import { createExitRepository, type ExitRow } from './exitRepository.ts';
import type { Transfers } from '../register/index.ts';

export interface RegisterExit {
  readonly actor: Actor;
  /** What leaves, e.g. `report`, `model`. */
  readonly kind: string;
  /** Id of the object that leaves. */
  readonly objectId: string;
  readonly recipient: string;
  /** Of the register of parties, where the recipient stands there. */
  readonly partyId?: string | null | undefined;
  /** ISO 3166-1 alpha-2; where the site is, if absent. */
  readonly country?: string | null | undefined;
  readonly purpose?: string | undefined;
  /** Everything that leaves; `sha256` in hexadecimal. */
  readonly files: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly bytes: number;
  }[];
  /** The people whose data is in it; empty where the content names nobody. */
  readonly subjectIds: readonly string[];
  /** Handed to the person whose data it is: told to nobody under Art. 19. */
  readonly toSubject?: boolean | undefined;
}

/** As it is shown, except that the actor is an id. */
export type ExitEntry = Entry;

export interface Destination {
  readonly home: string | null;
  /** Null: nothing may go there. */
  readonly ground: DestinationGround | null;
  readonly listVersion: string;
}

export interface Exits {
  /**
   * Durable when it returns; hand the bytes over only then. Fails with BAD_INPUT without a recipient,
   * DESTINATION_BLOCKED for a country that neither the law nor the register opens.
   */
  register(exit: RegisterExit): Result<{ readonly exitId: string; readonly auditSeq: number }>;
  /** Asked before anything leaves; null: where the site is. */
  destination(country: string | null): Destination;
  /** Newest first. */
  list(page: PageRequest): Page<ExitEntry>;
  get(exitId: string): ExitEntry | undefined;
  /** Everything that left with this person's data, what the person received included. */
  ofSubject(subjectId: string): readonly ExitEntry[];
  /** Who else received this person's data: whom Art. 19 means. In order of leaving. */
  recipientsOf(subjectId: string): readonly ExitEntry[];
}

/** One hash for several files: over their names and hashes in order of name. */
export const contentsSha256 = (files: RegisterExit['files']): string =>
  createHash('sha256')
    .update(
      canonicalJson(
        [...files]
          .sort((a, b) => (a.name < b.name ? -1 : 1))
          .map(({ name, sha256, bytes }) => ({ name, sha256, bytes })),
      ),
    )
    .digest('hex');

export interface ExitsDeps {
  /** The register of transfers to other countries. */
  readonly transfers: Pick<Transfers, 'allowed' | 'home'>;
}

export function createExits(
  { store, clock, random, audit }: RoomContext,
  { transfers }: ExitsDeps,
): Exits {
  const repository = createExitRepository(store);

  function groundOf(country: string | null): DestinationGround | null {
    if (country === null) return 'home';
    const allowed = transfers.allowed(country);
    if (!allowed) return null;
    const { ground } = allowed;
    return ground === 'home' || ground === 'eea' || ground === 'adequacy' ? ground : 'transfer';
  }

  return {
    register(exit) {
      const recipient = exit.recipient.trim();
      if (recipient === '') {
        return failure(
          'BAD_INPUT',
          'Nobody is named as the recipient. Nothing left the vault. Say who receives it.',
        );
      }
      const country = exit.country ?? null;
      const ground = groundOf(country);
      if (country !== null && ground === null) return blocked(country, transfers.home());
      const registered = store.transaction(() => {
        const exitId = random.newId('exit');
        const sha256 = contentsSha256(exit.files);
        const bytes = exit.files.reduce((sum, file) => sum + file.bytes, 0);
        const { seq } = audit.append({
          action: 'exit.register',
          actor: exit.actor.userId,
          roles: exit.actor.roles,
          object: { type: 'exit', id: exitId },
          counts: { files: exit.files.length, bytes, subjects: exit.subjectIds.length },
          commitments: { contents: sha256 },
        });
        repository.insert({
          id: exitId,
          at: clock.now(),
          actor: exit.actor.userId,
          kind: exit.kind,
          object_id: exit.objectId,
          recipient,
          purpose: exit.purpose ?? null,
          sha256,
          bytes,
          audit_seq: seq,
          party_id: exit.partyId ?? null,
          country: country ?? transfers.home(),
          ground: ground ?? 'home',
          to_subject: exit.toSubject === true ? 1 : 0,
        });
        repository.link(exitId, exit.subjectIds);
        return { exitId, auditSeq: seq };
      });
      audit.sign();
      return ok(registered);
    },
    destination: (country) => ({
      home: transfers.home(),
      ground: groundOf(country),
      listVersion: DESTINATIONS_VERSION,
    }),
    list({ cursor, limit }) {
      const rows = repository.page(cursor, limit + 1);
      const items = rows.slice(0, limit);
      return {
        items: items.map(entryOf),
        next: rows.length > limit ? (items.at(-1)?.id ?? null) : null,
        total: repository.total(),
      };
    },
    get(exitId) {
      const row = repository.get(exitId);
      return row && entryOf(row);
    },
    ofSubject: (subjectId) => repository.ofSubject(subjectId).map(entryOf),
    recipientsOf: (subjectId) =>
      repository
        .ofSubject(subjectId)
        .filter((row) => row.to_subject === 0)
        .map(entryOf),
  };
}

const entryOf = (row: ExitRow & { readonly subjects: number }): ExitEntry => ({
  exitId: row.id,
  at: row.at,
  actor: row.actor,
  kind: row.kind,
  recipient: row.recipient,
  partyId: row.party_id,
  country: row.country,
  ground: row.ground,
  toSubject: row.to_subject === 1,
  purpose: row.purpose,
  subjects: row.subjects,
  sha256: row.sha256,
  bytes: row.bytes,
  auditSeq: row.audit_seq,
});

const blocked = (country: string, home: string | null) =>
  failure(
    'DESTINATION_BLOCKED',
    home === null
      ? `Nobody has said in which country this site is, so data may not go to ${country}. Nothing left the vault. Choose the country of this site in the settings, or have the steward enter a transfer in the register.`
      : `Nothing in the law or in the register lets data go from ${home} to ${country} (GDPR Art. 44, PIPL Art. 38). Nothing left the vault. The steward enters the ground of the transfer in the register.`,
    { country, home: home ?? '' },
  );
