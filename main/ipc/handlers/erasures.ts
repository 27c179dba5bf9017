// Redactions in copies, what an erasure keeps, a certificate looked at again; corrections have their own file.
import { ok } from '../../../shared/kernel/result.ts';
import type { Governance, Staff } from '../../governance/index.ts';
import { rectificationHandlers, type RectificationHandlerDeps } from './rectification.ts';
import type { Handlers } from './types.ts';

type ErasuresName =
  | 'request.holdings'
  | 'request.readText'
  | 'request.previewRectification'
  | 'request.rectify'
  | 'request.versions'
  | 'request.redactions'
  | 'request.decideRedactions'
  | 'request.decideKept'
  | 'request.kept'
  | 'request.verifyErasure';

export interface ErasuresHandlerDeps extends RectificationHandlerDeps {
  readonly governance: Pick<
    Governance,
    'rectification' | 'keptParts' | 'erasureVerifier' | 'redactions'
  >;
  readonly staff: Pick<Staff, 'nameOf'>;
}

export function erasuresHandlers(deps: ErasuresHandlerDeps): Pick<Handlers, ErasuresName> {
  const { keptParts, erasureVerifier, redactions } = deps.governance;
  return {
    ...rectificationHandlers(deps),
    'request.redactions'({ requestId, cursor, limit }, context) {
      const page = redactions.list(context.session.actor, requestId, { cursor, limit });
      if (page.ok) {
        context.note({ object: requestId, counts: { documents: page.value.items.length } });
      }
      return page;
    },
    'request.decideRedactions'(input, context) {
      const decided = redactions.decide(context.session.actor, input);
      if (decided.ok) {
        context.note({ object: input.requestId, counts: { ...decided.value } });
        context.changed('requests');
      }
      return decided;
    },
    'request.decideKept'({ requestId, parts }, context) {
      const decided = keptParts.decide(context.session.actor, requestId, parts);
      if (decided.ok) {
        context.note({ object: requestId, counts: { parts: parts.length } });
        context.changed('requests');
      }
      return decided;
    },
    'request.kept'({ dueOnly }) {
      const { items, due } = keptParts.list(dueOnly);
      const named = items.map((each) => ({
        ...each,
        approvedBy: deps.staff.nameOf(each.approvedBy),
      }));
      return ok({ items: named, due });
    },
    async 'request.verifyErasure'({ requestId, words }, context) {
      context.title('Proof of an erasure');
      const verified = await erasureVerifier.verify(requestId, words, async (done, total) => {
        context.progress({ stage: 'scanning', done, total, unit: 'steps', etaSeconds: null });
        // The scan blocks the process; the page hears of it before it begins.
        await new Promise((resolve) => setImmediate(resolve));
      });
      if (!verified.ok) return verified;
      const { checks, scan } = verified.value;
      context.note({
        object: requestId,
        counts: {
          checks: checks.length,
          failed: checks.filter((each) => !each.ok).length,
          words: words.length,
          hits: scan.hits,
          bytes: scan.bytes,
        },
      });
      return verified;
    },
  };
}
