import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONSENT_STATES } from '../../../shared/domain/consent.ts';
import { decide, GATE_STEPS } from '../../../shared/domain/gate.ts';
import type { GateQuestion, GateReason, GateStep } from '../../../shared/domain/gate.ts';
import { ARTICLE_6, ARTICLE_9, needsConsent } from '../../../shared/domain/purpose.ts';
import type { Category, Operation } from '../../../shared/domain/purpose.ts';
import type { RetentionLimit } from '../../../shared/domain/retention.ts';

const AT = '2026-11-23T10:00:00.000Z';

const importLimit = (days: number): RetentionLimit => ({
  ...{ ruleId: null, category: null, days, start: 'import' },
});

/** Allowed as it stands; every test spoils something. */
const permitted: GateQuestion = {
  at: AT,
  actor: { signedIn: true, roles: ['clinician'] },
  operation: 'label',
  purpose: {
    id: 'pur_a',
    ancestors: ['pur_root'],
    state: 'active',
    operations: ['read', 'label', 'train'],
    categories: ['health'],
    basis: { article6: '6(1)(a)', article9: '9(2)(a)', piplSeparateConsent: false },
    limits: [importLimit(365)],
  },
  allowedPurposes: ['pur_a'],
  document: {
    category: 'health',
    importedAt: '2026-01-01T00:00:00.000Z',
    dateOfDocument: '2025-12-24',
    held: false,
    subject: { state: 'active', consent: 'given', consentEndedAt: null },
  },
  duties: [{ name: 'deidentifyFirst', met: true }],
};
const purpose = permitted.purpose!;
const document = permitted.document;
const subject = document.subject!;

const spoiled: readonly (readonly [Partial<GateQuestion>, GateStep, GateReason])[] = [
  [{ actor: { signedIn: false, roles: ['clinician'] } }, 'role', 'notSignedIn'],
  [{ actor: { signedIn: true, roles: [] } }, 'role', 'roleLacksOperation'],
  [
    { actor: { signedIn: true, roles: ['auditor', 'administrator'] } },
    'role',
    'roleLacksOperation',
  ],
  [{ actor: { signedIn: true, roles: ['root' as never] } }, 'role', 'roleLacksOperation'],
  [{ operation: 'export' }, 'role', 'roleLacksOperation'],
  [
    { document: { ...document, subject: { ...subject, state: 'restricted' } } },
    'state',
    'restricted',
  ],
  [{ document: { ...document, subject: { ...subject, state: 'objected' } } }, 'state', 'objected'],
  [{ document: { ...document, subject: { ...subject, state: 'erased' } } }, 'state', 'erased'],
  [
    { document: { ...document, subject: { ...subject, state: 'odd' as never } } },
    'state',
    'stateUnknown',
  ],
  [{ purpose: null }, 'purpose', 'purposeUnknown'],
  [{ purpose: { ...purpose, state: 'retired' } }, 'purpose', 'purposeRetired'],
  [{ purpose: { ...purpose, state: undefined as never } }, 'purpose', 'purposeRetired'],
  [{ allowedPurposes: [] }, 'purpose', 'purposeNotAllowed'],
  [{ allowedPurposes: ['pur_child'] }, 'purpose', 'purposeNotAllowed'],
  [{ operation: 'suggest' }, 'basis', 'operationNotCovered'],
  [{ document: { ...document, category: 'finance' } }, 'basis', 'categoryNotCovered'],
  [
    { purpose: { ...purpose, basis: { ...purpose.basis, article9: null } } },
    'basis',
    'article9Missing',
  ],
  [{ document: { ...document, subject: null } }, 'basis', 'subjectUnknown'],
  [
    { document: { ...document, subject: { ...subject, consent: 'odd' as never } } },
    'basis',
    'consentUnknown',
  ],
  [{ at: '2027-01-01T00:00:00.000Z' }, 'retention', 'retentionPassed'],
  [
    { at: '2028-01-01T00:00:00.000Z', document: { ...document, held: true } },
    'retention',
    'heldPastRetention',
  ],
  [{ document: { ...document, importedAt: 'yesterday' } }, 'retention', 'retentionUnknown'],
  [
    {
      purpose: { ...purpose, limits: [{ ...importLimit(365), start: 'documentDate' }] },
      document: { ...document, dateOfDocument: null },
    },
    'retention',
    'retentionUnknown',
  ],
  [
    {
      purpose: {
        ...purpose,
        limits: [importLimit(9999), { ...importLimit(30), category: 'health' }],
      },
    },
    'retention',
    'retentionPassed',
  ],
  [{ duties: [{ name: 'secondApprover', met: false }] }, 'duty', 'secondApprover'],
  [{ duties: [...permitted.duties, { name: 'destination', met: null }] }, 'duty', 'destination'],
];

describe('the gate', () => {
  it('allows when every step agrees, also below an allowed purpose', () => {
    expect(decide(permitted)).toEqual({ allow: true });
    expect(decide({ ...permitted, allowedPurposes: ['pur_root'] })).toEqual({ allow: true });
    expect(decide({ ...permitted, at: '2026-12-31T23:59:59.999Z' })).toEqual({ allow: true });
  });

  it.each(spoiled)('%# denies at the step and with the reason expected', (change, step, reason) => {
    expect(decide({ ...permitted, ...change })).toEqual({ allow: false, step, reason });
  });

  it('lets nothing but a given consent through a purpose that rests on consent', () => {
    for (const consent of CONSENT_STATES) {
      const decision = decide({
        ...permitted,
        document: { ...document, subject: { ...subject, consent } },
      });
      expect(decision.allow).toBe(consent === 'given');
      if (!decision.allow) expect(decision.step).toBe('basis');
    }
  });

  const anyQuestion: fc.Arbitrary<GateQuestion> = fc.record({
    at: fc.constantFrom(AT, '2027-06-01T00:00:00.000Z'),
    actor: fc.record({
      signedIn: fc.boolean(),
      roles: fc.subarray(['clinician', 'steward', 'auditor', 'administrator'] as const),
    }),
    operation: fc.constantFrom<Operation>('read', 'label', 'train', 'export'),
    purpose: fc.option(
      fc.record({
        id: fc.constantFrom('a', 'b'),
        ancestors: fc.subarray(['root', 'mid']),
        state: fc.constantFrom('active' as const, 'retired' as const),
        operations: fc.subarray<Operation>(['read', 'label', 'train', 'export']),
        categories: fc.subarray<Category>(['health', 'finance', 'other']),
        basis: fc.record({
          article6: fc.constantFrom(...ARTICLE_6),
          article9: fc.constantFrom(null, ...ARTICLE_9),
          piplSeparateConsent: fc.boolean(),
        }),
        limits: fc.array(fc.constantFrom(1, 365, 3650).map(importLimit), { maxLength: 2 }),
      }),
    ),
    allowedPurposes: fc.subarray(['a', 'b', 'root', 'mid']),
    document: fc.record({
      category: fc.constantFrom<Category>('health', 'finance', 'other'),
      importedAt: fc.constant('2026-01-01T00:00:00.000Z'),
      dateOfDocument: fc.constantFrom(null, '2025-12-24'),
      held: fc.boolean(),
      subject: fc.option(
        fc.record({
          state: fc.constantFrom('active', 'restricted', 'objected', 'erased'),
          consent: fc.constantFrom(...CONSENT_STATES),
          consentEndedAt: fc.constantFrom(null, '2026-02-01T00:00:00.000Z'),
        }),
      ),
    }),
    duties: fc.array(
      fc.record({
        name: fc.constantFrom('deidentifyFirst', 'secondApprover', 'destination'),
        met: fc.constantFrom(true, false, null),
      }),
      { maxLength: 2 },
    ),
  });
  /** Answers allow in a good part of the cases, so that the properties below are not empty. */
  const likely = fc.oneof(
    anyQuestion,
    anyQuestion.map((q) => ({ ...permitted, document: { ...document, held: q.document.held } })),
    anyQuestion.map((q) => ({
      ...permitted,
      actor: q.actor,
      duties: q.duties,
      document: { ...document, subject: q.document.subject },
    })),
  );
  const run = { numRuns: 2000 };

  it('restriction, objection and erasure beat everything but the role', () => {
    fc.assert(
      fc.property(likely, fc.constantFrom('restricted', 'objected', 'erased'), (q, state) => {
        const decision = decide({
          ...q,
          document: { ...q.document, subject: { state, consent: 'given', consentEndedAt: null } },
        });
        expect(decision.allow).toBe(false);
        if (!decision.allow && decision.step !== 'role') expect(decision.reason).toBe(state);
      }),
      run,
    );
  });

  it('a withdrawal always denies what rests on consent and touches nothing else', () => {
    fc.assert(
      fc.property(likely, (q) => {
        fc.pre(q.document.subject !== null && q.purpose !== null);
        const with_ = (consent: 'given' | 'withdrawn'): GateQuestion => ({
          ...q,
          document: { ...q.document, subject: { ...q.document.subject!, consent } },
        });
        const [given, withdrawn] = [decide(with_('given')), decide(with_('withdrawn'))];
        if (needsConsent(q.purpose!.basis)) expect(withdrawn.allow).toBe(false);
        else expect(withdrawn).toEqual(given);
      }),
      run,
    );
  });

  /** Each only makes things worse. */
  const worse: readonly ((q: GateQuestion) => GateQuestion)[] = [
    (q) => ({ ...q, actor: { ...q.actor, signedIn: false } }),
    (q) => ({ ...q, actor: { ...q.actor, roles: [] } }),
    (q) => ({ ...q, purpose: q.purpose && { ...q.purpose, state: 'retired' } }),
    (q) => ({ ...q, purpose: q.purpose && { ...q.purpose, operations: [] } }),
    (q) => ({ ...q, purpose: q.purpose && { ...q.purpose, categories: [] } }),
    (q) => ({ ...q, allowedPurposes: [] }),
    (q) => ({ ...q, purpose: q.purpose && { ...q.purpose, limits: [importLimit(1)] } }),
    (q) => ({ ...q, duties: [...q.duties, { name: 'destination', met: null }] }),
  ];

  it('a deny overrides: making things worse always denies, at the same step or an earlier one', () => {
    fc.assert(
      fc.property(likely, fc.constantFrom(...worse), (q, spoil) => {
        const before = decide(q);
        const after = decide(spoil(q));
        expect(after.allow).toBe(false);
        if (!before.allow && !after.allow) {
          expect(GATE_STEPS.indexOf(after.step)).toBeLessThanOrEqual(
            GATE_STEPS.indexOf(before.step),
          );
        }
      }),
      run,
    );
  });

  it('a hold never widens', () => {
    fc.assert(
      fc.property(likely, (q) => {
        const free = decide({ ...q, document: { ...q.document, held: false } });
        const held = decide({ ...q, document: { ...q.document, held: true } });
        expect(held.allow).toBe(free.allow);
      }),
      run,
    );
  });

  it('more roles or allowed purposes never take a permission away', () => {
    fc.assert(
      fc.property(likely, (q) => {
        fc.pre(decide(q).allow);
        const more: GateQuestion = {
          ...q,
          actor: { signedIn: true, roles: [...q.actor.roles, 'auditor'] },
          allowedPurposes: [...q.allowedPurposes, 'other'],
        };
        expect(decide(more)).toEqual({ allow: true });
      }),
      { numRuns: 300 },
    );
  });
});
