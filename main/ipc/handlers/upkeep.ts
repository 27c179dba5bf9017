// A new key over the wire.
import type { AuditLog, Backups } from '../../governance/index.ts';
import type { Store } from '../../store/index.ts';
import { ok } from '../../../shared/kernel/result.ts';
import type { Handlers } from './types.ts';

export function upkeepHandlers(deps: {
  readonly store: Pick<Store, 'rekey' | 'checkpoint'>;
  readonly audit: Pick<AuditLog, 'append' | 'sign'>;
  readonly backups: Pick<Backups, 'create'>;
}): Pick<Handlers, 'vault.rekey'> {
  const { store, audit, backups } = deps;
  return {
    async 'vault.rekey'({ backup }, context) {
      const { actor } = context.session;
      context.title('New key');
      if (backup) {
        const made = await backups.create(actor, {
          onProgress: (_stage, done, total) =>
            context.progress({ stage: 'copying', done, total, unit: 'bytes', etaSeconds: null }),
        });
        if (!made.ok) return made;
      }
      context.progress({ stage: 'rekeying', done: 0, total: 1, unit: 'steps', etaSeconds: null });
      // Append before act: the order stands in a signed head before the first page changes.
      audit.append({ action: 'vault.rekey.begin', actor: actor.userId, roles: actor.roles });
      audit.sign();
      const { pages, milliseconds } = store.rekey();
      store.checkpoint();
      context.note({ counts: { pages, milliseconds } });
      context.changed('vault');
      return ok({ pages, milliseconds });
    },
  };
}
