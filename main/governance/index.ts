// The face of governance: who may use whose data for what, and what happens when a person asks for theirs.
// Rooms above read subject text through `gate`, write it through `texts`, send it out through `exits`.
import { createConsents, type Consents, type ConsentLostListener } from './consent.ts';
import type { RoomContext } from './context.ts';
import { createExits, type Exits } from './exits.ts';
import type { SubjectFollower } from './followers.ts';
import { createGate, type Gate } from './gate.ts';
import { createGateRepository } from './gateRepository.ts';
import { createPurposes, type Purposes } from './purposes.ts';
import { createSubjects, type Subjects } from './subjects.ts';
import { createTextStore, type TextStore } from './texts.ts';

export interface Governance {
  readonly purposes: Purposes;
  readonly consent: Consents;
  readonly subjects: Subjects;
  readonly gate: Gate;
  readonly texts: TextStore;
  readonly exits: Exits;
  /** Registers a room that holds things about people. At composition only. */
  follow(follower: SubjectFollower): void;
  /** Called inside the transaction of the withdrawal or refusal; returns how many models became stale. */
  onConsentLost(listener: ConsentLostListener): void;
}

export type GovernanceDeps = RoomContext;

export function createGovernance(deps: GovernanceDeps): Governance {
  const texts = createGateRepository(deps.store);
  const followers: SubjectFollower[] = [];
  const purposes = createPurposes(deps);
  const consent: Consents = createConsents(deps, { purposes, subjects: () => subjects });
  const subjects: Subjects = createSubjects(deps, purposes, consent.vaultTime);
  const gate = createGate(deps, { purposes, vaultTime: consent.vaultTime }, texts);
  return {
    purposes,
    consent,
    subjects,
    gate,
    texts: createTextStore(texts),
    exits: createExits(deps),
    follow: (follower) => void followers.push(follower),
    onConsentLost: consent.onLost,
  };
}

export * from './audit/index.ts';
export type {
  ConsentEntry,
  ConsentLostListener,
  ConsentOutcome,
  Consents,
  RecordConsent,
} from './consent.ts';
export type { Actor, Page, PageRequest } from './context.ts';
export type { ExitEntry, Exits, RegisterExit } from './exits.ts';
export type { AccessPart, DeletedRows, SubjectFollower, SubjectModel } from './followers.ts';
export type {
  Gate,
  GateReader,
  GateRequest,
  GateSummary,
  GatedDocument,
  Lost,
  Withheld,
} from './gate.ts';
export type { CompiledGate } from './gateSql.ts';
export { GATE_RULES_VERSION, type Denial } from './policy.ts';
export type { DeclarePurpose, Purposes } from './purposes.ts';
export type { Found, SubjectSelector, Subjects } from './subjects.ts';
export type { TextStore } from './texts.ts';
