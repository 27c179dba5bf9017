// The rest of a salvage that SQL alone cannot do: documents that lost their text go (by name, so that
// somebody can import them again), the search index is made anew, and the audit log goes on with a leaf
// that says what is missing.
import type { SalvagedVault } from '../store/index.ts';
import type { AuditLog } from './audit/index.ts';
import { createGateRepository } from './gate/gateRepository.ts';

export interface Salvaged {
  /** Whose text is gone. File names: for the administrator's eyes. */
  readonly documentsLost: readonly string[];
  readonly tables: SalvagedVault['tables'];
  readonly orphans: SalvagedVault['orphans'];
  readonly sealedLost: SalvagedVault['sealedLost'];
  readonly firstPage: number | undefined;
  readonly log: { readonly leaves: number; readonly intact: boolean };
}

/** Call within the salvaged vault, before it is used. */
export async function finishSalvage(
  salvaged: SalvagedVault,
  audit: Pick<AuditLog, 'append' | 'sign' | 'verify' | 'size' | 'compareAnchor'>,
): Promise<Salvaged> {
  const { vault, tables, orphans, sealedLost, firstPage } = salvaged;
  const { store } = vault;
  const texts = createGateRepository(store);
  const lost = texts.withoutText();
  store.transaction(() => {
    for (const { rowid } of lost) store.db.run('DELETE FROM document WHERE rowid = ?', [rowid]);
    texts.rebuildIndex();
  });
  const before = await audit.verify();
  store.transaction(() =>
    audit.append({
      action: 'vault.salvage',
      actor: vault.user.id,
      roles: vault.user.roles,
      counts: {
        documentsLost: lost.length,
        sealedLost: sealedLost.length,
        tablesDamaged: tables.filter(({ gaps }) => gaps.length > 0).length,
        orphans: orphans.reduce((sum, { rows }) => sum + rows, 0),
        logIntact: before.intact ? 1 : 0,
        firstBrokenLeaf: before.firstBroken?.seq ?? -1,
      },
    }),
  );
  if (before.intact) audit.sign();
  return {
    documentsLost: lost.map(({ name }) => name),
    tables,
    orphans,
    sealedLost,
    firstPage,
    log: { leaves: audit.size(), intact: before.intact },
  };
}
