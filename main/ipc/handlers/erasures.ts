// Redaction of third persons, and the decisions of an erasure; corrections have a file of their own.
import { failure } from '../../../shared/kernel/result.ts';
import { rectificationHandlers, type RectificationHandlerDeps } from './rectification.ts';
import type { Handlers } from './types.ts';

type ErasuresName =
  | 'request.holdings'
  | 'request.readText'
  | 'request.previewRectification'
  | 'request.rectify'
  | 'request.versions'
  | 'request.redactions'
  | 'request.decideRedactions'
  | 'request.decideKept'
  | 'request.kept'
  | 'request.verifyErasure';

export function erasuresHandlers(deps: RectificationHandlerDeps): Pick<Handlers, ErasuresName> {
  const notYet = () => failure('CONFLICT', 'This build cannot do that. Nothing was changed.');
  return {
    ...rectificationHandlers(deps),
    'request.redactions': notYet,
    'request.decideRedactions': notYet,
    'request.decideKept': notYet,
    'request.kept': notYet,
    'request.verifyErasure': notYet,
  };
}
