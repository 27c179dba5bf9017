/** What a steward does with a request beside answering access and carrying out an erasure. */
import { z } from 'zod';
import {
  EXTENSION_GROUNDS,
  IDENTITY_CHECKS,
  REFUSAL_CODES,
  RESTRICTION_GROUNDS,
  type RefusalCode,
  type RestrictionGround,
} from '../../domain/requests.ts';
import { Count, Identifier, procedure, Sha256 } from '../define.ts';
import { DataRequest } from './governance.ts';

/** Words of a letter or a balance: a reason nobody can follow is none. */
const Reason = z.string().trim().min(10).max(4000);

/** The letter lies among the reports and goes with the person. */
const Answered = z.strictObject({ request: DataRequest, reportId: Identifier });

const CarryOut = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('restriction'),
    requestId: Identifier,
    ground: z.enum(Object.keys(RESTRICTION_GROUNDS) as [RestrictionGround]),
  }),
  z.strictObject({
    kind: z.literal('objection'),
    requestId: Identifier,
    outcome: z.enum(['upheld', 'overridden']),
    /** Art. 21(1): why the grounds override the person's interests, or do not. */
    balance: Reason,
  }),
  z.strictObject({
    kind: z.literal('withdrawal'),
    requestId: Identifier,
    purposeIds: z.array(Identifier).min(1).max(500),
  }),
]);

export const requestProcedures = {
  'request.identify': procedure({
    kind: 'command',
    input: z.strictObject({ requestId: Identifier, how: z.enum(IDENTITY_CHECKS) }),
    output: DataRequest,
    errors: ['REQUEST_CLOSED'],
    roles: ['steward'],
    audit: 'full',
  }),
  'request.extend': procedure({
    kind: 'command',
    input: z.strictObject({
      requestId: Identifier,
      ground: z.enum(EXTENSION_GROUNDS),
      reason: Reason,
    }),
    output: Answered,
    errors: ['REQUEST_CLOSED'],
    roles: ['steward'],
    audit: 'full',
  }),
  'request.refuse': procedure({
    kind: 'command',
    input: z.strictObject({
      requestId: Identifier,
      code: z.enum(REFUSAL_CODES as [RefusalCode]),
      reason: Reason,
    }),
    output: Answered,
    errors: ['REQUEST_CLOSED'],
    roles: ['steward'],
    audit: 'full',
  }),
  'request.close': procedure({
    kind: 'command',
    input: z.strictObject({
      requestId: Identifier,
      outcome: z.enum(['takenBack', 'answeredElsewhere']),
    }),
    output: DataRequest,
    errors: ['REQUEST_CLOSED'],
    roles: ['steward'],
    audit: 'full',
  }),
  'request.carryOut': procedure({
    kind: 'command',
    input: CarryOut,
    output: z.strictObject({ request: DataRequest, withdrawn: Count, staleModels: Count }),
    errors: ['REQUEST_CLOSED'],
    roles: ['steward'],
    audit: 'full',
  }),
  /** JSON, CSV and a FHIR bundle of what the person provided; derived things are named, not handed over. */
  'request.portability': procedure({
    kind: 'job',
    input: z.strictObject({ requestId: Identifier }),
    output: z.strictObject({
      requestId: Identifier,
      reportId: Identifier,
      provided: Count,
      derived: Count,
      sha256: Sha256,
      bytes: Count,
    }),
    errors: ['REQUEST_CLOSED'],
    roles: ['steward'],
    audit: 'full',
    keeps: 'nothing',
  }),
  /** Art. 18(3): before `request.lift`, with a letter to the person. */
  'request.noticeLifting': procedure({
    kind: 'command',
    input: z.strictObject({ requestId: Identifier, reason: Reason }),
    output: Answered,
    errors: [],
    roles: ['steward'],
    audit: 'full',
  }),
  'request.lift': procedure({
    kind: 'command',
    input: z.strictObject({ requestId: Identifier }),
    output: z.strictObject({ request: DataRequest, stillRestricted: z.boolean() }),
    errors: [],
    roles: ['steward'],
    audit: 'full',
  }),
} as const;
