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
import { At, Count, Day, Identifier, Name, procedure, Sha256 } from '../define.ts';
import { KeptPart } from './erasures.ts';
import { DataRequest } from './governance.ts';
import { Country } from './site.ts';

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

/** One way to count a period: where it ends on the calendar, and the days its end was moved over. */
const Reading = z.strictObject({
  endsOn: Day,
  dueOn: Day,
  skipped: z
    .array(
      z.strictObject({
        day: Day,
        why: z.enum(['saturday', 'sunday', 'holiday']),
        /** Of a holiday the site added; empty otherwise. */
        name: z.string().max(100),
      }),
    )
    .max(60),
});
export type Reading = z.infer<typeof Reading>;

export const RequestFile = z.strictObject({
  request: DataRequest,
  deadline: z.strictObject({
    /** Whose public holidays count; null: none do. */
    country: Country.nullable(),
    /** One month from receipt (Art. 12(3)). */
    month: Reading,
    /** Counted from the day the identity was proven: disputed, later, and never the one that counts. */
    fromIdentity: Reading.nullable(),
    /** The two readings of "two further months". */
    threeMonthsFromReceipt: Reading,
    twoMonthsAfterTheFirst: Reading,
  }),
  /** From receipt to the answer, or to today. */
  daysUsed: Count,
  ledger: z
    .array(
      z.strictObject({
        at: At,
        /** `opened`, or a kind of event of the request. */
        what: z.string().max(40),
        by: z.string().max(200),
        /** How, on which ground, with which outcome: a code, never words about a person. */
        code: z.string().max(60).nullable(),
        until: Day.nullable(),
      }),
    )
    .max(1000),
  restriction: z
    .strictObject({
      ground: z.string().max(60),
      since: At,
      noticedAt: At.nullable(),
      liftedAt: At.nullable(),
    })
    .nullable(),
  /** What an erasure that is not ordered yet will leave standing. */
  kept: z.array(KeptPart).max(40),
  /** Trained on the person, as long as the person is in the vault. */
  models: z
    .array(z.strictObject({ modelId: Identifier, name: Name, state: z.string().max(20) }))
    .max(500),
});
export type RequestFile = z.infer<typeof RequestFile>;

export const requestProcedures = {
  /** Everything that happened to one request, and how its deadline was counted. */
  'request.show': procedure({
    kind: 'query',
    input: z.strictObject({ requestId: Identifier }),
    output: RequestFile,
    errors: [],
    roles: ['steward', 'auditor'],
    audit: 'none',
  }),
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
      /** Passages about other people that were taken out (Art. 20(4)). */
      redacted: Count,
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
