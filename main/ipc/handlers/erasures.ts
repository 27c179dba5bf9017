// Rectification, redaction of third persons, and the decisions of an erasure.
import { failure } from '../../../shared/kernel/result.ts';
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

export function erasuresHandlers(): Pick<Handlers, ErasuresName> {
  const notYet = () => failure('CONFLICT', 'This build cannot do that. Nothing was changed.');
  return {
    'request.holdings': notYet,
    'request.readText': notYet,
    'request.previewRectification': notYet,
    'request.rectify': notYet,
    'request.versions': notYet,
    'request.redactions': notYet,
    'request.decideRedactions': notYet,
    'request.decideKept': notYet,
    'request.kept': notYet,
    'request.verifyErasure': notYet,
  };
}
