// Data protection impact assessments (Art. 35 GDPR, Art. 55 PIPL): the human parts as versions, their
// approval or waiver as events, the state a fold over them. What a new version changes nobody has approved.
import { createHash } from 'node:crypto';
import type { Assessment, InputOf } from '../../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import { canonicalJson } from '../../platform/index.ts';
import type { Actor, RoomContext } from '../context.ts';
import type { Purposes } from '../gate/purposes.ts';
import {
  createAssessmentRepository,
  type AssessmentEventRow,
  type AssessmentEventType,
} from './assessmentRepository.ts';

export type AssessmentText = Omit<InputOf<'assessment.write'>, 'purposeId'>;
export type StoredAssessment = AssessmentText &
  Pick<
    Assessment,
    | 'purposeId'
    | 'state'
    | 'version'
    | 'waiver'
    | 'changedAt'
    | 'approvedAt'
    | 'reviewOn'
    | 'auditSeq'
  > & { readonly changedBy: string | null; readonly approvedBy: string | null };

export interface Assessments {
  of(purposeId: string): StoredAssessment;
  /** Fails with NOT_FOUND, PURPOSE_RETIRED, CONFLICT (nothing differs). */
  write(actor: Actor, purposeId: string, text: AssessmentText): Result<StoredAssessment>;
  /** Of the version that was read. Fails like `write`, and with STALE_EDIT, BAD_INPUT (parts are empty). */
  approve(
    actor: Actor,
    purposeId: string,
    version: number,
    reviewOn: string | null,
  ): Result<StoredAssessment>;
  /** A null reason takes the waiver back. Fails with NOT_FOUND, PURPOSE_RETIRED, CONFLICT. */
  waive(actor: Actor, purposeId: string, reason: string | null): Result<StoredAssessment>;
  /**
   * Whether training for a purpose may begin: always, unless the organisation's policy asks for an assessment.
   * Fails with GATE_DENIED (step `duty`).
   */
  mayTrain(purposeId: string): Result<{ readonly version: number } | null>;
  /** A policy of the organisation asks for one. */
  isRequired(): boolean;
}

const NOTHING: AssessmentText = { necessity: '', risks: [], measures: '', advice: '', views: '' };

export function createAssessments(
  { store, clock, audit }: RoomContext,
  deps: { readonly purposes: Pick<Purposes, 'require'>; readonly isRequired: () => boolean },
): Assessments {
  const repository = createAssessmentRepository(store);

  const of = (purposeId: string): StoredAssessment =>
    fold(purposeId, repository.events(purposeId), clock.now().slice(0, 10));

  function note(
    actor: Actor,
    purposeId: string,
    event: { readonly type: AssessmentEventType; readonly version: number; readonly body: string },
  ): Result<StoredAssessment> {
    const { seq } = audit.append({
      action: ACTIONS[event.type],
      actor: actor.userId,
      roles: actor.roles,
      purpose: purposeId,
      counts: { version: event.version },
      commitments: { text: createHash('sha256').update(event.body).digest('hex') },
    });
    repository.insert({
      purpose_id: purposeId,
      ...event,
      at: clock.now(),
      actor: actor.userId,
      audit_seq: seq,
    });
    return ok(of(purposeId));
  }

  const onActive = (
    purposeId: string,
    act: (now: StoredAssessment) => Result<StoredAssessment>,
  ): Result<StoredAssessment> =>
    store.transaction(() => {
      const purpose = deps.purposes.require(purposeId, { active: true });
      return purpose.ok ? act(of(purposeId)) : purpose;
    });

  return {
    of,
    isRequired: deps.isRequired,
    write: (actor, purposeId, text) =>
      onActive(purposeId, (now) => {
        const body = canonicalJson(plain(text));
        if (body === canonicalJson(plain(now))) {
          return failure('CONFLICT', 'Nothing is different. Nothing was changed.');
        }
        return note(actor, purposeId, { type: 'written', version: now.version + 1, body });
      }),
    approve: (actor, purposeId, version, reviewOn) =>
      onActive(purposeId, (now) => {
        if (version !== now.version) {
          return failure(
            'STALE_EDIT',
            'Somebody wrote a newer version meanwhile. Nothing was approved. Read it first.',
            { version: now.version },
          );
        }
        // Art. 35(7)(b)-(d): without these three there is nothing to approve.
        const empty = (['necessity', 'risks', 'measures'] as const).find(
          (part) => now[part].length === 0,
        );
        if (empty) {
          return failure(
            'BAD_INPUT',
            'The assessment says nothing yet about necessity, risks or measures. Nothing was approved. Write these parts first.',
            { field: empty },
          );
        }
        return note(actor, purposeId, {
          type: 'approved',
          version,
          body: canonicalJson({ reviewOn }),
        });
      }),
    waive: (actor, purposeId, reason) =>
      onActive(purposeId, (now) => {
        if (reason === null && now.state !== 'waived') {
          return failure('CONFLICT', 'There is no waiver to take back. Nothing was changed.');
        }
        return note(actor, purposeId, {
          type: reason === null ? 'waiverEnded' : 'waived',
          version: now.version,
          body: canonicalJson({ reason }),
        });
      }),
    mayTrain(purposeId) {
      const { state, version } = of(purposeId);
      if (state === 'approved' || state === 'waived') return ok({ version });
      if (!deps.isRequired()) return ok(null);
      return failure(
        'GATE_DENIED',
        'Your organisation asks for an impact assessment before a model is trained, and the one for this purpose is neither approved nor waived, or its review is overdue. Nothing was started. Ask a steward to complete it in the register.',
        { step: 'duty', reason: 'assessment' },
      );
    },
  };
}

const ACTIONS: Readonly<Record<AssessmentEventType, string>> = {
  written: 'assessment.write',
  approved: 'assessment.approve',
  waived: 'assessment.waive',
  waiverEnded: 'assessment.endWaiver',
};

function plain({ necessity, risks, measures, advice, views }: AssessmentText) {
  return {
    ...{ necessity, measures, advice, views },
    risks: risks.map(({ risk, likelihood, severity, measure }) => ({
      ...{ risk, likelihood, severity, measure },
    })),
  };
}

/** An approval whose review day has passed no longer counts: the assessment is a draft again. */
function fold(
  purposeId: string,
  events: readonly AssessmentEventRow[],
  today: string,
): StoredAssessment {
  let text = NOTHING;
  let version = 0;
  let approval: { readonly row: AssessmentEventRow; readonly reviewOn: string | null } | undefined;
  let waiver: string | null = null;
  for (const row of events) {
    switch (row.type) {
      case 'written':
        text = JSON.parse(row.body) as AssessmentText;
        version = row.version;
        approval = undefined;
        break;
      case 'approved':
        approval = { row, ...(JSON.parse(row.body) as { reviewOn: string | null }) };
        break;
      case 'waived':
      case 'waiverEnded':
        waiver = (JSON.parse(row.body) as { reason: string | null }).reason;
        break;
    }
  }
  const counts = approval && (approval.reviewOn === null || approval.reviewOn >= today);
  const last = events.at(-1);
  return {
    purposeId,
    ...text,
    version,
    waiver,
    state: counts ? 'approved' : waiver !== null ? 'waived' : version > 0 ? 'draft' : 'none',
    changedAt: last?.at ?? null,
    changedBy: last?.actor ?? null,
    approvedAt: approval?.row.at ?? null,
    approvedBy: approval?.row.actor ?? null,
    reviewOn: approval?.reviewOn ?? null,
    auditSeq: last?.audit_seq ?? null,
  };
}
