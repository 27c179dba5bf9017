// Training on folders without a vault: marked as such, made again from its record, cut short and gone on with.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchComputeByFork } from '../../../main/ipc/launchCompute.ts';
import { createComputeClient, type ComputeClient } from '../../../main/models/index.ts';
import { createClock } from '../../../main/platform/index.ts';
import {
  trainOutside,
  type OutsideHooks,
  type OutsideOrder,
} from '../../../main/training/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { hasExports } from '../compute/encoder/exports.ts';
import { baseFolder } from '../compute/encoder/house.ts';
import { makeNotes } from '../compute/notes.ts';

const folder = mkdtempSync(join(tmpdir(), 'cloister-outside-'));
const at = (...parts: string[]): string => join(folder, ...parts);
const clients: ComputeClient[] = [];

function write(name: string, contents: unknown): void {
  const path = at(name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, typeof contents === 'string' ? contents : JSON.stringify(contents));
}

beforeAll(() => {
  for (const [split, count, seed] of [
    ['train', 16, 1],
    ['dev', 6, 2],
  ] as const) {
    makeNotes(count, seed).forEach(({ text, spans }, index) => {
      write(`${split}/${index}.txt`, text);
      const lines = spans.map(
        ({ start, end, label }, n) =>
          `T${n + 1}\t${label} ${start} ${end}\t${text.slice(start, end)}`,
      );
      write(`${split}/${index}.ann`, `${lines.join('\n')}\n`);
    });
  }
  write('quick.json', { architecture: 'tagger', preset: 'quick', epochs: 4, threads: 1 });
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const order = (out: string, more: Partial<OutsideOrder> = {}): OutsideOrder => ({
  data: at('train'),
  dev: at('dev'),
  test: null,
  format: 'brat',
  textColumn: null,
  labelField: null,
  recipeFile: at('quick.json'),
  out: at(out),
  resume: false,
  ...more,
});

function run(wanted: OutsideOrder, hooks: Partial<OutsideHooks> = {}) {
  const compute = createComputeClient({ launch: launchComputeByFork });
  clients.push(compute);
  return trainOutside({ compute, clock: createClock() }, wanted, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onTrain: () => undefined,
    onNote: () => undefined,
    ...hooks,
  });
}

describe('training without a vault', () => {
  it('leaves a model folder and a record that says that nobody was asked', async () => {
    const record = unwrap(await run(order('plain')));
    expect(record).toMatchObject({
      governed: false,
      state: 'done',
      data: { train: { documents: 16, format: 'brat' }, labels: ['DATE', 'NAME', 'PLACE'] },
    });
    expect(JSON.parse(readFileSync(at('plain', 'run.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(record)),
    );
    expect(readdirSync(at('plain')).sort()).toContain('config.json');
    expect(readdirSync(at('plain'))).not.toContain('checkpoint.bin');
    expect(readdirSync(at('plain', 'onnx'))).toContain('model.onnx');
    // The recipe and the data in the record are enough to make the same weights again.
    write('again.json', record.recipe);
    const again = unwrap(await run(order('again', { recipeFile: at('again.json') })));
    expect(again.result?.modelSha256).toBe(record.result?.modelSha256);
    expect(again.result?.lossCurve).toEqual(record.result?.lossCurve);
    expect(again.recipeSha256).toBe(record.recipeSha256);
  });

  it('cut short keeps its checkpoint in the folder and goes on to the same weights', async () => {
    const whole = unwrap(await run(order('whole')));
    const controller = new AbortController();
    const cut = await run(order('cut'), {
      signal: controller.signal,
      onTrain: ({ step }) => step >= 5 && controller.abort(),
    });
    expect(cut).toMatchObject({
      error: { code: 'CANCELLED', message: expect.stringContaining('--resume') },
    });
    expect(readdirSync(at('cut'))).toContain('checkpoint.bin');
    expect(await run(order('cut'))).toMatchObject({ error: { code: 'CONFLICT' } });
    write('other.json', { architecture: 'tagger', preset: 'quick', epochs: 5, threads: 1 });
    expect(await run(order('cut', { resume: true, recipeFile: at('other.json') }))).toMatchObject({
      error: { code: 'CONFLICT', message: expect.stringContaining('recipe') },
    });
    const resumed = unwrap(await run(order('cut', { resume: true })));
    expect(resumed.result?.modelSha256).toBe(whole.result?.modelSha256);
    expect(await run(order('cut', { resume: true }))).toMatchObject({
      error: { message: expect.stringContaining('finished') },
    });
  });

  it('takes classes of documents from a column of a table', async () => {
    const rows = Array.from({ length: 40 }, (_, index) =>
      index % 2 === 0 ? `my card is lost ${index},card` : `I need a loan ${index},loan`,
    );
    write('questions.csv', `text,intent\n${rows.join('\n')}\n`);
    write('intents.json', {
      architecture: 'tagger',
      preset: 'quick',
      task: 'documents',
      epochs: 4,
      threads: 1,
    });
    const table = {
      data: at('questions.csv'),
      dev: at('questions.csv'),
      format: 'csv',
      textColumn: 'text',
      recipeFile: at('intents.json'),
    } as const;
    const record = unwrap(await run(order('intents', { ...table, labelField: 'intent' })));
    expect(record.data.labels).toEqual(['card', 'loan']);
    expect(record.result?.best?.dev.f1).toBeGreaterThan(0.9);
    const lost = await run(order('lost', { ...table, labelField: 'topic' }));
    expect(lost).toMatchObject({
      error: { code: 'RECIPE_INVALID', message: expect.stringContaining('intent') },
    });
  });

  it.skipIf(!hasExports)(
    'builds on a base beside the recipe (../shared/data/onnx-exports)',
    async () => {
      const { files } = await baseFolder('bert_tok_14');
      for (const [path, bytes] of Object.entries(files)) {
        mkdirSync(join(at('bert', path), '..'), { recursive: true });
        writeFileSync(at('bert', path), bytes);
      }
      write('encoder.json', {
        architecture: 'encoder',
        preset: 'head',
        base: 'bert',
        epochs: 1,
        threads: 1,
        maxTokens: 48,
      });
      const record = unwrap(await run(order('tuned', { recipeFile: at('encoder.json') })));
      expect(record.base).toMatchObject({
        folder: 'bert',
        sha256: expect.stringMatching(/^\w{64}$/),
      });
      expect(readdirSync(at('tuned'))).toContain('tokenizer.json');
    },
  );

  it.each([
    ['no recipe', { recipeFile: 'nowhere.json' }, 'SOURCE_NOT_FOUND'],
    ['a recipe that is none', { recipeFile: 'broken.json' }, 'RECIPE_INVALID'],
    ['a setting out of range', { recipeFile: 'range.json' }, 'RECIPE_INVALID'],
    ['no data', { data: 'nowhere' }, 'SOURCE_NOT_FOUND'],
    ['a base that is not there', { recipeFile: 'baseless.json' }, 'SOURCE_NOT_FOUND'],
  ] as const)('is refused for %s, with nothing written', async (_, more, code) => {
    write('broken.json', '{"architecture":');
    write('range.json', { architecture: 'tagger', preset: 'quick', epochs: -1 });
    write('baseless.json', { architecture: 'encoder', preset: 'head', base: 'missing' });
    const placed = Object.fromEntries(Object.entries(more).map(([key, name]) => [key, at(name)]));
    const refused = await run(order('refused', placed));
    expect(refused).toMatchObject({ error: { code } });
    expect(JSON.stringify(refused)).not.toContain('"undefined"');
    const left = (() => {
      try {
        return readdirSync(at('refused'));
      } catch {
        return [];
      }
    })();
    expect(left).toEqual([]);
  });
});
