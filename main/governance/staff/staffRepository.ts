// The SQL of the register of people.
import type { Store } from '../../store/index.ts';

export interface StaffRow {
  readonly user_id: string;
  readonly name: string;
  /** JSON list. */
  readonly roles: string;
  readonly added_at: string;
  readonly removed_at: string | null;
}

export function createStaffRepository({ db }: Pick<Store, 'db'>) {
  return {
    all: () => db.all<StaffRow>('SELECT * FROM staff ORDER BY removed_at IS NOT NULL, name'),
    get: (userId: string) => db.get<StaffRow>('SELECT * FROM staff WHERE user_id = ?', [userId]),
    put(row: StaffRow): void {
      db.run(
        `INSERT INTO staff (user_id, name, roles, added_at, removed_at) VALUES (:user_id, :name, :roles, :added_at, :removed_at)
         ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, roles = excluded.roles, removed_at = excluded.removed_at`,
        { ...row },
      );
    },
    fact: (name: string) =>
      db.get<{ value: Buffer }>('SELECT value FROM vault_secret WHERE name = ?', [name])?.value,
    putFact(name: string, value: Buffer | undefined): void {
      db.run('DELETE FROM vault_secret WHERE name = ?', [name]);
      if (value) db.run('INSERT INTO vault_secret (name, value) VALUES (?, ?)', [name, value]);
    },
  };
}
