// How long data is kept, what keeps it longer, and what deletes it. Read `rules.ts`, then `holds.ts`.
export { createRetentionRules, type RetentionRules, type RuleDraft } from './rules.ts';
export { createHolds, type BlockingHold, type Hold, type Holds, type SetHold } from './holds.ts';
