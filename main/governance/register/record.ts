// The record of processing activities (Art. 30 GDPR), put together from the live configuration each time it
// is asked for: nothing in it is typed twice, and what nobody has said is null and named with who can say it.
import type { ProcessingRecord, Purpose, RecordFact } from '../../../shared/contract/index.ts';
import type { PartyRole } from '../../../shared/domain/register.ts';
import type { Notices } from './notices.ts';
import type { Purposes } from '../gate/purposes.ts';
import type { Assessments } from './assessments.ts';
import type { Parties, StoredParty } from './parties.ts';
import type { ProcessingBook } from './processing.ts';
import type { UsesRepository } from './usesRepository.ts';
import type { Transfers } from './transfers.ts';

/** What the record needs of rooms above this one and of the vault itself; handed in at composition. */
export interface RecordSources {
  /** Cipher, keys, people, backups: measures as they are set now. */
  security(): readonly RecordFact[];
  /** Models that learned under a purpose. */
  models(purposeId: string): readonly {
    readonly name: string;
    readonly state: string;
    readonly sha256: string;
    readonly auditSeq: number | null;
  }[];
  /** Rules about how long data is kept, beside what a purpose declares. */
  retention(purposeId: string): readonly string[];
  /** The leaf that shows a purpose's declaration. */
  declared(purposeId: string): number | null;
}

export interface RecordDeps {
  readonly now: () => string;
  readonly purposes: Pick<Purposes, 'list'>;
  readonly notices: Pick<Notices, 'ofPurpose'>;
  readonly parties: Parties;
  readonly transfers: Transfers;
  readonly processing: ProcessingBook;
  readonly assessments: Pick<Assessments, 'of' | 'isRequired'>;
  readonly uses: UsesRepository;
}

export interface RecordBook {
  record(form: ProcessingRecord['form'], sources: RecordSources): ProcessingRecord;
  /** What an assessment starts from: the purpose as the record has it, its scale, its models, the measures. */
  assessmentFacts(purpose: Purpose, sources: RecordSources): RecordFact[];
  /** What a notice should say, by element; null where the vault does not know it either. */
  noticeFact(purpose: Purpose, element: string, sources: RecordSources): string | null;
}

export const fact = (
  key: string,
  values: readonly string[] | null,
  more: { readonly auditSeq?: number | null; readonly owner?: RecordFact['owner'] } = {},
): RecordFact => ({
  key,
  values: values && [...values],
  auditSeq: more.auditSeq ?? null,
  owner: values === null ? (more.owner ?? 'steward') : null,
});

export const countMissing = (facts: readonly RecordFact[]): number =>
  facts.filter(({ values }) => values === null).length;

export function createRecord(deps: RecordDeps): RecordBook {
  const { purposes, notices, parties, transfers, processing, assessments, uses } = deps;

  /** `needed`: nobody named is a gap; else it may simply not apply. */
  function partyFact(key: string, role: PartyRole, needed: boolean): RecordFact {
    const found = parties.active(role);
    return fact(key, found.length === 0 && needed ? null : found.map(partyText), {
      auditSeq: newestLeaf(found),
    });
  }

  function recipients(purpose: Purpose): RecordFact {
    const named = parties.active('recipient');
    const exits = uses.recipients(purpose.purposeId);
    const lines = [
      ...named.map(partyText),
      ...exits.map(
        ({ recipient, country, exits: count, lastAt }) =>
          `${recipient}${country ? ` (${country})` : ''}: ${count} handed out, last ${lastAt.slice(0, 10)}`,
      ),
    ];
    return fact('recipients', lines, { auditSeq: exits[0]?.auditSeq ?? newestLeaf(named) });
  }

  function transferFact(purpose: Purpose | null): RecordFact {
    const home = transfers.home();
    if (home === null) return fact('transfers', null);
    const abroad = new Set([
      ...(purpose ? uses.recipients(purpose.purposeId) : uses.recipients(null)).flatMap(
        ({ country }) => country ?? [],
      ),
      ...parties
        .active()
        .flatMap(({ role, country }) =>
          (role === 'recipient' || role === 'processor') && country ? country : [],
        ),
    ]);
    const lines: string[] = [];
    let auditSeq: number | null = null;
    for (const country of [...abroad].sort()) {
      const allowed = transfers.allowed(country);
      if (allowed?.ground === 'home' || allowed?.ground === 'eea') continue;
      auditSeq ??= allowed?.auditSeq ?? null;
      lines.push(
        allowed
          ? `${country}: ${allowed.ground}${allowed.reference && `, ${allowed.reference}`}`
          : `${country}: MISSING safeguard`,
      );
    }
    return fact('transfers', lines, { auditSeq });
  }

  function noticeTexts(purpose: Purpose): RecordFact {
    const inForce = notices
      .ofPurpose(purpose.purposeId)
      .filter(({ version }) => version === purpose.noticeVersion);
    return fact(
      'notice',
      inForce.length === 0
        ? null
        : inForce.map(
            ({ version, language, title, sha256 }) =>
              `${title}, version ${version}, ${language}, SHA-256 ${sha256}`,
          ),
      { auditSeq: inForce.at(-1)?.auditSeq ?? null },
    );
  }

  function retentionFact(purpose: Purpose, sources: RecordSources): RecordFact {
    const lines = [
      ...(purpose.retentionDays === null ? [] : [`${purpose.retentionDays} days after import`]),
      ...sources.retention(purpose.purposeId),
    ];
    return fact('retention', lines.length === 0 ? null : lines, {
      auditSeq: sources.declared(purpose.purposeId),
    });
  }

  const said = (key: string, text: string, auditSeq: number | null, needed = true): RecordFact =>
    fact(key, text === '' ? (needed ? null : []) : [text], { auditSeq });

  function assessmentFact(purpose: Purpose): RecordFact {
    const { state, version, auditSeq } = assessments.of(purpose.purposeId);
    const settled = state === 'approved' || state === 'waived';
    const text = `${state}, version ${version}`;
    if (settled || !assessments.isRequired()) {
      return fact('assessment', state === 'none' ? [] : [text], { auditSeq });
    }
    return fact('assessment', null, { auditSeq });
  }

  function basisFacts(purpose: Purpose, sources: RecordSources): RecordFact[] {
    const { basis } = purpose;
    const auditSeq = sources.declared(purpose.purposeId);
    const grounds = [basis.article6, basis.article9].flatMap((each) =>
      each === null ? [] : `Art. ${each} GDPR`,
    );
    return [
      fact('purpose', [purpose.description || purpose.name], { auditSeq }),
      fact('basis', [...grounds, ...(basis.piplSeparateConsent ? ['Art. 29 PIPL'] : [])], {
        auditSeq,
      }),
      fact('operations', purpose.operations, { auditSeq }),
    ];
  }

  function controllerFacts(purpose: Purpose, sources: RecordSources): RecordFact[] {
    const text = processing.of(purpose.purposeId);
    return [
      ...basisFacts(purpose, sources),
      said('subjectCategories', text.subjectCategories, text.auditSeq),
      fact('dataCategories', purpose.categories, { auditSeq: sources.declared(purpose.purposeId) }),
      recipients(purpose),
      transferFact(purpose),
      retentionFact(purpose, sources),
      noticeTexts(purpose),
      fact(
        'source',
        text.source === null ? null : [text.source, ...(text.sourceText ? [text.sourceText] : [])],
        { auditSeq: text.auditSeq },
      ),
      said('necessity', text.necessity, text.auditSeq),
      said('jointControllers', text.jointControllers, text.auditSeq, false),
      modelFact(purpose, sources),
      assessmentFact(purpose),
    ];
  }

  function processorFacts(purpose: Purpose, sources: RecordSources): RecordFact[] {
    const text = processing.of(purpose.purposeId);
    return [
      fact('operations', purpose.operations, { auditSeq: sources.declared(purpose.purposeId) }),
      fact('dataCategories', purpose.categories, { auditSeq: sources.declared(purpose.purposeId) }),
      said('instructions', text.instructions, text.auditSeq),
      transferFact(purpose),
    ];
  }

  const common = (form: ProcessingRecord['form'], sources: RecordSources): RecordFact[] => [
    ...(form === 'processor' ? [partyFact('processor', 'processor', true)] : []),
    partyFact('controller', 'controller', true),
    ...(form === 'controller' ? [partyFact('jointController', 'jointController', false)] : []),
    partyFact('representative', 'representative', false),
    partyFact('dpo', 'dpo', true),
    ...(form === 'controller' ? [partyFact('processors', 'processor', false)] : []),
    partyFact('authority', 'authority', false),
    fact('home', transfers.home() === null ? null : [transfers.home() ?? '']),
    ...sources.security(),
  ];

  return {
    record(form, sources) {
      const facts = common(form, sources);
      const entries = purposes.list().map((purpose) => ({
        purposeId: purpose.purposeId,
        purpose: purpose.name,
        state: purpose.state,
        facts:
          form === 'controller'
            ? controllerFacts(purpose, sources)
            : processorFacts(purpose, sources),
      }));
      return {
        form,
        generatedAt: deps.now(),
        common: facts,
        entries,
        missing:
          countMissing(facts) +
          entries.reduce(
            (sum, entry) => sum + (entry.state === 'active' ? countMissing(entry.facts) : 0),
            0,
          ),
      };
    },
    assessmentFacts(purpose, sources) {
      const { documents, people } = uses.scale(purpose.categories);
      return [
        ...controllerFacts(purpose, sources).filter(
          ({ key }) => key !== 'assessment' && key !== 'necessity',
        ),
        fact('scale', [`${documents} documents, ${people} people`]),
        partyFact('controller', 'controller', true),
        partyFact('dpo', 'dpo', true),
        ...sources.security(),
      ];
    },
    noticeFact(purpose, element, sources) {
      const found = noticeSource(purpose, element, sources);
      return found === null ? null : found.values === null ? null : found.values.join('; ');
    },
  };

  function noticeSource(purpose: Purpose, element: string, sources: RecordSources) {
    const text = processing.of(purpose.purposeId);
    switch (element) {
      case 'controller':
        return partyFact('controller', 'controller', true);
      case 'representative':
        return partyFact('representative', 'representative', true);
      case 'dpo':
        return partyFact('dpo', 'dpo', true);
      case 'complaint':
        return partyFact('authority', 'authority', true);
      case 'purpose':
      case 'basis':
        return basisFacts(purpose, sources).find(({ key }) => key === element) ?? null;
      case 'interests':
        return said('interests', text.necessity, text.auditSeq);
      case 'recipients':
        return recipients(purpose);
      case 'transfers':
        return transferFact(purpose);
      case 'retention':
        return retentionFact(purpose, sources);
      case 'categories':
        return fact('categories', purpose.categories);
      case 'source':
        return said('source', text.sourceText, text.auditSeq);
      default:
        // Rights, withdrawal, statutory duty, automation: the law's own words, no fact of this vault.
        return null;
    }
  }
}

const modelFact = (purpose: Purpose, sources: RecordSources): RecordFact => {
  const models = sources.models(purpose.purposeId);
  return fact(
    'models',
    models.map(({ name, state, sha256 }) => `${name} (${state}), SHA-256 ${sha256}`),
    { auditSeq: models[0]?.auditSeq ?? null },
  );
};

const partyText = ({ name, address, contact, country }: StoredParty): string =>
  [name, address, country, contact].filter((part) => part !== null && part !== '').join(', ');

const newestLeaf = (found: readonly StoredParty[]): number | null =>
  found.reduce<number | null>((most, { auditSeq }) => Math.max(most ?? 0, auditSeq), null);
