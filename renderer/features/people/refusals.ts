/** What is said beside a passphrase that was refused; null where the error dialog has to speak. */
import type { WireError } from '../../../shared/contract/index.ts';
import { t } from '../../messages/index.ts';

export function refusalOf(error: WireError): string | null {
  if (error.code === 'WRONG_PASSPHRASE') return t('people.passphrase.wrong');
  if (error.code === 'THROTTLED') {
    return t('unlock.throttled', { seconds: error.params['waitSeconds'] ?? 1 });
  }
  if (error.code === 'KEY_STORE_UNAVAILABLE') {
    return `${t('error.KEY_STORE_UNAVAILABLE.what')} ${t('error.KEY_STORE_UNAVAILABLE.todo')}`;
  }
  return null;
}
