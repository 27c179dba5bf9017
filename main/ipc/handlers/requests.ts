// What a steward does with a request over the wire. A letter and the event it belongs to are written
// together or not at all.
import { createHash } from 'node:crypto';
import type { DataRequest } from '../../../shared/contract/index.ts';
import { ok, type Result } from '../../../shared/kernel/result.ts';
import type { Governance } from '../../governance/index.ts';
import {
  letterFiles,
  letterTitle,
  portabilityFiles,
  portableItems,
  type Letter,
  type ReportArchive,
} from '../../reports/index.ts';
import type { Store } from '../../store/index.ts';
import { redactionCounts } from './governance.ts';
import type { CallContext, Handlers } from './types.ts';

type RequestName =
  | 'request.show'
  | 'request.identify'
  | 'request.extend'
  | 'request.refuse'
  | 'request.close'
  | 'request.carryOut'
  | 'request.portability'
  | 'request.noticeLifting'
  | 'request.lift';

export interface RequestHandlerDeps {
  readonly store: Pick<Store, 'transaction'>;
  readonly governance: Pick<Governance, 'requestActs' | 'requestFile' | 'requests' | 'access'>;
  readonly reports: { readonly archive: Pick<ReportArchive, 'put'> };
}

type About = Letter extends infer L
  ? L extends Letter
    ? Omit<L, 'requestId' | 'kind' | 'person' | 'receivedOn' | 'writtenOn'>
    : never
  : never;

export function requestHandlers({
  store,
  governance: { requestActs, requestFile, requests, access },
  reports,
}: RequestHandlerDeps): Pick<Handlers, RequestName> {
  function written(context: CallContext, requestId: string): void {
    context.note({ object: requestId });
    context.changed('requests', 'reports');
  }

  const withLetter = (
    context: CallContext,
    act: () => Result<DataRequest>,
    about: (request: DataRequest) => About,
  ): Result<{ request: DataRequest; reportId: string }> =>
    store.transaction(() => {
      const acted = act();
      if (!acted.ok) return acted;
      const request = acted.value;
      const letter = {
        requestId: request.requestId,
        kind: request.kind,
        person: request.subjectKey ?? '',
        receivedOn: request.receivedOn,
        writtenOn: new Date(context.nowMs).toISOString().slice(0, 10),
        ...about(request),
      } as Letter;
      const { reportId } = reports.archive.put({
        kind: 'letter',
        title: letterTitle(letter),
        actor: context.session.actor,
        requestId: request.requestId,
        ...(request.subjectId !== null && { subjectId: request.subjectId }),
        files: letterFiles(letter),
      });
      written(context, request.requestId);
      return ok({ request, reportId });
    });

  return {
    'request.show': ({ requestId }) => requestFile.show(requestId),
    'request.identify'({ requestId, how }, context) {
      const checked = requestActs.identify(context.session.actor, requestId, how);
      if (checked.ok) written(context, requestId);
      return checked;
    },
    'request.extend': ({ requestId, ground, reason }, context) =>
      withLetter(
        context,
        () => requestActs.extend(context.session.actor, requestId, ground),
        ({ dueOn }) => ({ about: 'extension', ground, dueOn, reason }),
      ),
    'request.refuse': ({ requestId, code, reason }, context) =>
      withLetter(
        context,
        () => requestActs.refuse(context.session.actor, requestId, code),
        () => ({ about: 'refusal', code, reason }),
      ),
    'request.close'({ requestId, outcome }, context) {
      const closed = requestActs.close(context.session.actor, requestId, outcome);
      if (closed.ok) {
        written(context, requestId);
        context.changed('subjects', 'documents');
      }
      return closed;
    },
    'request.carryOut'(input, context) {
      const { actor } = context.session;
      const { requestId } = input;
      const acted =
        input.kind === 'withdrawal'
          ? requestActs.withdraw(actor, requestId, input.purposeIds)
          : alone(
              input.kind === 'restriction'
                ? requestActs.restrict(actor, requestId, input.ground)
                : requestActs.decideObjection(actor, requestId, input),
            );
      if (acted.ok) {
        const { withdrawn, staleModels } = acted.value;
        context.note({ object: requestId, counts: { withdrawn, staleModels } });
        context.changed('requests', 'subjects', 'documents', 'consent', 'projects', 'models');
      }
      return acted;
    },
    'request.portability'({ requestId }, context) {
      const { actor } = context.session;
      context.title('Portable data');
      const packing = (done: number, total: number) =>
        context.progress({ stage: 'packing', done, total, unit: 'documents', etaSeconds: null });
      const collected = access.collect(actor, requestId, packing, 'portability');
      if (!collected.ok) return collected;
      const { subjectId, ...data } = collected.value;
      const files = portabilityFiles(data);
      const contents = createHash('sha256');
      for (const { content } of files) contents.update(content, 'utf8');
      const sha256 = contents.digest('hex');
      const items = portableItems(data);
      const provided = items.filter(({ origin }) => origin === 'provided').length;
      return store.transaction(() => {
        const report = reports.archive.put({
          kind: 'accessPack',
          title: `Portable data ${data.request.receivedOn}`,
          actor,
          requestId,
          subjectId,
          files,
        });
        const { reportId } = report;
        const closed = requests.closeAccess(actor, requestId, { reportId, sha256 }, 'portability');
        if (!closed.ok) return closed;
        const derived = items.length - provided;
        const bytes = report.files.reduce((sum, file) => sum + file.bytes, 0);
        context.note({
          object: requestId,
          counts: { provided, derived, bytes, ...redactionCounts(data.redaction) },
        });
        context.changed('requests', 'reports');
        return ok({
          requestId,
          reportId,
          provided,
          derived,
          redacted: data.redaction.redacted,
          sha256,
          bytes,
        });
      });
    },
    'request.noticeLifting': ({ requestId, reason }, context) =>
      withLetter(
        context,
        () => requestActs.noticeLifting(context.session.actor, requestId),
        () => ({ about: 'lifting', reason }),
      ),
    'request.lift'({ requestId }, context) {
      const lifted = requestActs.lift(context.session.actor, requestId);
      if (lifted.ok) {
        written(context, requestId);
        context.changed('subjects', 'documents', 'projects');
      }
      return lifted;
    },
  };
}

const alone = (acted: Result<DataRequest>) =>
  acted.ok ? ok({ request: acted.value, withdrawn: 0, staleModels: 0 }) : acted;
