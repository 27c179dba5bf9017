/** Backups in words. */
import type { FoundBackup } from '../../../shared/contract/index.ts';
import { bytes, t } from '../../messages/index.ts';

export const backupFacts = (backup: FoundBackup): string =>
  t('restore.facts', {
    size: bytes(backup.bytes),
    count: backup.logSize,
    medium: t(`restore.medium.${backup.medium}`),
  });
