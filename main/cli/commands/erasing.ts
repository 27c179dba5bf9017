// Erasing a person from the terminal, step by step as two people do it: preview, keep, order, approve, run, proof.
import type { Command } from 'commander';
import { EXIT_CODE, type InputOf, type OutputOf } from '../../../shared/contract/index.ts';
import { KEEP_GROUND_CODES, type KeepGround } from '../../../shared/domain/erasures.ts';
import { leaf, noun, type CommonOptions, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import { readPassphrase } from '../passphrase.ts';
import { findCollection, subjectOf } from '../resolve.ts';
import type { Session } from '../session.ts';
import { bytes, facts, table } from '../text.ts';

type Preview = OutputOf<'request.previewErasure'>;
type KeptPart = InputOf<'request.decideKept'>['parts'][number];

export function addEraseCommands(program: Program): void {
  const erase = noun(program, 'erase', 'erase a person, proven on bytes; two people sign');
  addPreview(program, erase);
  addKeep(program, erase);
  addOrder(program, erase);
  addRun(program, erase);
  addProof(program, erase);
}

const WHOM = '<request|person>';

function addPreview(program: Program, erase: Command): void {
  leaf<{ received?: string }>(program, erase, 'preview', {
    summary: 'everything that hangs on a person: what goes, what stays and on which ground',
    arguments: WHOM,
    options: (command) => command.option('--received <day>', 'when the request came in'),
    examples: ['erase preview 4411093', 'erase preview req_01JD9ZK3V7Q2 --json'],
    async run(session, { received }, [whom = '']) {
      const requestId = await requestOf(session, whom, received);
      const preview = await session.call('request.previewErasure', { requestId });
      return {
        json: { requestId, ...preview },
        text: `Request ${requestId}.\n\n${describePreview(preview)}`,
      };
    },
  });
}

function addKeep(program: Program, erase: Command): void {
  leaf<PartFlags & { nothing?: boolean; due?: boolean }>(program, erase, 'keep', {
    summary:
      'what stays although its erasure was asked for (Art. 17(3)); without a request: what is kept',
    arguments: '[request|person]',
    options: (command) =>
      command
        .option('--collection <name>', 'a collection of texts')
        .option('--category <name>', 'texts of a category: health, finance, other')
        .option('--consents', 'the proofs of consent')
        .option('--ground <code>', KEEP_GROUND_CODES.join(', '))
        .option('--until <day>', 'when it comes up again')
        .option('--text <words>', 'why, for the answer to the person')
        .option('--nothing', 'take back what was decided before: everything goes')
        .option('--due', 'only what has come up again'),
    examples: [
      'erase keep 4411093 --collection "Radiation records" --ground statute --until 2056-01-01 --text "Kept for thirty years by law"',
      'erase keep 4411093 --nothing',
      'erase keep --due',
    ],
    async run(session, options, [whom]) {
      if (whom === undefined) {
        const kept = await session.call('request.kept', { dueOnly: options.due ?? false });
        return { json: kept.items, text: describeKept(kept.items) };
      }
      const requestId = await requestOf(session, whom);
      const before = await session.call('request.previewErasure', { requestId });
      const parts = options.nothing ? [] : [await onlyPart(session, before, options)];
      const decided = await session.call('request.decideKept', { requestId, parts });
      const preview = await session.call('request.previewErasure', { requestId });
      return { json: decided, text: describePreview(preview) };
    },
  });
}

/** Only one part is given here; a second call would silently drop the first. */
function onlyPart(session: Session, { keep }: Preview, options: PartFlags): Promise<KeptPart> {
  if (keep.length === 0) return partOf(session, options);
  throw usage(
    `Something is kept already: ${keep.join('; ')}. Take it back with --nothing, or decide several parts on the page.`,
    'CONFLICT',
  );
}

interface PartFlags {
  readonly collection?: string;
  readonly category?: string;
  readonly consents?: boolean;
  readonly ground?: string;
  readonly until?: string;
  readonly text?: string;
}

async function partOf(session: Session, options: PartFlags): Promise<KeptPart> {
  const { collection, category, consents, ground, until, text } = options;
  const named = [collection, category, consents].filter((each) => each !== undefined);
  if (named.length !== 1) throw usage('Say what stays: --collection, --category or --consents.');
  const code = KEEP_GROUND_CODES.find((each) => each === ground);
  if (code === undefined) throw usage(`Say --ground. There are: ${KEEP_GROUND_CODES.join(', ')}.`);
  if (until === undefined) throw usage('Say --until: the day on which it comes up again.');
  if (text === undefined) throw usage('Say --text: why it stays, for the answer to the person.');
  const scope: KeptPart['scope'] =
    collection !== undefined
      ? { of: 'collection', collectionId: await findCollection(session, collection) }
      : category !== undefined
        ? { of: 'category', category: category as 'health' }
        : { of: 'consents' };
  return { scope, ground: code satisfies KeepGround, until, text };
}

function addOrder(program: Program, erase: Command): void {
  leaf<{ reason?: string }>(program, erase, 'order', {
    summary: 'ask for the erasure and sign; a second person signs the same with "erase approve"',
    arguments: WHOM,
    options: (command) => command.option('--reason <text>', 'for the second person'),
    examples: ['erase order 4411093 --reason "Letter of 20 November"'],
    async run(session, options, [whom = '']) {
      const requestId = await requestOf(session, whom);
      const preview = await session.call('request.previewErasure', { requestId });
      session.terminal.note(describePreview(preview));
      const reason =
        options.reason ?? (await session.terminal.ask('Reason, for whoever approves: '));
      if (reason === undefined || reason.trim() === '') {
        throw usage('Nothing was asked for. Say --reason.');
      }
      const order = await session.call('order.request', {
        procedure: 'request.erase',
        input: { requestId, keep: preview.keep },
        reason,
        passphrase: await readPassphrase(session.terminal, options, 'unlock'),
      });
      const [approver] = order.approvers;
      return {
        json: order,
        text: [
          facts([
            ['order', order.orderId],
            ['request', requestId],
            ['stays', preview.keep.join('; ') || 'nothing'],
            ['good until', order.expiresAt.slice(0, 16).replace('T', ' ')],
          ]),
          `Nothing is erased yet. ${order.approvers.map(({ name }) => name).join(' or ')} signs with:\n  cloister erase approve ${requestId} --as "${approver?.name ?? ''}"\nThen: cloister erase run ${requestId}`,
        ].join('\n\n'),
      };
    },
  });

  leaf<CommonOptions>(program, erase, 'approve', {
    summary: 'sign an erasure as the second person',
    arguments: '<request|order>',
    examples: ['erase approve req_01JD9ZK3V7Q2 --as "Marta Brandt"'],
    async run(session, options, [wanted = '']) {
      const { items } = await session.call('order.list', {});
      const open = items.filter(
        ({ procedure, state }) => procedure === 'request.erase' && state === 'open',
      );
      const order = open.find(
        ({ orderId, facts: signed }) => orderId === wanted || signed['requestId'] === wanted,
      );
      if (!order) {
        const list = open.map(({ orderId, facts: f }) => `  ${orderId}  ${String(f['requestId'])}`);
        throw usage(
          `No erasure waits for a second person under "${wanted}".${list.length > 0 ? ` There are:\n${list.join('\n')}` : ''}`,
          'NOT_FOUND',
        );
      }
      const passphrase = await readPassphrase(session.terminal, options, 'unlock');
      const approved = await session.call('order.approve', { orderId: order.orderId, passphrase });
      return {
        json: approved,
        text: facts([
          ['order', approved.orderId],
          ['request', String(approved.facts['requestId'])],
          ['asked by', approved.requestedByName],
          ['approved by', approved.decidedByName],
          ['state', approved.state],
        ]),
      };
    },
  });
}

function addRun(program: Program, erase: Command): void {
  leaf<{ confirm?: string }>(program, erase, 'run', {
    summary: 'carry out what was ordered, or go on with what was interrupted; cannot be undone',
    arguments: WHOM,
    options: (command) =>
      command.option('--confirm <text>', 'the confirmation the preview asks for, for batch work'),
    examples: ['erase run req_01JD9ZK3V7Q2'],
    async run(session, { confirm }, [whom = '']) {
      const requestId = await requestOf(session, whom);
      const { confirmation, keep } = await session.call('request.previewErasure', { requestId });
      const typed =
        confirm ??
        (await session.terminal.ask(`Erasing cannot be undone. Type "${confirmation}" to erase: `));
      if (typed === undefined) {
        throw usage(
          `Nothing was erased. There is no terminal to confirm at; say --confirm "${confirmation}".`,
          'CONFIRMATION_MISMATCH',
        );
      }
      const certificate = await session.job(
        'request.erase',
        { requestId, confirmation: typed, keep },
        'Erasing',
      );
      return { json: certificate, text: describeCertificate(certificate) };
    },
  });
}

function addProof(program: Program, erase: Command): void {
  leaf<{ word?: string[] }>(program, erase, 'proof', {
    summary: 'print the certificate and look at everything again: hash, leaves, rows, bytes',
    arguments: '<request>',
    options: (command) =>
      command.option(
        '--word <words...>',
        'also search every page and file for these words; they are not stored',
      ),
    examples: [
      'erase proof req_01JD9ZK3V7Q2',
      'erase proof req_01JD9ZK3V7Q2 --word 4411093 "Elena Robles"',
    ],
    async run(session, { word = [] }, [requestId = '']) {
      const certificate = await session.call('request.certificate', { requestId });
      const proof = await session.job(
        'request.verifyErasure',
        { requestId, words: word },
        'Looking again',
      );
      return {
        json: { certificate, proof },
        text: [
          describeCertificate(certificate),
          table(
            ['check', 'holds', 'because'],
            proof.checks.map(({ what, ok, because }) => [what, ok ? 'yes' : 'NO', because]),
          ),
          `${bytes(proof.scan.bytes)} in ${proof.scan.files} files and the pages of the database were read: ${proof.intact ? 'the certificate holds.' : 'THE CERTIFICATE DOES NOT HOLD.'}`,
        ].join('\n\n'),
        ...(!proof.intact && { exitCode: EXIT_CODE.integrity }),
      };
    },
  });
}

const requestOf = (session: Session, whom: string, received?: string): Promise<string> =>
  /^req_[0-9A-Za-z]{8,40}$/.test(whom)
    ? Promise.resolve(whom)
    : erasureRequest(session, whom, received);

const describeKept = (items: OutputOf<'request.kept'>['items']): string =>
  items.length === 0
    ? 'Nothing is kept on a ground.'
    : table(
        ['person', 'what', 'texts', 'ground', 'until', 'due', 'request'],
        items.map(({ subjectKey, part, collection, documents, due, requestId }) => [
          subjectKey,
          collection ?? part.scope.of,
          documents,
          part.ground,
          part.until,
          due ? 'yes' : 'no',
          requestId,
        ]),
      );

const lastBackup = (endsOn: string | null): string =>
  endsOn === null
    ? 'nobody set a day on which the last one ends.'
    : `the last one ends by ${endsOn}.`;

/** An open request of the same person is taken up again: a preview must not leave a trail of them. */
export async function erasureRequest(
  session: Session,
  person: string,
  received: string | undefined,
): Promise<string> {
  const { items } = await session.call('request.list', { limit: 500 });
  const open = items.find(
    (each) =>
      each.kind === 'erasure' &&
      each.state !== 'closed' &&
      (each.subjectKey === person || each.subjectId === person),
  );
  if (open) return open.requestId;
  const made = await session.call('request.open', {
    kind: 'erasure',
    subject: subjectOf(person),
    ...(received !== undefined && { receivedOn: received }),
  });
  return made.requestId;
}

export function describePreview(preview: OutputOf<'request.previewErasure'>): string {
  const { backups } = preview;
  return [
    `Erasing ${preview.subjectKey}. What goes:`,
    table(
      ['what', 'count'],
      preview.goes.filter(({ count }) => count > 0).map(({ what, count }) => [what, count]),
    ),
    'What stays, and on which ground:',
    table(
      ['what', 'count', 'ground'],
      preview.stays.map(({ what, count, ground }) => [what, count, ground]),
    ),
    ...(preview.holds.length > 0
      ? [`Held, so nothing goes: ${preview.holds.map(({ name }) => name).join(', ')}.`]
      : []),
    backups.count === 0
      ? 'No backup holds this person.'
      : `${backups.count} backups hold this person; ${lastBackup(backups.endsOn)} A restore erases them again.`,
    preview.models.length > 0
      ? `Models trained on this person, which will be stale: ${preview.models.map(({ name }) => name).join(', ')}`
      : 'No model was trained on this person.',
    ...(preview.recipients.length > 0
      ? [`Told to others before: ${preview.recipients.map((each) => each.recipient).join(', ')}`]
      : []),
  ].join('\n\n');
}

export function describeCertificate(certificate: OutputOf<'request.erase'>): string {
  const { scan } = certificate;
  return facts([
    ['order', `${certificate.orderId}, audit leaf ${certificate.orderLeaf}`],
    ['certificate', `audit leaf ${certificate.certificateLeaf}, sha-256 ${certificate.sha256}`],
    [
      'rows deleted',
      certificate.deleted.map(({ table: name, rows }) => `${name} ${rows}`).join(', '),
    ],
    ['files deleted', certificate.files],
    [
      'scan of the decrypted pages',
      `${scan.hits} hits for ${scan.needles} needles in ${scan.forms} forms over ${bytes(scan.bytes)}, ${scan.files} files`,
    ],
    ['database key', certificate.rekeyed ? 'exchanged' : 'kept'],
    [
      'models',
      certificate.models.map(({ name, state }) => `${name}: ${state}`).join(', ') || 'none',
    ],
    ['outcome', certificate.outcome ?? 'erased'],
    [
      'kept data',
      (certificate.keptData ?? [])
        .map(
          (each) => `${each.scope}: ${each.documents} texts until ${each.until} (${each.ground})`,
        )
        .join('; ') || 'none',
    ],
    [
      'backups',
      certificate.backups === undefined || certificate.backups.count === 0
        ? 'none holds the person'
        : `${certificate.backups.count} hold the person; ${lastBackup(certificate.backups.endsOn)}`,
    ],
    ['recipients told', certificate.notices ?? 0],
    [
      'kept',
      certificate.kept.map(({ what, ground }) => `${what} (${ground})`).join(', ') || 'nothing',
    ],
  ]);
}
