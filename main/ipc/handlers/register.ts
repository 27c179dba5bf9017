// The register over the wire: parties, transfers, notices, the record of processing, assessments.
import type {
  Assessment,
  NoticeRow,
  NoticeText,
  OutputOf,
  Purpose,
} from '../../../shared/contract/index.ts';
import { elementsFor } from '../../../shared/domain/register.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import {
  contentsSha256,
  countMissing,
  type Notice,
  type RecordSources,
  type StoredAssessment,
} from '../../governance/index.ts';
import { assessmentFiles, processingRecordFiles, type Signing } from '../../reports/index.ts';
import type { OpenVault } from '../../store/index.ts';
import { recordSources } from '../registerFacts.ts';
import type { Services } from '../services.ts';
import type { CallContext, Handlers, Session } from './types.ts';

type RegisterName =
  | 'party.list'
  | 'party.set'
  | 'party.end'
  | 'transfer.list'
  | 'transfer.set'
  | 'transfer.setHome'
  | 'notice.list'
  | 'notice.get'
  | 'notice.publish'
  | 'notice.check'
  | 'processing.describe'
  | 'processing.get'
  | 'ropa.get'
  | 'ropa.export'
  | 'assessment.list'
  | 'assessment.write'
  | 'assessment.approve'
  | 'assessment.waive'
  | 'assessment.export';

type Deps = Pick<Services, 'governance' | 'audit' | 'backups' | 'staff' | 'models' | 'clock'>;
type Exported = Result<OutputOf<'ropa.export'>>;

export function registerHandlers(services: Deps): Pick<Handlers, RegisterName> {
  const { governance, audit, staff, clock } = services;
  const { register, notices, purposes, exits } = governance;
  const { parties, transfers, processing, assessments } = register;

  const sourcesOf = ({ vault }: Session): RecordSources => recordSources(services, vault);
  const signingOf = (vault: OpenVault): Signing => ({
    signNote: audit.signNote,
    vaultName: vault.name,
    vaultId: vault.id,
  });
  const named = <Row extends { readonly actor: string }>({ actor, ...row }: Row) => ({
    ...row,
    by: staff.nameOf(actor),
  });

  /** Shown to every client, once it is stored. */
  function stored<T extends { readonly actor: string }>(context: CallContext, result: Result<T>) {
    if (!result.ok) return result;
    context.changed('register', 'audit');
    return ok(named(result.value));
  }

  function elementsOf(purpose: Purpose) {
    return elementsFor({
      basis: purpose.basis,
      needsConsent: purpose.needsConsent,
      source: processing.of(purpose.purposeId).source,
      hasRepresentative: parties.active('representative').length > 0,
      hasTransfers: transfers.list().length > 0,
    });
  }

  function noticeRow(notice: Notice, purpose: Purpose): NoticeRow {
    const { noticeId, purposeId, version, language, title, text, sha256, auditSeq } = notice;
    return {
      ...{ noticeId, purposeId, version, language, title, sha256, auditSeq },
      purpose: purpose.name,
      characters: text.length,
      publishedAt: notice.publishedAt,
      by: staff.nameOf(notice.actor),
      inForce: version === purpose.noticeVersion,
      unchecked: elementsOf(purpose).filter((element) => !notice.contains?.includes(element)),
    };
  }

  function noticeText(noticeId: string, session: Session): Result<NoticeText> {
    const notice = notices.get(noticeId);
    const purpose = notice && purposes.get(notice.purposeId);
    if (!purpose) return failure('NOT_FOUND', 'There is no such notice. Nothing was changed.');
    const sources = sourcesOf(session);
    return ok({
      ...noticeRow(notice, purpose),
      text: notice.text,
      elements: elementsOf(purpose).map((element) => ({
        element,
        contained: notice.contains?.includes(element) ?? false,
        fact: register.noticeFact(purpose, element, sources)?.slice(0, 4000) ?? null,
      })),
    });
  }

  function assessmentOf(
    purpose: Purpose,
    of: StoredAssessment,
    sources: RecordSources,
  ): Assessment {
    const facts = register.assessmentFacts(purpose, sources);
    const parts = ['necessity', 'risks', 'measures', 'advice', 'views'] as const;
    return {
      ...of,
      risks: of.risks.map((risk) => ({ ...risk })),
      purpose: purpose.name,
      changedBy: of.changedBy === null ? null : staff.nameOf(of.changedBy),
      approvedBy: of.approvedBy === null ? null : staff.nameOf(of.approvedBy),
      facts,
      missing: countMissing(facts) + parts.filter((part) => of[part].length === 0).length,
    };
  }

  function assessed(
    context: CallContext,
    purposeId: string,
    result: Result<StoredAssessment>,
  ): Result<Assessment> {
    const purpose = purposes.get(purposeId);
    if (!result.ok) return result;
    if (!purpose) return failure('NOT_FOUND', 'There is no such purpose. Nothing was changed.');
    context.changed('register', 'audit');
    return ok(assessmentOf(purpose, result.value, sourcesOf(context.session)));
  }

  function handOut(
    context: CallContext,
    kind: string,
    to: {
      readonly recipient: string;
      readonly partyId: string | null;
      readonly country: string | null;
    },
    files: ReturnType<typeof processingRecordFiles>,
  ): Exported {
    const { actor, vault } = context.session;
    const exit = exits.register({
      actor,
      kind,
      objectId: vault.id,
      ...to,
      files: files.map(({ name, sha256, bytes }) => ({ name, sha256, bytes })),
      subjectIds: [],
    });
    if (!exit.ok) return exit;
    const { exitId } = exit.value;
    context.note({ object: exitId, counts: { files: files.length } });
    context.changed('exits', 'audit');
    return ok({
      exitId,
      sha256: contentsSha256(files),
      files: files.map(({ name, mediaType, content, sha256 }) => ({
        ...{ name, mediaType, content, sha256 },
      })),
    });
  }

  return {
    'party.list': () =>
      ok({ items: parties.active().map(named), history: parties.history().map(named) }),
    'party.set': ({ partyId, ...draft }, context) =>
      stored(context, parties.set(context.session.actor, partyId, draft)),
    'party.end': ({ partyId }, context) =>
      stored(context, parties.end(context.session.actor, partyId)),
    'transfer.list': () =>
      ok({
        home: transfers.home(),
        items: transfers.list().map(named),
        history: transfers.history().map(named),
      }),
    'transfer.set': (entry, context) =>
      stored(context, transfers.set(context.session.actor, entry)),
    'transfer.setHome'({ country }, context) {
      transfers.setHome(context.session.actor, country);
      context.changed('register', 'settings', 'audit');
      return ok({ home: transfers.home() });
    },
    'notice.list'({ purposeId }) {
      const about = purposes
        .list()
        .filter((purpose) => purposeId === undefined || purpose.purposeId === purposeId);
      return ok({
        items: about.flatMap((purpose) =>
          notices.ofPurpose(purpose.purposeId).map((notice) => noticeRow(notice, purpose)),
        ),
        missing: about.flatMap((purpose) =>
          notices.missing(purpose.purposeId).map((version) => ({
            purposeId: purpose.purposeId,
            purpose: purpose.name,
            version,
            inForce: version === purpose.noticeVersion && purpose.state === 'active',
          })),
        ),
      });
    },
    'notice.get': ({ noticeId }, { session }) => noticeText(noticeId, session),
    'notice.publish'(notice, context) {
      const published = notices.publish(context.session.actor, notice);
      if (published.ok) {
        context.changed('register', 'purposes', 'audit');
        if (published.value.renewed)
          context.changed('consent', 'subjects', 'documents', 'projects');
      }
      return published;
    },
    'notice.check'({ noticeId, contains }, context) {
      const checked = notices.check(context.session.actor, noticeId, contains);
      if (!checked.ok) return checked;
      context.changed('register', 'audit');
      return noticeText(noticeId, context.session);
    },
    'processing.describe': ({ purposeId, ...text }, context) => {
      const described = processing.describe(context.session.actor, purposeId, text);
      if (!described.ok) return described;
      context.changed('register', 'audit');
      return ok(processingOf(purposeId));
    },
    'processing.get'({ purposeId }) {
      const purpose = purposes.require(purposeId);
      return purpose.ok ? ok(processingOf(purposeId)) : purpose;
    },
    'ropa.get': ({ form }, { session }) => ok(register.record(form, sourcesOf(session))),
    'ropa.export'({ form, ...to }, context) {
      const { session } = context;
      const record = register.record(form, sourcesOf(session));
      const files = processingRecordFiles(record, signingOf(session.vault));
      return handOut(context, 'processingRecord', to, files);
    },
    'assessment.list'(_, { session }) {
      const sources = sourcesOf(session);
      return ok({
        required: assessments.isRequired(),
        items: purposes
          .list()
          .filter(({ state }) => state === 'active')
          .map((purpose) => assessmentOf(purpose, assessments.of(purpose.purposeId), sources)),
      });
    },
    'assessment.write': ({ purposeId, ...text }, context) =>
      assessed(context, purposeId, assessments.write(context.session.actor, purposeId, text)),
    'assessment.approve': ({ purposeId, version, reviewOn }, context) =>
      assessed(
        context,
        purposeId,
        assessments.approve(context.session.actor, purposeId, version, reviewOn),
      ),
    'assessment.waive': ({ purposeId, reason }, context) =>
      assessed(context, purposeId, assessments.waive(context.session.actor, purposeId, reason)),
    'assessment.export'({ purposeId, ...to }, context) {
      const purpose = purposes.require(purposeId);
      if (!purpose.ok) return purpose;
      const { session } = context;
      const assessment = assessmentOf(purpose.value, assessments.of(purposeId), sourcesOf(session));
      const files = assessmentFiles(assessment, clock.now(), signingOf(session.vault));
      return handOut(context, 'impactAssessment', to, files);
    },
  };

  function processingOf(purposeId: string): OutputOf<'processing.get'> {
    const { actor, ...rest } = processing.of(purposeId);
    return { ...rest, by: actor === null ? null : staff.nameOf(actor) };
  }
}
