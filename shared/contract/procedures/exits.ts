/** What left, whom it went to, and the notices under Art. 19 GDPR. */
import { z } from 'zod';
import { DESTINATION_GROUNDS } from '../../domain/destinations.ts';
import { At, Count, Identifier, Name, PageRequest, pageOf, procedure, Sha256 } from '../define.ts';

/** ISO 3166-1 alpha-2. */
const Country = z.string().regex(/^[A-Z]{2}$/);

/** Who receives something and where; the country is the site's own where it is left out. */
export const DestinationFields = {
  recipient: Name,
  /** Of the register of parties, where the recipient stands there. */
  partyId: Identifier.nullable().default(null),
  country: Country.nullable().default(null),
};

export const ExitEntry = z.strictObject({
  exitId: Identifier,
  at: At,
  actor: z.string().max(200),
  kind: z.string().max(40),
  recipient: z.string().max(200),
  partyId: Identifier.nullable(),
  /** Null: it stayed where the site is, and the site had not said where that is. */
  country: Country.nullable(),
  ground: z.enum(DESTINATION_GROUNDS),
  /** Handed to the person whose data it is, who is no recipient in the sense of Art. 19. */
  toSubject: z.boolean(),
  purpose: z.string().max(200).nullable(),
  /** How many people are still linked to it. */
  subjects: Count,
  sha256: Sha256,
  bytes: Count,
  auditSeq: Count,
});
export type ExitEntry = z.infer<typeof ExitEntry>;

export const NOTICE_ACTS = ['rectification', 'erasure', 'restriction'] as const;
export const NOTICE_WAYS = ['handed', 'post', 'carrier', 'spoken', 'notPossible'] as const;

export const ExitNotice = z.strictObject({
  noticeId: Identifier,
  exitId: Identifier,
  requestId: Identifier.nullable(),
  act: z.enum(NOTICE_ACTS),
  recipient: z.string().max(200),
  country: Country.nullable(),
  what: z.string().max(40),
  sha256: Sha256,
  leftAt: At,
  queuedAt: At,
  sent: z
    .strictObject({
      at: At,
      by: z.string().max(200),
      /** notPossible: impossible or a disproportionate effort; the reference says why (Art. 19). */
      how: z.enum(NOTICE_WAYS),
      reference: z.string().max(500),
    })
    .nullable(),
});
export type ExitNotice = z.infer<typeof ExitNotice>;

const OneSubject = z.union([
  z.strictObject({ subjectId: Identifier }),
  z.strictObject({ key: z.string().min(1).max(200) }),
]);
const READERS = ['steward', 'auditor'] as const;

export const exitsProcedures = {
  'exit.list': procedure({
    kind: 'query',
    input: z.strictObject({ ...PageRequest }),
    output: pageOf(ExitEntry),
    errors: [],
    roles: READERS,
    audit: 'none',
  }),
  /** Who received one person's data: told to the person on request (Art. 15(1)(c), 19). */
  'exit.recipients': procedure({
    kind: 'query',
    input: z.strictObject({ subject: OneSubject }),
    output: z.strictObject({ items: z.array(ExitEntry).max(5000) }),
    errors: [],
    roles: ['steward'],
    audit: 'none',
  }),
  /** Whether data may go to a country, and on which ground; for the dialog, before anything leaves. */
  'exit.destination': procedure({
    kind: 'query',
    input: z.strictObject({ country: Country.nullable() }),
    output: z.strictObject({
      home: Country.nullable(),
      ground: z.enum(DESTINATION_GROUNDS).nullable(),
      listVersion: z.string().max(20),
    }),
    errors: [],
    roles: ['steward', 'auditor', 'administrator'],
    audit: 'none',
  }),
  /** Open ones first, oldest first; then the sent ones, newest first. */
  'exit.notices': procedure({
    kind: 'query',
    input: z.strictObject({ ...PageRequest }),
    output: pageOf(ExitNotice).extend({ open: Count }),
    errors: [],
    roles: READERS,
    audit: 'none',
  }),
  /** Notices to everybody who received the data of the person of a request. */
  'exit.queueNotices': procedure({
    kind: 'command',
    input: z.strictObject({ requestId: Identifier, act: z.enum(NOTICE_ACTS) }),
    output: z.strictObject({ queued: Count }),
    errors: [],
    roles: ['steward'],
    audit: 'full',
  }),
  /** Writes the letter into the reports; it leaves as every report does. */
  'exit.noticeLetter': procedure({
    kind: 'command',
    input: z.strictObject({ noticeId: Identifier }),
    output: z.strictObject({ reportId: Identifier }),
    errors: [],
    roles: ['steward'],
    audit: 'full',
  }),
  'exit.noticeSent': procedure({
    kind: 'command',
    input: z.strictObject({
      noticeId: Identifier,
      how: z.enum(NOTICE_WAYS),
      reference: z.string().trim().max(500).default(''),
    }),
    output: ExitNotice,
    errors: [],
    roles: ['steward'],
    audit: 'full',
  }),
} as const;
