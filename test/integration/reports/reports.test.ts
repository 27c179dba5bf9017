// Reports written from a real vault: what they say, what they admit not to know, and how they leave.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Report } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import type { Actor } from '../../../main/governance/index.ts';
import { createFakeCompute } from '../../fakes/computeLink.ts';
import { computeScript } from '../../fakes/computeScripts.ts';
import { createTrainingHouse, type TrainingHouse } from '../../fakes/trainingHouse.ts';

const note = (text: string) => ({ text, spans: [{ start: 0, end: 4, label: 'NAME' }] });
const BOTH = ['modelCard', 'evaluation'] as const;

let house: TrainingHouse;
let modelId: string;
let call: { actor: Actor; signal: AbortSignal; onProgress: () => void };

beforeEach(async () => {
  house = await createTrainingHouse({
    train: [note('Anna came.'), note('Bert left.')],
    dev: [note('Cara saw Dora')],
    launch: createFakeCompute(computeScript()).launch,
  });
  call = { actor: house.actor, signal: new AbortController().signal, onProgress: () => undefined };
  const { model } = unwrap(
    await house.rooms.training.run(
      { ...call, jobId: null, onPoint: () => undefined },
      {
        snapshotId: house.snapshotId,
        name: 'Tagger <ward 7>',
        recipe: { architecture: 'tagger', preset: 'quick', seed: 1, threads: 1 },
      },
    ),
  );
  modelId = model.modelId;
});
afterEach(() => house.dispose());

const evaluate = async () =>
  unwrap(await house.rooms.evaluation.run(call, { modelId, split: 'dev' }));
const write = (kinds: readonly ('modelCard' | 'evaluation')[] = BOTH) =>
  unwrap(house.rooms.reports.write(house.actor, { modelId, kinds }));
const read = (report: Report | undefined, file: string) =>
  unwrap(house.rooms.reports.read(house.actor, { reportId: report?.reportId ?? '', file })).content;
const withRoles = (...roles: Actor['roles'][number][]): Actor => ({ ...house.actor, roles });

describe('a model card', () => {
  it('carries lineage, hashes, recipe, numbers and state, in both twins', async () => {
    const evaluation = await evaluate();
    const [card] = write(['modelCard']);
    expect(Report.parse(card)).toEqual(card);
    const page = read(card, 'model-card.html');
    const data = JSON.parse(read(card, 'model-card.json')) as Record<string, never>;
    const model = unwrap(house.rooms.models.get(modelId));
    const [snapshot] = house.rooms.labeling.snapshots.list();
    for (const hash of [
      model.sha256,
      snapshot?.manifestSha256,
      snapshot?.policySha256,
      evaluation.sha256,
      unwrap(house.rooms.training.get(model.runId)).run.recipeSha256,
    ]) {
      expect(page).toContain(hash);
      expect(JSON.stringify(data)).toContain(hash);
    }
    expect(page).toContain('Tagger &lt;ward 7&gt;');
    expect(page).not.toContain('<ward 7>');
    expect(page).toMatch(/Art\. 6\(1\)\(a\) with Art\. 9\(2\)\(a\)/);
    expect(data).toMatchObject({
      schema: 'cloister/model-card',
      state: { current: 'valid', history: [{ type: 'created', auditSeq: expect.any(Number) }] },
      data: { people: 3, documents: 3, consent: [{ state: 'given', people: 3 }] },
      training: { facts: { parameters: 1234 } },
      evaluations: [{ sha256: evaluation.sha256, facts: { bootstrap: { documents: 1 } } }],
    });
  });

  it('holds no text and no name of a person', async () => {
    await evaluate();
    for (const report of write()) {
      for (const { name } of report.files) {
        const content = read(report, name);
        for (const secret of ['Anna', 'Bert', 'Cara', 'Dora', 'train-0', ...house.subjects.train]) {
          expect(content).not.toContain(secret);
        }
      }
    }
  });

  it('says what is missing instead of leaving it out', () => {
    const [card] = write(['modelCard']);
    const data = JSON.parse(read(card, 'model-card.json')) as {
      unknown: { name: string; value: string }[];
      limits: string[];
    };
    expect(data.unknown).toContainEqual({ name: 'Owner and contact', value: 'MISSING' });
    expect(data.limits[0]).toContain('its quality is unknown');
    expect(read(card, 'model-card.html').match(/class="missing"/g)?.length).toBeGreaterThan(8);
  });

  it('written again shows that the model went stale; the earlier one stays as it was', () => {
    const [before] = write(['modelCard']);
    house.withdraw(house.subjects.train[0] ?? '');
    const [after] = write(['modelCard']);
    expect(read(before, 'model-card.html')).toContain('class="state valid"');
    const page = read(after, 'model-card.html');
    expect(page).toContain('class="state stale"');
    expect(page).toContain('a consent was withdrawn');
    expect(JSON.parse(read(after, 'model-card.json'))).toMatchObject({
      state: { current: 'stale' },
      data: {
        consent: [
          { state: 'given', people: 2 },
          { state: 'withdrawn', people: 1 },
        ],
      },
      erasure: {
        left: [{ ground: 'withdrew', people: 1 }],
        decision: 'MISSING',
        exactness: 'weights',
        certificates: [],
      },
    });
    // Nothing that leads to the person.
    expect(page).not.toContain('sub_');
  });

  it('says what was decided after somebody left, with the certificate', async () => {
    house.withdraw(house.subjects.train[0] ?? '');
    const { model: fresh, certificate } = unwrap(
      await house.rooms.training.unlearning.retrain(
        {
          ...{ actor: house.actor, jobId: null, signal: new AbortController().signal },
          onProgress: () => undefined,
          onPoint: () => undefined,
        },
        { modelId, old: 'keep' },
      ),
    );
    const [old] = write(['modelCard']);
    expect(JSON.parse(read(old, 'model-card.json'))).toMatchObject({
      state: { current: 'superseded' },
      erasure: {
        decision: 'trained again without them',
        successor: { sha256: fresh.sha256 },
        certificates: [{ sha256: certificate.sha256 }],
      },
    });
    expect(read(old, 'model-card.html')).toContain(certificate.sha256);
  });

  it('of one moment is byte for byte the same', () => {
    const [first, second] = [write(['modelCard'])[0], write(['modelCard'])[0]];
    const withoutTime = (text: string): string =>
      text.replaceAll(/"writtenAt": "[^"]+"|Written [^.]+UTC/g, '');
    for (const file of ['model-card.html', 'model-card.json']) {
      expect(withoutTime(read(first, file))).toBe(withoutTime(read(second, file)));
    }
  });
});

describe('an evaluation report', () => {
  it('has every reading under its own name, and the tables as Python prints them', async () => {
    const evaluation = await evaluate();
    const [, report] = write();
    const page = read(report, 'evaluation.html');
    expect(page).toContain('seqeval, default');
    expect(page).toContain('seqeval, strict IOB2');
    expect(page).toContain(`<pre>${evaluation.classificationReport}</pre>`);
    expect(page).toContain(evaluation.sha256);
    expect(JSON.parse(read(report, 'evaluation.json'))).toMatchObject({
      schema: 'cloister/evaluation',
      sha256: evaluation.sha256,
      exact: evaluation.exact,
    });
  });

  it('is left out beside a card when nothing was measured, and refused alone', () => {
    expect(write().map(({ kind }) => kind)).toEqual(['modelCard']);
    const alone = house.rooms.reports.write(house.actor, { modelId, kinds: ['evaluation'] });
    expect(alone).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });

  it('warns when it was measured on training data', async () => {
    unwrap(await house.rooms.evaluation.run(call, { modelId, split: 'train' }));
    const [report] = write(['evaluation']);
    expect(read(report, 'evaluation.html')).toContain('what it memorized');
  });
});

describe('leaving the vault', () => {
  it('is registered with recipient and hash before a byte is handed over', async () => {
    const [card] = write(['modelCard']);
    const { exitId, files } = unwrap(
      house.rooms.reports.export(house.actor, {
        reportId: card?.reportId ?? '',
        recipient: 'Ethics board',
      }),
    );
    const [exit] = house.rooms.governance.exits.list({ cursor: null, limit: 5 }).items;
    expect(exit).toMatchObject({ exitId, recipient: 'Ethics board', kind: 'modelCard' });
    expect(files.map(({ name }) => name)).toEqual(['model-card.html', 'model-card.json']);
    for (const { content, sha256 } of files) {
      expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
    }
    expect(house.rooms.audit.leaf(exit?.auditSeq ?? -1)?.action).toBe('exit.register');
  });

  it('without a recipient does not happen', () => {
    const [card] = write(['modelCard']);
    const refused = house.rooms.reports.export(house.actor, {
      reportId: card?.reportId ?? '',
      recipient: '  ',
    });
    expect(refused).toMatchObject({ error: { code: 'BAD_INPUT' } });
    expect(house.rooms.governance.exits.list({ cursor: null, limit: 5 }).items).toEqual([]);
  });
});

describe('an access pack', () => {
  const pack = () =>
    house.rooms.reports.archive.put({
      kind: 'accessPack',
      title: 'Access',
      actor: house.actor,
      subjectId: house.subjects.train[0] ?? '',
      files: [
        { name: 'pack.json', mediaType: 'application/json', content: '{"note":"Anna came."}' },
      ],
    });

  it('is for the steward: others neither see, read nor export it', () => {
    const { reportId } = pack();
    const { reports } = house.rooms;
    const auditor = withRoles('auditor', 'clinician', 'administrator');
    expect(reports.list(auditor)).toEqual([]);
    expect(reports.list(withRoles('steward'))).toHaveLength(1);
    const forbidden = { error: { code: 'FORBIDDEN' } };
    expect(reports.read(auditor, { reportId, file: 'pack.json' })).toMatchObject(forbidden);
    expect(reports.export(auditor, { reportId, recipient: 'Anna' })).toMatchObject(forbidden);
    expect(reports.read(withRoles('steward'), { reportId, file: 'pack.json' })).toMatchObject({
      value: { content: '{"note":"Anna came."}' },
    });
    expect(reports.read(withRoles('steward'), { reportId, file: 'other' })).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
  });

  it('is exported in the name of its person, and goes with the person', () => {
    const { reportId } = pack();
    const { reports, governance, store } = house.rooms;
    const subjectId = house.subjects.train[0] ?? '';
    unwrap(reports.export(house.actor, { reportId, recipient: 'Anna' }));
    expect(governance.exits.ofSubject(subjectId)).toHaveLength(1);
    expect(reports.follower.erasureCounts?.(subjectId)).toEqual([
      { what: 'accessPacks', count: 1 },
    ]);
    const sealed = () =>
      store.db.get<{ n: number }>("SELECT COUNT(*) AS n FROM sealed_files WHERE kind = 'report'")
        ?.n;
    expect(sealed()).toBe(1);
    store.transaction(() => {
      expect(reports.follower.erase?.(subjectId)).toEqual([{ table: 'report', rows: 1 }]);
    });
    expect(sealed()).toBe(0);
    expect(reports.list(house.actor)).toEqual([]);
  });
});
