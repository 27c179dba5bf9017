// The training loop as a library: it learns, resumes to the same numbers, stops where told, and says
// why it cannot go on.
import { describe, expect, it } from 'vitest';
import { inspect, predict, trainTagger } from '../../../main/compute/loops/index.ts';
import type { TaggerRecipe, TrainJob, WireDocument } from '../../../main/compute/protocol.ts';
import { job, makeNotes, record, tinyRecipe } from './notes.ts';

describe('training a tagger', () => {
  it('learns spans and gives them back exactly, in UTF-16 offsets', async () => {
    const log = record();
    const result = await trainTagger(job(), log);
    expect(result.best?.dev.f1).toBeGreaterThan(0.95);
    expect(result.history.map((entry) => entry.epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    const losses = result.lossCurve.map((point) => point.loss);
    expect(losses.at(-1)).toBeLessThan(0.3 * (losses[0] as number));
    expect(log.events.at(-1)?.phase).toBe('exporting');

    const notes = makeNotes(12, 3);
    const tagged = await predict(
      {
        model: result.model,
        documents: notes.map(({ id, text, spans }) => ({ id, text, gold: spans })),
        tokens: true,
      },
      record(),
    );
    let exact = 0;
    let total = 0;
    notes.forEach(({ text, spans }, index) => {
      const { spans: found, tokens } = tagged.documents[index]!;
      for (const span of spans) {
        total += 1;
        const same = found.find(
          ({ start, end, label }) =>
            start === span.start && end === span.end && label === span.label,
        );
        if (same) {
          exact += 1;
          expect(same.score).toBeGreaterThan(0);
          expect(same.score).toBeLessThanOrEqual(1);
        }
      }
      // Tags of the gold spans, on the model's tokens, reproduce the gold text.
      const first = tokens!.gold!.indexOf('B-PLACE');
      expect(text.slice(tokens!.starts[first], tokens!.ends[first])).toBe(
        text.slice(spans[1]!.start, spans[1]!.end),
      );
      expect(tokens!.tags).toHaveLength(tokens!.starts.length);
    });
    expect(exact / total).toBeGreaterThan(0.9);
    expect(await inspect(result.model)).toMatchObject({
      architecture: 'tagger',
      untrainable: [],
      trainable: true,
      inference: { works: true },
    });
  });

  it('repeats bit for bit with the same seed, and not with another', async () => {
    const small = { train: makeNotes(15), dev: [], recipe: tinyRecipe({ epochs: 2 }) };
    const [a, b] = [
      await trainTagger(job(small), record()),
      await trainTagger(job(small), record()),
    ];
    expect(a.lossCurve).toEqual(b.lossCurve);
    expect(a.model.files['onnx/model.onnx']).toEqual(b.model.files['onnx/model.onnx']);
    const other = { ...small, recipe: tinyRecipe({ epochs: 2, seed: 12 }) };
    expect((await trainTagger(job(other), record())).lossCurve).not.toEqual(a.lossCurve);
  });

  it.each([1, 4, 9, 13])(
    'continues after a cancel before strip %i to the same bits',
    async (at) => {
      const whole = await trainTagger(job(), record());
      const log = record(at);
      await expect(trainTagger(job(), log)).rejects.toMatchObject({ code: 'canceled' });
      const { bytes, step } = log.checkpoints.at(-1)!;
      expect(step).toBeGreaterThan(0);
      // A recipe that was stored and read again may list its fields in another order.
      const recipe = Object.fromEntries(Object.entries(tinyRecipe()).reverse()) as never;
      const resumed = await trainTagger(job({ resumeFrom: bytes, recipe }), record());
      expect(resumed.lossCurve).toEqual(whole.lossCurve);
      expect(resumed.history).toEqual(whole.history);
      expect(resumed.model.files['onnx/model.onnx']).toEqual(whole.model.files['onnx/model.onnx']);
    },
  );

  it('pauses after an epoch and goes on bit for bit, also when asked twice', async () => {
    const whole = await trainTagger(job(), record());
    const first = record();
    const paused = await trainTagger(job({ pauseAfterEpoch: 2 }), first);
    expect(paused).toMatchObject({ stopped: 'paused', epochs: 2 });
    expect(paused.history).toEqual(whole.history.slice(0, 2));
    // A paused run has a model, that of its best epoch so far.
    expect(paused.model.files['onnx/model.onnx']).toBeDefined();
    const second = record();
    const again = await trainTagger(
      job({ pauseAfterEpoch: 4, resumeFrom: first.checkpoints.at(-1)!.bytes }),
      second,
    );
    expect(again).toMatchObject({ stopped: 'paused', epochs: 4 });
    const resumed = await trainTagger(
      job({ resumeFrom: second.checkpoints.at(-1)!.bytes }),
      record(),
    );
    expect(resumed).toMatchObject({ stopped: 'finished', epochs: 6 });
    expect(resumed.lossCurve).toEqual(whole.lossCurve);
    expect(resumed.history).toEqual(whole.history);
    expect(resumed.model.files).toEqual(whole.model.files);
  });

  it('pauses after the last epoch too, from where going on only exports', async () => {
    const log = record();
    const paused = await trainTagger(job({ pauseAfterEpoch: 6 }), log);
    expect(paused).toMatchObject({ stopped: 'paused', epochs: 6 });
    const resumed = await trainTagger(job({ resumeFrom: log.checkpoints.at(-1)!.bytes }), record());
    expect(resumed).toMatchObject({ stopped: 'finished', epochs: 6 });
    expect(resumed.model.files).toEqual(paused.model.files);
  });

  it('checkpoints every so many steps, and each continues to the same bits', async () => {
    const log = record();
    const recipe = tinyRecipe({ checkpointSteps: 7 });
    const whole = await trainTagger(job({ recipe }), log);
    const steps = log.checkpoints.map(({ step }) => step);
    expect(steps).toEqual(
      Array.from({ length: Math.floor(whole.steps / 7) }, (_, k) => 7 * (k + 1)),
    );
    // How often checkpoints are taken is no part of what a run computes.
    const other = tinyRecipe({ checkpointSeconds: 5, checkpointSteps: 1000 });
    const resumed = await trainTagger(
      job({ recipe: other, resumeFrom: log.checkpoints[1]!.bytes }),
      record(),
    );
    expect(resumed.model.files).toEqual(whole.model.files);
  });

  it('refuses a checkpoint of other data, of another recipe, and a cut one', async () => {
    const log = record(3);
    await expect(trainTagger(job(), log)).rejects.toMatchObject({ code: 'canceled' });
    const { bytes } = log.checkpoints[0]!;
    const attempts: [Partial<TrainJob<TaggerRecipe>>, RegExp][] = [
      [{ resumeFrom: bytes, train: makeNotes(39) }, /other training data/],
      [{ resumeFrom: bytes, recipe: tinyRecipe({ seed: 3 }) }, /another recipe/],
      [{ resumeFrom: bytes.subarray(0, bytes.length - 9) }, /damaged/],
      [{ resumeFrom: bytes.subarray(0, 5) }, /damaged/],
    ];
    for (const [changes, message] of attempts)
      await expect(trainTagger(job(changes), record())).rejects.toMatchObject({
        code: 'bad-request',
        message: expect.stringMatching(message),
      });
  });

  it('stops when the loss is no longer a number and says where', async () => {
    const recipe = tinyRecipe({ learningRate: 1, clipNorm: 0, warmup: 0, hidden: 64, epochs: 50 });
    // Weights of 1e20 overflow float32 in the first product.
    const exploding = { ...recipe, learningRate: 1e20 };
    await expect(trainTagger(job({ recipe: exploding }), record())).rejects.toMatchObject({
      code: 'diverged',
      message: expect.stringMatching(/at step \d+, epoch \d+/),
    });
  });

  it('tags a document far longer than a strip as if it were in one piece', async () => {
    const { model } = await trainTagger(job({ recipe: tinyRecipe({ epochs: 3 }) }), record());
    const notes = makeNotes(130, 5);
    const text = notes.map((note) => note.text).join('\n');
    const run = async (texts: readonly string[]) =>
      (
        await predict(
          { model, documents: texts.map((part, index) => ({ id: `${index}`, text: part })) },
          record(),
        )
      ).documents;
    const [long, other] = [await run([text]), await run([notes[0]!.text, text])];
    expect(long[0]!.spans.length).toBeGreaterThan(300);
    expect(long[0]!.spans.at(-1)!.end).toBeGreaterThan(text.length - 200);
    // In the second call the seams lie elsewhere.
    const plain = (spans: readonly { start: number; end: number; label: string }[]) =>
      spans.map(({ start, end, label }) => `${start}-${end} ${label}`);
    expect(plain(other[1]!.spans)).toEqual(plain(long[0]!.spans));
  });

  it('learns from a document far longer than a batch', async () => {
    const notes = makeNotes(40);
    let text = '';
    const spans = notes.flatMap((note) => {
      const from = text.length;
      text += `${note.text}\n`;
      return note.spans.map(({ start, end, label }) => ({
        start: from + start,
        end: from + end,
        label,
      }));
    });
    const result = await trainTagger(job({ train: [{ id: 'long', text, spans }] }), record());
    expect(result.data).toMatchObject({ documents: 1, spans: 160, misaligned: 0 });
    expect(result.best!.dev.f1).toBeGreaterThan(0.9);
    expect(result.best!.macroF1).toBeGreaterThan(0.85);
    expect(result.history.at(-1)!.devLoss).toBeLessThan(result.history[0]!.devLoss!);
  });

  it('says what is wrong with the data', async () => {
    const note = makeNotes(1)[0]!;
    const attempts: [readonly WireDocument[], RegExp][] = [
      [[], /nothing to train on/],
      [[{ ...note, text: '', spans: [] }], /nothing to train on/],
      [[{ ...note, spans: [] }], /nothing to learn/],
      [[{ ...note, spans: [{ start: 0, end: 4, label: 'DRUG' }] }], /note-0 has the label "DRUG"/],
      [
        [{ ...note, spans: [{ start: 5, end: 9999, label: 'NAME' }] }],
        /note-0 .* outside its text/,
      ],
      [[{ ...note, spans: [{ start: 5, end: 5, label: 'NAME' }] }], /outside its text/],
    ];
    for (const [train, message] of attempts)
      await expect(trainTagger(job({ train }), record())).rejects.toMatchObject({
        code: 'bad-data',
        message: expect.stringMatching(message),
      });
  });

  it('refuses a model folder that does not fit together', async () => {
    const { model } = await trainTagger(
      job({ recipe: tinyRecipe({ epochs: 1 }), dev: [] }),
      record(),
    );
    const config = JSON.parse(new TextDecoder().decode(model.files['config.json'])) as {
      cloister: Record<string, unknown>;
    };
    const changed = (changes: object) => ({
      files: {
        ...model.files,
        'config.json': new TextEncoder().encode(
          JSON.stringify({ ...config, cloister: { ...config.cloister, ...changes } }),
        ),
      },
    });
    const without = { files: { 'config.json': model.files['config.json']! } };
    const onnx = model.files['onnx/model.onnx']!;
    const cut = { files: { ...model.files, 'onnx/model.onnx': onnx.subarray(0, 900) } };
    const documents = [{ id: 'a', text: 'some words' }];
    for (const broken of [
      changed({ version: 2 }),
      changed({ labels: 'NAME' }),
      changed({ labels: ['NAME'] }),
      without,
      cut,
    ])
      await expect(predict({ model: broken, documents }, record())).rejects.toMatchObject({
        code: 'bad-model',
      });
  });

  it('trains with a single class and empty documents among the others', async () => {
    const notes = makeNotes(20).map((note) => ({
      ...note,
      spans: note.spans.filter(({ label }) => label === 'NAME'),
    }));
    const empty = { id: 'empty', text: '', spans: [] };
    const result = await trainTagger(
      job({ labels: ['NAME'], train: [empty, ...notes, empty], dev: [empty, ...notes] }),
      record(),
    );
    expect(result.best?.dev.f1).toBeGreaterThan(0.9);
    const { documents } = await predict(
      { model: result.model, documents: [{ id: 'empty', text: '' }], tokens: true },
      record(),
    );
    expect(documents[0]?.spans).toEqual([]);
  });

  it('goes over a handful of notes more often', async () => {
    const recipe = tinyRecipe({ epochs: 2, leastSteps: 20 });
    const result = await trainTagger(job({ recipe, train: makeNotes(5), dev: [] }), record());
    expect(result.steps).toBeGreaterThanOrEqual(20);
    expect(result.steps - result.steps / result.epochs).toBeLessThan(20);
  });

  it('turns a time budget into a plan that can be made again without a clock', async () => {
    const recipe = tinyRecipe({ epochs: 1000, timeBudgetSeconds: 0.7 });
    const budgeted = await trainTagger(job({ recipe }), record());
    expect(budgeted.epochs).toBeGreaterThanOrEqual(1);
    expect(budgeted.epochs).toBeLessThan(1000);
    const again = await trainTagger(
      job({ recipe: tinyRecipe({ epochs: budgeted.epochs }) }),
      record(),
    );
    expect(again.history).toEqual(budgeted.history);
    expect(again.model.files['onnx/model.onnx']).toEqual(budgeted.model.files['onnx/model.onnx']);
  });

  it('stops early when the development score no longer rises', async () => {
    const recipe = tinyRecipe({ epochs: 40, patience: 3 });
    const result = await trainTagger(job({ recipe }), record());
    expect(result.stopped).toBe('early');
    expect(result.epochs).toBe(result.best!.epoch + 3);
  });
});
