// `gate explain`: for one person and one purpose, which step decides for each operation.
import type { Command } from 'commander';
import { leaf, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import { findPurpose, subjectOf } from '../resolve.ts';
import { table } from '../text.ts';

export function addGateExplain(program: Program, gate: Command): void {
  leaf<{ subject?: string; purpose?: string }>(program, gate, 'explain', {
    summary: 'which step decides about a person’s notes, for each operation',
    options: (command) =>
      command
        .option('--subject <person>', 'record number or identifier of the person')
        .option('--purpose <name>', 'which purpose'),
    examples: ['gate explain --subject 4411093 --purpose research'],
    async run(session, options) {
      if (options.subject === undefined) throw usage('Say about whom: --subject NUMBER.');
      const { items } = await session.call('gate.explain', {
        subject: subjectOf(options.subject),
        purposeId: await findPurpose(session, options.purpose),
      });
      return {
        json: items,
        text: table(
          ['operation', 'permitted', 'withheld', 'step', 'reason'],
          items.flatMap(({ operation, permitted, withheld }) => [
            ...(permitted > 0 || withheld.length === 0 ? [[operation, permitted, 0, '', '']] : []),
            ...withheld.map(({ step, reason, count }) => [operation, 0, count, step, reason]),
          ]),
        ),
      };
    },
  });
}
