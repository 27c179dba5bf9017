// The engine by itself, without a vault: what a model file is made of, whether it trains as PyTorch would,
// whether its gradients are right, what this machine can run it on.
import { noun, plainLeaf, type Outcome, type Program } from '../command.ts';
import { CliFailure } from '../failure.ts';
import { bytes, facts, table } from '../text.ts';
import type { Workbench } from '../../ipc/index.ts';
import type { Result } from '../../../shared/kernel/result.ts';

export function addComputeCommands(program: Program): void {
  const compute = noun(program, 'compute', 'the engine without a vault, for engineers');

  plainLeaf(program, compute, 'inspect', {
    summary: 'operators, opset, parameters, what can be trained, and why not',
    arguments: '<path>',
    examples: [
      'compute inspect model.onnx',
      'compute inspect bert-base/',
      'compute inspect bert.zip',
    ],
    run: (within, _options, [path = '']) =>
      ask(
        within,
        (workbench, signal) => workbench.inspect(path, signal),
        ({ report, found }) => ({
          json: { ...report, graph: found },
          text: describeInspection(report, found),
          // A file alone lacks a tokenizer; what was asked about is its graph.
          exitCode: found?.inference.works ? 0 : 1,
        }),
      ),
  });

  plainLeaf(program, compute, 'parity', {
    summary: 'train on the batches of a golden file and compare with the numbers in it',
    arguments: '<model> <golden>',
    examples: ['compute parity bert_tok_17.onnx bert_tok.golden.json --json'],
    run: (within, _options, [model = '', golden = '']) =>
      ask(
        within,
        (workbench, signal) => workbench.parity(model, golden, signal),
        (parity) => ({
          json: parity,
          text: [
            table(
              ['compared', 'largest difference', 'bound', ''],
              [
                ['losses, relative', parity.losses, parity.bounds.losses],
                ['gradient norms, relative', parity.gradientNorms, parity.bounds.gradientNorms],
                ['probe logits, absolute', parity.probe, parity.bounds.probe],
              ].map(([what, found, bound]) => [
                String(what),
                Number(found).toExponential(2),
                Number(bound).toExponential(0),
                Number(found) <= Number(bound) ? 'within' : 'ABOVE',
              ]),
            ),
            `${parity.steps} steps.`,
          ].join('\n'),
          exitCode: parity.withinBounds ? 0 : 1,
        }),
      ),
  });

  plainLeaf(program, compute, 'check', {
    summary: 'compare the gradients of a model with finite differences of its own outputs',
    arguments: '<model>',
    examples: ['compute check bert_tok_17.onnx'],
    run: (within, _options, [model = '']) =>
      ask(
        within,
        (workbench, signal) => workbench.check(model, signal),
        (check) => ({
          json: check,
          text: [
            table(
              ['module', 'parameters', 'relative error'],
              check.groups.map(({ module, parameters, relativeError }) => [
                module,
                parameters,
                relativeError.toExponential(2),
              ]),
            ),
            `Largest error ${check.worst.toExponential(2)}, bound ${check.bound.toExponential(0)}: ${
              check.withinBounds ? 'the gradients are right.' : 'ABOVE the bound.'
            }`,
            ...(check.skipped.length > 0
              ? [`Left out, their gradient is zero by construction: ${check.skipped.join(', ')}`]
              : []),
          ].join('\n'),
          exitCode: check.withinBounds ? 0 : 1,
        }),
      ),
  });
  addProviders(program, compute);
}

const PROVIDER_REASON: Readonly<Record<string, string>> = {
  notInBuild: 'not in this build of the runtime',
  unavailable: 'does not start here',
  differs: 'gives other numbers than the processor',
  died: 'its process died',
  hung: 'gave no answer',
};

function addProviders(program: Program, compute: ReturnType<typeof noun>): void {
  plainLeaf(program, compute, 'providers', {
    summary:
      'what this machine can compute on, each tried in a process of its own against the processor',
    examples: ['compute providers', 'compute providers --json'],
    run: (within) =>
      ask(
        within,
        (workbench) => workbench.providers(),
        (reports) => ({
          json: reports,
          text: table(
            ['provider', 'offered', 'largest difference', 'why not'],
            reports.map(({ provider, offered, maxDifference, reason, detail }) => [
              provider,
              offered ? 'yes' : 'no',
              maxDifference === null ? null : maxDifference.toExponential(1),
              reason === null
                ? null
                : `${PROVIDER_REASON[reason] ?? reason}${detail ? `: ${detail}` : ''}`,
            ]),
          ),
        }),
      ),
  });
}

async function ask<T>(
  program: Program,
  act: (workbench: Workbench, signal: AbortSignal) => Promise<Result<T>>,
  describe: (value: T) => Outcome,
): Promise<Outcome> {
  const { terminal } = program.deps;
  const workbench = await program.deps.workbench();
  const stop = new AbortController();
  const release = terminal.onInterrupt(() => stop.abort());
  try {
    const answer = await act(workbench, stop.signal);
    if (answer.ok) return describe(answer.value);
    const { code, ...error } = answer.error;
    throw new CliFailure({
      ...error,
      code: code as CliFailure['error']['code'],
      correlationId: '',
    });
  } finally {
    release();
    workbench.close();
  }
}

type Inspection = Extract<
  Awaited<ReturnType<Workbench['inspect']>>,
  { readonly ok: true }
>['value'];

const VERDICT = {
  trainable: 'can be trained',
  inferenceOnly: 'can predict, cannot be trained',
  refused: 'cannot be used',
} as const;

export function describeInspection(
  report: Inspection['report'],
  found: Inspection['found'] = null,
): string {
  const operators = report.operators.map(
    ({ name, count, trainable }) => `${name} ${count}${trainable ? '' : ' (no gradient)'}`,
  );
  return [
    facts([
      ['model', report.name],
      ['as a bundle', VERDICT[report.verdict]],
      ...(found
        ? ([['its graph', found.trainable ? 'can be trained' : 'cannot be trained']] as const)
        : []),
      ['family', report.family],
      ['task', report.task],
      ['labels', report.labels.length === 0 ? null : report.labels.join(', ')],
      ['parameters', report.parameters],
      ['opset', report.opset],
      ['made by', found?.producer ?? null],
      ['longest sequence', report.maxTokens],
      [
        'tokenizer',
        report.tokenizer && `${report.tokenizer.kind}, ${report.tokenizer.vocabulary} entries`,
      ],
      ['adapters can target', report.loraTargets.join(', ') || null],
      ['licence', report.licence],
      ['size', bytes(report.sizeBytes)],
      ['sha-256', report.sha256],
    ]),
    ...report.reasons.map(({ message }) => `- ${message}`),
    `Operators: ${operators.join(', ') || 'none'}`,
    ...(found && found.modules.length > 0
      ? [
          table(
            ['module', 'tensors', 'parameters'],
            found.modules.slice(0, 20).map((each) => [each.module, each.tensors, each.parameters]),
          ),
        ]
      : []),
    table(
      ['file', 'size', 'use'],
      report.files.map((each) => [
        each.path,
        bytes(each.bytes),
        each.use === 'leftOut' ? 'left out' : each.use,
      ]),
    ),
  ].join('\n\n');
}
