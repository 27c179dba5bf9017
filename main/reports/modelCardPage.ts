/*
 * The model card as a page.
 */
import { thin } from '../training/index.ts';
import { lossCurve } from './charts.ts';
import {
  evaluationFacts,
  intervalText,
  labelTable,
  readingsTable,
  splitName,
} from './evaluationParts.ts';
import {
  count,
  duration,
  factList,
  fixed,
  leaf,
  missing,
  moment,
  plural,
  size,
  table,
  type Fact,
} from './facts.ts';
import { html, type Html } from './html.ts';
import { headline, type ModelCard } from './modelCard.ts';
import { erasureSection } from './modelCardErasure.ts';
import { figures, page } from './page.ts';

const STATE: Readonly<Record<ModelCard['model']['state'], readonly [string, string]>> = {
  valid: ['Valid', 'May be used for its purpose.'],
  stale: [
    'Stale',
    'It learned from a person whose data may no longer be used. Cloister refuses to score with it.',
  ],
  blocked: ['Blocked', 'Scoring and export are refused.'],
  superseded: ['Superseded', 'A newer model has taken its place.'],
  destroyed: ['Destroyed', 'Its weights no longer exist.'],
};

const CURVE_POINTS = 600;
const TABLE_POINTS = 24;

export function modelCardPage(card: ModelCard): string {
  const { model } = card;
  return page({
    title: model.name,
    kind: 'Model card',
    lead: leadOf(card),
    top: html`${stateLine(card)}${keyFigures(card)}`,
    sections: [
      { title: 'Intended use', body: purposeSection(card) },
      { title: 'Learned from', body: dataSection(card) },
      { title: 'Quality', body: qualitySection(card) },
      { title: 'Training', body: trainingSection(card) },
      { title: 'Limits', body: limitsSection(card) },
      { title: 'Withdrawal and erasure', body: erasureSection(card) },
      { title: 'Identity', body: identitySection(card) },
    ],
    foot: html`<p>
      Written ${moment(card.writtenAt)} by Cloister from the records of this vault. A leaf is an
      entry of the tamper-evident audit log; a long code is a SHA-256. The JSON file beside this
      page holds the same facts for machines.
    </p>`,
  });
}

function leadOf({ model, facts, purpose }: ModelCard): Html {
  return html`Finds ${plural(model.labels.length, 'kind')} of spans in text. A
  ${model.architecture}${facts && html` with ${count(facts.parameters)} parameters`}, trained on
  this machine from scratch${purpose && html` for the purpose “${purpose.name}”`}.`;
}

function stateLine({ model, history }: ModelCard): Html {
  const [name, sentence] = STATE[model.state];
  const event = history.findLast(
    ({ type }) => type === (model.state === 'valid' ? 'created' : model.state),
  );
  return html`<div class="state ${model.state}" role="status">
    <b>${name}</b>
    <span
      >${sentence}${model.stateReason && html` Reason: ${model.stateReason}.`}
      ${event && html`Since ${moment(event.at)}.`}${leaf(event?.auditSeq)}</span
    >
  </div>`;
}

function keyFigures({ evaluations, model, facts }: ModelCard): Html {
  const main = headline(evaluations)?.evaluation;
  return figures([
    {
      value: main ? fixed(main.exact.micro.f1) : null,
      name: `F1, exact spans${main ? `, ${splitName(main.split)} split` : ''}`,
      detail: main && intervalText(main.exact.interval),
    },
    {
      value: main ? fixed(main.exact.micro.precision) : null,
      name: 'Precision',
      detail: main && `${count(main.exact.predicted)} predicted`,
    },
    {
      value: main ? fixed(main.exact.micro.recall) : null,
      name: 'Recall',
      detail: main && `${count(main.exact.gold)} gold`,
    },
    {
      value: count(model.documents),
      name: 'documents learned from',
      detail: plural(model.subjects, 'person', 'people'),
    },
    {
      value: size(model.sizeBytes),
      name: 'on disk, sealed',
      detail: facts && `${count(facts.parameters)} parameters`,
    },
  ]);
}

function purposeSection({ purpose }: ModelCard): Html {
  if (!purpose) return html`<p>${missing}</p>`;
  const list: readonly Fact[] = [
    { name: 'Purpose', value: purpose.name },
    { name: 'In words', value: purpose.description || null },
    { name: 'Operations allowed', value: purpose.operations.join(', ') },
    { name: 'Categories of data', value: purpose.categories.join(', ') },
    {
      name: 'Legal basis',
      value: [
        `GDPR Art. ${purpose.basis.article6}`,
        purpose.basis.article9 && `Art. ${purpose.basis.article9}`,
      ]
        .filter(Boolean)
        .join(' with '),
    },
    { name: 'Notice', value: `version ${purpose.noticeVersion}` },
    {
      name: 'Retention',
      value: purpose.retentionDays === null ? 'no limit set' : plural(purpose.retentionDays, 'day'),
    },
    {
      name: 'State',
      value: `${purpose.state}, declared ${moment(purpose.declaredAt)}`,
    },
  ];
  return html`${factList(list)}
    <p class="note">
      Use for anything else is out of scope: the gate refuses documents for another purpose, and the
      model is refused as soon as one person it learned from may no longer be used.
    </p>`;
}

function dataSection({ snapshot, composition, consent, model, purpose }: ModelCard): Html {
  if (!snapshot) return html`<p>${missing}</p>`;
  return html`${factList([
    {
      name: 'Snapshot',
      value: `${snapshot.name}, frozen ${moment(snapshot.createdAt)}`,
      sha256: snapshot.manifestSha256,
    },
    {
      name: 'Policy when frozen',
      value: 'hash of the rules and the purpose',
      sha256: snapshot.policySha256,
    },
    { name: 'Project', value: snapshot.project },
    {
      name: 'Learned from',
      value: `${plural(model.documents, 'document')} of ${plural(model.subjects, 'person', 'people')}, development documents included`,
    },
  ])}
  ${table({
    caption: 'Splits as frozen. Nobody is in two of them.',
    rows: snapshot.splits,
    columns: [
      { title: 'Split', heads: true, cell: ({ split }) => splitName(split) },
      { title: 'Documents', numeric: true, cell: ({ documents }) => count(documents) },
      { title: 'People', numeric: true, cell: ({ subjects }) => count(subjects) },
      { title: 'Spans', numeric: true, cell: ({ spans }) => count(spans) },
      { title: 'Characters', numeric: true, cell: ({ characters }) => count(characters) },
    ],
  })}
  ${table({
    caption: 'What the documents are, as they stand in the vault now.',
    rows: composition,
    columns: [
      { title: 'Split', heads: true, cell: ({ split }) => splitName(split) },
      { title: 'Language', cell: ({ language }) => language },
      { title: 'Category', cell: ({ category }) => category },
      { title: 'Form', cell: ({ kind }) => (kind === 'deidentified' ? 'de-identified' : kind) },
      { title: 'n', numeric: true, cell: ({ documents }) => count(documents) },
    ],
  })}
  ${table({
    caption: purpose?.needsConsent
      ? 'The people it learned from, by what holds for them today. The basis is consent.'
      : 'The people it learned from, by what holds for them today. The basis is not consent, so “never” is no obstacle.',
    rows: consent,
    columns: [
      { title: 'Consent', heads: true, cell: ({ state }) => state },
      { title: 'People', numeric: true, cell: ({ people }) => count(people) },
    ],
  })}
  ${
    snapshot.leftOut.length > 0 &&
    table({
      caption: 'Left out when frozen, and why.',
      rows: snapshot.leftOut,
      columns: [
        { title: 'Reason', heads: true, cell: ({ reason }) => reason },
        { title: 'Documents', numeric: true, cell: ({ count: documents }) => count(documents) },
      ],
    })
  }`;
}

function qualitySection({ evaluations }: ModelCard): Html {
  const main = headline(evaluations);
  if (!main)
    return html`<p>${missing} No evaluation on development or test documents is stored.</p>`;
  const others = evaluations.filter((details) => details !== main);
  return html`${readingsTable(main)}${labelTable(main)}${evaluationFacts(main)}
  ${others.map(
    (details) =>
      html`<h3>
          Also measured: ${splitName(details.evaluation.split)} split,
          ${details.evaluation.snapshot}
        </h3>
        ${readingsTable(details)}`,
  )}`;
}

/** Both accountants give upper bounds; the smaller one holds (Gopi et al. 2021; Mironov 2017). */
function privacyOf(spent: NonNullable<ModelCard['run']['privacy']>): string {
  const { epsilonPrv, epsilonRdp, delta, unit, noiseMultiplier, clipNorm, sampleRate } = spent;
  const epsilon = Math.min(epsilonPrv, epsilonRdp);
  return `ε = ${epsilon.toFixed(3)} at δ = ${delta}, per ${unit} (PRV ${epsilonPrv.toFixed(3)}, RDP ${epsilonRdp.toFixed(3)}); noise ${noiseMultiplier}, clipped at ${clipNorm}, ${plural(spent.steps, 'step')} at rate ${sampleRate.toPrecision(3)} over ${plural(spent.sequences, 'sequence')}. Covered are the weights. Not covered: the training loss that was shown, the choice of the epoch and the temperature by development documents, and counts of documents, tokens and spans; a person with several sequences has a weaker guarantee than one sequence`;
}

function trainingSection({ run, facts, recipe, curve }: ModelCard): Html {
  const list: readonly Fact[] = [
    { name: 'Run', value: `${run.runId}, started ${moment(run.startedAt)}` },
    {
      name: 'Recipe',
      value:
        run.preset === null ? recipe.architecture : `${recipe.architecture}, preset ${run.preset}`,
      sha256: run.recipeSha256,
    },
    { name: 'Seed and threads', value: `seed ${recipe.seed}, ${plural(recipe.threads, 'thread')}` },
    { name: 'Runtime', value: run.provider || null },
    { name: 'Machine', value: facts && `${facts.platform}, Node ${facts.node.replace(/^v/, '')}` },
    {
      name: 'Length',
      value:
        facts &&
        `${count(facts.steps)} steps, ${plural(facts.epochs, 'epoch')}, ${duration(run.seconds)}${facts.stopped === 'early' ? ', stopped early' : ''}`,
    },
    {
      name: 'Weights kept',
      value:
        facts &&
        (facts.bestEpoch === null
          ? 'the last'
          : `of epoch ${facts.bestEpoch}, best on the development split`),
    },
    { name: 'Seen', value: facts && `${count(facts.tokens)} tokens, ${count(facts.spans)} spans` },
    ...(run.base
      ? [
          {
            name: 'Built on',
            value: `${run.base.name} (${run.base.baseId})`,
            sha256: run.base.sha256,
          },
        ]
      : []),
    ...(run.test
      ? [
          {
            name: 'Test at the end',
            value: `F1 ${fixed(run.test.f1)}, once, with the chosen weights, on ${plural(facts?.testDocuments ?? 0, 'document')}`,
          },
        ]
      : []),
    ...(run.privacy ? [{ name: 'Differential privacy', value: privacyOf(run.privacy) }] : []),
  ];
  const settings = Object.entries(recipe).map(([name, value]) => ({
    name,
    value: Array.isArray(value)
      ? value.join(', ')
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value),
  }));
  return html`${factList(list)}
    ${
      curve.length > 1
        ? html`<figure>
              <figcaption>
                The thin line is every stored step, the bold one their running mean.
              </figcaption>
              ${lossCurve(thin(curve, CURVE_POINTS))}
            </figure>
            <details>
              <summary>The curve as a table</summary>
              ${table({
                caption: `${Math.min(TABLE_POINTS, curve.length)} of ${plural(curve.length, 'stored point')}; the JSON file has them all.`,
                rows: spread(curve, TABLE_POINTS),
                columns: [
                  { title: 'Step', numeric: true, cell: ({ step }) => count(step) },
                  { title: 'Epoch', numeric: true, cell: ({ epoch }) => epoch.toFixed(2) },
                  { title: 'Loss', numeric: true, cell: ({ loss }) => loss.toFixed(4) },
                  {
                    title: 'Learning rate',
                    numeric: true,
                    cell: ({ learningRate }) => learningRate.toExponential(2),
                  },
                  {
                    title: 'F1',
                    numeric: true,
                    cell: ({ devF1 }) => (devF1 === null ? '' : fixed(devF1)),
                  },
                ],
              })}
            </details>`
        : html`<p>${missing} The curve of this run is not stored.</p>`
    }
    <details>
      <summary>All settings of the recipe</summary>
      ${table({
        caption: 'As carried out, and as hashed above.',
        rows: settings,
        columns: [
          { title: 'Setting', heads: true, cell: ({ name }) => name },
          { title: 'Value', cell: ({ value }) => value },
        ],
      })}
    </details>`;
}

/** First, last and evenly between. */
function spread<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  const step = (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => items[Math.round(index * step)] as T);
}

function limitsSection({ limits, unknown }: ModelCard): Html {
  return html`${
      limits.length > 0 &&
      html`<ul>
        ${limits.map((limit) => html`<li>${limit}</li>`)}
      </ul>`
    }
    <p>
      A model trained on personal data is not anonymous by default (EDPB Opinion 28/2024). Nobody
      has told Cloister the following, or measured it:
    </p>
    ${factList(unknown)}`;
}

function identitySection({ model, files }: ModelCard): Html {
  return html`${factList([
    { name: 'Model', value: model.modelId, sha256: model.sha256 },
    { name: 'Made', value: moment(model.createdAt) },
    { name: 'Labels', value: model.labels.join(', ') },
  ])}
  ${table({
    caption:
      'Files of the bundle. The hash of the model covers their paths, sizes and hashes, nothing else.',
    rows: files,
    columns: [
      { title: 'File', heads: true, cell: ({ path }) => path },
      { title: 'Size', numeric: true, cell: ({ bytes }) => size(bytes) },
      { title: 'SHA-256', cell: ({ sha256 }) => html`<code>${sha256}</code>` },
    ],
  })}`;
}
