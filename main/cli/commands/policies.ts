// Policies of the organisation from the terminal: signed outside any vault, looked at, applied by two people.
import { writeFileAtomic } from '../../platform/index.ts';
import type { OutputOf, PolicyProblem, PolicySummary } from '../../../shared/contract/index.ts';
import { leaf, noun, type Outcome, type Program } from '../command.ts';
import { readPassphrase } from '../passphrase.ts';
import { withAsk, withSecond, type AskOptions } from '../second.ts';
import type { Session } from '../session.ts';
import { facts, table } from '../text.ts';
import { textOf } from './register.ts';

const PROBLEMS: Readonly<Record<PolicyProblem['code'], string>> = {
  json: 'the file is not JSON, or names a member twice',
  shape: 'does not fit',
  signature: 'nobody signed this policy, or it was changed after it was signed',
  foreignKey: 'the key is not the one that speaks for the organisation here',
  succession: 'the chain of keys does not lead from the one known here to this one',
  older: 'the version must be higher than the one in force',
  twice: 'stands there twice',
  purposeUnsound: 'the purpose is unsound',
  purposeDiffers: 'a purpose of this name is declared here in another way, and is never edited',
  purposeRetired: 'a purpose of this name was retired here',
  parentUnknown: 'the purpose above it is not declared',
  purposeUnknown: 'no such purpose',
  categoryNotCovered: 'the purpose does not use this category',
  startNeedsConsent: 'a period from the end of consent needs a purpose on consent',
  procedureUnknown: 'no such procedure',
  procedureProtected: 'no policy takes this away',
  neverAllowed: 'the role may not do this anyway',
  hash: 'not the policy that was looked at',
};

export function addPolicyCommands(program: Program): void {
  const policy = noun(program, 'policy', 'what the organisation has set, as signed files');

  leaf(program, policy, 'show', {
    summary: 'a policy file, or with “current” the one in force in a vault',
    arguments: '<file>',
    examples: ['policy show current', 'policy show policy.signed.json'],
    unlock: false,
    async run(session, options, [file = '']) {
      if (file !== 'current') {
        const read = await session.call('policy.read', { text: textOf(file) });
        return { json: read, text: describeRead(read), exitCode: read.problems.length > 0 ? 7 : 0 };
      }
      const passphrase = await readPassphrase(session.terminal, options, 'unlock');
      await session.call('vault.unlock', { passphrase });
      const current = await session.call('policy.current', {});
      return {
        json: current,
        text: current.policy
          ? `${describePolicy(current.policy)}\n${facts([
              ['applied', `${current.policy.appliedAt} by ${current.policy.appliedBy}`],
              ['leaf', current.policy.auditSeq],
            ])}`
          : 'No policy was applied in this vault.',
      };
    },
  });

  leaf<AskOptions>(program, policy, 'apply', {
    summary: 'set a signed policy in force; a second person signs its hash',
    arguments: '<file>',
    options: withAsk,
    examples: ['policy apply policy.signed.json --ask "As agreed on 24 November"'],
    async run(session, options, [file = '']) {
      const text = textOf(file);
      const preview = await session.call('policy.preview', { text });
      if (preview.problems.length > 0) {
        return { json: preview, text: describeProblems(preview.problems), exitCode: 7 };
      }
      if (preview.pins) {
        session.terminal.note(
          `From now on this key alone speaks for the organisation here. Compare it with the one on paper:\n  ${preview.summary?.key ?? ''}`,
        );
      }
      const input = { text, sha256: preview.sha256 };
      return withSecond(session, 'policy.apply', input, options, (applied): Outcome => ({
        json: applied,
        text: `In force: ${applied.title}, version ${applied.version}.\n${preview.effects
          .map(({ what, name }) => `  ${EFFECTS[what]}: ${name}`)
          .join('\n')}`,
      }));
    },
  });

  leaf<{
    key: string;
    out: string;
    makeKey?: boolean;
    former?: string;
    formerPassphraseFile?: string;
  }>(program, policy, 'sign', {
    summary: 'sign a policy with the organisation’s key, outside any vault',
    arguments: '<file>',
    unlock: false,
    options: (command) =>
      command
        .requiredOption('--key <file>', 'the key file')
        .requiredOption('--out <file>', 'where the signed policy goes')
        .option('--make-key', 'make the key file first')
        .option('--former <file>', 'the key of before, which names this one its successor')
        .option('--former-passphrase-file <file>', 'its passphrase'),
    examples: [
      'policy sign policy.json --key organisation.pem --make-key --out policy.signed.json',
      'policy sign policy.json --key new.pem --former organisation.pem --out policy.signed.json',
    ],
    run: (session, options, [file = '']) => sign(session, options, file),
  });
}

async function sign(
  session: Session,
  options: {
    readonly key: string;
    readonly out: string;
    readonly makeKey?: boolean;
    readonly former?: string;
    readonly formerPassphraseFile?: string;
    readonly passphraseFile?: string;
  },
  file: string,
): Promise<Outcome> {
  const { terminal } = session;
  const makeKey = options.makeKey ?? false;
  const passphrase = await readPassphrase(terminal, options, makeKey ? 'create' : 'unlock');
  const former =
    options.former === undefined
      ? undefined
      : {
          key: { kind: 'path' as const, path: options.former },
          passphrase: await readPassphrase(
            terminal,
            options.formerPassphraseFile === undefined
              ? {}
              : { passphraseFile: options.formerPassphraseFile },
            'unlock',
          ),
        };
  const signed = await session.call('policy.sign', {
    text: textOf(file),
    key: { kind: 'path', path: options.key },
    ...{ passphrase, makeKey },
    ...(former && { former }),
  });
  writeFileAtomic(options.out, signed.text);
  return {
    json: { out: options.out, sha256: signed.sha256, key: signed.key },
    text: `Signed: ${options.out}\nSHA-256 of the policy: ${signed.sha256}\nKey, to be written down on paper:\n  ${signed.key}`,
  };
}

const EFFECTS: Readonly<Record<OutputOf<'policy.preview'>['effects'][number]['what'], string>> = {
  declares: 'purpose declared',
  retention: 'retention rule',
  endsRetention: 'retention rule ended',
  backups: 'backups at least every',
};

function describeRead({ summary, signed, problems }: OutputOf<'policy.read'>): string {
  return [
    ...(summary ? [describePolicy(summary)] : []),
    signed ? 'The signature holds. Compare the key with the one on paper.' : 'Not signed.',
    ...(problems.length > 0 ? [describeProblems(problems)] : []),
  ].join('\n\n');
}

const describeProblems = (problems: readonly PolicyProblem[]): string =>
  table(
    ['place', 'what', 'detail'],
    problems.map(({ place, code, detail }) => [place || 'the file', PROBLEMS[code], detail]),
  );

function describePolicy(policy: PolicySummary): string {
  const { limits } = policy;
  return facts([
    ['policy', `${policy.title}, version ${policy.version}`],
    ['organisation', policy.organisation],
    ['issued', policy.issuedOn],
    ['SHA-256', policy.sha256],
    ['key', policy.key || null],
    ['purposes', policy.purposes.join(', ') || null],
    ['other purposes', policy.onlyThesePurposes ? 'not allowed' : 'allowed'],
    ...policy.retention.map(
      ({ category, purpose, days, ground }) =>
        [
          'retention',
          `${category}${purpose ? `, ${purpose}` : ''}: ${days} days (${ground})`,
        ] as const,
    ),
    ...policy.without.map(
      ({ role, procedures }) => ['without', `${role}: ${procedures.join(', ')}`] as const,
    ),
    ['idle lock', limits.idleLockMinutes === undefined ? null : `${limits.idleLockMinutes} min`],
    ['session', limits.sessionHours === undefined ? null : `${limits.sessionHours} h`],
    ['backup', limits.backupEveryHours === undefined ? null : `${limits.backupEveryHours} h`],
    ['passphrase', limits.passphraseBits === undefined ? null : `${limits.passphraseBits} bits`],
    ['assessment', limits.requireAssessment ? 'before training' : 'not asked for'],
    [
      'countries',
      limits.exportCountries?.length === 0
        ? 'only the site’s own'
        : (limits.exportCountries?.join(', ') ?? null),
    ],
  ]);
}
