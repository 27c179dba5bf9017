// How long the bodies of leaves are kept. Deleting a body keeps its hash: roots, consistency and inclusion
// of everything else still verify. A pruning is itself a leaf, which commits to exactly the leaves it
// emptied, so that a body which somebody merely deleted is still found.
//
// Periods are in tension (CNIL: 6 to 12 months for access logs; HIPAA 6 years; AI Act Art. 18 10 years for
// documents, Art. 19 at least 6 months for logs), hence a class per kind of act.
import { createHash } from 'node:crypto';
import { toInstant } from '../../../shared/kernel/time.ts';
import { canonicalJson, type Clock } from '../../platform/index.ts';
import type { Store } from '../../store/index.ts';
import type { AuditLog } from './auditLog.ts';
import type { LeafBody } from './leaf.ts';
import { SUCCESSION } from './succession.ts';

export const RETENTION_CLASSES = ['access', 'work', 'rights'] as const;
export type RetentionClass = (typeof RETENTION_CLASSES)[number];

/** Months. The site may keep longer; a policy may not keep less than the law of the place asks for. */
export const RETENTION_MONTHS: Readonly<Record<RetentionClass, number>> = {
  access: 12,
  work: 72,
  rights: 120,
};

const ACCESS = new Set([
  'vault.unlock',
  'vault.lock',
  'document.read',
  'report.read',
  'corpus.list',
]);
/** Nouns of daily work; whatever is not named here is kept longest. */
const WORK = new Set([
  'corpus',
  'intake',
  'deid',
  'project',
  'task',
  'label',
  'snapshot',
  'train',
  'run',
  'sweep',
  'base',
  'model',
  'evaluate',
  'suggest',
  'job',
  'settings',
  'backup',
]);

export function classOf(action: string): RetentionClass {
  if (ACCESS.has(action)) return 'access';
  return WORK.has(action.split('.')[0] ?? '') ? 'work' : 'rights';
}

export interface PruneCount {
  readonly class: RetentionClass;
  readonly months: number;
  /** Leaves that are older. */
  readonly due: number;
}

export interface AuditRetention {
  preview(): readonly PruneCount[];
  /** Empties what is due, as one act; returns how many bodies went. */
  prune(by: { readonly actor: string; readonly roles: readonly string[] }): number;
}

interface DueRow {
  readonly seq: number;
  readonly at: string;
  readonly action: string;
}

export function createAuditRetention({
  store,
  clock,
  audit,
}: {
  readonly store: Store;
  readonly clock: Clock;
  readonly audit: Pick<AuditLog, 'append' | 'sign'>;
}): AuditRetention {
  const limits = (): Readonly<Record<RetentionClass, string>> => ({
    access: monthsBefore(clock.nowMs(), RETENTION_MONTHS.access),
    work: monthsBefore(clock.nowMs(), RETENTION_MONTHS.work),
    rights: monthsBefore(clock.nowMs(), RETENTION_MONTHS.rights),
  });

  function due(): DueRow[] {
    const limit = limits();
    // The youngest limit bounds what has to be looked at; the class of each action decides. Prunings stay:
    // they are what tells a pruned body from a stolen one; so do successions, which say whose heads hold.
    return store.db
      .all<DueRow>(
        "SELECT seq, at, action FROM audit_leaf WHERE body IS NOT NULL AND at < ? AND action NOT IN ('audit.prune', ?) ORDER BY seq",
        [limit.access, SUCCESSION],
      )
      .filter(({ at, action }) => at < limit[classOf(action)]);
  }

  return {
    preview() {
      const rows = due();
      return RETENTION_CLASSES.map((each) => ({
        class: each,
        months: RETENTION_MONTHS[each],
        due: rows.filter(({ action }) => classOf(action) === each).length,
      }));
    },
    prune(by) {
      const rows = due();
      if (rows.length === 0) return 0;
      const ranges = rangesOf(rows.map(({ seq }) => seq));
      store.transaction(() => {
        const { seq } = audit.append({
          action: 'audit.prune',
          actor: by.actor,
          roles: by.roles,
          counts: Object.fromEntries(
            RETENTION_CLASSES.map((each) => [
              each,
              rows.filter(({ action }) => classOf(action) === each).length,
            ]),
          ),
          commitments: { ranges: rangesHash(ranges) },
        });
        store.db.run('INSERT INTO audit_prune (leaf_seq, ranges) VALUES (?, ?)', [
          seq,
          JSON.stringify(ranges),
        ]);
        for (const [from, to] of ranges) {
          store.db.run('UPDATE audit_leaf SET body = NULL WHERE seq BETWEEN ? AND ?', [from, to]);
        }
      });
      audit.sign();
      return rows.length;
    },
  };
}

export type SeqRange = readonly [from: number, to: number];

/** Consecutive numbers as closed ranges; `seqs` ascends. */
export function rangesOf(seqs: readonly number[]): SeqRange[] {
  const ranges: [number, number][] = [];
  for (const seq of seqs) {
    const last = ranges.at(-1);
    if (last && last[1] === seq - 1) last[1] = seq;
    else ranges.push([seq, seq]);
  }
  return ranges;
}

export const rangesHash = (ranges: readonly SeqRange[]): string =>
  createHash('sha256').update(canonicalJson(ranges)).digest('hex');

/**
 * Which leaves may lack a body: those that genuine prunings name. `bodyOf` gives the body of a leaf whose
 * hash was checked; a pruning that its leaf does not commit to permits nothing.
 */
export function prunedLeaves(
  records: readonly { readonly leaf_seq: number; readonly ranges: string }[],
  bodyOf: (seq: number) => LeafBody | undefined,
): (seq: number) => boolean {
  const ranges = records.flatMap(({ leaf_seq, ranges: text }) => {
    const body = bodyOf(leaf_seq);
    let found: SeqRange[];
    try {
      found = JSON.parse(text) as SeqRange[];
    } catch {
      return [];
    }
    const genuine =
      body?.action === 'audit.prune' && body.commitments?.['ranges'] === rangesHash(found);
    // Nothing can have been pruned before it was written.
    return genuine ? found.filter(([, to]) => to < leaf_seq) : [];
  });
  ranges.sort(([a], [b]) => a - b);
  return (seq) => ranges.some(([from, to]) => from <= seq && seq <= to);
}

function monthsBefore(nowMs: number, months: number): string {
  const now = new Date(nowMs);
  return toInstant(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, now.getUTCDate()));
}
