/**
 * The closed list of ways a compute job can fail. A fault carries a code for the machine and one
 * sentence for a person; it never holds text of a document.
 */
export const FAULT_CODES = [
  'bad-request',
  'bad-data',
  'bad-model',
  'unsupported-operator',
  'diverged',
  'canceled',
  'out-of-memory',
  'internal',
] as const;
export type FaultCode = (typeof FAULT_CODES)[number];

export interface Fault extends Error {
  readonly code: FaultCode;
}

export const fault = (code: FaultCode, message: string): Fault =>
  Object.assign(new Error(message), { name: 'Fault', code });

/** Every thrown thing as a fault; native allocation failures get their own code because the user can act on them. */
export function toFault(error: unknown): Fault {
  if (error instanceof Error && 'code' in error && isFaultCode(error.code)) return error as Fault;
  const message = error instanceof Error ? error.message : String(error);
  if (/bad_alloc|out of memory|Failed to allocate|Array buffer allocation failed/i.test(message)) {
    return fault(
      'out-of-memory',
      'There was not enough memory for this step. Choose fewer tokens per batch or a smaller model.',
    );
  }
  return fault('internal', message);
}

const isFaultCode = (code: unknown): code is FaultCode =>
  FAULT_CODES.some((known) => known === code);
