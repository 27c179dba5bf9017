import type { Instant } from '../../shared/kernel/time.ts';

/** Who holds a vault open. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  readonly since: Instant;
}
