import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT_CODE, type OutputOf } from '../../../shared/contract/index.ts';
import { leaf, noun, type Outcome, type Program } from '../command.ts';
import { readPassphrase } from '../passphrase.ts';
import { withAsk, withSecond, type AskOptions } from '../second.ts';
import { createSession, type Session } from '../session.ts';
import { bytes, facts, table } from '../text.ts';

export function addAuditCommands(program: Program): void {
  const audit = noun(program, 'audit', 'the tamper-evident log');

  leaf<{ key?: string; anchor?: string[] }>(program, audit, 'verify', {
    summary: 'recompute the whole tree of a vault, or of an exported audit file without any vault',
    arguments: '[place]',
    unlock: false,
    options: (command) =>
      command
        .option('--key <key>', 'for a file: the verifier key as it was noted on paper')
        .option('--anchor <files...>', 'for a file: heads that were kept elsewhere'),
    examples: [
      'audit verify',
      'audit verify /media/stick/ward3',
      'audit verify audit.jsonl --key "$(cat key.txt)" --anchor head.json',
    ],
    async run(session, options, [place]) {
      if (place !== undefined && !isFolder(place)) return verifyFile(session, options, place);
      const passphrase = await readPassphrase(session.terminal, options, 'unlock');
      const other = place === undefined ? undefined : program.deps.connect(resolve(place));
      try {
        const vault = other ? createSession(other.client, session.terminal) : session;
        await vault.call('vault.unlock', { passphrase });
        const result = await vault.job('audit.verify', {}, 'Verifying');
        return {
          json: result,
          text: describeVerification(result),
          exitCode: result.intact ? 0 : EXIT_CODE.integrity,
        };
      } finally {
        await other?.close();
      }
    },
  });

  leaf<{ recipient: string; country?: string }>(program, audit, 'export', {
    summary: 'write the whole log into one file that anybody can check without Cloister',
    arguments: '<file>',
    options: (command) =>
      command
        .requiredOption('--recipient <name>', 'who gets it')
        .option('--country <code>', 'where it goes (two letters); this site’s if left out'),
    examples: ['audit export audit.jsonl --recipient "Data protection authority"'],
    async run(session, options, [file = '']) {
      const path = resolve(file);
      const exported = await session.job(
        'audit.export',
        {
          destination: { kind: 'path', path },
          recipient: options.recipient,
          country: options.country ?? null,
        },
        'Exporting',
      );
      return {
        json: exported,
        text: [
          facts([
            ['file', path],
            ['leaves', exported.leaves],
            ['size', bytes(exported.bytes)],
            ['sha256', exported.sha256],
            ['signed by', exported.verifierKey],
          ]),
          'Check it with: python3 resources/verifier/verify_audit.py FILE --key KEY',
        ].join('\n\n'),
      };
    },
  });

  leaf(program, audit, 'key', {
    summary: 'the key that signs the log, and those that did before it',
    examples: ['audit key', 'audit key --json'],
    async run(session) {
      const key = await session.call('audit.key', {});
      const former = key.successions.map(({ seq, at, from }) => [seq, at.slice(0, 10), from]);
      return {
        json: key,
        text: [
          key.verifierKey,
          ...(former.length > 0 ? [table(['until leaf', 'on', 'former key'], former)] : []),
        ].join('\n\n'),
      };
    },
  });

  leaf<{ page?: string } & AskOptions>(program, audit, 'rotate-key', {
    summary:
      'give the log a new key, in a leaf that the old and the new one sign; takes two people',
    options: (command) =>
      withAsk(command).option('--page <file>', 'an HTML page to print, with the new key'),
    examples: ['audit rotate-key --ask "Yearly change"', 'audit rotate-key --page new-key.html'],
    async run(session, options) {
      const { keyId } = await session.call('audit.key', {});
      return withSecond(session, 'audit.rotateKey', { keyId }, options, ({ page, ...rotated }) => {
        if (options.page !== undefined) writeFileSync(resolve(options.page), page);
        return {
          json: rotated,
          text: `${facts([
            ['new key', rotated.verifierKey],
            ['former key', rotated.formerKey],
            ['leaves', rotated.size],
          ])}\n\nKeep the new key where the former one is kept, on paper and with the auditor.\n\n${rotated.checkpoint}`,
        };
      });
    },
  });

  leaf<{ page?: string }>(program, audit, 'anchor', {
    summary: 'sign the present head and keep it outside: a file for a stick, a page with a QR code',
    arguments: '[file]',
    options: (command) => command.option('--page <file>', 'an HTML page to print'),
    examples: ['audit anchor /media/stick/anchor.txt', 'audit anchor --page anchor.html'],
    async run(session, options, [file]) {
      const { page, ...anchor } = await session.call('audit.anchor', {});
      if (file !== undefined) writeFileSync(resolve(file), anchor.checkpoint);
      if (options.page !== undefined) writeFileSync(resolve(options.page), page);
      return {
        json: anchor,
        text: `${anchor.checkpoint}\n${facts([
          ['leaves', anchor.size],
          ['at', anchor.at],
          ['key', anchor.verifierKey],
        ])}`,
      };
    },
  });

  leaf(program, audit, 'compare', {
    summary: 'hold the log against a head that was kept elsewhere',
    arguments: '<file>',
    examples: ['audit compare /media/stick/anchor.txt'],
    async run(session, _options, [file = '']) {
      const compared = await session.call('audit.compare', {
        anchor: readFileSync(resolve(file), 'utf8'),
      });
      const intact = compared.state === 'intact';
      return {
        json: compared,
        text: intact
          ? `The log continues the head of ${compared.size} leaves.`
          : [
              `The log does NOT continue the head of ${compared.size} leaves: ${compared.state}.`,
              ...(compared.restored
                ? [
                    `It was restored on ${compared.restored.at} from a backup of ${compared.restored.logSize} leaves; ${compared.restored.knownSize} were known then.`,
                  ]
                : []),
            ].join('\n'),
        exitCode: intact ? 0 : EXIT_CODE.integrity,
      };
    },
  });

  leaf<{ yes?: boolean }>(program, audit, 'prune', {
    summary: 'empty leaves whose time is over; their hashes and all proofs stay',
    options: (command) => command.option('--yes', 'do it; without it only the numbers are shown'),
    examples: ['audit prune', 'audit prune --yes'],
    async run(session, { yes }) {
      const { classes } = await session.call('audit.retention', {});
      const pruned = yes === true ? (await session.call('audit.prune', {})).pruned : 0;
      return {
        json: { classes, pruned },
        text: `${table(
          ['class', 'kept for months', 'due'],
          classes.map((each) => [each.class, each.months, each.due]),
        )}${yes === true ? `\n\n${pruned} leaves emptied.` : ''}`,
      };
    },
  });

  leaf(program, audit, 'vectors', {
    summary: 'run the public proof vectors of transparency-dev/merkle on this machine',
    arguments: '<folder>',
    unlock: false,
    examples: ['audit vectors ../shared/data/merkle'],
    async run(session, _options, [folder = '']) {
      const report = await session.call('audit.vectors', {
        source: { kind: 'path', path: resolve(folder) },
      });
      const { passed, failed } = report;
      return {
        json: report,
        text: [
          ...failed.map((name) => `FAILED ${name}`),
          `${passed} passed, ${failed.length} failed`,
        ].join('\n'),
        exitCode: failed.length === 0 && passed > 0 ? 0 : EXIT_CODE.integrity,
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

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const place = (path: string) => ({ kind: 'path' as const, path: resolve(path) });

async function verifyFile(
  session: Session,
  options: { readonly key?: string; readonly anchor?: readonly string[] },
  path: string,
): Promise<Outcome> {
  const result = await session.call('audit.verifyFile', {
    source: place(path),
    anchors: (options.anchor ?? []).map(place),
    ...(options.key !== undefined && { verifierKey: options.key }),
  });
  return {
    json: result,
    text: [
      result.intact
        ? `The audit file is intact: ${result.leaves} leaves.`
        : `The audit file is NOT intact (${result.flaw ?? ''}): ${result.where}.`,
      facts([
        ['log', result.origin],
        ['root', result.root],
        ['pruned bodies', result.pruned],
        ['key', result.verifierKey],
        ...(result.currentKey !== '' && result.currentKey !== result.verifierKey
          ? [['signed now by', result.currentKey] as const]
          : []),
      ]),
      ...(result.intact && options.key === undefined
        ? [
            'Compare the key with the one noted on paper: without that the file is only consistent with itself.',
          ]
        : []),
    ].join('\n\n'),
    exitCode: result.intact ? 0 : EXIT_CODE.integrity,
  };
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
