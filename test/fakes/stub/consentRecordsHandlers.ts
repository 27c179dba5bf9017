// The record of a consent and its receipt, and what is needed to ask somebody on screen.
import type { ConsentRecord, ConsentRules } from '../../../shared/contract/index.ts';
import { isMinor } from '../../../shared/domain/consent.ts';
import { CONSENT_AGE_VERSION } from '../../../shared/domain/consentAge.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
import { at, digest, id, type StubVault } from './fixtures.ts';

type ConsentRecordName =
  | 'consent.show'
  | 'consent.prepare'
  | 'consent.receipt'
  | 'consent.confirm'
  | 'consent.rules'
  | 'consent.setRules'
  | 'subject.setBirth';

const TEXTS = {
  en: {
    title: 'Your letters in research',
    text: `We ask for your consent to use your discharge letters to build a program that finds names, places and dates in them.

Nobody outside the ward reads them. What the program learned stays in this house.

You can take your consent back at any time, as easily as you give it: a word to us is enough. What was done until then stays lawful. Your care does not depend on your answer.`,
  },
  de: {
    title: 'Ihre Arztbriefe in der Forschung',
    text: `Wir bitten um Ihre Einwilligung, mit Ihren Arztbriefen ein Programm zu bauen, das Namen, Orte und Daten darin findet.

Außerhalb der Station liest sie niemand. Was das Programm gelernt hat, bleibt in diesem Haus.

Sie können Ihre Einwilligung jederzeit widerrufen, so einfach wie Sie sie geben: ein Wort an uns genügt. Was bis dahin geschehen ist, bleibt rechtmäßig. Ihre Behandlung hängt nicht von Ihrer Antwort ab.`,
  },
  zh: {
    title: '研究中的出院小结',
    text: `我们请您同意使用您的出院小结，开发一个能在其中找出姓名、地点和日期的程序。

病房以外没有人阅读它们。程序学到的内容留在本院。

您可以随时撤回同意，和给予同意一样简单：告诉我们一声即可。在此之前的处理仍然合法。您的治疗不取决于您的回答。`,
  },
} as const;
type Language = keyof typeof TEXTS;

interface Memory {
  rules: ConsentRules;
  readonly births: Map<string, string>;
  readonly receipts: Map<string, ConsentRecord['events'][number]['receipts']>;
}
const memories = new WeakMap<StubVault, Memory>();

function memoryOf(vault: StubVault): Memory {
  let memory = memories.get(vault);
  if (!memory) {
    const [, , child] = vault.subjects;
    memory = {
      rules: {
        country: 'DE',
        age: 16,
        source: 'country',
        tableVersion: CONSENT_AGE_VERSION,
        guardianLapses: true,
      },
      births: new Map(child ? [[child.subjectId, '2014-05-17']] : []),
      receipts: new Map(),
    };
    memories.set(vault, memory);
  }
  return memory;
}

function subjectOf(pick: { subjectId: string } | { key: string }, { vault }: StubContext) {
  const subject = vault.subjects.find((each) =>
    'key' in pick ? each.key === pick.key : each.subjectId === pick.subjectId,
  );
  if (!subject) throw new Refusal('NOT_FOUND', 'Nobody here has that number.');
  return subject;
}

function purposeOf(purposeId: string, { vault }: StubContext) {
  const purpose = vault.purposes.find((each) => each.purposeId === purposeId);
  if (!purpose) throw new Refusal('NOT_FOUND', 'There is no such purpose.');
  return purpose;
}

const LAST_PARTS = { language: 'de', method: 'written', present: '' } as const;

export const consentRecordsHandlers: HandlersOf<ConsentRecordName> = {
  'consent.show'({ subject: pick, purposeId }, context) {
    const subject = subjectOf(pick, context);
    const purpose = purposeOf(purposeId, context);
    const memory = memoryOf(context.vault);
    const birthDate = memory.births.get(subject.subjectId) ?? null;
    const events = (context.vault.consents.get(subject.subjectId) ?? [])
      .filter((event) => event.purposeId === purposeId)
      .map((event) => ({
        ...{ type: event.type, at: event.at, recordedAt: event.recordedAt, actor: event.actor },
        ...{ noticeVersion: event.noticeVersion, channel: event.channel },
        ...{ evidence: event.evidence, expiresAt: event.expiresAt },
        ...LAST_PARTS,
        receivedAt: null,
        guardian: null,
        separate: true,
        conditional: false,
        confirmed: null,
        receipts: memory.receipts.get(`${subject.subjectId} ${event.at}`) ?? [],
      }));
    if (events.length === 0) throw new Refusal('NOT_FOUND', 'Nothing was decided yet.');
    const field = (
      section: ConsentRecord['fields'][number]['section'],
      name: string,
      values: string[] | null,
      required = true,
    ) => ({ section, field: name, values, required });
    const fields = [
      field('header', 'schemaVersion', ['ISO/IEC TS 27560:2023, dpv-27560:record-eu-gdpr']),
      field('header', 'recordId', [id('con', 1)]),
      field('header', 'principalId', [subject.key]),
      field('processing', 'notice', [
        `${TEXTS.de.title} (${purpose.noticeVersion})`,
        `SHA-256 ${digest('notice')}`,
      ]),
      field('processing', 'language', ['de']),
      field('processing', 'purpose', [purpose.name, purpose.description]),
      field('processing', 'lawfulBasis', [purpose.basis.article6, purpose.basis.article9 ?? '']),
      field('processing', 'piiInformation', [...purpose.categories]),
      field('processing', 'controllers', ['Klinikum am See gGmbH']),
      field('processing', 'collectionMethod', ['paper', 'written']),
      field('processing', 'processingMethod', [...purpose.operations]),
      field('processing', 'storageLocations', ['DE']),
      field(
        'processing',
        'retentionPeriod',
        purpose.retentionDays ? [`P${purpose.retentionDays}D`] : null,
      ),
      field('processing', 'jurisdiction', ['DE']),
      field('processing', 'recipients', []),
      field('processing', 'rights', ['7(3)', '15', '16', '17', '18', '20', '77']),
      field('processing', 'authority', null),
      field('parties', 'controller', [
        'Klinikum am See gGmbH',
        'Seestraße 1, 88045 Friedrichshafen',
      ]),
      field('law', 'age', birthDate === null ? null : [birthDate], false),
    ];
    return {
      recordId: id('con', 1),
      subjectId: subject.subjectId,
      subjectKey: subject.key,
      purposeId,
      purpose: purpose.name,
      state: subject.consent ?? 'never',
      since: subject.consentSince,
      birthDate,
      minor: isMinor(birthDate, memory.rules.age, new Date().toISOString()),
      fields,
      missing: fields.filter(({ values, required }) => values === null && required).length,
      events,
    };
  },
  'consent.prepare'({ subject: pick, purposeId, language }, context) {
    const subject = subjectOf(pick, context);
    const purpose = purposeOf(purposeId, context);
    const { births, rules } = memoryOf(context.vault);
    const birthDate = births.get(subject.subjectId) ?? null;
    const shown: Language = language !== null && language in TEXTS ? (language as Language) : 'en';
    return {
      subjectId: subject.subjectId,
      subjectKey: subject.key,
      purposeId,
      purpose: purpose.name,
      description: purpose.description,
      state: subject.consent ?? 'never',
      noticeVersion: purpose.noticeVersion,
      notice: { language: shown, ...TEXTS[shown], sha256: digest('notice') },
      languages: Object.keys(TEXTS),
      birthDate,
      needsGuardian: isMinor(birthDate, rules.age, new Date().toISOString()),
      age: rules.age,
      needsSeparate: purpose.basis.piplSeparateConsent,
    };
  },
  'consent.receipt'({ subject: pick, purposeId }, context) {
    const subject = subjectOf(pick, context);
    const purpose = purposeOf(purposeId, context);
    const { receipts } = memoryOf(context.vault);
    const last = context.vault.consents.get(subject.subjectId)?.[0];
    const receipt = {
      receiptId: id('rct', receipts.size + 1),
      reportId: context.vault.reports[0]?.reportId ?? id('rep', 1),
      at: new Date().toISOString(),
    };
    const key = `${subject.subjectId} ${last?.at ?? at(0)}`;
    receipts.set(key, [...(receipts.get(key) ?? []), receipt]);
    context.changed('consent', 'reports');
    const page = `<!doctype html><html lang="en"><head><title>Receipt</title></head><body><h1>Consent receipt</h1><p>${subject.key}: ${last?.type ?? 'given'}, ${purpose.name}</p><p>Record ${id('con', 1)}, notice version ${purpose.noticeVersion}.</p></body></html>`;
    return { ...receipt, page };
  },
  'consent.confirm'({ subject: pick }, context) {
    const subject = subjectOf(pick, context);
    Object.assign(subject, { consent: 'given' });
    context.changed('consent', 'subjects');
    return { state: 'given' };
  },
  'consent.rules': (_, { vault }) => memoryOf(vault).rules,
  'consent.setRules'({ age, guardianLapses }, context) {
    const memory = memoryOf(context.vault);
    memory.rules = {
      ...memory.rules,
      age: age ?? 16,
      source: age === null ? 'country' : 'site',
      guardianLapses,
    };
    context.changed('settings', 'consent');
    return memory.rules;
  },
  'subject.setBirth'({ subject: pick, birthDate }, context) {
    const { subjectId } = subjectOf(pick, context);
    const { births } = memoryOf(context.vault);
    if (birthDate === null) births.delete(subjectId);
    else births.set(subjectId, birthDate);
    context.changed('consent', 'subjects');
    return { birthDate };
  },
};
