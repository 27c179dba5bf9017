// A failed call unwinds a command as this error; the program turns it into a sentence and an exit code.
import {
  ERRORS,
  EXIT_CODE,
  isErrorCode,
  type ErrorCode,
  type WireError,
} from '../../shared/contract/index.ts';

export class CliFailure extends Error {
  readonly error: WireError;
  constructor(error: WireError) {
    super(error.message);
    this.name = 'CliFailure';
    this.error = error;
  }
}

export const usage = (message: string, code: ErrorCode = 'BAD_INPUT'): CliFailure =>
  new CliFailure({ code, message, params: {}, retryable: false, correlationId: '' });

export const exitCodeOf = (code: string): number =>
  EXIT_CODE[isErrorCode(code) ? ERRORS[code].class : 'internal'];

const SAFETY = {
  unchanged: 'Nothing was changed.',
  kept: 'What was finished before is kept.',
  check: 'Look at the affected list before going on.',
} as const;

/** The sentence, the code to search for, and whether the data is safe where the sentence does not say so. */
export function describeFailure(error: WireError): string {
  const lines = [`${error.message} [${error.code}]`];
  if (isErrorCode(error.code)) {
    const safety = SAFETY[ERRORS[error.code].safe];
    if (!error.message.includes(safety)) lines.push(safety);
  }
  if (error.correlationId) {
    lines.push(`Details lie in the vault's own log under ${error.correlationId}.`);
  }
  return lines.join('\n');
}
