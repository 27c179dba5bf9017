// Whether a person is gone: by what can be read in bytes, and by what bytes cannot show. The index stores three
// letters at a time, a sealed file and the write-ahead log are ciphertext, a key that never changed leaves no
// trace at all: each of these steps has a check of its own. And the search itself is checked: something that
// must be found (the number of the order) is searched for too, so that a search that reads nothing is no proof.
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { scanForNeedles, type ScanReport, type SealedId, type Store } from '../../store/index.ts';
import type { Journal } from './erasureRecord.ts';
import type { GateRepository } from '../gate/gateRepository.ts';

export type Complaint =
  'rows' | 'index' | 'sealed' | 'writeAheadLog' | 'key' | 'needles' | 'search' | 'restriction';

export interface Proof {
  readonly scan: ScanReport;
  readonly complaints: readonly Complaint[];
}

export interface ToProve {
  readonly journal: Journal;
  readonly orderId: string;
  /** Of the person; nothing may be left of them. */
  readonly sealed: readonly string[];
  readonly partly: boolean;
  /** Of the encrypted file, before its key was exchanged. */
  readonly fingerprintBefore: string;
  readonly folders: readonly string[];
}

const DATABASE = 'vault.db';
const WAL = 'vault.db-wal';
const FINGERPRINT_BYTES = 1 << 16;

const pathOf = (store: Store, name: string): string | undefined =>
  store.files().find((path) => basename(path) === name);

/** Over the first pages as they lie on the disk: the same bytes under another key are other bytes. */
export function fingerprintOf(store: Store): string {
  const path = pathOf(store, DATABASE);
  if (path === undefined) throw new Error('The vault has no database file');
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(FINGERPRINT_BYTES);
    const length = readSync(descriptor, bytes, 0, bytes.length, 0);
    return createHash('sha256').update(bytes.subarray(0, length)).digest('hex');
  } finally {
    closeSync(descriptor);
  }
}

export function proveErasure(
  store: Store,
  texts: Pick<GateRepository, 'strayIndexRows'>,
  what: ToProve,
): Proof {
  const { journal, sealed, partly } = what;
  const { db } = store;
  const complaints: Complaint[] = [];
  const complain = (complaint: Complaint, broken: boolean): void => {
    if (broken) complaints.push(complaint);
  };

  const left = db.get<{ n: number }>(
    'SELECT count(*) AS n FROM document WHERE id IN (SELECT value FROM json_each(?))',
    [JSON.stringify(journal.documents)],
  );
  const known = db.get('SELECT 1 FROM subject WHERE id = ?', [journal.subjectId]) !== undefined;
  complain(
    'rows',
    (left?.n ?? 0) > 0 || (known && !partly) || db.all('PRAGMA foreign_key_check').length > 0,
  );
  complain('index', texts.strayIndexRows() > 0);
  complain(
    'sealed',
    sealed.some(
      (id) =>
        store.sealed.get(id as SealedId) !== undefined ||
        store.files().some((path) => basename(path) === id),
    ),
  );
  const log = pathOf(store, WAL);
  complain('writeAheadLog', log !== undefined && existsSync(log) && statSync(log).size > 0);
  complain('key', fingerprintOf(store) === what.fingerprintBefore);
  // A whole person has at least an id and the key of their pseudonym.
  complain('needles', !partly && journal.count < 2);
  complain('restriction', partly && !isStoredOnly(store, journal.subjectId));

  const needles = journal.needles.map((needle) => Buffer.from(needle, 'base64'));
  const control = needles.length;
  const { hits, ...scan } = scanForNeedles(
    store,
    [...needles, Buffer.from(what.orderId, 'utf8')],
    what.folders,
  );
  complain(
    'search',
    !hits.some(({ needleIndex, where }) => needleIndex === control && where === 'image'),
  );
  return {
    scan: {
      ...scan,
      needles: needles.length,
      hits: hits.filter(({ needleIndex }) => needleIndex !== control),
    },
    complaints,
  };
}

/** What stays may be stored and nothing else (Art. 18(2)). */
const isStoredOnly = ({ db }: Pick<Store, 'db'>, subjectId: string): boolean =>
  db.get<{ type: string }>(
    `SELECT type FROM subject_event WHERE subject_id = ? AND type IN ('restricted', 'restrictionLifted') ORDER BY seq DESC LIMIT 1`,
    [subjectId],
  )?.type === 'restricted';
