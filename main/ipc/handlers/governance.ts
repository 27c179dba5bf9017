// Purposes, consent, the gate and the requests of people over the wire. Leaves of these calls name
// purposes and requests, never a person: a person appears in the log by pseudonym only.
import type {
  ErasureCertificate,
  OutputOf,
  ParsedInputOf,
} from '../../../shared/contract/index.ts';
import { OPERATIONS } from '../../../shared/domain/purpose.ts';
import { failure, ok } from '../../../shared/kernel/result.ts';
import {
  ERASURE_STAGES,
  type ErasureStage,
  type Governance,
  type Orders,
  type RedactionLog,
} from '../../governance/index.ts';
import {
  accessPackCounts,
  accessPackFiles,
  letterFiles,
  letterTitle,
  type Letter,
  type ReportArchive,
} from '../../reports/index.ts';
import type { Store } from '../../store/index.ts';
import { createHash } from 'node:crypto';
import type { CallContext, Handlers } from './types.ts';

type GovernanceName =
  | 'purpose.declare'
  | 'purpose.retire'
  | 'purpose.list'
  | 'consent.record'
  | 'consent.withdraw'
  | 'consent.status'
  | 'subject.list'
  | 'gate.summary'
  | 'gate.explain'
  | 'request.open'
  | 'request.list'
  | 'request.access'
  | 'request.previewErasure'
  | 'request.erase'
  | 'request.certificate';

export interface GovernanceHandlerDeps {
  readonly store: Pick<Store, 'transaction'>;
  readonly governance: Governance;
  readonly reports: { readonly archive: Pick<ReportArchive, 'put'> };
  readonly orders: Pick<Orders, 'list'>;
}

export function governanceHandlers(deps: GovernanceHandlerDeps): Pick<Handlers, GovernanceName> {
  const { governance } = deps;
  const { purposes, consent, subjects, gate, requests, access, erasure } = governance;

  const subjectIdOf = (subject: ParsedInputOf<'consent.status'>['subject']): string | undefined =>
    'key' in subject ? subjects.byKey(subject.key) : subject.subjectId;

  /** Art. 12(4): whoever does not get the whole is told what stays and why. Goes with what is kept. */
  function letterAboutKept(certificate: ErasureCertificate, context: CallContext): void {
    const { requestId, backups } = certificate;
    const found = requests.get(requestId);
    if (!found.ok || found.value.subjectId === null) return;
    const { kind, subjectId, subjectKey, receivedOn } = found.value;
    const parts = governance.keptParts.ofRequest(requestId);
    const letter: Letter = {
      about: 'kept',
      requestId,
      kind,
      person: subjectKey ?? '',
      receivedOn,
      writtenOn: new Date(context.nowMs).toISOString().slice(0, 10),
      reason: WHY_KEPT,
      kept: (certificate.keptData ?? []).map(({ scope, ground, until }, index) => ({
        what: scope,
        ...{ ground, until },
        text: parts[index]?.text ?? '',
      })),
      backupsEndOn: backups?.endsOn ?? null,
    };
    deps.reports.archive.put({
      kind: 'letter',
      title: letterTitle(letter),
      actor: context.session.actor,
      requestId,
      subjectId,
      files: letterFiles(letter),
    });
  }

  return {
    'purpose.declare'(input, context) {
      if (governance.policies.current()?.policy.onlyThesePurposes) {
        return failure(
          'POLICY_LOCKED',
          'Your organisation has decided which purposes there are. Nothing was declared. Ask whoever issues the policy for another one.',
        );
      }
      const declared = purposes.declare(context.session.actor, input);
      if (declared.ok) {
        context.note({
          object: declared.value.purposeId,
          purposeId: declared.value.purposeId,
          counts: { operations: declared.value.operations.length },
        });
        context.changed('purposes');
      }
      return declared;
    },
    'purpose.retire'({ purposeId, reason }, context) {
      const retired = purposes.retire(context.session.actor, purposeId, reason);
      if (retired.ok) {
        context.note({ object: purposeId, purposeId });
        context.changed('purposes', 'documents', 'projects');
      }
      return retired;
    },
    'purpose.list': () => ok({ items: [...purposes.list()] }),
    'consent.record'(input, context) {
      const recorded = consent.record(context.session.actor, input);
      if (recorded.ok) {
        const { recorded: count, unchanged, unknownKeys } = recorded.value;
        context.note({
          purposeId: input.purposeId,
          counts: {
            [input.decision]: count,
            unchanged,
            unknown: unknownKeys.length,
          },
        });
        context.changed('consent', 'subjects', 'documents', 'projects');
      }
      return recorded;
    },
    'consent.withdraw'(input, context) {
      const withdrawn = consent.withdraw(context.session.actor, input);
      if (withdrawn.ok) {
        const { recorded: count, unchanged, unknownKeys, staleModels } = withdrawn.value;
        context.note({
          purposeId: input.purposeId,
          counts: { withdrawn: count, unchanged, unknown: unknownKeys.length, staleModels },
        });
        context.changed('consent', 'subjects', 'documents', 'projects', 'models');
      }
      return withdrawn;
    },
    'consent.status'({ subject }, { session }) {
      const subjectId = subjectIdOf(subject);
      const row = subjectId === undefined ? undefined : subjects.row(subjectId);
      if (!row) return nobody();
      const byPurpose = purposes.list().map((purpose) => {
        const status = consent.status(row.subjectId, purpose.purposeId);
        const denial = gate.verdictOn(row.subjectId, purpose.purposeId);
        return {
          purposeId: purpose.purposeId,
          purpose: purpose.name,
          state: status.state,
          since: status.since,
          needsConsent: purpose.needsConsent,
          permitted: denial === null,
          deniedStep: denial?.step ?? null,
        };
      });
      const names = new Map(session.vault.keys.users().map(({ id, name }) => [id as string, name]));
      const events = consent
        .history(row.subjectId)
        .slice(-1000)
        .map((event) => ({ ...event, actor: names.get(event.actor) ?? event.actor }));
      return ok({ subject: row, byPurpose, events });
    },
    'subject.list': (query) => subjects.list(query),
    'gate.summary'({ purposeId, operation, collectionId }, { session }) {
      const summary = gate.summary({
        actor: session.actor,
        purposeId,
        operation,
        ...(collectionId !== null && { collectionId }),
      });
      return summary.ok ? ok({ ...summary.value, withheld: [...summary.value.withheld] }) : summary;
    },
    'gate.explain'({ subject, purposeId }, { session: { actor } }) {
      const subjectId = subjectIdOf(subject);
      if (subjectId === undefined || !subjects.row(subjectId)) return nobody();
      const items: OutputOf<'gate.explain'>['items'] = [];
      for (const operation of OPERATIONS) {
        const summary = gate.summary({ actor, purposeId, operation, subjectId });
        if (!summary.ok) return summary;
        const { permitted, withheld } = summary.value;
        items.push({ operation, permitted, withheld: [...withheld] });
      }
      return ok({ items });
    },
    'request.open'(input, context) {
      const opened = requests.open(context.session.actor, input);
      if (opened.ok) {
        context.note({ object: opened.value.requestId });
        context.changed('requests');
      }
      return opened;
    },
    'request.list': (page) => ok(requests.list(page)),
    'request.access'({ requestId }, context) {
      const { actor } = context.session;
      context.title('Access pack');
      const collected = access.collect(actor, requestId, (done, total) =>
        context.progress({ stage: 'packing', done, total, unit: 'documents', etaSeconds: null }),
      );
      if (!collected.ok) return collected;
      const { subjectId, ...data } = collected.value;
      const files = accessPackFiles(data);
      const contents = createHash('sha256');
      for (const { content } of files) contents.update(content, 'utf8');
      const sha256 = contents.digest('hex');
      return deps.store.transaction(() => {
        const report = deps.reports.archive.put({
          kind: 'accessPack',
          title: `Access pack ${data.request.receivedOn}`,
          actor,
          requestId,
          subjectId,
          files,
        });
        const closed = requests.closeAccess(actor, requestId, {
          reportId: report.reportId,
          sha256,
        });
        if (!closed.ok) return closed;
        const counts = accessPackCounts(data);
        context.note({
          object: requestId,
          counts: { ...counts, ...redactionCounts(data.redaction) },
        });
        context.changed('requests', 'reports');
        return ok({
          requestId,
          reportId: report.reportId,
          ...counts,
          redacted: data.redaction.redacted,
          sha256,
          bytes: report.files.reduce((sum, { bytes }) => sum + bytes, 0),
        });
      });
    },
    'request.previewErasure': ({ requestId }) => erasure.preview(requestId),
    async 'request.erase'(order, context) {
      context.title('Erasure');
      const { requestId } = order;
      const approvedBy = deps.orders
        .list()
        .find(
          ({ procedure, state, facts }) =>
            procedure === 'request.erase' &&
            state === 'approved' &&
            facts['requestId'] === requestId,
        )?.decidedBy;
      const asked = { ...order, approvedBy: approvedBy ?? undefined };
      const erased = await erasure.erase(context.session.actor, asked, async (stage) => {
        const done = ERASURE_STAGES.indexOf(stage);
        context.progress({
          stage: SHOWN_STAGE[stage],
          done,
          total: ERASURE_STAGES.length,
          unit: 'steps',
          etaSeconds: null,
        });
        // The steps block the process; the page hears of each before it begins.
        await new Promise((resolve) => setImmediate(resolve));
      });
      context.changed(
        'requests',
        'subjects',
        'documents',
        'consent',
        'annotations',
        'projects',
        'snapshots',
        'models',
        'reports',
        'audit',
      );
      if (erased.ok) {
        if (erased.value.outcome === 'partlyErased') letterAboutKept(erased.value, context);
        const { scan, deleted, files } = erased.value;
        const rows = deleted.reduce((sum, { rows: n }) => sum + n, 0);
        context.note({
          object: order.requestId,
          counts: { rows, files, bytes: scan.bytes, needles: scan.needles, hits: scan.hits },
        });
      }
      return erased;
    },
    'request.certificate': ({ requestId }) => erasure.certificate(requestId),
  };
}

/** The redaction log as a leaf keeps it: kinds and numbers, no word. */
export const redactionCounts = ({
  redacted,
  kept,
  undecided,
  kinds,
}: RedactionLog): Record<string, number> => ({
  redacted,
  redactionsKept: kept,
  redactionsUndecided: undecided,
  ...Object.fromEntries(
    kinds.map(({ label, who, count }) => {
      const kind = label
        .toLowerCase()
        .replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
      return [`withheld.${who}.${kind}`, count];
    }),
  ),
});

const WHY_KEPT =
  'Each part named above was decided on its own, with its ground and its end, before anything was erased.';

/** What the job tray calls the steps. */
const SHOWN_STAGE: Readonly<Record<ErasureStage, string>> = {
  ordering: 'preparing',
  deleting: 'erasing',
  compacting: 'erasing',
  rekeying: 'erasing',
  proving: 'scanning',
  closing: 'saving',
};

const nobody = () =>
  failure(
    'NOT_FOUND',
    'Nobody in this vault is known by that name, or more than one person is. Nothing was changed. Check the record number.',
  );
