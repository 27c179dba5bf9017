// SQL of retention rules: written once, ended by an event.
import type { Store } from '../../store/index.ts';

export interface RuleRow {
  readonly id: string;
  readonly category: string;
  readonly purpose_id: string | null;
  readonly purpose: string | null;
  readonly days: number;
  readonly start: string;
  readonly ground: string;
  readonly source: 'site' | 'organisation';
  readonly set_at: string;
}

export interface RuleRepository {
  insert(row: Omit<RuleRow, 'purpose'> & { readonly actor: string }): void;
  end(
    ruleId: string,
    event: { readonly at: string; readonly actor: string; readonly reason: string },
  ): void;
  /** In force, in the order in which they were set. */
  inForce(): readonly RuleRow[];
}

export function createRuleRepository({ db }: Pick<Store, 'db'>): RuleRepository {
  const insert = db.prepare(
    `INSERT INTO retention_rule (id, category, purpose_id, days, start, ground, source, set_at, actor)
     VALUES (@id, @category, @purpose_id, @days, @start, @ground, @source, @set_at, @actor)`,
  );
  const end = db.prepare(
    "INSERT INTO retention_rule_event (rule_id, type, at, actor, reason) VALUES (?, 'ended', ?, ?, ?)",
  );
  const inForce = db.prepare<RuleRow>(
    `SELECT r.id, r.category, r.purpose_id, p.name AS purpose, r.days, r.start, r.ground, r.source, r.set_at
     FROM retention_rule r LEFT JOIN purpose p ON p.id = r.purpose_id
     WHERE NOT EXISTS (SELECT 1 FROM retention_rule_event e WHERE e.rule_id = r.id) ORDER BY r.set_at, r.id LIMIT 500`,
  );
  return {
    insert: (row) => void insert.run({ ...row }),
    end: (ruleId, { at, actor, reason }) => void end.run([ruleId, at, actor, reason]),
    inForce: () => inForce.all(),
  };
}
