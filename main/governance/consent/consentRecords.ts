// The record of one person's consent to one purpose with the fields of ISO/IEC TS 27560:2023 and those the
// GDPR adds. Nothing is typed for it: purpose, notice, parties, recipients and events are looked up when it is
// shown, and what nobody has entered is missing. The receipt is this record as it stood at one decision.
import type { ConsentRecord, Guardian, Purpose } from '../../../shared/contract/index.ts';
import { isMinor, type ConsentMethod, type ConsentState } from '../../../shared/domain/consent.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Consents } from './consent.ts';
import { createConsentRepository } from './consentRepository.ts';
import type { Actor, RoomContext } from '../context.ts';
import type { Exits } from '../exits/exits.ts';
import type { SubjectFollower } from '../followers.ts';
import type { Notice, Notices } from '../register/notices.ts';
import type { Purposes } from '../gate/purposes.ts';
import type { Parties, StoredParty, Transfers } from '../register/index.ts';
import type { Subjects } from '../subjects.ts';

/** https://w3id.org/dpv/schema/dpv-27560: the profile the fields follow. */
export const RECORD_SCHEMA = 'ISO/IEC TS 27560:2023, dpv-27560:record-eu-gdpr';

export interface RecordedEvent {
  readonly seq: number;
  readonly type: 'given' | 'refused' | 'withdrawn';
  readonly at: string;
  readonly receivedAt: string | null;
  readonly recordedAt: string;
  /** Id of the staff member who recorded it. */
  readonly actor: string;
  readonly noticeVersion: string;
  /** The text that was shown, where it is published. */
  readonly notice: Notice | undefined;
  readonly language: string | null;
  readonly method: ConsentMethod | null;
  readonly channel: 'paper' | 'screen' | 'verbal' | 'import';
  readonly evidence: string;
  readonly present: string;
  readonly guardian: Guardian | null;
  readonly separate: boolean;
  readonly conditional: boolean;
  readonly confirmed: { readonly at: string; readonly ground: string } | null;
  readonly expiresAt: string | null;
}

export interface ConsentRecordData {
  readonly recordId: string;
  readonly openedAt: string;
  readonly subjectId: string;
  readonly subjectKey: string;
  readonly purpose: Purpose;
  readonly state: ConsentState;
  readonly since: string | null;
  readonly birthDate: string | null;
  readonly minor: boolean;
  /** Text of the version in force, in the language of the newest decision where there is one. */
  readonly notice: Notice | undefined;
  readonly parties: readonly StoredParty[];
  /** Names of whoever received data of this person, each once. */
  readonly recipients: readonly string[];
  readonly country: string | null;
  /** Countries abroad that the register opens. */
  readonly transfers: readonly string[];
  /** In the order recorded. */
  readonly events: readonly RecordedEvent[];
}

export interface ConsentRecords {
  /** Fails with NOT_FOUND: no such person, no such purpose, or no decision yet. */
  get(subjectId: string, purposeId: string): Result<ConsentRecordData>;
  fields(record: ConsentRecordData): ConsentRecord['fields'];
  receipts(
    seq: number,
  ): readonly { readonly receiptId: string; readonly reportId: string; readonly at: string }[];
  /** Notes that a receipt was written for a decision; joins the caller's transaction. */
  noteReceipt(
    actor: Actor,
    receipt: { readonly seq: number; readonly receiptId: string; readonly reportId: string },
  ): void;
  /** What the person's access pack says beside the decisions: how they were taken, and the birth date. */
  readonly follower: SubjectFollower;
}

export interface ConsentRecordsDeps {
  readonly consent: Consents;
  readonly purposes: Purposes;
  readonly subjects: Subjects;
  readonly notices: Pick<Notices, 'find'>;
  readonly exits: Pick<Exits, 'recipientsOf'>;
  readonly parties: Pick<Parties, 'active'>;
  readonly transfers: Pick<Transfers, 'home' | 'list'>;
}

export function createConsentRecords(
  { store, clock }: RoomContext,
  deps: ConsentRecordsDeps,
): ConsentRecords {
  const repository = createConsentRepository(store);
  const receipts = store.db.prepare<{ id: string; report_id: string; at: string }>(
    'SELECT id, report_id, at FROM consent_receipt WHERE consent_seq = ? ORDER BY id',
  );
  const insertReceipt = store.db.prepare(
    'INSERT INTO consent_receipt (id, consent_seq, report_id, at, actor) VALUES (?, ?, ?, ?, ?)',
  );

  function eventsOf(subjectId: string, purposeId: string): RecordedEvent[] {
    const details = repository.details(subjectId, purposeId);
    return repository.events(subjectId, purposeId).map((row): RecordedEvent => {
      const detail = details.get(row.seq);
      const language = detail?.language ?? null;
      return {
        seq: row.seq,
        type: row.type,
        at: row.at,
        receivedAt: detail?.received_at ?? null,
        recordedAt: row.recorded_at,
        actor: row.actor,
        noticeVersion: row.notice_version,
        notice: deps.notices.find(purposeId, row.notice_version, language ?? undefined),
        language,
        method: detail?.method ?? null,
        channel: row.channel as RecordedEvent['channel'],
        evidence: row.evidence,
        present: detail?.present ?? '',
        guardian:
          detail?.guardian_name && detail.guardian_relation
            ? {
                name: detail.guardian_name,
                relation: detail.guardian_relation,
                authority: detail.guardian_authority ?? '',
              }
            : null,
        separate: row.separate === 1,
        conditional: row.conditional === 1,
        confirmed:
          row.confirmed_at === null
            ? null
            : { at: row.confirmed_at, ground: row.confirmed_ground ?? '' },
        expiresAt: row.expires_at,
      };
    });
  }

  return {
    get(subjectId, purposeId) {
      const purpose = deps.purposes.require(purposeId);
      if (!purpose.ok) return purpose;
      const record = repository.record(subjectId, purposeId);
      const subject = deps.subjects.row(subjectId);
      if (!record || !subject) {
        return failure(
          'NOT_FOUND',
          'This person has decided nothing about this purpose yet. Nothing was changed.',
        );
      }
      const { consent, notices, parties, exits, transfers } = deps;
      const events = eventsOf(subjectId, purposeId);
      const status = consent.status(subjectId, purposeId);
      const birthDate = consent.birthDate(subjectId);
      const { age } = consent.rules.terms(purpose.value);
      return ok({
        recordId: record.id,
        openedAt: record.opened_at,
        subjectId,
        subjectKey: subject.key,
        purpose: purpose.value,
        state: status.state,
        since: status.since,
        birthDate,
        minor: isMinor(birthDate, age, consent.vaultTime()),
        notice: notices.find(
          purposeId,
          purpose.value.noticeVersion,
          events.at(-1)?.language ?? undefined,
        ),
        parties: parties.active(),
        recipients: [...new Set(exits.recipientsOf(subjectId).map(({ recipient }) => recipient))],
        country: transfers.home(),
        transfers: transfers.list().map(({ country }) => country),
        events,
      });
    },
    fields: recordFields,
    follower: {
      name: 'consent',
      access(subjectId) {
        const birthDate = deps.consent.birthDate(subjectId);
        const events = deps.purposes
          .list()
          .flatMap(({ purposeId, name }) =>
            eventsOf(subjectId, purposeId).map((event) => ({ ...event, purpose: name })),
          );
        return [
          ...(birthDate === null
            ? []
            : [{ what: 'birthDate', columns: ['birthDate'], rows: [[birthDate]] }]),
          ...(events.length === 0
            ? []
            : [
                {
                  what: 'consentForms',
                  columns: [
                    ...['purpose', 'decision', 'at', 'receivedAt', 'language', 'method', 'present'],
                    ...['guardian', 'relation', 'authority', 'evidence'],
                  ],
                  rows: events.map((event) => [
                    ...[event.purpose, event.type, event.at, event.receivedAt, event.language],
                    ...[event.method, event.present, event.guardian?.name ?? null],
                    ...[event.guardian?.relation ?? null, event.guardian?.authority ?? null],
                    event.evidence,
                  ]),
                },
              ]),
        ];
      },
    },
    receipts: (seq) =>
      receipts
        .all([seq])
        .map(({ id, report_id, at }) => ({ receiptId: id, reportId: report_id, at })),
    noteReceipt: (actor, { seq, receiptId, reportId }) =>
      void insertReceipt.run([receiptId, seq, reportId, clock.now(), actor.userId]),
  };
}

/** Articles whose rights a person has where the processing rests on consent. */
export const CONSENT_RIGHTS = ['7(3)', '15', '16', '17', '18', '20', '77'] as const;

/** In the order of the standard; null where nobody has entered it. */
function recordFields(record: ConsentRecordData): ConsentRecord['fields'] {
  const { purpose, events, parties, notice, country } = record;
  const last = events.at(-1);
  const named = (...roles: readonly StoredParty['role'][]): StoredParty[] =>
    parties.filter(({ role }) => roles.includes(role));
  const controllers = named('controller', 'jointController');
  const recipients = [
    ...record.recipients,
    ...named('processor', 'recipient').map(({ name }) => name),
  ];
  const of = (values: readonly (string | null)[]): string[] | null => {
    const present = values.filter((value): value is string => value !== null && value !== '');
    return present.length === 0 ? null : present;
  };
  const health = purpose.categories.includes('health');
  type Field = ConsentRecord['fields'][number];
  const field = (
    section: Field['section'],
    name: string,
    values: readonly string[] | null,
    required = true,
  ): Field => ({ section, field: name, values: values === null ? null : [...values], required });

  return [
    field('header', 'schemaVersion', [RECORD_SCHEMA]),
    field('header', 'recordId', [record.recordId]),
    field('header', 'principalId', of([record.subjectKey])),
    field(
      'processing',
      'notice',
      notice ? [`${notice.title} (${notice.version})`, `SHA-256 ${notice.sha256}`] : null,
    ),
    field('processing', 'language', of([last?.language ?? null])),
    field('processing', 'purpose', of([purpose.name, purpose.description])),
    field('processing', 'lawfulBasis', of([purpose.basis.article6, purpose.basis.article9])),
    field('processing', 'piiInformation', purpose.categories),
    field('processing', 'controllers', of(controllers.map(({ name }) => name))),
    field('processing', 'collectionMethod', of([last?.channel ?? null, last?.method ?? null])),
    field('processing', 'processingMethod', purpose.operations),
    field('processing', 'storageLocations', of([country])),
    field(
      'processing',
      'retentionPeriod',
      purpose.retentionDays === null ? null : [`P${purpose.retentionDays}D`],
    ),
    field('processing', 'processingLocations', of([country])),
    field('processing', 'geographicRestrictions', of([country, ...record.transfers])),
    field('processing', 'jurisdiction', of([country])),
    // None is an answer: then nobody received anything, and no one is named.
    field('processing', 'recipients', recipients),
    field('processing', 'withdrawalMethod', of(controllers.map(contactOf))),
    field('processing', 'rights', [...CONSENT_RIGHTS]),
    field('processing', 'authority', of(named('authority').map(({ name }) => name))),
    field('processing', 'piiType', purpose.categories),
    field('processing', 'specialCategory', health ? ['health'] : [], false),
    ...['controller', 'jointController', 'representative', 'dpo', 'processor', 'authority'].flatMap(
      (role) =>
        named(role as StoredParty['role']).map((party) =>
          field('parties', role, of([party.partyId, party.name, party.address, party.contact])),
        ),
    ),
    ...(controllers.length === 0 ? [field('parties', 'controller', null)] : []),
    ...(named('dpo').length === 0 ? [field('parties', 'dpo', null, false)] : []),
    field('law', 'guardian', guardianOf(last), false),
    field('law', 'age', of([record.birthDate]), false),
  ];
}

const contactOf = ({ name, contact }: StoredParty): string =>
  contact === '' ? '' : `${name}: ${contact}`;

const guardianOf = (event: RecordedEvent | undefined): string[] | null =>
  event?.guardian ? [event.guardian.name, event.guardian.relation, event.guardian.authority] : null;
