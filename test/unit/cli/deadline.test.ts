import { describe, expect, it } from 'vitest';
import { deadlineAnswer } from '../../../main/cli/commands/deadline.ts';
import { runCli } from '../../../main/cli/program.ts';
import { createFakeTerminal } from '../../fakes/terminal.ts';

async function cloister(...args: string[]) {
  const terminal = createFakeTerminal([]);
  const code = await runCli(['request', 'deadline', ...args], {
    terminal,
    connect: () => {
      throw new Error('The command opened a vault');
    },
    defaultVault: () => '/none',
    open: () => Promise.resolve(0),
    workbench: () => Promise.reject(new Error('No test asked for the engine')),
    version: '1.2.3',
  });
  return { code, out: terminal.written.join('\n'), notes: terminal.notes.join('\n') };
}

describe('request deadline', () => {
  it('answers without a vault, with both readings and the holidays that moved a date', async () => {
    const ran = await cloister('--received', '2026-03-03', '--country', 'de', '--json');
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.out)).toEqual({
      received: '2026-03-03',
      country: 'DE',
      due: '2026-04-07',
      unshiftedDue: '2026-04-03',
      extended: '2026-06-03',
      readings: { threeMonthsFromReceipt: '2026-06-03', twoMonthsAfterTheFirst: '2026-06-03' },
      holidaysUsed: ['2026-04-03', '2026-04-06'],
    });
  });

  it('names the earlier reading, and nothing that moved no date', () => {
    expect(deadlineAnswer('2026-01-31', 'DE')).toMatchObject({
      due: '2026-03-02',
      unshiftedDue: '2026-02-28',
      extended: '2026-04-28',
      readings: { threeMonthsFromReceipt: '2026-04-30', twoMonthsAfterTheFirst: '2026-04-28' },
      holidaysUsed: [],
    });
  });

  it.each([
    ['2026-02-30', 'DE', '2026-11-20'],
    ['20.11.2026', 'DE', '2026-11-20'],
    ['2026-11-20', 'XX', 'AT, BE'],
  ])('refuses %s in %s and names what is known', async (received, country, known) => {
    const ran = await cloister('--received', received, '--country', country);
    expect(ran.code).toBe(2);
    expect(ran.notes).toContain(known);
  });
});
