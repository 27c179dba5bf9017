// The full record of a consent, asking on screen, the receipt. No leaf names the person.
import type { ConsentRecord, ParsedInputOf } from '../../../shared/contract/index.ts';
import { isMinor } from '../../../shared/domain/consent.ts';
import { failure, ok } from '../../../shared/kernel/result.ts';
import type { Clock, Random } from '../../platform/index.ts';
import type { ConsentRecordData, Governance, Staff } from '../../governance/index.ts';
import { receiptFiles, receiptTitle, type ReportArchive } from '../../reports/index.ts';
import type { Store } from '../../store/index.ts';
import type { Handlers } from './types.ts';

type ConsentRecordName =
  | 'consent.show'
  | 'consent.prepare'
  | 'consent.receipt'
  | 'consent.confirm'
  | 'consent.rules'
  | 'consent.setRules'
  | 'subject.setBirth';

export interface ConsentRecordDeps {
  readonly store: Pick<Store, 'transaction'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'newId'>;
  readonly governance: Pick<
    Governance,
    'consent' | 'consentRecords' | 'notices' | 'purposes' | 'subjects'
  >;
  readonly staff: Pick<Staff, 'nameOf'>;
  readonly reports: { readonly archive: Pick<ReportArchive, 'put'> };
}

type Who = ParsedInputOf<'consent.show'>['subject'];

export function consentRecordsHandlers(deps: ConsentRecordDeps): Pick<Handlers, ConsentRecordName> {
  const { consent, consentRecords, notices, purposes, subjects } = deps.governance;

  function find(subject: Who): string | undefined {
    const id = 'key' in subject ? subjects.byKey(subject.key) : subject.subjectId;
    return id !== undefined && subjects.row(id) ? id : undefined;
  }

  function shown(record: ConsentRecordData): ConsentRecord {
    const fields = consentRecords.fields(record);
    return {
      recordId: record.recordId,
      subjectId: record.subjectId,
      subjectKey: record.subjectKey,
      purposeId: record.purpose.purposeId,
      purpose: record.purpose.name,
      state: record.state,
      since: record.since,
      birthDate: record.birthDate,
      minor: record.minor,
      fields,
      missing: fields.filter(({ values, required }) => values === null && required).length,
      events: record.events.slice(-1000).map(({ seq, notice: _, actor, ...event }) => ({
        ...event,
        actor: deps.staff.nameOf(actor),
        confirmed: event.confirmed && { ...event.confirmed },
        receipts: consentRecords.receipts(seq).map((each) => ({ ...each })),
      })),
    };
  }

  return {
    'consent.show'({ subject, purposeId }) {
      const subjectId = find(subject);
      if (subjectId === undefined) return nobody();
      const record = consentRecords.get(subjectId, purposeId);
      return record.ok ? ok(shown(record.value)) : record;
    },
    'consent.prepare'({ subject, purposeId, language }) {
      const subjectId = find(subject);
      const row = subjectId === undefined ? undefined : subjects.row(subjectId);
      if (!row) return nobody();
      const purpose = purposes.require(purposeId);
      if (!purpose.ok) return purpose;
      const { noticeVersion } = purpose.value;
      const notice = notices.find(purposeId, noticeVersion, language ?? undefined);
      const terms = consent.rules.terms(purpose.value);
      const birthDate = consent.birthDate(row.subjectId);
      return ok({
        subjectId: row.subjectId,
        subjectKey: row.key,
        purposeId,
        purpose: purpose.value.name,
        description: purpose.value.description,
        state: consent.status(row.subjectId, purposeId).state,
        noticeVersion,
        notice: notice
          ? {
              language: notice.language,
              title: notice.title,
              text: notice.text,
              sha256: notice.sha256,
            }
          : null,
        languages: notices
          .ofPurpose(purposeId)
          .filter(({ version }) => version === noticeVersion)
          .map((each) => each.language),
        birthDate,
        needsGuardian: isMinor(birthDate, terms.age, consent.vaultTime()),
        age: terms.age,
        needsSeparate: terms.needsSeparate,
      });
    },
    'consent.receipt'({ subject, purposeId }, context) {
      const subjectId = find(subject);
      if (subjectId === undefined) return nobody();
      const record = consentRecords.get(subjectId, purposeId);
      if (!record.ok) return record;
      const decision = record.value.events.at(-1);
      if (!decision) throw new Error('A record begins with a decision');
      const { actor } = context.session;
      return deps.store.transaction(() => {
        const receipt = {
          receiptId: deps.random.newId('receipt'),
          at: deps.clock.now(),
          record: record.value,
          fields: consentRecords.fields(record.value),
        };
        const files = receiptFiles(receipt);
        const { reportId } = deps.reports.archive.put({
          kind: 'consentReceipt',
          title: receiptTitle(receipt),
          actor,
          subjectId,
          files,
        });
        const { receiptId, at } = receipt;
        consentRecords.noteReceipt(actor, { seq: decision.seq, receiptId, reportId });
        context.note({ object: receiptId, purposeId });
        context.changed('consent', 'reports');
        return ok({ receiptId, reportId, at, page: files[0]?.content ?? '' });
      });
    },
    'consent.confirm'({ subject, purposeId, ground }, context) {
      const subjectId = find(subject);
      if (subjectId === undefined) return nobody();
      const confirmed = consent.confirm(context.session.actor, { subjectId, purposeId, ground });
      if (!confirmed.ok) return confirmed;
      context.note({ purposeId, counts: { confirmed: 1 } });
      context.changed('consent', 'subjects', 'documents', 'projects');
      return ok({ state: confirmed.value.state });
    },
    'consent.rules': () => ok(consent.rules.get()),
    'consent.setRules'(rules, context) {
      const set = consent.rules.set(rules);
      context.note({ counts: { age: set.age, guardianLapses: set.guardianLapses ? 1 : 0 } });
      context.changed('settings', 'consent', 'subjects', 'documents');
      return ok(set);
    },
    'subject.setBirth'({ subject, birthDate }, context) {
      const subjectId = find(subject);
      if (subjectId === undefined) return nobody();
      const set = consent.setBirthDate(subjectId, birthDate);
      if (!set.ok) return set;
      context.note({ counts: { given: birthDate === null ? 0 : 1 } });
      context.changed('consent', 'subjects', 'documents', 'projects');
      return ok({ birthDate });
    },
  };
}

const nobody = () =>
  failure(
    'NOT_FOUND',
    'Nobody, or more than one person, is known by this number. Nothing was changed. Check the number.',
  );
