// `retention …`: what is due and why, the rules, legal holds, and the run that deletes.
import type { Command } from 'commander';
import type {
  InputOf,
  LegalHold,
  OutputOf,
  RetentionPreview,
  RetentionRun,
} from '../../../shared/contract/index.ts';
import { leaf, noun, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import { findCollection, findPurpose } from '../resolve.ts';
import { facts, table } from '../text.ts';

type Rule = InputOf<'retention.setRule'>;
type Category = Rule['category'];

export function addRetentionCommands(program: Program): void {
  const retention = noun(program, 'retention', 'how long data is kept, and what deletes it');

  leaf(program, retention, 'preview', {
    summary: 'what would be deleted now, by which rule, and what a hold keeps',
    examples: ['retention preview', 'retention preview --json'],
    async run(session) {
      const preview = await session.call('retention.preview', {});
      return { json: preview, text: describePreview(preview) };
    },
  });

  leaf<{ documents?: string; resume?: string }>(program, retention, 'run', {
    summary: 'delete what is due; asks for the number of documents first; cannot be undone',
    options: (command) =>
      command
        .option('--documents <count>', 'how many the preview named, for batch work')
        .option('--resume <run>', 'go on with a run that was interrupted or could not be proven'),
    examples: ['retention run', 'retention run --documents 41', 'retention run --resume rtr_01K…'],
    async run(session, options) {
      if (options.resume !== undefined) {
        const resumed = await session.job('retention.run', { runId: options.resume }, 'Deleting');
        return { json: resumed, text: describeRun(resumed) };
      }
      let { documents } = options;
      if (documents === undefined) {
        const preview = await session.call('retention.preview', {});
        if (preview.totals.due === 0) return { json: preview, text: describePreview(preview) };
        session.terminal.note(describePreview(preview));
        documents = await session.terminal.ask(
          'Deleting cannot be undone. Type the number of documents to delete them: ',
        );
      }
      const count = Number(documents);
      if (!Number.isInteger(count) || count < 1) {
        throw usage('Nothing was deleted. Say how many documents you saw: --documents COUNT.');
      }
      const run = await session.job('retention.run', { documents: count }, 'Deleting');
      return { json: run, text: describeRun(run) };
    },
  });

  leaf(program, retention, 'list', {
    summary: 'deletion runs, newest first',
    examples: ['retention list'],
    async run(session) {
      const { items } = await session.call('retention.runs', {});
      return {
        json: items,
        text: table(
          ['run', 'started', 'by', 'state', 'ordered', 'deleted', 'copies', 'report'],
          items.map((each) => [
            ...[each.runId, each.startedAt, each.startedBy, each.state, each.ordered],
            ...[each.deleted, each.copies, each.reportId],
          ]),
        ),
      };
    },
  });

  addRuleCommands(program, retention);
  addHoldCommands(program, retention);
}

function addRuleCommands(program: Program, retention: Command): void {
  const rule = retention.command('rule').description('periods by category and purpose');

  leaf(program, rule, 'list', {
    summary: 'the rules in force',
    examples: ['retention rule list'],
    async run(session) {
      const { items } = await session.call('retention.rules', {});
      return {
        json: items,
        text: table(
          ['rule', 'category', 'purpose', 'days', 'from', 'set by', 'ground'],
          items.map((each) => [
            ...[each.ruleId, each.category, each.purpose ?? 'every purpose', each.days],
            ...[each.start, each.source, each.ground],
          ]),
        ),
      };
    },
  });

  leaf<{ category: string; purpose?: string; days?: string; start: string; ground?: string }>(
    program,
    rule,
    'set',
    {
      summary: 'how long a category may be kept, for one purpose or for all',
      options: (command) =>
        command
          .option('--category <category>', 'health, finance, other', 'health')
          .option('--purpose <name>', 'for this purpose only')
          .option('--days <days>', 'how many')
          .option('--start <start>', 'import, documentDate, consentEnd', 'import')
          .option('--ground <text>', 'the statute or decision behind it'),
      examples: [
        'retention rule set --category health --days 3653 --start documentDate --ground "Hospital act, section 10"',
        'retention rule set --purpose research --days 30 --start consentEnd --ground "protocol 7.2"',
      ],
      async run(session, options) {
        if (options.days === undefined) throw usage('Say how many days: --days DAYS.');
        if (options.ground === undefined) throw usage('Name the statute or decision: --ground.');
        const set = await session.call('retention.setRule', {
          category: options.category as Category,
          purposeId:
            options.purpose === undefined ? null : await findPurpose(session, options.purpose),
          days: Number(options.days),
          start: options.start as NonNullable<Rule['start']>,
          ground: options.ground,
        });
        return { json: set, text: `The rule is in force (${set.ruleId}).` };
      },
    },
  );

  leaf<{ reason: string }>(program, rule, 'end', {
    summary: 'end a rule; one of the organisation ends with a new policy',
    arguments: '<rule>',
    options: (command) => command.option('--reason <text>', 'why', ''),
    examples: ['retention rule end rul_01K… --reason "the act was repealed"'],
    async run(session, options, [ruleId = '']) {
      const ended = await session.call('retention.endRule', { ruleId, reason: options.reason });
      return { json: ended, text: 'The rule has ended.' };
    },
  });
}

function addHoldCommands(program: Program, retention: Command): void {
  const hold = retention.command('hold').description('cases that keep data from being deleted');

  leaf(program, hold, 'list', {
    summary: 'legal holds, newest first',
    examples: ['retention hold list'],
    async run(session) {
      const { items } = await session.call('hold.list', {});
      return { json: items, text: describeHolds(items) };
    },
  });

  leaf<{
    approver?: string;
    review?: string;
    ends?: string;
    reason: string;
    keys?: string;
    collections?: string;
    categories?: string;
  }>(program, hold, 'set', {
    summary: 'keep what a case needs; it ends when two people release it',
    arguments: '<case>',
    options: (command) =>
      command
        .option('--approver <name>', 'who ordered it')
        .option('--review <day>', 'when to look whether it is still needed')
        .option('--ends <day>', 'when it is expected to end')
        .option('--reason <text>', 'why', '')
        .option('--keys <numbers>', 'record or customer numbers, separated by commas')
        .option('--collections <names>', 'separated by commas')
        .option('--categories <list>', 'health, finance, other'),
    examples: [
      'retention hold set "LG 2026/114" --approver "Legal" --review 2027-02-01 --keys 4411093',
    ],
    async run(session, options, [caseId = '']) {
      if (options.approver === undefined) throw usage('Say who ordered it: --approver NAME.');
      if (options.review === undefined) throw usage('Say when to review it: --review DAY.');
      const keys = list(options.keys);
      const collectionIds: string[] = [];
      for (const name of list(options.collections)) {
        collectionIds.push(await findCollection(session, name));
      }
      const set = await session.call('hold.set', {
        ...{ caseId, approver: options.approver, reason: options.reason },
        ...{ reviewOn: options.review, endsOn: options.ends ?? null },
        subjects: keys.length === 0 ? null : { keys },
        ...{ collectionIds, categories: list(options.categories) as Category[] },
      });
      const unknown = set.unknownKeys.length;
      return {
        json: set,
        text: `The hold is in force (${set.hold.holdId}): ${set.hold.people} people named, ${set.hold.documents} documents kept.${unknown > 0 ? ` ${unknown} numbers name nobody here.` : ''}`,
      };
    },
  });

  leaf<{ review?: string; ends?: string; reason: string }>(program, hold, 'review', {
    summary: 'say that a hold goes on, and until when it is looked at again',
    arguments: '<hold>',
    options: (command) =>
      command
        .option('--review <day>', 'when to look again')
        .option('--ends <day>', 'when it is expected to end')
        .option('--reason <text>', 'what was found', ''),
    examples: ['retention hold review hld_01K… --review 2027-08-01'],
    async run(session, options, [holdId = '']) {
      if (options.review === undefined) throw usage('Say when to look again: --review DAY.');
      const reviewed = await session.call('hold.review', {
        ...{ holdId, reviewOn: options.review, endsOn: options.ends ?? null },
        reason: options.reason,
      });
      return { json: reviewed, text: describeHolds([reviewed]) };
    },
  });

  leaf<{ reason: string }>(program, hold, 'release', {
    summary: 'end a hold; takes a second person. What is overdue is due at once',
    arguments: '<hold>',
    options: (command) => command.option('--reason <text>', 'why', ''),
    examples: ['retention hold release hld_01K… --reason "settled"'],
    async run(session, options, [holdId = '']) {
      const released = await session.call('hold.release', { holdId, reason: options.reason });
      return { json: released, text: describeHolds([released]) };
    },
  });
}

const list = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function describePreview({ due, held, totals, along, models }: RetentionPreview): string {
  const parts = [
    facts([
      ['due now', totals.due],
      ['kept by a hold', totals.held],
      ['due within 30 days', totals.soon],
      ['without the date their period starts with', totals.undated],
    ]),
  ];
  if (due.length > 0) {
    parts.push(
      table(
        ['category', 'last purpose', 'days', 'from', 'documents', 'people', 'due since', 'ground'],
        due.map((each) => [
          ...[each.category, each.purpose, each.days, each.start, each.documents],
          ...[each.subjects, each.firstDueOn, each.ground],
        ]),
      ),
      `Along with them: ${along.copies} copies, ${along.annotations} label events, ${along.snapshotEntries} snapshot entries, ${along.accessPacks} access packs; ${models.length} models become stale.`,
    );
  }
  if (held.length > 0) {
    parts.push(
      table(
        ['hold', 'case', 'review on', 'documents kept'],
        held.map((each) => [each.holdId, each.caseId, each.reviewOn, each.documents]),
      ),
    );
  }
  return parts.join('\n\n');
}

const describeRun = (run: RetentionRun): string =>
  facts([
    ['run', run.runId],
    ['state', run.state],
    ['deleted', `${run.deleted} of ${run.ordered}, and ${run.copies} copies`],
    ...run.skipped.map(({ reason, count }): [string, number] => [`left: ${reason}`, count]),
    ['models stale', run.staleModels],
    ['traces found', run.scan?.hits ?? null],
    ['report', run.reportId],
  ]);

const describeHolds = (holds: OutputOf<'hold.list'>['items'] | readonly LegalHold[]): string =>
  table(
    ['hold', 'case', 'state', 'review on', 'ends on', 'people', 'documents', 'overdue'],
    holds.map((each) => [
      ...[each.holdId, each.caseId, each.state, each.reviewOn, each.endsOn],
      ...[each.people, each.documents, each.overdue],
    ]),
  );
