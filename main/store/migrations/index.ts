// The schema's history, oldest first. Add a file, add a line; never change one that was released.
import type { Migration } from './migration.ts';
import { foundation } from './0010-foundation.ts';
import { training } from './0020-training.ts';
import { vaultPeople } from './0030-vault.ts';
import { governance } from './0040-governance.ts';

export const migrations: readonly Migration[] = [foundation, training, vaultPeople, governance];
