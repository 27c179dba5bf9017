/**
 * How one entry of the contract is written. Everything else is derived from the table of entries: the
 * typed client, the server binding (a missing handler does not compile), validation on both sides, the
 * stub transport of the page, the role matrix, and the fuzz test.
 */
import { z } from 'zod';
import type { ErrorCode } from './errors.ts';

export const ROLES = ['clinician', 'steward', 'auditor', 'administrator'] as const;
export type Role = (typeof ROLES)[number];

/** query: reads, about 5 s. command: changes something, about 30 s. job: reports progress, can be cancelled. */
export type Kind = 'query' | 'command' | 'job';
/** none: no leaf. meta: who did what to which object. full: also counts and commitments of the outcome. */
export type AuditLevel = 'none' | 'meta' | 'full';

export interface Procedure<
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> {
  readonly kind: Kind;
  readonly input: Input;
  readonly output: Output;
  /** Beside the errors that every procedure may return (`COMMON_ERRORS`). */
  readonly errors: readonly ErrorCode[];
  /** Who may call it: any of these roles, or `anyone` while the vault is still locked. */
  readonly roles: readonly Role[] | 'anyone';
  readonly audit: AuditLevel;
  /** What cancelling keeps; a key of the page's messages under `job.kept.*`. Jobs only. */
  readonly keeps?: 'nothing' | 'goodRows' | 'checkpoint' | 'finishedDocuments';
  /** Needs a second person where the vault has one. */
  readonly dual?: DualControl;
}

/** Acts that nobody does alone: what both people sign, and who may be the second. */
export interface DualControl {
  readonly approvers: readonly Role[];
  /**
   * The parts of the input that decide what happens: ids, settings, counts. They are stored and signed, so
   * never a passphrase, a text, or anything about a person in the data.
   */
  readonly facts: (input: never) => Readonly<Record<string, Fact>>;
}
type Fact = string | number | boolean | null | readonly string[];

/** Keeps the kind as a literal, so that `JobName` and its siblings can be derived from the table. */
export function procedure<K extends Kind, Input extends z.ZodType, Output extends z.ZodType>(
  entry: Procedure<Input, Output> & { readonly kind: K },
): Procedure<Input, Output> & { readonly kind: K } {
  return entry;
}

export const EVERYONE: readonly Role[] = ROLES;

/** Progress of a job, sent at most ten times a second. */
export const Progress = z.strictObject({
  /** A key of the page's messages under `job.stage.*`. */
  stage: z.string().max(40),
  done: z.number().nonnegative(),
  /** Null while the amount of work is not known. */
  total: z.number().nonnegative().nullable(),
  unit: z.enum(['files', 'documents', 'bytes', 'steps', 'epochs', 'pages']),
  /** Null until there is something to extrapolate from. */
  etaSeconds: z.number().nonnegative().nullable(),
});
export type Progress = z.infer<typeof Progress>;

// Building blocks with limits: nothing on the wire is unbounded.
export const Name = z.string().trim().min(1).max(200);
export const Identifier = z.string().regex(/^[a-z]{3}_[0-9A-Za-z]{8,40}$/, 'not an identifier');
export const Text = z.string().max(16 * 1024 * 1024);
export const Sentence = z.string().max(2000);
export const At = z.iso.datetime();
export const Day = z.iso.date();
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export const Cursor = z.string().max(200);
export const Count = z.number().int().nonnegative();
export const Fraction = z.number().min(0).max(1);
export const Language = z.string().min(2).max(35); // BCP 47

export const Empty = z.strictObject({});

/** Lists come by cursor with a bounded page. */
export const PageRequest = {
  cursor: Cursor.nullable().default(null),
  limit: z.number().int().min(1).max(500).default(100),
};
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item).max(500), next: Cursor.nullable(), total: Count });

export const Span = z.strictObject({
  start: Count,
  end: Count,
  label: z.string().min(1).max(100),
});
