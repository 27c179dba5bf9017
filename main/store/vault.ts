import type { Clock, Random } from '../platform/index.ts';
import type { VaultFiles } from './faces.ts';
import type { KdfCost } from './kdf.ts';
import type { Migration } from './migrations/migration.ts';

export interface VaultFilesDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Defaults to the product's schema. */
  readonly migrations?: readonly Migration[];
  /** Fixed cost instead of calibrating to 0.5–1 s at creation; never below the OWASP floor. */
  readonly kdfCost?: KdfCost;
}

export declare function createVaultFiles(deps: VaultFilesDeps): VaultFiles;
