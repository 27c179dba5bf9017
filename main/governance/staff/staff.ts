// The people who work in a vault. Their slots, roles and keys lie in the vault's header; this register
// remembers names after somebody has left, so that old leaves and orders stay readable.
import type { Role } from '../../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import { guessBits } from '../../../shared/domain/passphrase.ts';
import type { UserId } from '../../../shared/kernel/id.ts';
import type { VaultKeys } from '../../store/index.ts';
import type { Actor, RoomContext } from '../context.ts';
import { createStaffRepository, type StaffRow } from './staffRepository.ts';

export interface StaffMember {
  readonly userId: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly addedAt: string | null;
  readonly removedAt: string | null;
}

export interface Staff {
  /** Present people first, then those who left. */
  list(): readonly StaffMember[];
  /** The name behind an id of the log; the id itself where nobody knows any more. */
  nameOf(userId: string): string;
  /** Fails with WEAK_PASSPHRASE, CONFLICT (a person of that name is there). */
  add(
    actor: Actor,
    person: { readonly name: string; readonly roles: readonly Role[]; readonly passphrase: string },
  ): Promise<Result<StaffMember>>;
  /** Fails with NOT_FOUND, CONFLICT (nobody would be left who administers). */
  setRoles(actor: Actor, userId: string, roles: readonly Role[]): Result<StaffMember>;
  /**
   * Takes the slot away and gives the vault a new key: whoever left may have kept the old one.
   * Fails with NOT_FOUND, CONFLICT (oneself, the last person, the last administrator).
   */
  remove(actor: Actor, userId: string): Result<StaffMember>;
  /** For somebody who forgot theirs. Fails with NOT_FOUND, WEAK_PASSPHRASE. */
  resetPassphrase(actor: Actor, userId: string, passphrase: string): Promise<Result<StaffMember>>;
  /** One's own. Fails with WRONG_PASSPHRASE, WEAK_PASSPHRASE. */
  changePassphrase(actor: Actor, current: string, next: string): Promise<Result<void>>;
  /** `none` until a code was made, `unconfirmed` until it was typed back. */
  recovery(): 'none' | 'unconfirmed' | 'confirmed';
  /** Replaces the code of before. It is shown once and kept nowhere. */
  makeRecoveryCode(actor: Actor): Promise<Result<string>>;
  /** Proves that what was written down opens the vault. Fails with WRONG_PASSPHRASE. */
  confirmRecoveryCode(actor: Actor, code: string): Promise<Result<void>>;
}

export function createStaff(
  { store, clock, audit }: RoomContext,
  {
    keys,
    passphraseBits,
  }: {
    readonly keys: VaultKeys;
    /** The least a policy of the organisation asks of a new passphrase, in bits. */
    readonly passphraseBits?: () => number | undefined;
  },
): Staff {
  const repository = createStaffRepository(store);

  const administrators = (): readonly string[] =>
    keys
      .users()
      .filter(({ roles }) => roles.includes('administrator'))
      .map(({ id }) => id);

  const present = (userId: string) => keys.users().find(({ id }) => id === userId);

  function log(action: string, actor: Actor, userId: string, roles?: readonly Role[]): void {
    audit.append({
      action,
      actor: actor.userId,
      roles: actor.roles,
      object: { type: 'user', id: userId },
      // Roles are a closed list, so they can stand in the log as counts of one.
      ...(roles && { counts: Object.fromEntries(roles.map((role) => [role, 1])) }),
    });
  }

  function remember(userId: string, name: string, roles: readonly Role[]): StaffRow {
    const known = repository.get(userId);
    const row: StaffRow = {
      user_id: userId,
      name,
      roles: JSON.stringify(roles),
      added_at: known?.added_at ?? clock.now(),
      removed_at: null,
    };
    repository.put(row);
    return row;
  }

  /** What a policy of the organisation asks of a new passphrase; what is in use stays. */
  function tooWeak(passphrase: string): ReturnType<typeof failure> | undefined {
    const least = passphraseBits?.();
    if (least === undefined || guessBits(passphrase) >= least) return undefined;
    return failure(
      'WEAK_PASSPHRASE',
      'Your organisation asks for a passphrase that is harder to guess. Nothing was changed. Use more words, or longer ones that nobody would say in a row.',
      { bits: least },
    );
  }

  const nobody = () =>
    failure(
      'NOT_FOUND',
      'This vault has no such person. Nothing was changed. Look at the list again.',
    );

  return {
    list() {
      const rows = new Map(repository.all().map((row) => [row.user_id, row]));
      const here = keys.users().map(({ id, name, roles }): StaffMember => ({
        userId: id,
        name,
        roles,
        addedAt: rows.get(id)?.added_at ?? null,
        removedAt: null,
      }));
      const ids = new Set<string>(here.map(({ userId }) => userId));
      return [
        ...here,
        ...[...rows.values()].filter(({ user_id }) => !ids.has(user_id)).map(memberOf),
      ];
    },
    nameOf: (userId) => present(userId)?.name ?? repository.get(userId)?.name ?? userId,
    async add(actor, { name, roles, passphrase }) {
      const wanted = name.trim();
      if (keys.users().some((user) => sameName(user.name, wanted))) {
        return failure(
          'CONFLICT',
          `Somebody called "${wanted}" has a place in this vault already. Nothing was changed. Choose a name that tells the two apart.`,
          { name: wanted },
        );
      }
      const weak = tooWeak(passphrase);
      if (weak) return weak;
      const added = await keys.add({ name: wanted, roles }, passphrase);
      if (!added.ok) return added;
      const { id } = added.value;
      const row = store.transaction(() => {
        log('staff.add', actor, id, roles);
        return remember(id, wanted, roles);
      });
      return ok(memberOf(row));
    },
    setRoles(actor, userId, roles) {
      const user = present(userId);
      if (!user) return nobody();
      if (!roles.includes('administrator') && administrators().every((id) => id === userId)) {
        return lastAdministrator();
      }
      // The leaf first: were the header written and the leaf lost, a role would have changed unseen.
      const row = store.transaction(() => {
        log('staff.roles', actor, userId, roles);
        return remember(userId, user.name, roles);
      });
      const changed = keys.setRoles(user.id, roles);
      return changed.ok ? ok(memberOf(row)) : changed;
    },
    remove(actor, userId) {
      const user = present(userId);
      if (!user) return nobody();
      if (userId === actor.userId) {
        return failure(
          'CONFLICT',
          'Nobody can remove themselves. Nothing was changed. Ask another administrator.',
        );
      }
      if (administrators().every((id) => id === userId)) return lastAdministrator();
      const row = store.transaction(() => {
        log('staff.remove', actor, userId);
        const left: StaffRow = {
          ...remember(userId, user.name, user.roles),
          removed_at: clock.now(),
        };
        repository.put(left);
        return left;
      });
      const removed = keys.remove(user.id);
      if (!removed.ok) return removed;
      store.rekey();
      return ok(memberOf(row));
    },
    async resetPassphrase(actor, userId, passphrase) {
      const user = present(userId);
      if (!user) return nobody();
      const weak = tooWeak(passphrase);
      if (weak) return weak;
      store.transaction(() => log('staff.resetPassphrase', actor, userId));
      const reset = await keys.reset(user.id, passphrase);
      return reset.ok ? ok(memberOf(remember(userId, user.name, user.roles))) : reset;
    },
    async changePassphrase(actor, current, next) {
      const weak = tooWeak(next);
      if (weak) return weak;
      const changed = await keys.changePassphrase(actor.userId as UserId, current, next);
      if (changed.ok) store.transaction(() => log('staff.changePassphrase', actor, actor.userId));
      return changed;
    },
    recovery() {
      if (!keys.hasRecoveryCode()) return 'none';
      return repository.fact(CONFIRMED) === undefined ? 'unconfirmed' : 'confirmed';
    },
    async makeRecoveryCode(actor) {
      store.transaction(() => {
        repository.putFact(CONFIRMED, undefined);
        log('recovery.make', actor, actor.userId);
      });
      return keys.makeRecoveryCode();
    },
    async confirmRecoveryCode(actor, code) {
      const checked = await keys.checkRecoveryCode(code);
      if (!checked.ok) return checked;
      store.transaction(() => {
        repository.putFact(CONFIRMED, Buffer.from(clock.now(), 'utf8'));
        log('recovery.confirm', actor, actor.userId);
      });
      return checked;
    },
  };
}

const CONFIRMED = 'recovery.confirmed';

const memberOf = (row: StaffRow): StaffMember => ({
  userId: row.user_id,
  name: row.name,
  roles: JSON.parse(row.roles) as Role[],
  addedAt: row.added_at,
  removedAt: row.removed_at,
});

const sameName = (a: string, b: string): boolean =>
  a.trim().toLocaleLowerCase() === b.trim().toLocaleLowerCase();

const lastAdministrator = () =>
  failure(
    'CONFLICT',
    'Nobody would be left who administers this vault. Nothing was changed. Make somebody else administrator first.',
  );
