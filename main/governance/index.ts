// The face of governance: who may use whose data for what, and what happens when a person asks for theirs.
// Rooms above read subject text through `gate`, write it through `texts`, send it out through `exits`.
import { createAccess, type Access } from './requests/access.ts';
import { createCalendar, type Calendar } from './requests/calendar.ts';
import { createConsents, type Consents, type ConsentLostListener } from './consent/consent.ts';
import type { Actor, RoomContext } from './context.ts';
import { createErasure, type Erasure } from './erasure/erasure.ts';
import { createErasureVerifier, type ErasureVerifier } from './erasure/erasureVerify.ts';
import { createErasureJournal, type KnownErasures } from './erasure/erasureJournal.ts';
import { replayErasures, type Replayed, type ReplayWatch } from './erasure/erasureReplay.ts';
import { createBreaches, type Breaches } from './breaches/breaches.ts';
import { createConsentRecords, type ConsentRecords } from './consent/consentRecords.ts';
import { createExitNotices, type ExitNotices } from './exits/exitNotices.ts';
import { createExits, type Exits } from './exits/exits.ts';
import type { SubjectFollower } from './followers.ts';
import { createRedactions, type Redactions } from './requests/redactions.ts';
import { createKeptParts, type KeptParts } from './erasure/keptParts.ts';
import { createGate, type Gate } from './gate/gate.ts';
import { createGateRepository } from './gate/gateRepository.ts';
import { createNotices, type Notices } from './register/notices.ts';
import { createPolicyBook, type PolicyBook } from './policies/index.ts';
import { createPurposes, type Purposes } from './gate/purposes.ts';
import { createRegister, type Register } from './register/index.ts';
import { createRequestRepository } from './requests/requestRepository.ts';
import { createRectification, type Rectification } from './requests/rectification.ts';
import { createRequestActs, type RequestActs } from './requests/requestActs.ts';
import { createRequestFile } from './requests/requestFile.ts';
import { createRequests, type Requests } from './requests/requests.ts';
import {
  createHolds,
  createRetention,
  createRetentionRules,
  type Holds,
  type Retention,
} from './retention/index.ts';
import { consentAlong } from '../../shared/domain/purposeTree.ts';
import type { Result } from '../../shared/kernel/result.ts';
import { createSubjects, erasureKey, type Subjects } from './subjects.ts';
import { createTextStore, type TextStore } from './texts.ts';

export interface Governance {
  readonly purposes: Purposes;
  readonly notices: Notices;
  readonly register: Register;
  /** The policy of the organisation in force, and what it narrows. */
  readonly policies: PolicyBook;
  readonly consent: Consents;
  readonly subjects: Subjects;
  readonly gate: Gate;
  readonly retention: Retention;
  readonly holds: Holds;
  readonly texts: TextStore;
  readonly exits: Exits;
  readonly exitNotices: ExitNotices;
  readonly breaches: Breaches;
  readonly consentRecords: ConsentRecords;
  readonly requests: Requests;
  readonly access: Access;
  readonly calendar: Calendar;
  readonly requestActs: RequestActs;
  readonly requestFile: ReturnType<typeof createRequestFile>;
  readonly rectification: Rectification;
  readonly erasure: Erasure;
  readonly keptParts: KeptParts;
  readonly redactions: Redactions;
  readonly erasureVerifier: ErasureVerifier;
  /** Carries out in a restored copy what was erased since; fails as an erasure does. */
  replay(actor: Actor, known: KnownErasures, watch?: ReplayWatch): Promise<Result<Replayed>>;
  /** Registers a room that holds things about people. At composition only. */
  follow(follower: SubjectFollower): void;
  /** Called inside the transaction of the withdrawal or refusal; returns how many models became stale. */
  onConsentLost(listener: ConsentLostListener): void;
}

export interface GovernanceDeps extends RoomContext {
  /** Folders outside the vault that the proof of an erasure must search, asked for then. Absolute. */
  readonly scanFolders?: () => readonly string[];
}

export function createGovernance(deps: GovernanceDeps): Governance {
  const texts = createGateRepository(deps.store);
  const requestRows = createRequestRepository(deps.store);
  const followers: SubjectFollower[] = [];
  const purposes = createPurposes(deps);
  const consent: Consents = createConsents(deps, { purposes, subjects: () => subjects });
  const subjects: Subjects = createSubjects(deps, purposes, consent.vaultTime);
  const lostListeners: ConsentLostListener[] = [];
  const notifyLost: ConsentLostListener = (subjectIds, purposeId, ground) =>
    lostListeners.reduce((sum, listener) => sum + listener(subjectIds, purposeId, ground), 0);
  consent.onLost((subjectIds, purposeId) =>
    // Whoever withdraws the whole withdraws its parts: `consentAlong`.
    [purposeId, ...purposes.below(purposeId).map((part) => part.purposeId)].reduce(
      (sum, each) => sum + notifyLost(subjectIds, each),
      0,
    ),
  );
  const rules = createRetentionRules(deps, purposes);
  const gate = createGate(
    deps,
    {
      purposes,
      vaultTime: consent.vaultTime,
      subjectFacts(subjectId, purposeId) {
        const state = subjects.gateState(subjectId);
        const own = purposes.get(purposeId);
        if (state === undefined || own === undefined) return undefined;
        const way = [own, ...purposes.above(purposeId)].map((purpose) => ({
          declaredAt: purpose.declaredAt,
          status: consent.status(subjectId, purpose.purposeId),
        }));
        const spoken = consentAlong(way);
        return { state, consent: spoken.state, consentEndedAt: spoken.endedAt };
      },
      limitsOf: rules.limitsOf,
    },
    texts,
  );
  const calendar = createCalendar(deps);
  const policies = createPolicyBook(deps);
  const notices = createNotices({ ...deps, purposes });
  const register = createRegister({
    ...deps,
    ...{ purposes, notices },
    holidayCountry: calendar.country,
    requireAssessment: () => policies.limits().requireAssessment ?? false,
    exportCountries: () => policies.limits().exportCountries,
  });
  const exits = createExits(deps, { transfers: register.transfers });
  const exitNotices = createExitNotices(deps, { exits });
  const consentRecords = createConsentRecords(deps, {
    ...{ consent, purposes, subjects, notices, exits },
    parties: register.parties,
    transfers: register.transfers,
  });
  followers.push(consentRecords.follower);
  const requests = createRequests(deps, {
    subjects,
    repository: requestRows,
    isHoliday: calendar.isHoliday,
  });
  const journal = createErasureJournal(deps);
  deps.audit.onSign(() => {
    erasureKey(deps);
    journal.keep();
  });
  const person = { requests, subjects, exits, texts, followers };
  const holds = createHolds(deps, subjects);
  const redactions = createRedactions(deps, { requests, requestRows, subjects, texts });
  const keptParts = createKeptParts(deps, { requests, subjects });
  const erasure = createErasure(deps, {
    ...person,
    requestRows,
    scanFolders: deps.scanFolders ?? (() => []),
    holdsOn(subjectId, documents) {
      const found =
        documents === undefined
          ? holds.blocking(subjectId)
          : documents.flatMap((rowid) => [...holds.on(rowid)]);
      return [...new Map(found.map((hold) => [hold.holdId, hold])).values()].map(
        ({ holdId, caseId, reviewOn }) => ({ holdId, name: caseId.slice(0, 200), until: reviewOn }),
      );
    },
    queueNotices: (actor, about) => exitNotices.queue(actor, { ...about, act: 'erasure' }).queued,
  });
  return {
    purposes,
    notices,
    register,
    policies,
    consent,
    subjects,
    gate,
    retention: createRetention(deps, {
      ...{ purposes, rules, holds, texts, followers },
      vaultTime: consent.vaultTime,
      lost: (subjectIds, purposeId) => notifyLost(subjectIds, purposeId, 'retention'),
      scanFolders: deps.scanFolders ?? (() => []),
    }),
    holds,
    texts: createTextStore(texts),
    exits,
    exitNotices,
    breaches: createBreaches(deps),
    consentRecords,
    requests,
    calendar,
    requestActs: createRequestActs(deps, {
      requests,
      repository: requestRows,
      subjects,
      consent,
      calendar,
      queueNotices: (actor, about) =>
        void exitNotices.queue(actor, { ...about, act: 'restriction' }),
    }),
    requestFile: createRequestFile(deps, {
      requests,
      repository: requestRows,
      calendar,
      followers,
      keptParts,
    }),
    access: createAccess(deps, { ...person, consent, purposes, redactions }),
    redactions,
    rectification: createRectification(deps, {
      ...person,
      requestRows,
      queueNotices: (actor, { requestId, subjectId }) =>
        exitNotices.queue(actor, { requestId, subjectId, act: 'rectification' }).queued,
    }),
    erasure,
    keptParts,
    erasureVerifier: createErasureVerifier(deps, {
      ...{ erasure, requestRows, subjects, texts },
      folders: () => [
        ...(deps.scanFolders?.() ?? []),
        ...followers.flatMap((follower) => follower.folders?.() ?? []),
      ],
    }),
    async replay(actor, known, watch) {
      journal.adopt(known);
      return replayErasures(deps, { erasure, requests, subjects, keptParts }, actor, known, watch);
    },
    follow: (follower) => void followers.push(follower),
    onConsentLost: (listener) => void lostListeners.push(listener),
  };
}

export * from './audit/index.ts';
export type { Access, AccessData, AccessDocument } from './requests/access.ts';
export type { Calendar, SiteHoliday } from './requests/calendar.ts';
export type {
  ConsentEntry,
  ConsentLostListener,
  ConsentOutcome,
  Consents,
  RecordConsent,
} from './consent/consent.ts';
export type { Actor, Page, PageRequest } from './context.ts';
export {
  ERASURE_STAGES,
  type Erasure,
  type ErasureOrder,
  type ErasureStage,
} from './erasure/erasure.ts';
export type { KeptParts } from './erasure/keptParts.ts';
export {
  gapOf,
  type PeopleFinder,
  type RedactionLog,
  type Redactions,
} from './requests/redactions.ts';
export {
  ERASURES_FILE,
  readJournal,
  type ErasureEntry,
  type KnownErasures,
} from './erasure/erasureJournal.ts';
export type { Replayed } from './erasure/erasureReplay.ts';
export { finishSalvage, type Salvaged } from './salvaged.ts';
export { examineLog } from './examineLog.ts';
export {
  createBackups,
  foreseeErasures,
  inspectCopy,
  makeUsable,
  withFormer,
  type BackupEntry,
  type Backups,
  type ForeseenErasures,
  type Restored,
} from './backups/backups.ts';
export type { ErasurePreview } from './erasure/erasurePreview.ts';
export type { Breaches, BreachEntry, BreachHistory } from './breaches/breaches.ts';
export type { ConsentRecordData, ConsentRecords, RecordedEvent } from './consent/consentRecords.ts';
export type { ExitNotices, QueueNotices } from './exits/exitNotices.ts';
export type { Destination, ExitEntry, Exits, RegisterExit } from './exits/exits.ts';
export type {
  AccessPart,
  CopyOfText,
  DeletedRows,
  MovedPlaces,
  SetAside,
  SubjectFollower,
  SubjectModel,
  TextChange,
} from './followers.ts';
export type { Rectification, Rectified } from './requests/rectification.ts';
export type {
  Gate,
  GateReader,
  GateRequest,
  GateSummary,
  GatedDocument,
  Lost,
  Withheld,
} from './gate/gate.ts';
export type { CompiledGate } from './gate/gateSql.ts';
export { GATE_RULES_VERSION, type Denial } from './gate/policy.ts';
export type { DeclarePurpose, Purposes } from './gate/purposes.ts';
export type {
  BlockingHold,
  Holds,
  Retention,
  RetentionRules,
  RuleDraft,
  RunRecord,
  RunStage,
} from './retention/index.ts';
export type { Notice, Notices, PublishNotice } from './register/notices.ts';
export * from './policies/index.ts';
export { contentsSha256 } from './exits/exits.ts';
export * from './register/index.ts';
export type { RequestActs } from './requests/requestActs.ts';
export type { Requests, SubjectName } from './requests/requests.ts';
export type { Found, SubjectSelector, Subjects } from './subjects.ts';
export { createOrders, type DualOrder, type Orders } from './staff/orders.ts';
export { createStaff, type Staff, type StaffMember } from './staff/staff.ts';
export type { TextStore } from './texts.ts';
