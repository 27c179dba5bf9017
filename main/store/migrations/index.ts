// The schema's history, oldest first. Add a file, add a line; never change one that was released.
import type { Migration } from './migration.ts';
import { foundation } from './0010-foundation.ts';
import { training } from './0020-training.ts';
import { vaultPeople } from './0030-vault.ts';
import { governance } from './0040-governance.ts';
import { retention } from './0060-retention.ts';
import { register } from './0070-register.ts';
import { consentRecords } from './0080-consentRecords.ts';
import { exits } from './0090-exits.ts';
import { erasures } from './0100-erasures.ts';
import { unlearning } from './0110-unlearning.ts';

export const migrations: readonly Migration[] = [
  foundation,
  training,
  vaultPeople,
  governance,
  retention,
  register,
  consentRecords,
  exits,
  erasures,
  unlearning,
];
