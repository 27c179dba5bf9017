/** Ends a switch over a union: a new member that nobody handled does not compile. */
export function exhaustive(value: never): never {
  throw new Error(`Unhandled case: ${String(value)}`);
}
