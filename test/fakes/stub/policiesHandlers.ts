// A hospital whose organisation has set a policy. A file is looked at as far as its words: the stub trusts
// every signature.
import type { OutputOf, PolicySummary } from '../../../shared/contract/index.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
import { at, digest, id } from './fixtures.ts';
import { clearOrder } from './staffHandlers.ts';

type PoliciesName =
  'policy.current' | 'policy.preview' | 'policy.apply' | 'policy.read' | 'policy.sign';

const KEY = digest('organisation key').match(/.{4}/g)?.join(' ') ?? '';

const SUMMARY: PolicySummary = {
  organisation: 'Klinikverbund Bodensee',
  title: 'Patient texts in research',
  version: 3,
  issuedOn: '2026-10-01',
  note: 'Agreed with the works council on 24 September.',
  sha256: digest('policy 3'),
  key: KEY,
  purposes: ['Research'],
  retention: [
    { category: 'health', purpose: null, days: 3650, ground: '§ 630f (3) BGB: ten years' },
  ],
  onlyThesePurposes: false,
  without: [{ role: 'clinician', procedures: ['report.export', 'model.export'] }],
  limits: {
    idleLockMinutes: 10,
    sessionHours: 10,
    backupEveryHours: 24,
    passphraseBits: 60,
    requireAssessment: true,
    exportCountries: ['AT', 'CH', 'DE'],
  },
};

let applied: PolicySummary | undefined = SUMMARY;

const isEmpty = ({ vault }: StubContext): boolean => vault.purposes.length === 0;

function read(text: string): PolicySummary {
  try {
    const file = JSON.parse(text) as { policy?: Partial<PolicySummary> };
    return { ...SUMMARY, ...file.policy, version: 4, sha256: digest(text) };
  } catch {
    throw new Refusal('POLICY_INVALID', 'This is no policy.');
  }
}

export const policiesHandlers: HandlersOf<PoliciesName> = {
  'policy.current'(_, context): OutputOf<'policy.current'> {
    if (isEmpty(context) || !applied) return { policy: null, pinned: null, history: [] };
    const row = { appliedAt: at(20), appliedBy: 'Reader A', auditSeq: 92 };
    const { title, version, sha256 } = applied;
    return {
      policy: { ...applied, ...row },
      pinned: KEY,
      history: [
        { policyId: id('pol', 3), title, version, sha256, ...row },
        {
          ...{ policyId: id('pol', 2), title, version: 2, sha256: digest('policy 2') },
          ...{ appliedAt: at(120), appliedBy: 'Marta Brandt', auditSeq: 12 },
        },
      ],
    };
  },
  'policy.preview'({ text }, context) {
    if (text.includes('"version": 1')) {
      return {
        summary: null,
        problems: [
          { place: 'policy.version', code: 'older', detail: '3' },
          {
            place: 'policy.limits.idleLockMinutes',
            code: 'shape',
            detail: 'Too big: expected <=15',
          },
          {
            place: 'policy.without.0.procedures.2',
            code: 'procedureProtected',
            detail: 'request.open',
          },
        ],
        sha256: digest(text),
        pins: false,
        effects: [],
      };
    }
    return {
      summary: read(text),
      problems: [],
      sha256: digest(text),
      pins: isEmpty(context),
      effects: [
        { what: 'declares', name: 'Quality assurance' },
        { what: 'retention', name: 'health, 3650 d' },
        { what: 'backups', name: '24 h' },
      ],
    };
  },
  'policy.apply'({ text, sha256 }, context) {
    clearOrder(context, 'policy.apply', { text, sha256 });
    applied = read(text);
    context.changed('policies', 'settings');
    return applied;
  },
  'policy.read': ({ text }) => ({ summary: read(text), signed: true, problems: [] }),
  'policy.sign': ({ text }) => ({ text, sha256: digest(text), key: KEY }),
};
