// Corrections and redactions from the terminal. Words are given as they stand in the text; offsets stay a matter
// of the program.
import type { Command } from 'commander';
import type { Correction, OutputOf } from '../../../shared/contract/index.ts';
import { leaf, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import type { Session } from '../session.ts';
import { facts, table } from '../text.ts';

interface CorrectFlags {
  readonly document?: string;
  readonly from?: string;
  readonly to?: string;
  readonly field?: string;
  readonly number?: string;
  readonly reason?: string;
  readonly preview?: boolean;
}

export function addCorrections(program: Program, request: Command): void {
  leaf(program, request, 'holdings', {
    summary: 'numbers and texts of the person of a request, without the texts',
    arguments: '<request>',
    examples: ['request holdings req_01JD9ZK3V7Q2'],
    async run(session, _options, [requestId = '']) {
      const held = await session.call('request.holdings', { requestId, limit: 500 });
      return {
        json: held,
        text: [
          table(
            ['number', 'value'],
            held.identifiers.map(({ scheme, value }) => [scheme, value]),
          ),
          table(
            ['text', 'collection', 'kind', 'length', 'corrections', 'identifier'],
            held.items.map((each) => [
              each.name,
              each.collection,
              each.outOfDate ? `${each.kind}, out of date` : each.kind,
              each.length,
              each.corrections,
              each.documentId,
            ]),
          ),
        ].join('\n\n'),
      };
    },
  });

  leaf<CorrectFlags>(program, request, 'rectify', {
    summary: 'correct words of a text, a field or a number, and answer the request',
    arguments: '<request>',
    options: (command) =>
      command
        .option('--document <name>', 'which text')
        .option('--from <words>', 'what stands there now; once in the text')
        .option('--to <words>', 'what is right')
        .option('--field <name>', 'a field beside the text instead of its words')
        .option('--number <scheme>', 'a number of the person instead of a text')
        .option('--reason <words>', 'for the letter to the person')
        .option('--preview', 'only show what the correction reaches'),
    examples: [
      'request rectify req_01JD9ZK3V7Q2 --document note-12 --from "born 1961" --to "born 1962" --reason "Passport seen on 20 November"',
      'request rectify req_01JD9ZK3V7Q2 --number nhc --from 4411093 --to 4411039 --preview',
    ],
    async run(session, options, [requestId = '']) {
      const corrections = [await correctionOf(session, requestId, options)];
      if (options.preview) {
        const reach = await session.call('request.previewRectification', {
          requestId,
          corrections,
        });
        return { json: reach, text: describeReach(reach) };
      }
      const { reason } = options;
      if (reason === undefined) throw usage('Say --reason, for the letter to the person.');
      const done = await session.call('request.rectify', { requestId, corrections, reason });
      return {
        json: done,
        text: `${describeReach(done)}\nThe letter lies among the reports: ${done.reportId}.`,
      };
    },
  });

  leaf(program, request, 'versions', {
    summary: 'what stood there before corrections',
    arguments: '<request>',
    examples: ['request versions req_01JD9ZK3V7Q2'],
    async run(session, _options, [requestId = '']) {
      const { items } = await session.call('request.versions', { requestId, limit: 500 });
      return {
        json: items,
        text: table(
          ['when', 'by', 'what', 'before', 'after'],
          items.map((each) => [each.at, each.by, each.name ?? each.field, each.before, each.after]),
        ),
      };
    },
  });

  leaf<{ staff?: string; own?: string[] }>(program, request, 'redactions', {
    summary: 'what is left out of the copies of a request: names, numbers and contacts of others',
    arguments: '<request>',
    options: (command) =>
      command
        .option('--staff <decision>', 'redact or keep the names of staff')
        .option('--own <values...>', 'names and numbers that are the person’s own'),
    examples: [
      'request redactions req_01JD9ZK3V7Q2',
      'request redactions req_01JD9ZK3V7Q2 --staff keep --own "Elena Robles Sanz"',
    ],
    async run(session, { staff, own }, [requestId = '']) {
      if (staff !== undefined && staff !== 'redact' && staff !== 'keep') {
        throw usage('--staff is redact or keep.');
      }
      if (staff !== undefined || own !== undefined) {
        await session.call('request.decideRedactions', {
          requestId,
          ...(staff !== undefined && { staff }),
          ...(own !== undefined && { ownNames: own }),
        });
      }
      const all: OutputOf<'request.redactions'>['items'] = [];
      let cursor: string | null = null;
      do {
        const page: OutputOf<'request.redactions'> = await session.call('request.redactions', {
          requestId,
          cursor,
          limit: 20,
        });
        all.push(...page.items);
        cursor = page.next;
      } while (cursor !== null);
      const rows = all.flatMap(({ name, text, redactions }) =>
        redactions.map((each) => [
          name,
          text.slice(each.start, each.end),
          each.label,
          each.who,
          each.decided ? each.decision : `${each.decision}, undecided`,
        ]),
      );
      return {
        json: all.map(({ text: _text, ...rest }) => rest),
        text: table(['text', 'words', 'kind', 'whose', 'decision'], rows),
      };
    },
  });
}

async function correctionOf(
  session: Session,
  requestId: string,
  { document, from, to, field, number }: CorrectFlags,
): Promise<Correction> {
  if (to === undefined) throw usage('Say --to: what is right.');
  if (number !== undefined) {
    if (from === undefined) throw usage('Say --from: the number as it is now.');
    return { kind: 'identifier', scheme: number, expected: from, replacement: to };
  }
  if (document === undefined) throw usage('Say --document, or --number.');
  const held = await session.call('request.holdings', { requestId, limit: 500 });
  const found = held.items.filter(
    ({ documentId, name, kind }) =>
      kind === 'original' && (documentId === document || name === document),
  );
  const [only] = found;
  if (!only || found.length > 1) {
    throw usage(
      `${found.length === 0 ? 'No text' : 'More than one text'} of the person is called "${document}".`,
      'NOT_FOUND',
    );
  }
  const { documentId } = only;
  if (field !== undefined) {
    const expected = only.metadata[field] ?? null;
    return { kind: 'metadata', documentId, field, expected, replacement: to === '' ? null : to };
  }
  if (from === undefined) throw usage('Say --from: the words as they stand there now.');
  const { text } = await session.call('request.readText', { requestId, documentId });
  const start = text.indexOf(from);
  if (start < 0) throw usage(`"${from}" does not stand in that text.`, 'NOT_FOUND');
  if (text.indexOf(from, start + 1) >= 0) {
    throw usage(`"${from}" stands there more than once. Give more of the words around it.`);
  }
  const end = start + from.length;
  return { kind: 'passage', documentId, start, end, expected: from, replacement: to };
}

const describeReach = (
  reach: OutputOf<'request.previewRectification'> | OutputOf<'request.rectify'>,
): string =>
  facts([
    ...reach.corrections.flatMap((each): [string, string][] =>
      'problem' in each && each.problem !== null ? [['cannot be made', each.problem]] : [],
    ),
    ['places moved', reach.shifted],
    ['labels set aside', reach.setAside],
    ['tasks open again', reach.reopened],
    [
      'copies',
      reach.copies.map(({ collection, state }) => `${collection}: ${state}`).join(', ') || 'none',
    ],
    ['snapshots', reach.snapshots.map(({ name }) => name).join(', ') || 'none'],
    ['models', reach.models.map(({ name, state }) => `${name}: ${state}`).join(', ') || 'none'],
    ['recipients', reach.recipients.map(({ recipient }) => recipient).join(', ') || 'none'],
  ]);
