// Acts of two people from a terminal: the first one asks with a reason, the second one signs with a command
// of their own, and then the first command is given again.
import type { Command } from 'commander';
import type { InputOf, Order, OutputOf, ProcedureName } from '../../shared/contract/index.ts';
import type { CommonOptions, Outcome } from './command.ts';
import { CliFailure } from './failure.ts';
import { readPassphrase } from './passphrase.ts';
import type { Session } from './session.ts';
import { facts } from './text.ts';

export interface AskOptions {
  readonly ask?: string;
}

export const withAsk = (command: Command): Command =>
  command.option(
    '--ask <reason>',
    'where a second person has to sign: ask for it, with this reason',
  );

/** Does it, or, where somebody else has to sign first and a reason was given, asks for the signature. */
export async function withSecond<N extends ProcedureName>(
  session: Session,
  procedure: N,
  input: InputOf<N>,
  options: AskOptions & CommonOptions,
  done: (output: OutputOf<N>) => Outcome | Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await done(await session.call(procedure, input));
  } catch (error) {
    const needed = error instanceof CliFailure && error.error.code === 'ORDER_NEEDED';
    if (!needed || options.ask === undefined) throw error;
    const passphrase = await readPassphrase(session.terminal, options, 'unlock');
    const asked = await session.call('order.request', {
      procedure,
      input: { ...(input as object) },
      reason: options.ask,
      passphrase,
    });
    const who = asked.approvers.map(({ name }) => name).join(' or ');
    return {
      json: asked,
      text: `${describeOrder(asked)}\n\nNothing is done yet. ${who} signs with:\n  cloister order approve ${asked.orderId} --as "${asked.approvers[0]?.name ?? ''}"\nThen give the same command again.`,
    };
  }
}

export const describeOrder = (order: Order): string =>
  facts([
    ['order', order.orderId],
    ['act', order.procedure],
    ['asked by', order.requestedByName],
    ['state', order.state],
    ['good until', order.expiresAt.slice(0, 16).replace('T', ' ')],
  ]);
