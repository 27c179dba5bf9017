// The register: who takes part, what lets data go abroad, what a person wrote about each purpose, and the
// assessments. Whatever the law asks to be written down is put together from here and the configuration.
import type { RoomContext } from '../context.ts';
import { createParties, type Parties } from './parties.ts';
import { createTransfers, type Transfers, type TransfersDeps } from './transfers.ts';

export interface Register {
  readonly parties: Parties;
  readonly transfers: Transfers;
}

export function createRegister(
  deps: RoomContext & Pick<TransfersDeps, 'holidayCountry' | 'exportCountries'>,
): Register {
  return { parties: createParties(deps), transfers: createTransfers(deps) };
}

export type { Parties, StoredParty } from './parties.ts';
export type { AllowedTransfer, StoredTransfer, Transfers } from './transfers.ts';
