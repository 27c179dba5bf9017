/** What one guess costs an attacker; stored in each slot. */
export interface KdfCost {
  readonly algorithm: 'argon2id';
  readonly memoryKiB: number;
  readonly iterations: number;
  readonly parallelism: number;
}
