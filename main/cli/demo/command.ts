// `cloister demo`: a fresh vault, the main job, and where everything lies afterwards.
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { productFolder } from '../../ipc/index.ts';
import { ensureFolder, writeFileAtomic } from '../../platform/index.ts';
import { reporting, type Outcome, type Program } from '../command.ts';
import { DEMO_FOLDER } from '../defaultVault.ts';
import { usage } from '../failure.ts';
import { createSession } from '../session.ts';
import { duration } from '../text.ts';
import { folderPlan, samplesPlan } from './plan.ts';
import { demoNumbers, runDemo } from './run.ts';

interface DemoFlags {
  readonly vault?: string;
  readonly data?: string;
  readonly preset?: string;
  readonly json?: boolean;
}

export function addDemoCommand(program: Program): void {
  const command = program.root
    .command('demo')
    .description(
      'the main job from end to end in a fresh vault, on bundled notes or on a folder of yours',
    )
    .option('--data <folder>', 'brat notes in train/brat and dev/brat; the person as "NHC: 123"')
    .option('--preset <preset>', 'quick or standard; bundled notes: quick, a folder: standard')
    .option('--vault <folder>', `the new vault (default: ${join(DEMO_FOLDER, 'vault')})`)
    .option('--json', 'print the numbers as JSON at the end')
    .addHelpText(
      'after',
      '\nExamples:\n  cloister demo\n  cloister demo --data ../shared/data/meddocan\n\nAfterwards "npm start" opens the vault it made.',
    );
  command.action(async () => {
    const flags = command.opts<DemoFlags>();
    await reporting(program, flags, () => demo(program, flags));
  });
}

async function demo(program: Program, flags: DemoFlags): Promise<Outcome> {
  const started = performance.now();
  const base =
    flags.data === undefined ? samplesPlan(samplesFolder()) : folderPlan(resolve(flags.data));
  const plan = { ...base, preset: presetOf(flags.preset) ?? base.preset };
  const vault = freshVaultFolder(flags.vault);
  const passphraseFile = `${vault}.passphrase`;
  const reportFolder = `${vault}.reports`;
  // Whoever can read this file can open this vault: right for a demo, wrong for anything else.
  const passphrase = randomBytes(18).toString('base64url');
  ensureFolder(dirname(vault));
  writeFileAtomic(passphraseFile, `${passphrase}\n`, 0o600);

  const { terminal } = program.deps;
  terminal.note(`A fresh vault in ${shown(vault)}; its passphrase is in ${shown(passphraseFile)}.`);
  const connection = program.deps.connect(vault);
  try {
    const session = createSession(connection.client, terminal);
    await session.call('vault.create', { name: 'Demo', userName: 'Demo', passphrase });
    const result = await runDemo(session, plan, reportFolder);
    const seconds = (performance.now() - started) / 1000;
    return {
      json: {
        vault,
        passphraseFile,
        reports: result.reports,
        seconds,
        evaluation: {
          exact: result.evaluation.exact.micro,
          seqevalStrict: result.evaluation.seqevalStrict.micro,
          seqevalDefault: result.evaluation.seqevalDefault.micro,
        },
        auditSize: result.audit.size,
      },
      text: [
        `\n── Done in ${duration(seconds)}`,
        demoNumbers(result),
        `vault       ${shown(vault)}`,
        `passphrase  ${shown(passphraseFile)}`,
        ...result.reports.map((path) => `report      ${shown(path)}`),
        '\nOpen it with "npm start".',
      ].join('\n'),
    };
  } finally {
    await connection.close();
  }
}

function presetOf(text: string | undefined): 'quick' | 'standard' | undefined {
  if (text === undefined || text === 'quick' || text === 'standard') return text;
  throw usage('--preset is either quick or standard.');
}

const samplesFolder = (): string => join(productFolder(), 'resources', 'samples');

const shown = (path: string): string => {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
};

/**
 * The demo's own folder is made anew each time. A folder that was named is never emptied: it may hold a
 * vault that somebody needs.
 */
function freshVaultFolder(named: string | undefined): string {
  if (named !== undefined) {
    const folder = resolve(named);
    if (existsSync(folder)) {
      throw usage(
        `There is something at ${folder} already. Name a folder that does not exist.`,
        'VAULT_EXISTS',
      );
    }
    return folder;
  }
  rmSync(resolve(DEMO_FOLDER), { recursive: true, force: true });
  return resolve(DEMO_FOLDER, 'vault');
}
