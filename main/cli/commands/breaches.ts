// The register of breaches. Times are given and shown in UTC; the 72 hours run through weekends.
import type { InputOf, OutputOf } from '../../../shared/contract/index.ts';
import { leaf, noun, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import { findCollection, findModel, findPurpose } from '../resolve.ts';
import type { Session } from '../session.ts';
import { facts, table } from '../text.ts';

type Breach = OutputOf<'breach.list'>['items'][number];
type Assessment = InputOf<'breach.assess'>;
type Scope = NonNullable<InputOf<'breach.count'>['scope']>;

interface ScopeFlags {
  readonly collection?: string;
  readonly purpose?: string;
  readonly exit?: string;
  readonly model?: string;
  readonly from?: string;
  readonly to?: string;
}

async function scopeOf(session: Session, flags: ScopeFlags): Promise<Scope> {
  const found = async (
    find: typeof findPurpose,
    wanted: string | undefined,
  ): Promise<string | null> => (wanted === undefined ? null : find(session, wanted));
  return {
    collectionId: await found(findCollection, flags.collection),
    purposeId: await found(findPurpose, flags.purpose),
    modelId: await found(findModel, flags.model),
    exitId: flags.exit ?? null,
    from: flags.from ?? null,
    to: flags.to ?? null,
  };
}

export function addBreachCommands(program: Program): void {
  const breach = noun(program, 'breach', 'breaches of personal data, and the 72 hours');

  leaf<{ aware?: string; nature?: string }>(program, breach, 'open', {
    summary: 'enter a breach; its 72 hours run from the moment of awareness',
    arguments: '<title>',
    options: (command) =>
      command
        .option('--aware <instant>', 'when somebody here knew, e.g. 2026-11-24T08:30:00Z')
        .option('--nature <text>', 'what happened; names nobody', ''),
    examples: ['breach open "Stick with notes lost" --aware 2026-11-24T08:30:00Z'],
    async run(session, { aware, nature }, [title = '']) {
      const opened = await session.call('breach.open', {
        title,
        nature: nature ?? '',
        ...(aware !== undefined && { awareAt: aware }),
      });
      return { json: opened, text: describe(opened) };
    },
  });

  leaf(program, breach, 'list', {
    summary: 'all breaches, the most urgent first',
    examples: ['breach list'],
    async run(session) {
      const { items } = await session.call('breach.list', { limit: 500 });
      return {
        json: items,
        text: table(
          ['title', 'state', 'due', 'missing', 'identifier'],
          items.map((each) => [
            each.title,
            each.state,
            each.dueAt,
            each.gaps.join(' '),
            each.breachId,
          ]),
        ),
      };
    },
  });

  leaf<ScopeFlags & { set?: string[]; authority?: string; subjects?: string; count?: boolean }>(
    program,
    breach,
    'assess',
    {
      summary: 'say what is known; decide who has to be told (the steward)',
      arguments: '<breach>',
      options: (command) =>
        command
          .option('--set <field=value...>', FIELDS)
          .option('--count', 'take the numbers of people and texts from the vault')
          .option('--collection <name>', 'only people of this collection')
          .option('--purpose <name>', 'only people whose texts were used for it')
          .option('--exit <exit>', 'only people in what left then')
          .option('--model <name>', 'only people it learned from')
          .option('--from <instant>', 'begin of the window')
          .option('--to <instant>', 'end of the window')
          .option('--authority <yes|no: ground>', 'whether the authority is told (Art. 33)')
          .option('--subjects <yes|no: ground>', 'whether the people are told (Art. 34)'),
      examples: [
        'breach assess brc_01JD9ZK3V7Q2 --set kinds=confidentiality categories=health "effects=Somebody may read it" --exit exi_01JD9ZK3V7Q2 --count',
        'breach assess brc_01JD9ZK3V7Q2 --authority "yes: a risk is likely" --subjects "no: the data is unintelligible"',
      ],
      async run(session, options, [breachId = '']) {
        let shown: Breach = await session.call('breach.show', { breachId });
        const changes = parseFields(options.set ?? []);
        const scoped = SCOPE_FLAGS.some((flag) => options[flag] !== undefined);
        if (scoped || options.count || Object.keys(changes).length > 0) {
          const scope = scoped ? await scopeOf(session, options) : shown.scope;
          const counted = options.count ? await session.call('breach.count', { scope }) : undefined;
          shown = await session.call('breach.assess', {
            ...assessmentOf(shown),
            ...changes,
            scope,
            ...(counted && { people: counted.people, records: counted.documents }),
          });
        }
        if (options.authority !== undefined || options.subjects !== undefined) {
          shown = await session.call('breach.decide', {
            breachId,
            authority: decisionOf('--authority', options.authority),
            subjects: decisionOf('--subjects', options.subjects),
          });
        }
        return { json: shown, text: describe(shown) };
      },
    },
  );

  leaf<{ to: string; at?: string; reference?: string; delay?: string }>(program, breach, 'notify', {
    summary: 'record that somebody was told; later than 72 hours with the reasons',
    arguments: '<breach>',
    options: (command) =>
      command
        .option('--to <whom>', 'authority, subjects, controller, other', 'authority')
        .option('--at <instant>', 'when; now if left out')
        .option('--reference <text>', 'under which number', '')
        .option('--delay <text>', 'why it was late (Art. 33(1))', ''),
    examples: ['breach notify brc_01JD9ZK3V7Q2 --to authority --reference "LfDI 4411/26"'],
    async run(session, { to, at, reference, delay }, [breachId = '']) {
      const told = await session.call('breach.notify', {
        breachId,
        to: to as 'authority',
        reference: reference ?? '',
        delayReason: delay ?? '',
        ...(at !== undefined && { at }),
      });
      return { json: told, text: describe(told) };
    },
  });

  leaf<{ conclusion: string }>(program, breach, 'close', {
    summary: 'end it, once it is decided and whoever must be told was told',
    arguments: '<breach>',
    options: (command) => command.requiredOption('--conclusion <text>', 'what came of it'),
    examples: ['breach close brc_01JD9ZK3V7Q2 --conclusion "Found in the drawer beside"'],
    async run(session, { conclusion }, [breachId = '']) {
      const closed = await session.call('breach.close', { breachId, conclusion });
      return { json: closed, text: describe(closed) };
    },
  });

  leaf(program, breach, 'document', {
    summary: 'write the documents for the authority into the reports',
    arguments: '<breach>',
    examples: ['breach document brc_01JD9ZK3V7Q2'],
    async run(session, _options, [breachId = '']) {
      const { reportId } = await session.call('breach.document', { breachId });
      return { json: { reportId }, text: `Written as ${reportId}.` };
    },
  });
}

const SCOPE_FLAGS = ['collection', 'purpose', 'exit', 'model', 'from', 'to'] as const;
const LISTS = ['kinds', 'categories'] as const;
const NUMBERS = ['people', 'records'] as const;
const TEXTS = [
  'nature',
  'subjectCategories',
  'effects',
  'measures',
  'dataState',
  'keyStatement',
] as const;
const FIELDS = `one or more of ${[...LISTS, ...NUMBERS, ...TEXTS].join(', ')}, as name=value`;

function parseFields(given: readonly string[]): Partial<Assessment> {
  const fields: Record<string, unknown> = {};
  for (const each of given) {
    const at = each.indexOf('=');
    const name = each.slice(0, at);
    const value = each.slice(at + 1);
    if (at < 1) throw usage(`"${each}" is not of the form name=value.`);
    if (isOneOf(LISTS, name)) fields[name] = value === '' ? [] : value.split(',');
    else if (isOneOf(NUMBERS, name)) fields[name] = value === '' ? null : Number(value);
    else if (isOneOf(TEXTS, name)) fields[name] = value;
    else throw usage(`There is no "${name}". Known are ${FIELDS}.`);
  }
  return fields as Partial<Assessment>;
}

const isOneOf = (names: readonly string[], name: string): boolean => names.includes(name);

function assessmentOf(breach: Breach): Assessment {
  const { breachId, kinds, categories, scope } = breach;
  const { people, records } = breach;
  const { nature, subjectCategories, effects, measures, dataState, keyStatement } = breach;
  return {
    ...{ breachId, kinds, categories, scope, people, records },
    ...{ nature, subjectCategories, effects, measures, dataState, keyStatement },
  };
}

function decisionOf(flag: string, given: string | undefined) {
  const read = /^(yes|no)\s*:\s*(.+)$/s.exec(given ?? '');
  if (!read) {
    throw usage(
      `Both decisions are taken together and need their ground: ${flag} "yes: why" or "no: why".`,
    );
  }
  return { needed: read[1] === 'yes', ground: (read[2] ?? '').trim() };
}

const describe = (breach: Breach): string =>
  facts([
    ['breach', breach.title],
    ['state', breach.state],
    ['known since', breach.awareAt],
    ['72 hours end', breach.dueAt],
    ['people', breach.people],
    ['records', breach.records],
    ['authority', said(breach.decisions?.authority)],
    ['people told', said(breach.decisions?.subjects)],
    ['told', breach.notifications.map(({ to, at }) => `${to} ${at}`).join('; ')],
    ['missing', breach.gaps.join(' ')],
    ['identifier', breach.breachId],
  ]);

const said = (
  decision: { readonly needed: boolean; readonly ground: string } | undefined,
): string => (decision ? `${decision.needed ? 'yes' : 'no'}: ${decision.ground}` : 'not decided');
