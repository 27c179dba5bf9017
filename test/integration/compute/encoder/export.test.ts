// A trained folder in the hands of others: @huggingface/transformers loads it unchanged and says what
// predict says; PEFT's files read back. Over ../shared/data/onnx-exports (skipped where that is missing).
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { env, pipeline } from '@huggingface/transformers';
import { afterAll, describe, expect, it } from 'vitest';
import { readAdapter, readAdapterSettings } from '../../../../main/compute/adapters/index.ts';
import {
  admit,
  buildEncoder,
  portsOf,
  readConfig,
} from '../../../../main/compute/architectures/encoder/index.ts';
import { predict, trainEncoder } from '../../../../main/compute/loops/index.ts';
import { probabilities } from '../../../../main/compute/loops/classifying.ts';
import { cutWindows, readTexts } from '../../../../main/compute/loops/encoderData.ts';
import { scoreTexts } from '../../../../main/compute/loops/encoderScores.ts';
import { decodeTensors } from '../../../../main/compute/loops/safetensors.ts';
import { decodeModel, floatsOf } from '../../../../main/compute/onnx/index.ts';
import type { EncoderRecipe, ModelBundle } from '../../../../main/compute/protocol.ts';
import { openSession } from '../../../../main/compute/sessions/index.ts';
import { readTokenizer } from '../../../../main/compute/tokenizers/index.ts';
import { makeNotes } from '../notes.ts';
import { hasExports, readExport } from './exports.ts';
import { encoderJob, makeQuestions } from './house.ts';

const quiet = { progress: () => undefined, checkpoint: () => undefined, canceled: () => false };
const LORA: EncoderRecipe['mode'] = {
  kind: 'lora',
  rank: 4,
  alpha: 8,
  targets: ['query', 'value'],
};

const root = await mkdtemp(join(tmpdir(), 'cloister-export-'));
env.allowRemoteModels = false;
env.localModelPath = root;
afterAll(() => rm(root, { recursive: true, force: true }));

async function write(name: string, { files }: ModelBundle): Promise<void> {
  for (const [path, bytes] of Object.entries(files)) {
    const to = join(root, name, path);
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, bytes);
  }
}

/** What the model itself says of each piece, before decoding. */
async function tokenChances(
  model: ModelBundle,
  documents: readonly { id: string; text: string }[],
) {
  const config = readConfig(model.files['config.json']);
  const onnx = model.files['onnx/model.onnx']!;
  const tokenizer = readTokenizer(model.files);
  const session = await openSession(onnx, { threads: 1 });
  const texts = readTexts(documents, tokenizer, config.own!);
  const windows = cutWindows(texts, tokenizer, config.own!);
  const classes = config.classes.length;
  const ports = portsOf(decodeModel(onnx).graph, 0);
  const scorer = { session, weights: {}, ports, logits: 'logits', classes };
  const scores = await scoreTexts(scorer, texts, windows, true, () => Promise.resolve());
  await session.dispose();
  return scores.map((values) =>
    Array.from({ length: values.length / classes }, (_, t) => {
      const row = probabilities(values.subarray(t * classes, (t + 1) * classes), 1);
      const best = row.indexOf(Math.max(...row));
      return { tag: config.classes[best], chance: row[best]! };
    }),
  );
}

describe.skipIf(!hasExports)('a trained folder (../shared/data/onnx-exports)', () => {
  it.each<[string, EncoderRecipe['mode']]>([
    ['bert_tok_17', { kind: 'full' }],
    ['bert_tok_14', LORA],
    ['distilbert_17', { kind: 'full' }],
  ])(
    'of %s gives a token-classification pipeline the same spans and scores (%o)',
    async (name, mode) => {
      const job = await encoderJob(name, {
        mode,
        epochs: 25,
        alignment: 'subwords',
        maxTokens: 128,
      });
      const { model } = await trainEncoder({ ...job, train: makeNotes(80) }, quiet);
      const folder = `${name}-${mode.kind}`;
      await write(folder, model);
      const classify = await pipeline('token-classification', folder, {
        dtype: 'fp32',
        device: 'cpu',
      });
      const documents = makeNotes(6, 4);
      const ours = await predict({ model, documents, tokens: true, threads: 1 }, quiet);
      const chances = await tokenChances(model, documents);
      let [compared, spans] = [0, 0];
      for (const [index, { text }] of documents.entries()) {
        // Every piece with its likeliest class and that one's probability.
        const all = (await classify(text, { ignore_labels: [] })) as {
          entity: string;
          score: number;
          index: number;
        }[];
        const { tokens, spans: found } = ours.documents[index]!;
        const theirs = all.filter(
          (token) => token.index >= 1 && token.index <= tokens!.tags.length,
        );
        expect(theirs).toHaveLength(tokens!.tags.length);
        theirs.forEach(({ entity, score }, t) => {
          const { tag, chance } = chances[index]![t]!;
          expect(tag).toBe(entity);
          expect(Math.abs(chance - score)).toBeLessThan(1e-5);
        });
        // Where the likeliest classes obey the grammar, constrained decoding must say the same.
        const said = theirs.map(({ entity }) => entity);
        const obeys = said.every(
          (tag, t) => !tag.startsWith('I-') || said[t - 1]?.slice(2) === tag.slice(2),
        );
        if (!obeys) continue;
        compared += 1;
        spans += found.length;
        expect(tokens!.tags).toEqual(said);
        expect(found).toHaveLength(said.filter((tag) => tag.startsWith('B-')).length);
      }
      if (mode.kind === 'lora') return; // Beside random weights they learn too few lawful sequences.
      expect(compared).toBeGreaterThan(0);
      expect(spans).toBeGreaterThan(3);
    },
  );

  it('of an intent classifier gives a text-classification pipeline the same classes and scores', async () => {
    const job = await encoderJob('bert_seqcls_17', { task: 'documents', epochs: 10 });
    const { model } = await trainEncoder(job, quiet);
    await write('intents', model);
    const classify = await pipeline('text-classification', 'intents', {
      dtype: 'fp32',
      device: 'cpu',
    });
    const documents = makeQuestions(12, 5).map(({ id, text }) => ({ id, text }));
    const ours = await predict({ model, documents, threads: 1 }, quiet);
    for (const [index, { text }] of documents.entries()) {
      const theirs = (await classify(text, { top_k: 3 })) as { label: string; score: number }[];
      const { classes } = ours.documents[index]!;
      expect(classes!.map(({ label }) => label)).toEqual(theirs.map(({ label }) => label));
      classes!.forEach(({ score }, k) =>
        expect(Math.abs(score - theirs[k]!.score)).toBeLessThan(1e-5),
      );
    }
  });

  it('offers an eight-bit file only where it is as good, and that file predicts', async () => {
    const job = await encoderJob('bert_seqcls_17', { task: 'documents', epochs: 10 });
    const { model, int8 } = await trainEncoder(job, quiet);
    expect(int8).toMatchObject({ offered: true, bound: 0.005 });
    expect(int8!.f1).toBeGreaterThanOrEqual(int8!.fullF1 - 0.005);
    const quantized = model.files['onnx/model_quantized.onnx']!;
    const operators = new Set(decodeModel(quantized).graph.nodes.map(({ op }) => op));
    expect(operators).toContain('MatMulInteger');
    const documents = makeQuestions(30, 8).map(({ id, text }) => ({ id, text }));
    const full = await predict({ model, documents, threads: 1 }, quiet);
    const small = await predict({ model, documents, threads: 1, precision: 'int8' }, quiet);
    const best = (result: typeof full) => result.documents.map(({ classes }) => classes![0]!.label);
    expect(best(small)).toEqual(best(full));
    expect(small.documents[0]!.classes![0]!.score).not.toBe(full.documents[0]!.classes![0]!.score);
  });

  it('keeps dynamic axes, the sizes of the base and the tokenizer, byte for byte', async () => {
    const job = await encoderJob('bert_tok_17', { epochs: 1 });
    const { model } = await trainEncoder(job, quiet);
    const config = JSON.parse(new TextDecoder().decode(model.files['config.json'])) as object;
    expect(config).toMatchObject({
      model_type: 'bert',
      architectures: ['BertForTokenClassification'],
      hidden_size: 32,
      id2label: { 0: 'O', 1: 'B-DATE', 2: 'I-DATE' },
      label2id: { O: 0, 'B-DATE': 1 },
    });
    const { graph } = decodeModel(model.files['onnx/model.onnx']!);
    for (const port of graph.inputs)
      expect(port.dims.every((dim) => typeof dim === 'string')).toBe(true);
    expect(graph.outputs).toMatchObject([{ name: 'logits' }]);
    expect(graph.outputs[0]!.dims.at(-1)).toBe(7);
    expect(model.files['tokenizer.json']).toEqual(job.base!.files['tokenizer.json']);
  });

  it('of LoRA carries PEFT files that merge to the very weights of the folder', async () => {
    const job = await encoderJob('bert_tok_17', { mode: LORA, epochs: 2, learningRate: 0.01 });
    const { model } = await trainEncoder(job, quiet);
    const files = Object.fromEntries(
      Object.entries(model.files).flatMap(([path, bytes]) =>
        path.startsWith('adapter/') ? [[path.slice('adapter/'.length), bytes]] : [],
      ),
    );
    const { tensors, metadata } = decodeTensors(files['adapter_model.safetensors']!);
    expect(metadata).toEqual({ format: 'pt' });
    expect([...tensors].map(([name, { dims }]) => [name, dims.join('x')]).toSorted()).toEqual(
      [
        ...[0, 1].flatMap((layer) =>
          ['query', 'value'].flatMap((part) => [
            [`base_model.model.ls.${layer}.${part}.lora_A.weight`, '4x32'],
            [`base_model.model.ls.${layer}.${part}.lora_B.weight`, '32x4'],
          ]),
        ),
        ['base_model.model.cls.weight', '7x32'],
        ['base_model.model.cls.bias', '7'],
      ].toSorted(),
    );
    const settings = readAdapterSettings(files);
    expect(settings).toEqual({ rank: 4, alpha: 8, targets: ['query', 'value'] });
    const build = buildEncoder(admit(readExport('bert_tok_17')), {
      recipe: job.recipe,
      classes: 7,
      keepHead: false,
    });
    const dims = (name: string) => build.forward.graph.initializers.get(name)!.dims;
    const values = readAdapter(files, build.adapter!, dims);
    const merged = build.finished(
      new Map([...values].map(([name, tensor]) => [name, floatsOf(tensor)])),
    );
    const folder = decodeModel(model.files['onnx/model.onnx']!).graph.initializers;
    for (const [name, tensor] of merged.graph.initializers)
      if (tensor.type === 'float32') expect(floatsOf(tensor)).toEqual(floatsOf(folder.get(name)!));
  });
});
