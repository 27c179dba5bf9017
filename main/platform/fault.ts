// A Fault carries a Failure through code that has to unwind first: an open transaction, a half-written
// file. Low-level functions throw it; a room's face turns it back into a Result with `attempt`, and the
// contract's binding does so for whatever is left. Anything that is not a Fault is a bug and stays thrown.
import { basename } from 'node:path';
import type { ErrorCode } from '../../shared/contract/errors.ts';
import type { Failure, Result } from '../../shared/kernel/result.ts';

export class Fault extends Error {
  readonly failure: Failure;
  constructor(failure: Failure, cause?: unknown) {
    super(failure.message, { cause });
    this.name = 'Fault';
    this.failure = failure;
  }
}

export function fault(
  code: ErrorCode,
  message: string,
  params: Failure['params'] = {},
  options: { readonly retryable?: boolean; readonly cause?: unknown } = {},
): Fault {
  return new Fault({ code, message, params, retryable: options.retryable ?? false }, options.cause);
}

/** The failure inside an error, looking through aggregated errors and causes; undefined for a bug. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof Fault) return error.failure;
  if (error instanceof AggregateError) {
    for (const inner of error.errors) {
      const found = failureOf(inner);
      if (found) return found;
    }
  }
  return error instanceof Error && error.cause !== undefined ? failureOf(error.cause) : undefined;
}

function resultOf(error: unknown): { readonly ok: false; readonly error: Failure } {
  const found = failureOf(error);
  if (!found) throw error;
  return { ok: false, error: found };
}

export function attempt<T>(act: () => T): Result<T> {
  try {
    return { ok: true, value: act() };
  } catch (error) {
    return resultOf(error);
  }
}

export async function attemptAsync<T>(act: () => Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await act() };
  } catch (error) {
    return resultOf(error);
  }
}

/**
 * Translates an operating system error about `path` into a Fault that names the file by its base name
 * only: a full path may hold a patient's name and must not reach the page. Other errors pass through.
 */
export function fileFault(error: unknown, path: string): unknown {
  const file = basename(path);
  switch ((error as NodeJS.ErrnoException | null)?.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(file, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return noPermission(file, error);
    default:
      return error;
  }
}

export const diskFull = (file: string, cause?: unknown): Fault =>
  fault(
    'DISK_FULL',
    `The disk is full: "${file}" could not be written. What was saved before is unharmed. Free some space and try again.`,
    { file },
    { retryable: true, cause },
  );

export const noPermission = (file: string, cause?: unknown): Fault =>
  fault(
    'NO_PERMISSION',
    `This account may not write or read "${file}". Nothing was changed. Ask whoever manages this computer for access, or choose another folder.`,
    { file },
    { cause },
  );
