/**
 * Failures a user can cause are values of this type; bugs throw.
 * A value is checked with `result.ok`, never with an exception.
 */
export type Result<T, E = Failure> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

/**
 * What went wrong, in a form that survives the wire and can be shown in any language: `code` picks the
 * sentence, `params` fill it. `message` is the English sentence for logs and terminals. Never holds
 * subject text, paths of the page, or a stack.
 */
export interface Failure<Code extends string = string> {
  readonly code: Code;
  readonly message: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly retryable: boolean;
}

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

export const err = <E>(error: E): { readonly ok: false; readonly error: E } => ({
  ok: false,
  error,
});

export function failure<Code extends string>(
  code: Code,
  message: string,
  params: Readonly<Record<string, string | number>> = {},
  retryable = false,
): { readonly ok: false; readonly error: Failure<Code> } {
  return { ok: false, error: { code, message, params, retryable } };
}

/** For callers that have already excluded failure; a failure here is a bug and throws. */
export function unwrap<T>(result: Result<T, Failure>): T {
  if (result.ok) return result.value;
  throw new Error(`${result.error.code}: ${result.error.message}`);
}
