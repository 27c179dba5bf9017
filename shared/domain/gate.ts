/**
 * The one decision whether somebody may use one document for a purpose. Pure: everything it knows comes
 * in as plain data, so that the same rule can be compiled to a SQL filter and compared with it. Deny is
 * the default, a deny at an earlier step hides the later ones, and what is unknown denies. Step 7, writing
 * the decision to the log, is the caller's.
 */
import type { Instant } from '../kernel/time.ts';
import type { ConsentState } from './consent.ts';
import { coversCategory, needsConsent } from './purpose.ts';
import type { Category, LegalBasis, Operation } from './purpose.ts';
import { dueFor, type RetentionLimit } from './retention.ts';

export type GateRole = 'clinician' | 'steward' | 'auditor' | 'administrator';
export const GATE_STEPS = ['role', 'state', 'purpose', 'basis', 'retention', 'duty'] as const;
export type GateStep = (typeof GATE_STEPS)[number];

/** Which operations a role may ask for. Auditors and administrators read no subject text. */
export const ROLE_OPERATIONS: Readonly<Record<GateRole, readonly Operation[]>> = {
  clinician: ['read', 'deidentify', 'label', 'train', 'evaluate', 'suggest'],
  steward: ['read', 'deidentify', 'train', 'evaluate', 'suggest', 'export'],
  auditor: [],
  administrator: [],
};

export interface GateActor {
  readonly signedIn: boolean;
  readonly roles: readonly GateRole[];
}

export interface GatePurpose {
  readonly id: string;
  /** Ids of the purposes above it, nearest first. */
  readonly ancestors: readonly string[];
  /** Retired also where one above it is. */
  readonly state: 'active' | 'retired';
  readonly operations: readonly Operation[];
  readonly categories: readonly Category[];
  readonly basis: LegalBasis;
  /** Its own period, and the rules that stand for it, for one above it or for every purpose. */
  readonly limits: readonly RetentionLimit[];
}

export interface GateSubject {
  /** Restricted: GDPR Art. 18. Objected: an objection under Art. 21 is not decided yet. */
  readonly state: 'active' | 'restricted' | 'objected' | 'erased';
  /** For the purpose asked for, at the instant asked for; see `consentAlong` for a part of a purpose. */
  readonly consent: ConsentState;
  /** When it ended; null while it has not. */
  readonly consentEndedAt: Instant | null;
}

export interface GateDocument {
  readonly category: Category;
  readonly importedAt: Instant;
  /** The date the text itself carries; null where none can be read. */
  readonly dateOfDocument: string | null;
  /** A legal hold blocks deletion; it never widens use. */
  readonly held: boolean;
  /** Null where no person is linked to the text. */
  readonly subject: GateSubject | null;
}

export interface GateDuty {
  readonly name: 'deidentifyFirst' | 'secondApprover' | 'destination';
  /** Null where nobody could tell: it counts as unmet. */
  readonly met: boolean | null;
}

export interface GateQuestion {
  readonly at: Instant;
  readonly actor: GateActor;
  readonly operation: Operation;
  /** Null when the purpose asked for is not known. */
  readonly purpose: GatePurpose | null;
  /** The purposes this processing was allowed for; one of them must be the purpose or lie above it. */
  readonly allowedPurposes: readonly string[];
  readonly document: GateDocument;
  readonly duties: readonly GateDuty[];
}

export type GateReason =
  | 'notSignedIn'
  | 'roleLacksOperation'
  | 'erased'
  | 'restricted'
  | 'objected'
  | 'stateUnknown'
  | 'purposeUnknown'
  | 'purposeRetired'
  | 'purposeNotAllowed'
  | 'operationNotCovered'
  | 'categoryNotCovered'
  | 'article9Missing'
  | 'subjectUnknown'
  | 'consentNever'
  | 'consentRefused'
  | 'consentWithdrawn'
  | 'consentExpired'
  | 'consentLapsed'
  | 'consentGuardianMissing'
  | 'consentOutgrown'
  | 'consentNotSeparate'
  | 'consentConditional'
  | 'consentUnknown'
  | 'retentionPassed'
  | 'heldPastRetention'
  | 'retentionUnknown'
  | 'deidentifyFirst'
  | 'secondApprover'
  | 'destination';

export type GateDecision =
  | { readonly allow: true }
  | { readonly allow: false; readonly step: GateStep; readonly reason: GateReason };

/** Asks the steps in order and stops at the first that denies. */
export function decide(question: GateQuestion): GateDecision {
  const steps: Readonly<Record<GateStep, (q: GateQuestion) => GateReason | null>> = {
    role: denyRole,
    state: denyState,
    purpose: denyPurpose,
    basis: denyBasis,
    retention: denyRetention,
    duty: denyDuty,
  };
  for (const step of GATE_STEPS) {
    const reason = steps[step](question);
    if (reason !== null) return { allow: false, step, reason };
  }
  return { allow: true };
}

function denyRole({ actor, operation }: GateQuestion): GateReason | null {
  if (actor.signedIn !== true) return 'notSignedIn';
  const may = actor.roles.some((role) => ROLE_OPERATIONS[role]?.includes(operation) === true);
  return may ? null : 'roleLacksOperation';
}

function denyState({ document }: GateQuestion): GateReason | null {
  if (document.subject === null) return null;
  const { state } = document.subject;
  switch (state) {
    case 'active':
      return null;
    case 'restricted':
    case 'objected':
    case 'erased':
      return state;
    default:
      return 'stateUnknown';
  }
}

function denyPurpose({ purpose, allowedPurposes }: GateQuestion): GateReason | null {
  if (purpose === null) return 'purposeUnknown';
  if (purpose.state !== 'active') return 'purposeRetired';
  const path = [purpose.id, ...purpose.ancestors];
  return path.some((id) => allowedPurposes.includes(id)) ? null : 'purposeNotAllowed';
}

function denyBasis({ purpose, operation, document }: GateQuestion): GateReason | null {
  if (purpose === null) return 'purposeUnknown';
  if (!purpose.operations.includes(operation)) return 'operationNotCovered';
  if (!purpose.categories.includes(document.category)) return 'categoryNotCovered';
  if (!coversCategory(purpose.basis, document.category)) return 'article9Missing';
  if (!needsConsent(purpose.basis)) return null;
  if (document.subject === null) return 'subjectUnknown';
  switch (document.subject.consent) {
    case 'given':
      return null;
    case 'never':
      return 'consentNever';
    case 'refused':
      return 'consentRefused';
    case 'withdrawn':
      return 'consentWithdrawn';
    case 'expired':
      return 'consentExpired';
    case 'lapsed':
      return 'consentLapsed';
    case 'guardianMissing':
      return 'consentGuardianMissing';
    case 'outgrown':
      return 'consentOutgrown';
    case 'notSeparate':
      return 'consentNotSeparate';
    case 'conditional':
      return 'consentConditional';
    default:
      return 'consentUnknown';
  }
}

function denyRetention({ purpose, document, at }: GateQuestion): GateReason | null {
  if (purpose === null) return 'purposeUnknown';
  const { category, importedAt, dateOfDocument, held, subject } = document;
  // A consent that nothing rests on begins and ends nothing.
  const consentEndedAt = needsConsent(purpose.basis) ? (subject?.consentEndedAt ?? null) : null;
  const due = dueFor(purpose.limits, category, { importedAt, dateOfDocument, consentEndedAt }, at);
  if ('never' in due) return null;
  if ('unknown' in due) return 'retentionUnknown';
  if (Date.parse(at) < Date.parse(due.at)) return null;
  return held ? 'heldPastRetention' : 'retentionPassed';
}

function denyDuty({ duties }: GateQuestion): GateReason | null {
  return duties.find((duty) => duty.met !== true)?.name ?? null;
}
