/*
 * A data protection impact assessment to read, sign and file: what the configuration says, what people wrote,
 * and what is still missing, in the four parts the law names.
 */
import type { Assessment } from '../../shared/contract/index.ts';
import { LAW } from '../../shared/domain/law.ts';
import { canonicalJson, type JsonValue } from '../platform/index.ts';
import { factList, missing, moment, table } from './facts.ts';
import { html, type Html } from './html.ts';
import { page } from './page.ts';
import { fileOf, printed, signed, type Signing } from './processingRecord.ts';
import { UNCONFIRMED } from './registerTerms.ts';
import type { ReportFile } from './reportArchive.ts';

const STATE: Readonly<Record<Assessment['state'], string>> = {
  none: 'Not begun',
  draft: 'Draft',
  approved: 'Approved',
  waived: 'Waived',
};

export function assessmentFiles(
  assessment: Assessment,
  at: string,
  signing: Signing,
): ReportFile[] {
  const plain = JSON.parse(JSON.stringify(assessment)) as JsonValue;
  return signed('impact-assessment', signing, at, [
    fileOf('impact-assessment.html', 'text/html; charset=utf-8', assessmentPage(assessment, at)),
    fileOf('impact-assessment.json', 'application/json', `${canonicalJson(plain)}\n`),
  ]);
}

function assessmentPage(assessment: Assessment, at: string): string {
  return page({
    title: assessment.purpose,
    kind: 'Data protection impact assessment',
    lead: html`${STATE[assessment.state]}, version ${assessment.version}, printed ${moment(at)}
    (${LAW.cite.assessment}).`,
    top: stateLine(assessment),
    sections: [
      {
        title: 'Description',
        body: html`<p class="note">
            ${LAW.cite.description}, generated from the configuration in force.
          </p>
          ${factList(assessment.facts.map((fact) => printed(fact, 'controller')))}`,
      },
      { title: 'Necessity', body: written(LAW.cite.necessity, assessment.necessity) },
      { title: 'Risks', body: risks(assessment) },
      { title: 'Measures', body: written(LAW.cite.measures, assessment.measures) },
      { title: 'Advice', body: written(LAW.cite.advice, assessment.advice) },
      { title: 'Views', body: written(LAW.cite.views, assessment.views) },
      {
        title: 'Approval',
        body: factList([
          { name: 'Approved by', value: assessment.approvedBy },
          { name: 'Approved at', value: assessment.approvedAt },
          { name: 'To be reviewed', value: assessment.reviewOn, auditSeq: assessment.auditSeq },
        ]),
      },
    ],
    foot: html`<p>
      Where a high risk remains, the authority is asked first (${LAW.cite.priorConsultation}). The
      note beside this page names the hash of each file and is signed with the key of the log.
      ${UNCONFIRMED}
    </p>`,
  });
}

function stateLine({ state, waiver }: Assessment): Html {
  const tone = state === 'approved' ? '' : state === 'waived' ? 'superseded' : 'stale';
  return html`<div class="state ${tone}" role="status">
    <b>${STATE[state]}</b>
    <span
      >${waiver !== null && state === 'waived' ? `Reason: ${waiver}` : state === 'approved' ? 'This version was read and approved.' : 'Nobody has approved this version.'}</span
    >
  </div>`;
}

const written = (cite: string, text: string): Html =>
  html`<p class="note">${cite}</p>
    ${text === '' ? html`<p>${missing}</p>` : text.split(/\n{2,}/).map((part) => html`<p>${part}</p>`)}`;

const risks = (assessment: Assessment): Html =>
  assessment.risks.length === 0
    ? written(LAW.cite.risks, '')
    : table({
        caption: `Risks to the rights and freedoms of people (${LAW.cite.risks})`,
        columns: [
          { title: 'Risk', heads: true, cell: ({ risk }) => risk },
          { title: 'Likelihood', cell: ({ likelihood }) => likelihood },
          { title: 'Severity', cell: ({ severity }) => severity },
          { title: 'Measure', cell: ({ measure }) => (measure === '' ? null : measure) },
        ],
        rows: assessment.risks,
      });
