// The main job from end to end, by the same procedures as page and commands use. Where the promise is that
// something is refused, the demo tries it and fails loudly if it is not.
import type { OutputOf } from '../../../shared/contract/index.ts';
import { facts, fixed } from '../text.ts';
import type { Session } from '../session.ts';
import { declareAndConsent, deidentify, importNotes, withdrawOne } from './dataSteps.ts';
import type { Demo } from './demo.ts';
import { evaluate, freeze, suggest, suggestOnOpen, train, writeReports } from './modelSteps.ts';
import type { DemoPlan } from './plan.ts';
import {
  answerAccess,
  erase,
  peopleTrainedOn,
  unlearn,
  verify,
  withdrawWhileTraining,
} from './rightsSteps.ts';

export interface DemoResult {
  readonly evaluation: OutputOf<'evaluate.run'>;
  readonly certificate: OutputOf<'request.erase'>;
  readonly audit: OutputOf<'audit.verify'>;
  readonly reports: readonly string[];
}

/** The vault is open and empty. */
export async function runDemo(
  session: Session,
  plan: DemoPlan,
  reportFolder: string,
): Promise<DemoResult> {
  let number = 0;
  const demo: Demo = {
    session,
    plan,
    reportFolder,
    step: (title) => session.terminal.out(`\n── ${(number += 1)}. ${title}`),
    say: (text) => session.terminal.out(`\n${text}`),
  };
  const collections = await importNotes(demo);
  const purposeId = await declareAndConsent(demo);
  await withdrawOne(demo, purposeId, collections.train);
  await deidentify(demo, purposeId, collections.train);
  const snapshot = await freeze(demo, purposeId, collections);
  const { model } = await train(demo, snapshot.snapshotId);
  const evaluation = await evaluate(demo, model.modelId);
  await suggest(demo, model.modelId);
  const reports = await writeReports(demo, model.modelId);
  const [person, another] = await peopleTrainedOn(demo, purposeId, collections.train);
  reports.push(...(await answerAccess(demo, person)));
  await withdrawWhileTraining(demo, another, purposeId, snapshot.snapshotId);
  const certificate = await erase(demo, person, model.modelId);
  if (plan.trainsAgain) {
    const again = await unlearn(demo, model.modelId, snapshot.projectId);
    if (collections.open) await suggestOnOpen(demo, purposeId, collections.open, again.modelId);
  }
  const audit = await verify(demo);
  return { evaluation, certificate, audit, reports };
}

export const demoNumbers = ({ evaluation }: DemoResult): string =>
  facts([
    ['exact micro F1', fixed(evaluation.exact.micro.f1)],
    ['seqeval strict micro F1', fixed(evaluation.seqevalStrict.micro.f1)],
    ['seqeval default micro F1', fixed(evaluation.seqevalDefault.micro.f1)],
  ]);
