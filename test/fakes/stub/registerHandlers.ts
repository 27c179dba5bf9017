// The register of a hospital half way through: a controller without an officer, one notice whose text nobody
// published, an assessment in draft.
import type {
  Assessment,
  NoticeRow,
  OutputOf,
  Party,
  Processing,
  Purpose,
  RecordFact,
  Transfer,
} from '../../../shared/contract/index.ts';
import { elementsFor } from '../../../shared/domain/register.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
import { at, digest, id } from './fixtures.ts';

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

const BY = 'Reader A';
const TEXT = `Ihre Arztbriefe in der Forschung

Verantwortlich ist das Klinikum am See. Wir verwenden Ihre Arztbriefe, um ein Programm zu bauen, das Namen, Orte und Daten darin findet. Rechtsgrundlage ist Ihre Einwilligung.

Sie können Ihre Einwilligung jederzeit widerrufen. Der Widerruf ist so einfach wie die Einwilligung: ein Wort an uns genügt. Was bis dahin geschehen ist, bleibt rechtmäßig.

Sie haben das Recht auf Auskunft, Berichtigung, Löschung, Einschränkung und Widerspruch, und das Recht, sich bei einer Aufsichtsbehörde zu beschweren.`;

const party = (n: number, changes: Partial<Party>): Party => ({
  partyId: id('pty', n),
  role: 'controller',
  name: 'Klinikum am See gGmbH',
  address: 'Seestraße 1, 88045 Friedrichshafen',
  contact: 'datenschutz@klinikum-am-see.example',
  country: 'DE',
  version: 1,
  state: 'active',
  at: at(40),
  by: BY,
  auditSeq: 10 + n,
  ...changes,
});

let parties: Party[] = [
  party(1, { version: 2, at: at(12), auditSeq: 74 }),
  party(2, {
    role: 'authority',
    name: 'Landesbeauftragter für den Datenschutz Baden-Württemberg',
    address: 'Lautenschlagerstraße 20, 70173 Stuttgart',
    contact: 'poststelle@lfdi.example',
  }),
  party(3, {
    role: 'recipient',
    name: 'University Hospital Basel, Dept. of Biomedical Informatics',
    address: 'Petersgraben 4, 4031 Basel',
    contact: 'data@usb.example',
    country: 'CH',
  }),
];
let partyHistory: Party[] = [
  ...parties,
  party(1, { address: 'Alte Uferstraße 9, 88045 Friedrichshafen' }),
];
let transfers: Transfer[] = [
  {
    country: 'IN',
    safeguard: 'standardClauses',
    reference: 'Contract 2026-114, binder 7',
    version: 1,
    at: at(20),
    by: BY,
    auditSeq: 61,
  },
];
let home: string | null = 'DE';
const texts = new Map<string, string>();
const found = new Map<string, readonly string[]>();
let published: Omit<NoticeRow, 'purpose' | 'inForce' | 'unchecked'>[] | undefined;
const described = new Map<string, Processing>();
const assessed = new Map<string, Partial<Assessment>>();

const isEmpty = ({ vault }: StubContext): boolean => vault.purposes.length === 0;

function notices(context: StubContext) {
  const [first] = context.vault.purposes;
  published ??= first
    ? [
        {
          noticeId: id('ntc', 1),
          purposeId: first.purposeId,
          version: first.noticeVersion,
          language: 'de',
          title: 'Ihre Arztbriefe in der Forschung',
          sha256: digest('71'),
          characters: TEXT.length,
          publishedAt: at(39),
          by: BY,
          auditSeq: 14,
        },
      ]
    : [];
  return published;
}

function purposeOf(purposeId: string, { vault }: StubContext): Purpose {
  const purpose = vault.purposes.find((each) => each.purposeId === purposeId);
  if (!purpose) throw new Refusal('NOT_FOUND', 'There is no such purpose.');
  return purpose;
}

const elementsOf = ({ basis, needsConsent }: Purpose) =>
  elementsFor({ basis, needsConsent, source: null, hasRepresentative: false, hasTransfers: true });

function rowOf(notice: NonNullable<typeof published>[number], context: StubContext): NoticeRow {
  const purpose = purposeOf(notice.purposeId, context);
  const seen = found.get(notice.noticeId) ?? ['controller', 'purpose', 'basis', 'withdrawal'];
  return {
    ...notice,
    purpose: purpose.name,
    inForce: notice.version === purpose.noticeVersion,
    unchecked: elementsOf(purpose).filter((element) => !seen.includes(element)),
  };
}

function noticeText(noticeId: string, context: StubContext): OutputOf<'notice.get'> {
  const notice = notices(context).find((each) => each.noticeId === noticeId);
  if (!notice) throw new Refusal('NOT_FOUND', 'There is no such notice.');
  const row = rowOf(notice, context);
  const facts: Readonly<Record<string, string>> = {
    controller: 'Klinikum am See gGmbH, Seestraße 1, 88045 Friedrichshafen',
    purpose: purposeOf(notice.purposeId, context).name,
    basis: 'Art. 6(1)(a) GDPR; Art. 9(2)(a) GDPR',
    recipients: 'University Hospital Basel, CH',
    complaint: 'Landesbeauftragter für den Datenschutz Baden-Württemberg',
  };
  return {
    ...row,
    text: texts.get(noticeId) ?? TEXT,
    elements: elementsOf(purposeOf(notice.purposeId, context)).map((element) => ({
      element,
      contained: !row.unchecked.includes(element),
      fact: facts[element] ?? null,
    })),
  };
}

const fact = (
  key: string,
  values: string[] | null,
  auditSeq: number | null = null,
  owner: RecordFact['owner'] = 'steward',
): RecordFact => ({ key, values, auditSeq, owner: values === null ? owner : null });

const security = (): RecordFact[] => [
  fact('encryption', ['AEGIS-256 over every page of the database', 'AES-256-GCM over files']),
  fact('keyDerivation', ['Argon2id, 128 MiB, 3 passes, 1 lanes']),
  fact('people', ['clinician: 2', 'steward: 2', 'auditor: 2', 'administrator: 1']),
  fact('twoPersons', ['request.erase', 'user.setRoles', 'user.remove']),
  fact('recovery', ['confirmed']),
  fact('auditLog', ['1,204 leaves']),
  fact('backups', ['every 24 hours, 14 kept, newest 2026-11-23']),
  fact('restoreDrill', null, null, 'administrator'),
  fact('policy', []),
  fact('offline', ['none: the program has no network module and listens on no port']),
];

function recordOf(form: 'controller' | 'processor', context: StubContext): OutputOf<'ropa.get'> {
  const common = [
    ...(form === 'processor' ? [fact('processor', null)] : []),
    fact('controller', isEmpty(context) ? null : [parties[0]?.name ?? ''], 74),
    fact('representative', []),
    fact('dpo', null),
    fact('authority', isEmpty(context) ? [] : [parties[1]?.name ?? ''], 12),
    fact('home', home === null ? null : [home]),
    ...security(),
  ];
  const entries = context.vault.purposes.map((purpose, index) => {
    const text = described.get(purpose.purposeId);
    return {
      purposeId: purpose.purposeId,
      purpose: purpose.name,
      state: purpose.state,
      facts: [
        fact('purpose', [purpose.description || purpose.name], 8),
        fact('basis', [`Art. ${purpose.basis.article6} GDPR`], 8),
        fact('operations', [...purpose.operations], 8),
        fact('subjectCategories', text?.subjectCategories ? [text.subjectCategories] : null),
        fact('dataCategories', [...purpose.categories], 8),
        fact('recipients', ['University Hospital Basel (CH): 2 handed out, last 2026-11-12'], 131),
        fact('transfers', ['CH: adequacy', 'IN: standardClauses, Contract 2026-114, binder 7'], 61),
        fact(
          'retention',
          purpose.retentionDays === null ? null : [`${purpose.retentionDays} days after import`],
          8,
        ),
        fact(
          'notice',
          index === 0 ? ['Ihre Arztbriefe in der Forschung, version 2, de'] : null,
          14,
        ),
        fact('source', text?.source ? [text.source] : null),
        fact('necessity', text?.necessity ? [text.necessity] : null),
        fact('models', index === 0 ? ['Ward 7 tagger, quick (valid)'] : []),
      ],
    };
  });
  const missing = [common, ...entries.map(({ facts }) => facts)]
    .flat()
    .filter(({ values }) => values === null).length;
  return { form, generatedAt: at(0), common, entries, missing };
}

function assessmentOf(purpose: Purpose, index: number, context: StubContext): Assessment {
  const draft = index === 0;
  const facts = recordOf('controller', context).entries[index]?.facts ?? [];
  const base: Assessment = {
    purposeId: purpose.purposeId,
    purpose: purpose.name,
    state: draft ? 'draft' : 'none',
    version: draft ? 2 : 0,
    necessity: draft
      ? 'Names cannot be found by rules alone: the letters of this house use no fixed form. Only letters of people who agreed are used, and only their text.'
      : '',
    risks: draft
      ? [
          {
            risk: 'A passage that names a person can be drawn out of the trained model.',
            likelihood: 'low',
            severity: 'high',
            measure:
              'The tagger keeps hashed features only; extraction was tried and is in the evaluation.',
          },
          {
            risk: 'A name that was not found is taken for anonymous text.',
            likelihood: 'medium',
            severity: 'medium',
            measure: '',
          },
        ]
      : [],
    measures: '',
    advice: '',
    views: '',
    waiver: null,
    changedAt: draft ? at(6) : null,
    changedBy: draft ? BY : null,
    approvedAt: null,
    approvedBy: null,
    reviewOn: null,
    auditSeq: draft ? 188 : null,
    facts: [...facts, ...security()],
    missing: 0,
    ...assessed.get(purpose.purposeId),
  };
  const parts = ['necessity', 'risks', 'measures', 'advice', 'views'] as const;
  return {
    ...base,
    missing:
      base.facts.filter(({ values }) => values === null).length +
      parts.filter((part) => base[part].length === 0).length,
  };
}

function changed(
  purposeId: string,
  changes: Partial<Assessment>,
  context: StubContext,
): Assessment {
  assessed.set(purposeId, {
    ...assessed.get(purposeId),
    ...changes,
    changedAt: new Date().toISOString(),
    changedBy: BY,
  });
  context.changed('register');
  const index = context.vault.purposes.findIndex((each) => each.purposeId === purposeId);
  return assessmentOf(purposeOf(purposeId, context), index, context);
}

const handedOut = (name: string): OutputOf<'ropa.export'> => ({
  exitId: id('exi', 9),
  sha256: digest('90'),
  files: [
    {
      name: `${name}.html`,
      mediaType: 'text/html',
      content: '<!doctype html>',
      sha256: digest('91'),
    },
  ],
});

export const registerHandlers: HandlersOf<RegisterName> = {
  'party.list': (_, context) =>
    isEmpty(context) ? { items: [], history: [] } : { items: parties, history: partyHistory },
  'party.set'({ partyId, ...draft }, context) {
    const former = parties.find((each) => each.partyId === partyId);
    const next = party(10 + partyHistory.length, {
      ...draft,
      ...(partyId !== undefined && { partyId }),
      version: (former?.version ?? 0) + 1,
      at: new Date().toISOString(),
    });
    parties = [...parties.filter((each) => each.partyId !== partyId), next];
    partyHistory = [next, ...partyHistory];
    context.changed('register');
    return next;
  },
  'party.end'({ partyId }, context) {
    const former = parties.find((each) => each.partyId === partyId);
    if (!former) throw new Refusal('NOT_FOUND', 'There is no such party.');
    parties = parties.filter((each) => each.partyId !== partyId);
    context.changed('register');
    return { ...former, state: 'ended', version: former.version + 1 };
  },
  'transfer.list': (_, context) =>
    isEmpty(context)
      ? { home: null, items: [], history: [] }
      : { home, items: transfers, history: transfers },
  'transfer.set'({ country, safeguard, reference }, context) {
    const next = { country, safeguard, reference, version: 1, at: at(0), by: BY, auditSeq: 99 };
    transfers = transfers.filter((each) => each.country !== country);
    if (safeguard !== null) transfers = [...transfers, next];
    context.changed('register');
    return next;
  },
  'transfer.setHome'({ country }, context) {
    home = country;
    context.changed('register');
    return { home };
  },
  'notice.list'({ purposeId }, context) {
    const known = new Set(context.vault.purposes.map((purpose) => purpose.purposeId));
    const items = notices(context)
      .filter((notice) => known.has(notice.purposeId))
      .filter((notice) => purposeId === undefined || notice.purposeId === purposeId)
      .map((notice) => rowOf(notice, context));
    return {
      items,
      missing: context.vault.purposes
        .filter(
          (purpose) =>
            (purposeId === undefined || purpose.purposeId === purposeId) &&
            !items.some((item) => item.purposeId === purpose.purposeId && item.inForce),
        )
        .map(({ purposeId: which, name, noticeVersion, state }) => ({
          purposeId: which,
          purpose: name,
          version: noticeVersion,
          inForce: state === 'active',
        })),
    };
  },
  'notice.get': ({ noticeId }, context) => noticeText(noticeId, context),
  'notice.publish'({ text, ...notice }, context) {
    const all = notices(context);
    const noticeId = id('ntc', all.length + 1);
    const purpose = purposeOf(notice.purposeId, context);
    const renewed = purpose.noticeVersion !== notice.version;
    texts.set(noticeId, text);
    all.push({
      ...notice,
      noticeId,
      sha256: digest(noticeId),
      characters: text.length,
      publishedAt: new Date().toISOString(),
      by: BY,
      auditSeq: 200,
    });
    Object.assign(purpose, { noticeVersion: notice.version });
    context.changed('register', 'purposes');
    return { noticeId, sha256: digest('80'), renewed };
  },
  'notice.check'({ noticeId, contains }, context) {
    found.set(noticeId, contains);
    context.changed('register');
    return noticeText(noticeId, context);
  },
  'processing.describe'({ purposeId, ...text }, context) {
    const next = { purposeId, ...text, version: 1, at: at(0), by: BY, auditSeq: 201 };
    described.set(purposeId, next);
    context.changed('register');
    return next;
  },
  'processing.get': ({ purposeId }) =>
    described.get(purposeId) ?? {
      purposeId,
      subjectCategories: '',
      necessity: '',
      source: null,
      sourceText: '',
      jointControllers: '',
      instructions: '',
      version: 0,
      at: null,
      by: null,
      auditSeq: null,
    },
  'ropa.get': ({ form }, context) => recordOf(form, context),
  'ropa.export': ({ form }) => handedOut(`record-${form}`),
  'assessment.list': (_, context) => ({
    required: true,
    items: context.vault.purposes
      .filter(({ state }) => state === 'active')
      .map((purpose, index) => assessmentOf(purpose, index, context)),
  }),
  'assessment.write': ({ purposeId, ...text }, context) =>
    changed(purposeId, { ...text, state: 'draft', version: 3 }, context),
  'assessment.approve': ({ purposeId, version, reviewOn }, context) =>
    changed(
      purposeId,
      { state: 'approved', version, reviewOn, approvedAt: at(0), approvedBy: BY },
      context,
    ),
  'assessment.waive': ({ purposeId, reason }, context) =>
    changed(purposeId, { state: reason === null ? 'draft' : 'waived', waiver: reason }, context),
  'assessment.export': () => handedOut('impact-assessment'),
};
