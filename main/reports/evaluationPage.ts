/*
 * The evaluation report as a page: every number of one measurement, with what is needed to judge it.
 */
import type { EvaluationDetails } from '../evaluation/index.ts';
import {
  confusionTable,
  evaluationFacts,
  intervalText,
  labelTable,
  readingsTable,
  splitName,
  tokenTable,
} from './evaluationParts.ts';
import { count, fixed, moment, plural } from './facts.ts';
import { html } from './html.ts';
import { figures, page } from './page.ts';

export function evaluationPage(details: EvaluationDetails, writtenAt: string): string {
  const { evaluation } = details;
  const { exact, seqevalStrict } = evaluation;
  return page({
    title: evaluation.model,
    kind: 'Evaluation',
    lead: html`Measured on the ${splitName(evaluation.split)} split of “${evaluation.snapshot}”:
    ${plural(evaluation.documents, 'document')}, ${plural(exact.gold, 'gold span')}.`,
    top: html`${
      evaluation.split === 'train' &&
      html`<div class="state superseded" role="status">
        <b>Training data</b>
        <span
          >The model has seen these documents. The numbers tell what it memorized, not how good it
          is.</span
        >
      </div>`
    }${figures([
      {
        value: fixed(exact.micro.f1),
        name: 'F1, exact spans',
        detail: intervalText(exact.interval),
      },
      {
        value: fixed(exact.micro.precision),
        name: 'Precision',
        detail: `${count(exact.predicted)} predicted`,
      },
      { value: fixed(exact.micro.recall), name: 'Recall', detail: `${count(exact.gold)} gold` },
      {
        value: fixed(seqevalStrict.micro.f1),
        name: 'F1, seqeval strict IOB2',
        detail: intervalText(seqevalStrict.interval),
      },
      {
        value: fixed(exact.macro.f1),
        name: 'F1, mean over labels',
        detail: plural(exact.perLabel.length, 'label'),
      },
    ])}`,
    sections: [
      {
        title: 'Spans',
        body: html`<p>
            Three readings of the same output. <em>Exact</em> compares start, end and label on
            characters. <em>Default</em> is what conlleval and seqeval read from any row of tags.
            <em>Strict</em> counts only well-formed IOB2 runs on both sides. Never quote one without
            its name.
          </p>
          ${readingsTable(details)}${labelTable(details)}`,
      },
      { title: 'Mistakes', body: confusionTable(details) },
      {
        title: 'Tokens',
        body: html`${tokenTable(details)}
          <details>
            <summary>The same table as scikit-learn prints it</summary>
            <pre>${evaluation.classificationReport}</pre>
          </details>`,
      },
      {
        title: 'seqeval',
        body: html`<p class="note">Default mode, laid out as seqeval prints it.</p>
          <pre>${evaluation.seqevalReport}</pre>`,
      },
      { title: 'Evidence', body: evaluationFacts(details) },
    ],
    foot: html`<p>
      Written ${moment(writtenAt)} by Cloister from the stored result, whose hash stands above.
      Measured in ${fixed(evaluation.seconds, 1)} seconds. The JSON file beside this page holds the
      same numbers for machines.
    </p>`,
  });
}
