// The register: who takes part, what lets data go abroad, what a person wrote about each purpose, and the
// assessments. Whatever the law asks to be written down is put together from here and the configuration.
import type { RoomContext } from '../context.ts';
import type { Notices } from './notices.ts';
import type { Purposes } from '../gate/purposes.ts';
import { createAssessments, type Assessments } from './assessments.ts';
import { createParties, type Parties } from './parties.ts';
import { createProcessing, type ProcessingBook } from './processing.ts';
import { createRecord, type RecordBook } from './record.ts';
import { createTransfers, type Transfers, type TransfersDeps } from './transfers.ts';
import { createUsesRepository } from './usesRepository.ts';

export interface Register extends RecordBook {
  readonly parties: Parties;
  readonly transfers: Transfers;
  readonly processing: ProcessingBook;
  readonly assessments: Assessments;
}

export interface RegisterDeps
  extends RoomContext, Pick<TransfersDeps, 'holidayCountry' | 'exportCountries'> {
  readonly purposes: Purposes;
  readonly notices: Pick<Notices, 'ofPurpose'>;
  /** The policy of the organisation asks for an assessment before training. */
  readonly requireAssessment: () => boolean;
}

export function createRegister(deps: RegisterDeps): Register {
  const { purposes, notices, requireAssessment } = deps;
  const parties = createParties(deps);
  const transfers = createTransfers(deps);
  const processing = createProcessing(deps, purposes);
  const assessments = createAssessments(deps, { purposes, isRequired: requireAssessment });
  const parts = { parties, transfers, processing, assessments };
  return {
    ...parts,
    ...createRecord({
      ...parts,
      ...{ purposes, notices },
      now: () => deps.clock.now(),
      uses: createUsesRepository(deps.store),
    }),
  };
}

export type { Assessments, AssessmentText, StoredAssessment } from './assessments.ts';
export type { Parties, StoredParty } from './parties.ts';
export type { ProcessingBook, StoredProcessing } from './processing.ts';
export { countMissing, fact, type RecordSources } from './record.ts';
export type { AllowedTransfer, StoredTransfer, Transfers } from './transfers.ts';
