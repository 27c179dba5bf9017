// What is known of the log outside its database, and which restores the log itself records: a head from
// after the backup is not continued by a restored log, and that is as it should be.
import { ANCHOR_FILE, readAnchor } from './anchor.ts';
import type { AnchorState, AuditLog } from './auditLog.ts';
import type { Store } from '../../store/index.ts';

export interface KnownHead {
  readonly state: AnchorState;
  readonly size: number;
  readonly at: string | undefined;
}

export interface RecordedRestore {
  readonly at: string;
  /** Leaves in the backup. */
  readonly logSize: number;
  /** Leaves of the newest head that was known when it was restored. */
  readonly knownSize: number;
}

const MOST = 100;

/** Undefined where no head was ever kept beside the database. */
export function anchorBeside(
  store: Pick<Store, 'sidecar'>,
  audit: Pick<AuditLog, 'compareHead'>,
): KnownHead | undefined {
  const bytes = store.sidecar(ANCHOR_FILE).read();
  const anchor = readAnchor(bytes);
  if (!anchor) return undefined;
  return { ...audit.compareHead(anchor.note, anchor.successions), at: timeIn(bytes) };
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

function timeIn(bytes: Uint8Array | undefined): string | undefined {
  try {
    const { at } = JSON.parse(Buffer.from(bytes ?? []).toString('utf8')) as { at?: unknown };
    return typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? at : undefined;
  } catch {
    return undefined;
  }
}
