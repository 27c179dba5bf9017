/** A legal basis as it is cited: the article on special categories decides where there is one. */
import type { Basis } from '../../shared/contract/index.ts';
import { t } from '../messages/index.ts';

export const basisText = (basis: Basis): string =>
  t('basis.article', { article: basis.article9 ?? basis.article6 });
