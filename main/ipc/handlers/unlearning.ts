// What happens to a model after a person has left it.
import type { Handlers } from './types.ts';

export function unlearningHandlers(): Pick<Handlers, never> {
  return {};
}
