/*
 * The part of a model card on withdrawal and erasure: who left (days, grounds and numbers, nothing that
 * links), what was decided and by which certificate. What nobody has decided yet is MISSING.
 */
import type { UnlearningCase } from '../../shared/contract/index.ts';
import {
  count,
  factList,
  leaf,
  MISSING,
  missing,
  moment,
  plural,
  table,
  type Fact,
} from './facts.ts';
import { html, type Html } from './html.ts';
import type { ModelCard } from './modelCard.ts';

const GROUND = { withdrawal: 'withdrew', retention: 'time over', erasure: 'erased' } as const;

const EXACT: Readonly<Record<UnlearningCase['retraining']['exactness'], string>> = {
  weights: 'exact: the file of a run that never saw them',
  perShard: 'exact for each shard; the shards without them stay as they are',
  distribution: 'they are absent; private noise is never drawn twice, so no hash can be compared',
};

/** What was decided, in a few words; null where people left and nobody has. */
function decisionOf({ model, certificates, left }: UnlearningCase): string | null {
  const own = certificates.find((each) => each.model.modelId === model.modelId);
  if (own) return own.decision === 'retrained' ? 'trained again without them' : 'destroyed';
  return left.length === 0 ? 'none needed' : null;
}

/** People left to one day and ground, so that no moment points at a request. */
function daysOf({ left }: UnlearningCase): { day: string; ground: string; people: number }[] {
  const days = new Map<string, { day: string; ground: string; people: number }>();
  for (const { at, ground, people } of left) {
    const day = at.slice(0, 10);
    const known = days.get(`${day} ${ground}`)?.people ?? 0;
    days.set(`${day} ${ground}`, { day, ground: GROUND[ground], people: known + people });
  }
  return [...days.values()];
}

export function erasureFacts({ unlearning, run }: ModelCard): readonly Fact[] {
  const { left, documents, retraining, decideBy, successor, predecessor, certificates, model } =
    unlearning;
  const own = certificates.find((each) => each.model.modelId === model.modelId);
  return [
    { name: 'People who left', value: left.reduce((sum, { people }) => sum + people, 0) },
    { name: 'Documents of theirs it learned from', value: documents },
    {
      name: 'Decision',
      value: decisionOf(unlearning),
      ...(own && { sha256: own.sha256, auditSeq: own.auditSeq }),
    },
    ...(decideBy === null ? [] : [{ name: 'To be decided by', value: moment(decideBy) }]),
    { name: 'Training again would be', value: EXACT[retraining.exactness] },
    ...(retraining.shards
      ? [
          {
            name: 'Shards',
            value: `${retraining.shards.total}, of which ${retraining.shards.touched} would be trained again`,
          },
        ]
      : []),
    ...(successor
      ? [{ name: 'Its place was taken by', value: successor.name, sha256: successor.sha256 }]
      : []),
    ...(predecessor
      ? [{ name: 'It took the place of', value: predecessor.name, sha256: predecessor.sha256 }]
      : []),
    { name: 'Approximate unlearning', value: 'not offered: nothing of it can be proven' },
    {
      name: 'Differential privacy',
      value: run.privacy
        ? 'used; it bounds what one sequence can have changed and erases nothing'
        : 'not used; it would bound influence and erase nothing',
    },
  ];
}

export function erasureSection(card: ModelCard): Html {
  const { history, model, unlearning } = card;
  const days = daysOf(unlearning);
  return html`<p>
      Lineage is kept for ${plural(model.subjects, 'person', 'people')} under pseudonyms that link
      to nobody after an erasure. When one of them withdraws or is erased, the model turns stale and
      is refused from that moment; a steward then has it trained again without them or destroyed.
    </p>
    ${factList(erasureFacts(card))}
    ${
      days.length > 0 &&
      table({
        caption: 'Who left, by day and ground. No names, and nothing that leads to one.',
        rows: days,
        columns: [
          { title: 'Day', heads: true, cell: ({ day }) => day },
          { title: 'Ground', cell: ({ ground }) => ground },
          { title: 'People', numeric: true, cell: ({ people }) => count(people) },
        ],
      })
    }
    ${table({
      caption: 'What has happened to this model.',
      rows: history,
      columns: [
        { title: 'When', heads: true, cell: ({ at }) => moment(at) },
        { title: 'What', cell: ({ type }) => type },
        { title: 'Reason', cell: ({ reason }) => reason },
        { title: 'Audit log', cell: ({ auditSeq }) => leaf(auditSeq) ?? missing },
      ],
    })}`;
}

/** The same for machines. */
export function erasureJson(card: ModelCard): Record<string, unknown> {
  const { unlearning } = card;
  return {
    left: daysOf(unlearning),
    documents: unlearning.documents,
    decision: decisionOf(unlearning) ?? MISSING,
    decideBy: unlearning.decideBy,
    exactness: unlearning.retraining.exactness,
    shards: unlearning.retraining.shards,
    predecessor: unlearning.predecessor,
    successor: unlearning.successor,
    certificates: unlearning.certificates.map(({ certificateId, decision, sha256, auditSeq }) => ({
      certificateId,
      decision,
      sha256,
      auditSeq,
    })),
  };
}
