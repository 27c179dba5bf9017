/**
 * THE table of procedures. Names are `noun.verb`. A procedure that is not here cannot be called; one that
 * is here and has no handler does not compile.
 */
import type { z } from 'zod';
import type { Result } from '../kernel/result.ts';
import type { Progress, Role } from './define.ts';
import type { EventName, EventPayload } from './events.ts';
import type { WireError } from './wire.ts';
import { baseProcedures } from './procedures/bases.ts';
import { corpusProcedures } from './procedures/corpus.ts';
import { governanceProcedures } from './procedures/governance.ts';
import { requestProcedures } from './procedures/requests.ts';
import { keysProcedures } from './procedures/keys.ts';
import { retentionProcedures } from './procedures/retention.ts';
import { registerProcedures } from './procedures/register.ts';
import { policiesProcedures } from './procedures/policies.ts';
import { consentRecordsProcedures } from './procedures/consentRecords.ts';
import { exitsProcedures } from './procedures/exits.ts';
import { breachesProcedures } from './procedures/breaches.ts';
import { erasuresProcedures } from './procedures/erasures.ts';
import { unlearningProcedures } from './procedures/unlearning.ts';
import { siteProcedures } from './procedures/site.ts';
import { labelingProcedures } from './procedures/labeling.ts';
import { modelProcedures } from './procedures/models.ts';
import { trainingProcedures } from './procedures/training.ts';
import { staffProcedures } from './procedures/staff.ts';
import { auditFileProcedures } from './procedures/auditFiles.ts';
import { backupProcedures } from './procedures/backup.ts';
import { upkeepProcedures } from './procedures/upkeep.ts';
import { vaultProcedures } from './procedures/vault.ts';

export const contract = {
  ...vaultProcedures,
  ...backupProcedures,
  ...upkeepProcedures,
  ...auditFileProcedures,
  ...corpusProcedures,
  ...governanceProcedures,
  ...requestProcedures,
  ...keysProcedures,
  ...retentionProcedures,
  ...registerProcedures,
  ...policiesProcedures,
  ...consentRecordsProcedures,
  ...exitsProcedures,
  ...breachesProcedures,
  ...erasuresProcedures,
  ...unlearningProcedures,
  ...siteProcedures,
  ...labelingProcedures,
  ...baseProcedures,
  ...trainingProcedures,
  ...modelProcedures,
  ...staffProcedures,
} as const;

export type Contract = typeof contract;
export type ProcedureName = keyof Contract;
export const PROCEDURE_NAMES = Object.keys(contract) as readonly ProcedureName[];

type OfKind<K extends string> = {
  [N in ProcedureName]: Contract[N]['kind'] extends K ? N : never;
}[ProcedureName];
export type QueryName = OfKind<'query'>;
export type CommandName = OfKind<'command'>;
export type JobName = OfKind<'job'>;

/** What a caller writes: defaults may be left out. */
export type InputOf<N extends ProcedureName> = z.input<Contract[N]['input']>;
/** What a handler gets: validated, defaults filled in. */
export type ParsedInputOf<N extends ProcedureName> = z.output<Contract[N]['input']>;
export type OutputOf<N extends ProcedureName> = z.output<Contract[N]['output']>;

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** A job's id, as soon as the core has given one. */
  readonly onJob?: (jobId: string) => void;
}

/** The typed client that page and terminal share. */
export interface Client {
  call<N extends ProcedureName>(
    name: N,
    input: InputOf<N>,
    options?: CallOptions,
  ): Promise<Result<OutputOf<N>, WireError>>;
  on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void;
  close(): void;
}

export const mayCall = (name: ProcedureName, roles: readonly Role[]): boolean => {
  const allowed = contract[name].roles as readonly Role[] | 'anyone';
  return allowed === 'anyone' || allowed.some((role) => roles.includes(role));
};

export * from './define.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './wire.ts';
export * from './recipe.ts';
export * from './order.ts';
export * from './policy.ts';
export * from './procedures/bases.ts';
export * from './procedures/corpus.ts';
export * from './procedures/governance.ts';
export * from './procedures/requests.ts';
export * from './procedures/keys.ts';
export * from './procedures/retention.ts';
export * from './procedures/register.ts';
export * from './procedures/policies.ts';
export * from './procedures/consentRecords.ts';
export * from './procedures/exits.ts';
export * from './procedures/breaches.ts';
export * from './procedures/erasures.ts';
export * from './procedures/unlearning.ts';
export * from './procedures/site.ts';
export * from './procedures/labeling.ts';
export * from './procedures/models.ts';
export * from './procedures/training.ts';
export * from './procedures/staff.ts';
export * from './procedures/vault.ts';
export * from './procedures/auditFiles.ts';
export * from './procedures/backup.ts';
export * from './procedures/upkeep.ts';
