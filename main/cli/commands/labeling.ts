import { leaf, noun, type Program } from '../command.ts';
import { findCollection, findProject, findPurpose } from '../resolve.ts';
import { facts, fixed, table } from '../text.ts';
import type { OutputOf } from '../../../shared/contract/index.ts';

export function addDeidCommands(program: Program): void {
  const deid = noun(program, 'deid', 'find and replace personal data');
  leaf<{ collection?: string; purpose?: string; mode: string; name?: string }>(
    program,
    deid,
    'run',
    {
      summary: 'make a de-identified copy of a collection',
      options: (command) =>
        command
          .option('--collection <name>', 'which collection')
          .option('--purpose <name>', 'for which purpose')
          .option('--mode <mode>', 'type ([NAME]) or surrogate (consistent made-up values)', 'type')
          .option('--name <name>', 'what the copy is called'),
      examples: ['deid run --collection train --purpose research --mode surrogate'],
      async run(session, options) {
        const result = await session.job(
          'deid.run',
          {
            collectionId: await findCollection(session, options.collection),
            purposeId: await findPurpose(session, options.purpose),
            mode: options.mode as 'type',
            ...(options.name !== undefined && { name: options.name }),
          },
          'De-identifying',
        );
        return { json: result, text: describeDeid(result) };
      },
    },
  );
}

export function describeDeid(result: OutputOf<'deid.run'>): string {
  const { againstGold: gold } = result;
  return [
    facts([
      ['collection', result.collection],
      ['documents', result.documents],
      ['withheld', result.withheld],
      ['found', result.findings],
      ...(gold
        ? ([
            [
              'recall against imported spans',
              `${fixed(gold.recall)} (${gold.covered} of ${gold.gold})`,
            ],
            ['precision against imported spans', fixed(gold.precision)],
          ] as const)
        : []),
    ]),
    table(
      ['kind', 'count'],
      result.byType.map(({ label, count }) => [label, count]),
    ),
  ].join('\n\n');
}

export function addLabelingCommands(program: Program): void {
  const labeling = noun(program, 'labeling', 'projects and frozen snapshots');

  leaf<{ collection?: string; purpose?: string; name?: string; adopt: boolean }>(
    program,
    labeling,
    'project',
    {
      summary: 'make a labeling project over a collection, or list the projects',
      arguments: '[name]',
      options: (command) =>
        command
          .option('--collection <name>', 'which collection')
          .option('--purpose <name>', 'for which purpose')
          .option('--no-adopt', 'do not count imported labels as finished work'),
      examples: [
        'labeling project',
        'labeling project names --collection train --purpose research',
      ],
      async run(session, options, [name]) {
        if (name === undefined) {
          const { items } = await session.call('project.list', {});
          return {
            json: items,
            text: table(
              [
                'project',
                'collection',
                'purpose',
                'documents',
                'finished',
                'withheld',
                'annotations',
              ],
              items.map((each) => [
                each.name,
                each.collection,
                each.purpose,
                each.documents,
                each.completed,
                each.withheld,
                each.annotations,
              ]),
            ),
          };
        }
        const project = await session.call('project.create', {
          name,
          collectionId: await findCollection(session, options.collection),
          purposeId: await findPurpose(session, options.purpose),
          adoptImported: options.adopt,
        });
        return {
          json: project,
          text: facts([
            ['project', `${project.name} (${project.projectId})`],
            ['documents', project.documents],
            ['finished', project.completed],
            ['withheld', project.withheld],
            ['labels', project.labels.map((label) => label.id).join(', ')],
          ]),
        };
      },
    },
  );

  leaf<{
    project?: string;
    dev: string;
    test: string;
    seed: string;
    devProject?: string;
    all?: boolean;
  }>(program, labeling, 'snapshot', {
    summary: 'freeze what a model will see',
    arguments: '<name>',
    options: (command) =>
      command
        .option('--project <name>', 'which project')
        .option('--dev <fraction>', 'share of people for development', '0.2')
        .option('--test <fraction>', 'share of people for the test', '0')
        .option('--seed <number>', 'seed of the split', '1')
        .option('--dev-project <name>', 'take all of this project as development part instead')
        .option(
          '--all',
          'unfinished documents too: for pretraining and for classes of whole documents',
        ),
    examples: [
      'labeling snapshot first --project names',
      'labeling snapshot first --project train --dev-project dev',
    ],
    async run(session, options, [name = '']) {
      const snapshot = await session.job(
        'snapshot.freeze',
        {
          name,
          projectId: await findProject(session, options.project),
          documents: options.all === true ? 'all' : 'finished',
          split:
            options.devProject === undefined
              ? {
                  dev: Number(options.dev),
                  test: Number(options.test),
                  seed: Number(options.seed),
                }
              : { devProjectId: await findProject(session, options.devProject) },
        },
        'Freezing',
      );
      return { json: snapshot, text: describeSnapshot(snapshot) };
    },
  });
}

export function describeSnapshot(snapshot: OutputOf<'snapshot.freeze'>): string {
  const leftOut = snapshot.leftOut.map(({ reason, count }) => `${reason} ${count}`).join(', ');
  return [
    facts([
      ['snapshot', `${snapshot.name} (${snapshot.snapshotId})`],
      ['manifest', snapshot.manifestSha256],
      ['left out', leftOut || 'nothing'],
    ]),
    table(
      ['part', 'documents', 'people', 'spans', 'characters'],
      snapshot.splits.map((each) => [
        each.split,
        each.documents,
        each.subjects,
        each.spans,
        each.characters,
      ]),
    ),
  ].join('\n\n');
}
