// What every part of this room is given, and who acts. Kept apart so that the parts need not know each other.
import type { Role } from '../../shared/contract/define.ts';
import type { Clock, Random } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import type { AuditLog } from './audit/index.ts';

/** The person who is signed in. Their id goes into rows and leaves, their name never does. */
export interface Actor {
  readonly userId: string;
  readonly name: string;
  readonly roles: readonly Role[];
}

export interface RoomContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: Pick<
    AuditLog,
    | 'append'
    | 'leaf'
    | 'verify'
    | 'sign'
    | 'onSign'
    | 'signNote'
    | 'size'
    | 'subjectRef'
    | 'origin'
    | 'keys'
  >;
}

/** Lists come in pages; the cursor is opaque to the caller. */
export interface PageRequest {
  readonly cursor: string | null;
  readonly limit: number;
}
export interface Page<Item> {
  readonly items: Item[];
  readonly next: string | null;
  readonly total: number;
}
