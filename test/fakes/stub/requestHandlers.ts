// What a steward does with a request, in the stub's memory.
import type { DataRequest } from '../../../shared/contract/index.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
import { at, digest, id } from './fixtures.ts';

function change(
  requestId: string,
  context: StubContext,
  changes: Partial<DataRequest>,
): DataRequest {
  const request = context.vault.requests.find((each) => each.requestId === requestId);
  if (!request) throw new Refusal('NOT_FOUND', 'There is no such request.');
  Object.assign(request, changes);
  context.changed('requests', 'reports');
  return request;
}

const closed = (outcome: string) => ({ state: 'closed' as const, closedAt: at(0), outcome });

export const requestHandlers: HandlersOf<
  | 'request.identify'
  | 'request.extend'
  | 'request.refuse'
  | 'request.close'
  | 'request.carryOut'
  | 'request.portability'
  | 'request.noticeLifting'
  | 'request.lift'
> = {
  'request.identify': ({ requestId, how }, context) =>
    change(requestId, context, { identity: { at: at(0), how } }),
  'request.extend': ({ requestId }, context) => ({
    request: change(requestId, context, { extendedAt: at(0) }),
    reportId: id('rep', 3),
  }),
  'request.refuse': ({ requestId }, context) => ({
    request: change(requestId, context, closed('refused')),
    reportId: id('rep', 3),
  }),
  'request.close': ({ requestId, outcome }, context) => change(requestId, context, closed(outcome)),
  'request.carryOut': ({ requestId, kind }, context) => ({
    request: change(requestId, context, closed(kind)),
    withdrawn: kind === 'withdrawal' ? 1 : 0,
    staleModels: kind === 'withdrawal' ? 1 : 0,
  }),
  async 'request.portability'({ requestId }, context) {
    await context.progress('packing', 4, 'documents');
    change(requestId, context, closed('answered'));
    return {
      requestId,
      reportId: id('rep', 3),
      provided: 7,
      derived: 41,
      sha256: digest('portable'),
      bytes: 31_402,
    };
  },
  'request.noticeLifting': ({ requestId }, context) => ({
    request: change(requestId, context, {}),
    reportId: id('rep', 3),
  }),
  'request.lift': ({ requestId }, context) => ({
    request: change(requestId, context, {}),
    stillRestricted: false,
  }),
};
