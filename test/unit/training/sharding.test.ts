import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFrame, writeFrame, type Frame } from '../../../main/training/sharding/frame.ts';
import { constituentRecipe, dealShards, shardOf } from '../../../main/training/sharding/shards.ts';
import type { TrainingData } from '../../../main/training/trainingData.ts';
import { Recipe, TAGGER_PRESETS } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';

const recipe = (shards?: number): Recipe =>
  Recipe.parse({ ...TAGGER_PRESETS.quick, ...(shards !== undefined && { shards }) });
const document = (id: string) => ({
  id,
  text: `Anna ${id}`,
  spans: [{ start: 0, end: 4, label: 'NAME' }],
});
const dataOf = (ids: readonly string[]): TrainingData => ({
  train: ids.filter((id) => !id.endsWith('d')).map(document),
  dev: ids.filter((id) => id.endsWith('d')).map(document),
  ...{ test: [], labels: ['NAME'], subjects: new Map(), documents: ids.length },
  ...{ withheld: 0, unlabeled: 0, sha256: '' },
});
/** Documents `a1`, `a2`, `ad` are of one person. */
const groupOf = (id: string): string => Buffer.from(id.slice(0, 1).repeat(8)).toString('hex');

describe('dealing people to shards', () => {
  const ids = [...'abcdefghijkl'].flatMap((who) => [`${who}1`, `${who}2`, `${who}d`]);

  it('keeps everything of a person together, and loses nobody', () => {
    const shards = unwrap(dealShards(dataOf(ids), recipe(4), groupOf)) ?? [];
    expect(shards).toHaveLength(4);
    const all = shards.map(({ train, dev }) => [...train, ...dev].map(({ id }) => id));
    expect(all.flat().sort()).toEqual([...ids].sort());
    for (const own of all) {
      for (const id of own) expect(own).toContain(`${id.slice(0, 1)}d`);
    }
  });

  it('changes nothing for the others when somebody goes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...'abcdefghijkl'),
        fc.integer({ min: 2, max: 8 }),
        (who, count) => {
          const deal = (of: readonly string[]) =>
            unwrap(dealShards(dataOf(of), recipe(count), groupOf)) ?? [];
          const before = deal(ids);
          const after = deal(ids.filter((id) => !id.startsWith(who)));
          const touched = shardOf(groupOf(who), count);
          for (const { number, sha256 } of before) {
            const same = after[number - 1]?.sha256 === sha256;
            expect(same, `shard ${number}`).toBe(number !== touched);
          }
        },
      ),
    );
  });

  it('deals nobody where the recipe asks for no shards', () => {
    expect(unwrap(dealShards(dataOf(ids), recipe(), groupOf))).toBeNull();
  });

  it('refuses where no shard has anything to learn', () => {
    const bare = dataOf(ids);
    const empty = { ...bare, train: bare.train.map((each) => ({ ...each, spans: [] })) };
    expect(dealShards(empty, recipe(2), groupOf)).toMatchObject({
      error: { code: 'SNAPSHOT_EMPTY', params: { field: 'shards' } },
    });
  });

  it('gives each constituent the recipe without shards and its part of the time', () => {
    const whole = Recipe.parse({ ...TAGGER_PRESETS.standard, shards: 4 });
    const part = constituentRecipe(whole);
    expect(part).toMatchObject({ architecture: 'tagger', timeBudgetSeconds: 180 });
    expect(part).not.toHaveProperty('shards');
    expect(Recipe.safeParse(part).success).toBe(true);
  });
});

describe('the checkpoint of a sharded run', () => {
  it('comes back as it was written', () => {
    const told = {
      ...{ steps: 12, epochs: 3, seconds: 1.5, parameters: 99 },
      data: { documents: 1, tokens: 2, spans: 3, misaligned: 0, overlapping: 0, hash: 'x' },
      runtime: { engine: 'e', provider: 'cpu', threads: 1, node: 'v', platform: 'p' },
    };
    const frame: Frame = {
      done: [
        { number: 1, told, files: { 'a.json': Uint8Array.of(1, 2), 'onnx/m': Uint8Array.of(3) } },
        { number: 3, told, files: {} },
      ],
      current: { number: 4, bytes: Uint8Array.of(9, 9, 9) },
    };
    const read = readFrame(writeFrame(frame));
    expect(read.done.map(({ number, told: own }) => [number, own])).toEqual([
      [1, told],
      [3, told],
    ]);
    expect([...(read.done[0]?.files['onnx/m'] ?? [])]).toEqual([3]);
    expect([...(read.done[0]?.files['a.json'] ?? [])]).toEqual([1, 2]);
    expect([...(read.current?.bytes ?? [])]).toEqual([9, 9, 9]);
    expect(readFrame(writeFrame({ done: [], current: null }))).toEqual({ done: [], current: null });
  });
});
