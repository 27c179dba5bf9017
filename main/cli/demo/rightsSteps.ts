// The demo's end: a person asks what is held about them and has it erased; the log proves all of it.
import { join } from 'node:path';
import type { OutputOf } from '../../../shared/contract/index.ts';
import { describeVerification } from '../commands/audit.ts';
import {
  describeAccessPack,
  describeCertificate,
  describePreview,
  exportReport,
} from '../commands/reports.ts';
import { usage } from '../failure.ts';
import { facts } from '../text.ts';
import { permitted } from './dataSteps.ts';
import { refused, type Demo } from './demo.ts';

/** Somebody whose notes the model learned from. */
export async function somebodyTrainedOn(
  { session }: Demo,
  purposeId: string,
  collectionId: string,
): Promise<string> {
  const page = await permitted(session, purposeId, collectionId);
  const key = page.findLast(({ subjectKey }) => subjectKey !== null)?.subjectKey;
  if (!key) throw usage('No note of the training part names a person.', 'NOT_FOUND');
  return key;
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

  step('The model that learned from this person is refused');
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
