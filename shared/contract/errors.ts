/**
 * The closed list of failures. A code's class decides the exit code of the terminal and the tone of the
 * dialog; the sentence for each code stands in `renderer/messages` in every language. `safe` says what
 * the dialog answers to "is my data safe?".
 */
export type ErrorClass =
  | 'internal'
  | 'usage'
  | 'missing'
  | 'denied'
  | 'locked'
  | 'storage'
  | 'data'
  | 'compute'
  | 'cancelled'
  | 'integrity';

interface ErrorKind {
  readonly class: ErrorClass;
  /** unchanged: nothing was written. kept: the good part was stored. check: look before going on. */
  readonly safe: 'unchanged' | 'kept' | 'check';
}

const kind = (errorClass: ErrorClass, safe: ErrorKind['safe'] = 'unchanged'): ErrorKind => ({
  class: errorClass,
  safe,
});

export const ERRORS = {
  BAD_INPUT: kind('usage'),
  LOCKED: kind('locked'),
  FORBIDDEN: kind('denied'),
  TIMEOUT: kind('internal', 'check'),
  INTERNAL: kind('internal', 'check'),
  PROCESS_RESTARTED: kind('internal', 'kept'),
  VERSION_MISMATCH: kind('internal'),
  CANCELLED: kind('cancelled', 'kept'),
  NOT_FOUND: kind('missing'),
  CONFLICT: kind('usage'),
  // Vault and storage
  VAULT_EXISTS: kind('usage'),
  NOT_A_VAULT: kind('missing'),
  WRONG_PASSPHRASE: kind('locked'),
  WEAK_PASSPHRASE: kind('usage'),
  THROTTLED: kind('locked'),
  VAULT_IN_USE: kind('locked'),
  VAULT_DAMAGED: kind('integrity', 'check'),
  VAULT_TOO_NEW: kind('locked'),
  BACKUP_DAMAGED: kind('integrity'),
  /** People were erased after the backup, and nobody can say who. */
  ERASURES_UNKNOWN: kind('denied'),
  READ_ONLY: kind('storage'),
  DISK_FULL: kind('storage', 'kept'),
  NO_PERMISSION: kind('storage'),
  AUDIT_BROKEN: kind('integrity', 'check'),
  // People and their orders
  ORDER_NEEDED: kind('denied'),
  ORDER_CLOSED: kind('usage'),
  // Import
  SOURCE_NOT_FOUND: kind('missing'),
  SOURCE_UNREADABLE: kind('data'),
  FORMAT_UNKNOWN: kind('data'),
  MAPPING_INVALID: kind('usage'),
  TOO_LARGE: kind('data'),
  NOTHING_IMPORTED: kind('data'),
  // Governance
  GATE_DENIED: kind('denied'),
  PURPOSE_RETIRED: kind('denied'),
  CONFIRMATION_MISMATCH: kind('usage'),
  REQUEST_CLOSED: kind('usage'),
  ERASURE_UNPROVEN: kind('integrity', 'check'),
  HELD: kind('denied'),
  DESTINATION_BLOCKED: kind('denied'),
  POLICY_INVALID: kind('data'),
  POLICY_LOCKED: kind('denied'),
  KEY_STORE_UNAVAILABLE: kind('locked'),
  // Labeling
  SPAN_INVALID: kind('usage'),
  SCHEMA_INVALID: kind('usage'),
  STALE_EDIT: kind('usage'),
  NOTHING_TO_UNDO: kind('usage'),
  // Training and models
  SNAPSHOT_EMPTY: kind('data'),
  SNAPSHOT_CHANGED: kind('denied'),
  RECIPE_INVALID: kind('usage'),
  TRAINING_DIVERGED: kind('compute', 'kept'),
  COMPUTE_LOST: kind('compute', 'kept'),
  OUT_OF_MEMORY: kind('compute', 'kept'),
  MODEL_BLOCKED: kind('denied'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** Any procedure may return these. */
export const COMMON_ERRORS = [
  'BAD_INPUT',
  'LOCKED',
  'FORBIDDEN',
  'TIMEOUT',
  'INTERNAL',
  'PROCESS_RESTARTED',
  'VERSION_MISMATCH',
  'CANCELLED',
  'NOT_FOUND',
  'CONFLICT',
  'READ_ONLY',
  'DISK_FULL',
  'NO_PERMISSION',
] as const satisfies readonly ErrorCode[];

/** Exit codes of the terminal, one per class; 0 is success. */
export const EXIT_CODE: Record<ErrorClass, number> = {
  internal: 1,
  usage: 2,
  missing: 3,
  denied: 4,
  locked: 5,
  storage: 6,
  data: 7,
  compute: 8,
  cancelled: 9,
  integrity: 10,
};

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);
