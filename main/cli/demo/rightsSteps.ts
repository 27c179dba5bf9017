// The demo's end: a person asks what is held about them, one withdraws while a model trains, one is erased;
// the model is trained again without them, and the log proves all of it.
import { join } from 'node:path';
import type { OutputOf } from '../../../shared/contract/index.ts';
import { describeVerification } from '../commands/audit.ts';
import { describeAccessPack, exportReport } from '../commands/reports.ts';
import { describeCertificate, describePreview } from '../commands/erasing.ts';
import { withLossCurve } from '../commands/training.ts';
import { describeUnlearning } from '../commands/unlearning.ts';
import { CliFailure, usage } from '../failure.ts';
import { duration, facts } from '../text.ts';
import { permitted } from './dataSteps.ts';
import { refused, type Demo } from './demo.ts';

/** Two people whose notes the model learned from. */
export async function peopleTrainedOn(
  { session }: Demo,
  purposeId: string,
  collectionId: string,
): Promise<readonly [string, string]> {
  const page = await permitted(session, purposeId, collectionId);
  const keys = new Set(page.flatMap(({ subjectKey }) => (subjectKey === null ? [] : [subjectKey])));
  const [first, second] = [...keys].reverse();
  if (!first || !second) throw usage('The training part names fewer than two people.', 'NOT_FOUND');
  return [first, second];
}

/**
 * A run is under way when somebody in it withdraws: it ends at once, without a model and without a
 * checkpoint. Fails loudly where a model came of it.
 */
export async function withdrawWhileTraining(
  { session, plan, step, say }: Demo,
  person: string,
  purposeId: string,
  snapshotId: string,
): Promise<void> {
  step(`Person ${person} withdraws while another model is being trained on their notes`);
  const before = await session.call('model.list', {});
  const { requestId } = await session.call('request.open', {
    kind: 'withdrawal',
    subject: { key: person },
  });
  let withdrawal: Promise<OutputOf<'request.carryOut'>> | undefined;
  let seen = 0;
  const asked = await session.client.call(
    'train.run',
    {
      snapshotId,
      recipe: { architecture: 'tagger', preset: plan.preset },
      name: 'demo, interrupted by a withdrawal',
    },
    {
      onProgress({ stage, done }) {
        if (stage !== 'training' || done < 1 || withdrawal) return;
        seen = done;
        withdrawal = session.call('request.carryOut', {
          kind: 'withdrawal',
          requestId,
          purposeIds: [purposeId],
        });
      },
    },
  );
  if (!withdrawal) throw usage('The run was over before anybody could withdraw.', 'INTERNAL');
  const { staleModels } = await withdrawal;
  if (asked.ok) throw usage('A model was made of a person who had withdrawn.', 'INTERNAL');
  if (asked.error.code !== 'GATE_DENIED') throw new CliFailure(asked.error);
  const after = await session.call('model.list', {});
  const { items: runs } = await session.call('run.list', {});
  const run = runs.find(({ name }) => name === 'demo, interrupted by a withdrawal');
  if (after.items.length !== before.items.length || run?.resumable !== false) {
    throw usage('Something of the interrupted run was kept.', 'INTERNAL');
  }
  say(
    facts([
      ['withdrew at step', seen],
      ['the run', `${asked.error.code}: ${asked.error.message}`],
      ['models made of it', 0],
      ['its checkpoint', 'destroyed, it cannot be resumed'],
      ['models gone stale', staleModels],
    ]),
  );
}

/** The steward decides; then the claim of exactness is put to the test with a run of its own. */
export async function unlearn(
  { session, plan, step, say }: Demo,
  modelId: string,
  projectId: string,
): Promise<OutputOf<'unlearning.retrain'>['model']> {
  step('Train the model again without everyone who left, same recipe and seeds');
  const done = await withLossCurve(session, (curve) =>
    session.job('unlearning.retrain', { modelId, old: 'destroy' }, 'Training again', {
      ...(curve.extra && { extra: curve.extra }),
      done: ({ run }) => `${run.steps} steps in ${duration(run.seconds)}`,
    }),
  );
  const { certificates } = await session.call('unlearning.get', { modelId });
  say(certificates.toReversed().map(describeUnlearning).join('\n\n'));

  step(
    'Put the certificate to the test: a snapshot frozen only now, and a run that knows nothing of the old one',
  );
  const { items } = await session.call('project.list', {});
  const dev = items.find((each) => each.name === 'dev');
  const { snapshotId } = await session.job(
    'snapshot.freeze',
    {
      projectId,
      name: 'demo, frozen after they left',
      ...(dev && { split: { devProjectId: dev.projectId } }),
    },
    'Freezing',
  );
  const never = await withLossCurve(session, (curve) =>
    session.job(
      'train.run',
      {
        snapshotId,
        recipe: { architecture: 'tagger', preset: plan.preset },
        name: 'demo, never saw them',
      },
      'Training',
      curve,
    ),
  );
  const equal = never.model.sha256 === done.model.sha256;
  say(
    facts([
      ['old weights', `${done.certificate.model.sha256}  (destroyed)`],
      ['trained again', done.model.sha256],
      ['never saw them', never.model.sha256],
      [
        'equal',
        equal
          ? 'yes: the retrained files are byte for byte those of a run that began after both had left'
          : 'NO',
      ],
    ]),
  );
  if (!equal)
    throw usage('The retrained weights are not those of a run that never saw them.', 'INTERNAL');
  return done.model;
}

export async function answerAccess(
  { session, step, say, reportFolder }: Demo,
  person: string,
): Promise<readonly string[]> {
  step(`Answer a request for access: everything held about person ${person}`);
  const { requestId } = await session.call('request.open', {
    kind: 'access',
    subject: { key: person },
  });
  const pack = await session.job('request.access', { requestId }, 'Collecting');
  say(describeAccessPack(pack));
  const copy = await exportReport(session, pack.reportId, person, join(reportFolder, 'accessPack'));
  return copy.files;
}

export async function erase(
  { session, plan, step, say }: Demo,
  person: string,
  modelId: string,
): Promise<OutputOf<'request.erase'>> {
  step(`Erase person ${person}, and prove it on the bytes`);
  const { requestId } = await session.call('request.open', {
    kind: 'erasure',
    subject: { key: person },
  });
  const preview = await session.call('request.previewErasure', { requestId });
  say(describePreview(preview));
  const certificate = await session.job(
    'request.erase',
    { requestId, confirmation: preview.confirmation },
    'Erasing',
    { done: ({ scan }) => `${scan.hits} traces left in ${scan.files} files` },
  );
  say(describeCertificate(certificate));
  if (certificate.scan.hits > 0)
    throw usage('Traces were found after erasing.', 'ERASURE_UNPROVEN');

  step('The model that learned from them is refused');
  const { items } = await session.call('model.list', {});
  const model = items.find((each) => each.modelId === modelId);
  const text = plan.unlabeled[0]?.text ?? 'Nobody.';
  const denied = await refused(session, 'suggest.text', { modelId, text }, 'MODEL_BLOCKED');
  say(
    facts([
      ['model', model ? `${model.name}: ${model.state}` : 'gone'],
      ['reason', model?.stateReason ?? null],
      ['asked for suggestions', `${denied.code}: ${denied.message}`],
    ]),
  );
  return certificate;
}

export async function verify({ session, step, say }: Demo): Promise<OutputOf<'audit.verify'>> {
  step('Verify the audit log');
  const result = await session.job('audit.verify', {}, 'Verifying');
  say(describeVerification(result));
  if (!result.intact) throw usage('The audit log does not verify.', 'AUDIT_BROKEN');
  return result;
}
