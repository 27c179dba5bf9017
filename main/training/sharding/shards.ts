/*
 * Sharded training (SISA: Bourtoule et al. 2021, https://arxiv.org/abs/1912.03837, its first S and I): people
 * are dealt to shards, every shard trains a model of its own on nothing but its people, and the models answer
 * together. Who leaves has shaped one of them alone, so only that one is trained again.
 *
 * Nothing crosses: labels, development documents, best epoch and temperature of a shard come from its own
 * people. A person's shard is a hash of what their documents are known by, the same in every vault and with
 * everybody else gone, so each constituent is a function of its own documents and of nothing else.
 */
import { createHash } from 'node:crypto';
import type { Recipe } from '../../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { WireDocument } from '../../models/index.ts';
import { canonicalJson } from '../../platform/index.ts';
import { labelsOf, learnedOf, type TrainingData } from '../trainingData.ts';

export interface Shard {
  /** Counts from 1. */
  readonly number: number;
  readonly train: readonly WireDocument[];
  readonly dev: readonly WireDocument[];
  readonly labels: readonly string[];
  readonly documents: number;
  readonly people: number;
  /** Over ids, texts, spans and classes in order, hex: two shards with one hash give one model. */
  readonly sha256: string;
}

/** What a run says of one shard. */
export interface ShardFacts {
  readonly shard: number;
  readonly documents: number;
  readonly people: number;
  /** Of what it learned from. */
  readonly data: string;
  /** Of its files; null where its people gave it nothing to learn. */
  readonly sha256: string | null;
  readonly seconds: number;
  /** Taken over from an earlier model, byte for byte. */
  readonly kept: boolean;
}

export const shardCount = (recipe: Recipe): number | undefined =>
  recipe.architecture === 'pretraining' ? undefined : recipe.shards;

/** A constituent is trained by the recipe without its shards: it is an ordinary model. */
export function constituentRecipe(recipe: Recipe): Recipe {
  const rest: Record<string, unknown> = { ...recipe };
  delete rest['shards'];
  const budget = rest['timeBudgetSeconds'];
  if (typeof budget === 'number') rest['timeBudgetSeconds'] = budget / (shardCount(recipe) ?? 1);
  return rest as Recipe;
}

/** Which of `count` shards a group of documents is in, from 1. @param group a hash, hex. */
export const shardOf = (group: string, count: number): number =>
  1 + (Number.parseInt(group.slice(0, 12), 16) % count);

/**
 * Null for a recipe without shards. A shard whose people give it nothing to learn is there and makes no
 * model. Fails with SNAPSHOT_EMPTY where none does.
 * @param groupOf what keeps a person's documents together, by document.
 */
export function dealShards(
  data: TrainingData,
  recipe: Recipe,
  groupOf: (documentId: string) => string | undefined,
): Result<readonly Shard[] | null> {
  const count = shardCount(recipe);
  if (count === undefined) return ok(null);
  const groupFor = (id: string): string => {
    const group = groupOf(id);
    if (group === undefined) throw new Error('A document of the run belongs to nobody');
    return group;
  };
  const learned = learnedOf(recipe);
  const shards = Array.from({ length: count }, (_, index): Shard => {
    const number = index + 1;
    const own = (documents: readonly WireDocument[]): readonly WireDocument[] =>
      documents.filter(({ id }) => shardOf(groupFor(id), count) === number);
    const [train, dev] = [own(data.train), own(data.dev)];
    const all = [...train, ...dev];
    return {
      ...{ number, train, dev },
      labels: labelsOf(all, learned),
      documents: all.length,
      people: new Set(all.map(({ id }) => groupFor(id))).size,
      sha256: hashOf(train, dev),
    };
  });
  if (!shards.some((shard) => canTeach(shard, recipe))) {
    return failure(
      'SNAPSHOT_EMPTY',
      `Dealt to ${count} shards, the documents of no shard hold enough labels to learn from. Nothing was changed. Take fewer shards or none.`,
      { field: 'shards', count },
    );
  }
  return ok(shards);
}

export function canTeach({ train, labels }: Shard, recipe: Recipe): boolean {
  return learnedOf(recipe) === 'documents'
    ? new Set(train.map(({ label }) => label)).size > 1
    : labels.length > 0 && train.some(({ spans }) => spans.length > 0);
}

function hashOf(train: readonly WireDocument[], dev: readonly WireDocument[]): string {
  const hash = createHash('sha256');
  for (const [split, documents] of [['train', train] as const, ['dev', dev] as const]) {
    for (const { id, text, spans, label } of documents) {
      const places = spans.map(({ start, end, label: name }) => [start, end, name]);
      hash.update(canonicalJson([split, id, text, places, label ?? null]));
    }
  }
  return hash.digest('hex');
}
