// The registry of models over the wire.
import { ok } from '../../../shared/kernel/result.ts';
import type { Models } from '../../models/index.ts';
import type { Handlers } from './types.ts';

export const modelHandlers = ({
  models,
}: {
  readonly models: Pick<Models, 'list'>;
}): Pick<Handlers, 'model.list'> => ({
  'model.list': () => ok({ items: models.list() }),
});
