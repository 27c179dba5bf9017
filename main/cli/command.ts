// How one command is declared. All share the same options and the same ending: the result on standard
// output, as a text or with --json as data, and an exit code that tells the class of a failure.
import type { Command } from 'commander';
import { resolve } from 'node:path';
import type { WireError } from '../../shared/contract/index.ts';
import { CliFailure, describeFailure, exitCodeOf, usage } from './failure.ts';
import { readPassphrase, type PassphraseOptions } from './passphrase.ts';
import { createSession, type Connection, type Session } from './session.ts';
import type { Terminal } from './terminal.ts';
import type { Workbench } from '../ipc/index.ts';

export interface CliDeps {
  readonly terminal: Terminal;
  readonly connect: (folder: string) => Connection;
  /** Used where neither --vault nor CLOISTER_VAULT says otherwise. */
  readonly defaultVault: () => string;
  /** Starts the interface over a vault; ends when its window is closed. */
  readonly open: (options: OpenOptions) => Promise<number>;
  /** The engine without a vault; loaded only where a command asks for it. */
  readonly workbench: () => Promise<Workbench>;
  readonly version: string;
}

export interface OpenOptions {
  readonly folder: string;
  readonly shell: 'auto' | 'electron' | 'preview';
  readonly screenshot?: string;
  readonly route?: string;
  readonly theme?: string;
  readonly locale?: string;
  readonly size?: string;
  readonly passphraseFile?: string;
}

export interface Outcome {
  readonly json: unknown;
  readonly text: string;
  /** Where a result is itself bad news, e.g. a broken audit log. */
  readonly exitCode?: number;
}

export interface CommonOptions extends PassphraseOptions {
  readonly vault?: string;
  readonly as?: string;
  readonly json?: boolean;
}

export interface LeafSpec<Options> {
  readonly summary: string;
  /** Commander's words, e.g. `<file>`, `[names...]`. */
  readonly arguments?: string;
  readonly options?: (command: Command) => Command;
  readonly examples: readonly string[];
  /** False where the command works on a locked vault or makes one. */
  readonly unlock?: boolean;
  /** For what needs no vault when the options say so; undefined goes on with one. */
  readonly local?: (
    program: Program,
    options: Options & CommonOptions,
    args: readonly string[],
  ) => Promise<Outcome> | undefined;
  readonly run: (
    session: Session,
    options: Options & CommonOptions,
    args: readonly string[],
  ) => Promise<Outcome>;
}

export interface PlainSpec<Options> extends Pick<
  LeafSpec<Options>,
  'summary' | 'arguments' | 'options' | 'examples'
> {
  readonly run: (program: Program, options: Options, args: readonly string[]) => Promise<Outcome>;
}

export interface Program {
  readonly root: Command;
  readonly deps: CliDeps;
  exitCode: number;
}

export function noun(program: Program, name: string, summary: string): Command {
  return program.root.command(name).description(summary);
}

export function leaf<Options>(
  program: Program,
  parent: Command,
  name: string,
  spec: LeafSpec<Options>,
): void {
  const command = parent.command(spec.arguments ? `${name} ${spec.arguments}` : name);
  command.description(spec.summary);
  spec.options?.(command);
  withCommonOptions(command);
  command.addHelpText('after', examplesOf(spec.examples));
  command.action(async () => {
    const options = command.opts<Options & CommonOptions>();
    await reporting(program, options, async () => {
      const { terminal } = program.deps;
      const local = spec.local?.(program, options, command.args);
      if (local) return local;
      const connection = program.deps.connect(vaultFolder(program, options));
      try {
        const session = createSession(connection.client, terminal);
        if (spec.unlock !== false) {
          const passphrase = await readPassphrase(terminal, options, 'unlock');
          const userId = await userCalled(session, options.as);
          await session.call('vault.unlock', { passphrase, ...(userId && { userId }) });
        }
        return await spec.run(session, options, command.args);
      } finally {
        await connection.close();
      }
    });
  });
}

/** A command that touches no vault. */
export function plainLeaf<Options>(
  program: Program,
  parent: Command,
  name: string,
  spec: PlainSpec<Options>,
): void {
  const command = parent.command(spec.arguments ? `${name} ${spec.arguments}` : name);
  command.description(spec.summary);
  spec.options?.(command);
  command.option('--json', 'print the result as JSON');
  command.addHelpText('after', examplesOf(spec.examples));
  command.action(() => {
    const options = command.opts<Options & { readonly json?: boolean }>();
    return reporting(program, options, () => spec.run(program, options, command.args));
  });
}

const examplesOf = (examples: readonly string[]): string =>
  `\nExamples:\n${examples.map((line) => `  cloister ${line}`).join('\n')}`;

/** Undefined tries everybody's slot in turn; a name saves the time, and says who is meant. */
async function userCalled(session: Session, name: string | undefined): Promise<string | undefined> {
  if (name === undefined) return undefined;
  const { users } = await session.call('vault.status', {});
  const found = users.find((user) => user.name === name || user.userId === name);
  if (found) return found.userId;
  const all = users.map((user) => `  ${user.name}`).join('\n');
  throw usage(`Nobody called "${name}" works in this vault. There are:\n${all}`, 'NOT_FOUND');
}

export const vaultFolder = (program: Program, options: CommonOptions): string =>
  resolve(options.vault ?? program.deps.defaultVault());

export function withCommonOptions(command: Command): Command {
  return command
    .option('--vault <folder>', 'the vault (default: $CLOISTER_VAULT, else ~/Cloister/vault)')
    .option('--as <person>', 'who unlocks it (default: whoever the passphrase belongs to)')
    .option('--json', 'print the result as JSON')
    .option('--passphrase-file <file>', 'take the passphrase from the first line of a file')
    .option('--passphrase-fd <number>', 'take the passphrase from an open file descriptor');
}

/** Runs an action and reports its outcome; failures that a person can cause become exit codes. */
export async function reporting(
  program: Program,
  options: Pick<CommonOptions, 'json'>,
  act: () => Promise<Outcome | undefined>,
): Promise<void> {
  const { terminal } = program.deps;
  try {
    const outcome = await act();
    if (!outcome) return;
    terminal.out(options.json ? JSON.stringify(outcome.json, null, 2) : outcome.text);
    program.exitCode = outcome.exitCode ?? 0;
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    reportFailure(terminal, error.error, options.json === true);
    program.exitCode = exitCodeOf(error.error.code);
  }
}

function reportFailure(terminal: Terminal, error: WireError, json: boolean): void {
  terminal.draw('');
  if (json) terminal.note(JSON.stringify({ error }));
  else terminal.note(describeFailure(error));
}
