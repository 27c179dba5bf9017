// `cloister model blocked|unlearn|destroy|block|certificates|deadline`: what becomes of a model after people
// left it.
import type { Command } from 'commander';
import type { OutputOf, UnlearningCertificate } from '../../../shared/contract/index.ts';
import { leaf, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import { findModel } from '../resolve.ts';
import { bytes, duration, facts, table } from '../text.ts';
import { describeRun, withLossCurve } from './training.ts';

type Case = OutputOf<'unlearning.get'>;

export function addUnlearningCommands(program: Program, model: Command): void {
  leaf(program, model, 'blocked', {
    summary: 'models that people left: until when to decide, and what can be done',
    examples: ['model blocked'],
    async run(session) {
      const { items } = await session.call('unlearning.list', {});
      return {
        json: items,
        text: table(
          ['model', 'state', 'people left', 'decide by', 'train again', 'identifier'],
          items.map((each) => [
            each.model.name,
            each.model.state,
            each.left.reduce((sum, { people }) => sum + people, 0),
            each.decideBy,
            wayOn(each),
            each.model.modelId,
          ]),
        ),
      };
    },
  });

  leaf<{ model?: string; keepOld?: boolean; name?: string }>(program, model, 'unlearn', {
    summary:
      'train again without everyone who left, same recipe and seeds; then destroy the old weights',
    options: (command) =>
      command
        .option('--model <name>', 'which model')
        .option('--name <name>', 'what the new model is called (default: as the old one)')
        .option('--keep-old', 'keep the old weights, blocked for every use'),
    examples: ['model unlearn --model first', 'model unlearn --model first --keep-old'],
    async run(session, options) {
      const modelId = await findModel(session, options.model);
      const done = await withLossCurve(session, (curve) =>
        session.job(
          'unlearning.retrain',
          {
            modelId,
            old: options.keepOld === true ? 'keep' : 'destroy',
            ...(options.name !== undefined && { name: options.name }),
          },
          'Training again',
          {
            ...(curve.extra && { extra: curve.extra }),
            done: ({ run }) => `${run.steps} steps in ${duration(run.seconds)}`,
          },
        ),
      );
      return {
        json: done,
        text: [describeRun(done), describeUnlearning(done.certificate)].join('\n\n'),
      };
    },
  });

  leaf<{ model?: string; confirm: string }>(program, model, 'destroy', {
    summary: 'destroy weights and keys, and search the vault for what is left; the record stays',
    options: (command) =>
      command
        .option('--model <name>', 'which model')
        .requiredOption('--confirm <name>', 'the name of the model, typed out'),
    examples: ['model destroy --model first --confirm first'],
    async run(session, options) {
      const certificate = await session.job(
        'unlearning.destroy',
        {
          modelId: await findModel(session, options.model),
          confirmation: options.confirm,
        },
        'Destroying',
      );
      return { json: certificate, text: describeUnlearning(certificate) };
    },
  });

  leaf<{ model?: string }>(program, model, 'block', {
    summary: 'end the time for deciding: a stale model becomes a blocked one',
    options: (command) => command.option('--model <name>', 'which model'),
    examples: ['model block --model first'],
    async run(session, options) {
      const modelId = await findModel(session, options.model);
      const found = await session.call('unlearning.block', { modelId });
      return { json: found, text: `"${found.model.name}" is ${found.model.state}.` };
    },
  });

  leaf<{ model?: string }>(program, model, 'certificates', {
    summary: 'what was decided about a model, with hashes and audit leaves',
    options: (command) => command.option('--model <name>', 'which model'),
    examples: ['model certificates --model first --json'],
    async run(session, options) {
      const modelId = await findModel(session, options.model);
      const { certificates } = await session.call('unlearning.get', { modelId });
      return {
        json: certificates,
        text:
          certificates.length === 0
            ? 'Nothing was decided about this model.'
            : certificates.map(describeUnlearning).join('\n\n'),
      };
    },
  });

  leaf<{ days?: string }>(program, model, 'deadline', {
    summary: 'days in which to decide before a stale model is blocked',
    options: (command) => command.option('--days <days>', '0 to 365; 0 blocks at once'),
    examples: ['model deadline', 'model deadline --days 7'],
    async run(session, { days }) {
      if (days !== undefined && !/^\d{1,3}$/.test(days)) {
        throw usage('--days wants a whole number.');
      }
      const policy =
        days === undefined
          ? await session.call('unlearning.policy', {})
          : await session.call('unlearning.setPolicy', { decisionDays: Number(days) });
      return { json: policy, text: `${counted(policy.decisionDays, 'day')} to decide.` };
    },
  });
}

const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

function wayOn({ retraining: { obstacle, seconds, shards } }: Case): string {
  if (obstacle !== null) return `no: ${obstacle}`;
  const time = seconds === null ? '' : `, about ${duration(seconds)}`;
  return shards ? `${shards.touched} of ${shards.total} shards${time}` : `exactly${time}`;
}

const EXACTNESS: Readonly<Record<NonNullable<UnlearningCertificate['exactness']>, string>> = {
  weights: 'to the byte: the file of a run that never saw them',
  perShard: 'to the byte for each shard: the files of runs that never saw them',
  distribution:
    'they were absent; private noise is never drawn twice, so there is no hash to compare',
};

export function describeUnlearning(certificate: UnlearningCertificate): string {
  const { decision, model, successor, data, destruction, exactness, shards } = certificate;
  return facts([
    ['certificate', `${certificate.certificateId}, audit leaf ${certificate.auditSeq}`],
    ['decision', decision],
    [
      'left it',
      certificate.left
        .map(({ at, ground, people }) => `${people} by ${ground} on ${at.slice(0, 10)}`)
        .join(', ') || 'nobody',
    ],
    ['model', `${model.name} (${model.modelId}, run ${model.runId})`],
    ['weights', model.sha256],
    ...(successor
      ? ([
          ['new model', `${successor.name} (${successor.modelId}, run ${successor.runId})`],
          ['new weights', successor.sha256],
          ['recipe', certificate.recipeSha256],
        ] as const)
      : []),
    ...(data
      ? ([
          ['documents', `${data.documentsBefore} before, ${data.documentsAfter} after`],
          ['people', `${data.peopleBefore} before, ${data.peopleAfter} after`],
        ] as const)
      : []),
    ...(exactness ? ([['exact', EXACTNESS[exactness]]] as const) : []),
    ...(shards.length > 0
      ? ([
          [
            'shards trained again',
            `${shards.filter(({ retrained }) => retrained).length} of ${shards.length}`,
          ],
        ] as const)
      : []),
    ...(destruction
      ? ([
          [
            'destroyed',
            `${counted(destruction.files, 'file')}, ${bytes(destruction.bytes)}, with their keys`,
          ],
          [
            'search for what is left',
            `${destruction.scan.hits} hits for ${destruction.scan.needles} needles over ${bytes(destruction.scan.bytes)}, ${counted(destruction.scan.files, 'file')}`,
          ],
        ] as const)
      : []),
    ['sha-256', certificate.sha256],
  ]);
}
