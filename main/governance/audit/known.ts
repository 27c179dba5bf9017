// What is known of the log outside its database, and which restores the log itself records: a head from
// after the backup is not continued by a restored log, and that is as it should be.
import type { Instant } from '../../../shared/kernel/time.ts';
import { readAnchor } from './anchor.ts';
import type { AnchorState, AuditLog } from './auditLog.ts';

export interface KnownHead {
  readonly where: 'beside' | 'keyStore';
  readonly state: AnchorState;
  readonly size: number;
  readonly at: Instant | undefined;
}

export interface RecordedRestore {
  readonly at: string;
  /** Leaves in the backup. */
  readonly logSize: number;
  /** Leaves of the newest head that was known when it was restored. */
  readonly knownSize: number;
}

const MOST = 100;

/** Undefined where no head was ever kept in this place. */
export function knownHead(
  where: KnownHead['where'],
  kept: Uint8Array | string | undefined,
  compare: AuditLog['compareHead'],
): KnownHead | undefined {
  const anchor = readAnchor(kept);
  return anchor && { where, at: timeIn(kept), ...compare(anchor.note, anchor.successions) };
}

/** Newest first. */
export const recordedRestores = (audit: Pick<AuditLog, 'list'>): readonly RecordedRestore[] =>
  audit.list({ limit: MOST, action: 'backup.restore' }).items.flatMap(({ at, body }) => {
    const { logSize, knownSize } = body?.counts ?? {};
    return logSize === undefined || knownSize === undefined ? [] : [{ at, logSize, knownSize }];
  });

/** The restore that left a head of this size behind. */
export const explains = ({ logSize, knownSize }: RecordedRestore, size: number): boolean =>
  size > logSize && size <= knownSize;

function timeIn(kept: Uint8Array | string | undefined): Instant | undefined {
  try {
    const { at } = JSON.parse(Buffer.from(kept ?? '').toString('utf8')) as { at?: unknown };
    return typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? (at as Instant) : undefined;
  } catch {
    return undefined;
  }
}
