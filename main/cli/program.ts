// The whole command line: `cloister <noun> <verb>`. A thin client of the same contract as the page; what
// it can do, the page can do, and the other way round.
import { Command, CommanderError } from 'commander';
import { EXIT_CODE } from '../../shared/contract/index.ts';
import {
  reporting,
  vaultFolder,
  withCommonOptions,
  type CliDeps,
  type Program,
} from './command.ts';
import { addAuditCommands } from './commands/audit.ts';
import { addBackupCommands } from './commands/backup.ts';
import { addBreachCommands } from './commands/breaches.ts';
import { addExitCommands } from './commands/exits.ts';
import { addCorpusCommands } from './commands/corpus.ts';
import { addGovernanceCommands } from './commands/governance.ts';
import { addDeviceCommands } from './commands/device.ts';
import { addDeidCommands, addLabelingCommands } from './commands/labeling.ts';
import { addEraseCommands } from './commands/erasing.ts';
import { addEvaluateCommands, addSuggestCommand } from './commands/evaluation.ts';
import { addComputeCommands } from './commands/compute.ts';
import { addModelCommands } from './commands/models.ts';
import { addSweepCommands } from './commands/sweeps.ts';
import { addRetentionCommands } from './commands/retention.ts';
import { addTrainCommands } from './commands/training.ts';
import { addReportCommands, addRequestCommands } from './commands/reports.ts';
import { addPolicyCommands } from './commands/policies.ts';
import { addRegisterCommands } from './commands/register.ts';
import { addOrderCommands, addUserCommands } from './commands/staff.ts';
import { addVaultCommands } from './commands/vault.ts';
import { addDemoCommand } from './demo/command.ts';
import { describeFindings, examine } from './doctor.ts';

/** The process's exit code: 0, or one per class of failure (`EXIT_CODE`). */
export async function runCli(args: readonly string[], deps: CliDeps): Promise<number> {
  const program: Program = { root: new Command('cloister'), deps, exitCode: 0 };
  const { root } = program;
  root
    .description('Build, check and run language models where the data may not leave the room.')
    .version(deps.version)
    .showHelpAfterError('(add --help for what there is)')
    .addHelpText(
      'after',
      `
Exit codes: 0 done, 1 internal, 2 usage, 3 not found, 4 denied, 5 locked, 6 storage, 7 data,
8 compute, 9 cancelled, 10 integrity.
Progress and failures go to standard error, results to standard output (--json for programs).`,
    );
  addVaultCommands(program);
  addBackupCommands(program);
  addUserCommands(program);
  addOrderCommands(program);
  addDeviceCommands(program);
  addCorpusCommands(program);
  addGovernanceCommands(program);
  addRegisterCommands(program);
  addPolicyCommands(program);
  addRetentionCommands(program);
  addDeidCommands(program);
  addLabelingCommands(program);
  addTrainCommands(program);
  addSweepCommands(program);
  addModelCommands(program);
  addEvaluateCommands(program);
  addSuggestCommand(program);
  addReportCommands(program);
  addRequestCommands(program);
  addEraseCommands(program);
  addExitCommands(program);
  addBreachCommands(program);
  addAuditCommands(program);
  addDemoCommand(program);
  addComputeCommands(program);
  addOpenCommand(program);
  addDoctorCommand(program);

  everyCommand(root, (command) => {
    command.exitOverride();
    command.configureOutput({
      writeOut: (text) => deps.terminal.out(text.trimEnd()),
      writeErr: (text) => deps.terminal.note(text.trimEnd()),
    });
  });
  try {
    await root.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help that was asked for is a success; help shown for want of a verb is not.
    const asked = error.code === 'commander.helpDisplayed' || error.code === 'commander.version';
    return asked ? 0 : EXIT_CODE.usage;
  }
  return program.exitCode;
}

function everyCommand(command: Command, act: (command: Command) => void): void {
  act(command);
  for (const child of command.commands) everyCommand(child, act);
}

interface OpenFlags {
  readonly vault?: string;
  readonly shell: string;
  readonly screenshot?: string;
  readonly route?: string;
  readonly theme?: string;
  readonly locale?: string;
  readonly size?: string;
  readonly passphraseFile?: string;
}

function addOpenCommand(program: Program): void {
  const command = program.root
    .command('open')
    .description(
      'open the interface: in Electron where its runtime is, else in this machine’s Chromium',
    )
    .option('--shell <shell>', 'auto, electron, preview', 'auto')
    .option('--screenshot <file>', 'take a picture without a display and end')
    .option('--route <route>', 'for the picture: which screen')
    .option('--theme <theme>', 'for the picture: light, dark, contrast')
    .option('--locale <locale>', 'for the picture: en, zh, de')
    .option('--size <size>', 'for the picture: e.g. 1024x700');
  withCommonOptions(command);
  command.addHelpText(
    'after',
    `
Examples:
  cloister open --vault /media/stick/ward3
  cloister open --screenshot home.png --route home --theme dark --locale zh --passphrase-file pass`,
  );
  command.action(async () => {
    const options = command.opts<OpenFlags>();
    await reporting(program, {}, async () => {
      const { vault: _vault, shell, ...rest } = options;
      program.exitCode = await program.deps.open({
        ...rest,
        folder: vaultFolder(program, options),
        shell: shell === 'electron' || shell === 'preview' ? shell : 'auto',
      });
      return undefined;
    });
  });
}

function addDoctorCommand(program: Program): void {
  const command = program.root
    .command('doctor')
    .description('what this machine offers Cloister, and what is missing')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExamples:\n  cloister doctor');
  command.action(() =>
    reporting(program, command.opts(), () => Promise.resolve(describeFindings(examine()))),
  );
}
