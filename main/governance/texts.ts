// The only writer of subject text and of its index. Importers and de-identification put texts here; to
// read one back they ask the gate like everybody else.
import type { GateRepository } from './gate/gateRepository.ts';

export interface TextStore {
  /** Inside the transaction that wrote the document's row. */
  put(rowid: number, text: string): void;
  /** A corrected text; the caller updates length and hash in the document's row. */
  replace(rowid: number, text: string): void;
}

export const createTextStore = (repository: GateRepository): TextStore => ({
  put: repository.putText,
  replace: repository.replaceText,
});
