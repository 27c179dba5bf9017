// A reading of a person's texts for a right of their own. It asks for no purpose, because the ground is the
// right; it is registered like every other reading, with the request in the purpose's place.
import type { Actor, RoomContext } from '../context.ts';
import type { GateRepository } from '../gate/gateRepository.ts';
import { GATE_RULES_VERSION } from '../gate/policy.ts';

export function logOwnReading(
  {
    texts,
    clock,
  }: { readonly texts: Pick<GateRepository, 'log'>; readonly clock: RoomContext['clock'] },
  actor: Actor,
  requestId: string,
  operation: string,
  subjectId: string,
  documents: number,
): void {
  texts.log({
    at: clock.now(),
    actor: actor.userId,
    purposeId: requestId,
    operation,
    policySha256: `rules:${GATE_RULES_VERSION}`,
    allowed: documents,
    denied: '{}',
    collectionId: null,
    subjectId,
  });
}
