import type { OutputOf } from '../../../shared/contract/index.ts';
import { EXIT_CODE } from '../../../shared/contract/index.ts';
import { leaf, noun, type Program } from '../command.ts';
import { facts, table } from '../text.ts';

export function addAuditCommands(program: Program): void {
  const audit = noun(program, 'audit', 'the tamper-evident log');

  leaf(program, audit, 'verify', {
    summary: 'recompute the whole tree and compare it with the heads known outside the database',
    examples: ['audit verify', 'audit verify --json'],
    async run(session) {
      const result = await session.job('audit.verify', {}, 'Verifying');
      return {
        json: result,
        text: describeVerification(result),
        exitCode: result.intact ? 0 : EXIT_CODE.integrity,
      };
    },
  });

  leaf<{ action?: string; limit: string }>(program, audit, 'list', {
    summary: 'the newest leaves',
    options: (command) =>
      command
        .option('--action <name>', 'only these, e.g. request.erase')
        .option('--limit <count>', 'how many', '30'),
    examples: ['audit list --action consent.withdraw'],
    async run(session, options) {
      const page = await session.call('audit.list', {
        action: options.action ?? null,
        limit: Math.min(500, Math.max(1, Number(options.limit) || 30)),
      });
      return {
        json: page.items,
        text: table(
          ['leaf', 'at', 'actor', 'action', 'object', 'counts'],
          page.items.map((each) => [
            each.seq,
            each.at,
            each.actor,
            each.action,
            each.object,
            Object.entries(each.counts)
              .map(([name, count]) => `${name} ${count}`)
              .join(', '),
          ]),
        ),
      };
    },
  });
}

export function describeVerification(result: OutputOf<'audit.verify'>): string {
  return [
    result.intact
      ? `The audit log is whole: ${result.size} leaves.`
      : `The audit log was changed: leaf ${result.firstBroken?.seq ?? '?'}, ${result.firstBroken?.what ?? 'unknown'}.`,
    facts([
      ['root', result.root],
      ['signed by', result.signedBy],
      [
        'head known outside',
        result.knownHead === null
          ? 'none'
          : `${result.knownHead.size} leaves, ${result.knownHead.consistent ? 'consistent' : 'NOT consistent'}`,
      ],
    ]),
    result.checkpoint.trimEnd(),
  ].join('\n\n');
}
