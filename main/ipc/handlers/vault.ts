// Facts about the open vault over the wire. Opening and locking are the binding's own.
import { ok } from '../../../shared/kernel/result.ts';
import type { Labeling } from '../../labeling/index.ts';
import type { Store } from '../../store/index.ts';
import type { Handlers } from './types.ts';

const COUNTED = {
  documents: 'document',
  subjects: 'subject',
  purposes: 'purpose',
  projects: 'project',
  snapshots: 'snapshot',
  models: 'model',
  auditLeaves: 'audit_leaf',
} as const;

export function vaultHandlers({
  store,
  labeling,
}: {
  readonly labeling: Pick<Labeling, 'projects'>;
  readonly store: Pick<Store, 'db'>;
}): Pick<Handlers, 'vault.info'> {
  const count = (name: keyof typeof COUNTED): number =>
    store.db.get<{ n: number }>(`SELECT count(*) AS n FROM ${COUNTED[name]}`)?.n ?? 0;
  return {
    'vault.info'(_, { session, client }) {
      const { vault } = session;
      const { cipher, schemaVersion, createdAt, sizeBytes, kdf, sqlite, folder } = vault.info();
      return ok({
        name: vault.name,
        vaultId: vault.id,
        cipher,
        schemaVersion,
        createdAt,
        sizeBytes,
        kdf: {
          name: kdf.algorithm,
          memoryKiB: kdf.memoryKiB,
          iterations: kdf.iterations,
          parallelism: kdf.parallelism,
        },
        counts: {
          documents: count('documents'),
          subjects: count('subjects'),
          purposes: count('purposes'),
          projects: count('projects'),
          annotations: labeling.projects
            .list(session.actor)
            .reduce((sum, { annotations }) => sum + annotations, 0),
          snapshots: count('snapshots'),
          models: count('models'),
          auditLeaves: count('auditLeaves'),
        },
        sqlite,
        // A path of this machine is nothing for the page.
        location: client === 'terminal' ? folder : null,
      });
    },
  };
}
