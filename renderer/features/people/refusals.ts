/** What is said beside a passphrase that was refused; null where the error dialog has to speak. */
import type { WireError } from '../../../shared/contract/index.ts';
import { t } from '../../messages/index.ts';

export function refusalOf(error: WireError): string | null {
  if (error.code === 'WRONG_PASSPHRASE') return t('people.passphrase.wrong');
  if (error.code === 'THROTTLED') {
    return t('unlock.throttled', { seconds: error.params['seconds'] ?? 1 });
  }
  return null;
}
