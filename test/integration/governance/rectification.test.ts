// Corrections on a real vault with everything that hangs on a text: labels that came with it, marks of people,
// suggestions, a de-identified copy with a project of its own, a frozen dataset, the index, the log.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Correction, Task } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { corpusFollower } from '../../../main/corpus/index.ts';
import { deidFollower } from '../../../main/deid/index.ts';
import { commitment } from '../../../main/governance/index.ts';
import { labelingFollower } from '../../../main/labeling/index.ts';
import { needleForms, scanForNeedles } from '../../../main/store/index.ts';
import { openRooms, quietRun, type OpenRooms } from '../../fakes/rooms.ts';

const TEXT = [
  'NHC: 4711',
  'Paciente: Elena Robles Sanz',
  'Born 1961 in Bern. Seen by Dr. Martin Kessler.',
  'Takes warfarin 5 mg 😊 and e\u0301clair daily. Lives in Bern.',
].join('\n');

let rooms: OpenRooms;
let folder: string;
let collectionId: string;
let purposeId: string;

beforeEach(async () => {
  rooms = await openRooms();
  const { governance } = rooms;
  governance.follow(corpusFollower(rooms));
  governance.follow(deidFollower({ ...rooms, random: rooms.vault.random }));
  governance.follow(labelingFollower(rooms));
  folder = mkdtempSync(join(tmpdir(), 'cloister-correct-'));
  const mark = (words: string, label: string, n: number): string => {
    const at = [...TEXT.slice(0, TEXT.indexOf(words))].length;
    return `T${n}\t${label} ${at} ${at + words.length}\t${words}\n`;
  };
  writeFileSync(join(folder, 'robles.txt'), TEXT);
  writeFileSync(
    join(folder, 'robles.ann'),
    mark('Born', 'HEAD', 1) + mark('1961', 'DATE', 2) + mark('warfarin', 'DRUG', 3),
  );
  writeFileSync(join(folder, 'other.txt'), 'NHC: 4712\nPaciente: Hans Gruber\nBorn 1961 in Ulm.');
  const by = { by: 'pattern', pattern: String.raw`NHC: ?(\d+)`, scheme: 'nhc' } as const;
  ({ collectionId } = await rooms.bring(folder, 'Notes', { subjects: by }));
  purposeId = rooms.purpose();
});
afterEach(() => {
  rooms.vault.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const subject = (key = '4711'): string => rooms.governance.subjects.byKey(key) ?? '';
const request = (key = '4711'): string =>
  unwrap(rooms.governance.requests.open(rooms.actor, { kind: 'rectification', subject: { key } }))
    .requestId;
const documentOf = (name: string): { id: string; rowid: number; sha256: string; length: number } =>
  rooms.store.db.get('SELECT id, rowid, sha256, length FROM document WHERE name = ?', [
    name,
  ]) as never;
const textOf = (id: string): string =>
  unwrap(
    unwrap(
      rooms.governance.gate.open({
        actor: rooms.actor,
        purposeId,
        operation: 'read',
        documentIds: [id],
      }),
    ).read(id),
  ).text;
const passage = (words: string, replacement: string, text = TEXT): Correction => ({
  kind: 'passage',
  documentId: documentOf('robles').id,
  start: text.indexOf(words),
  end: text.indexOf(words) + words.length,
  expected: words,
  replacement,
});
const rectify = (requestId: string, ...corrections: Correction[]) =>
  rooms.governance.rectification.rectify(rooms.actor, requestId, corrections);

/** A finished task over the note, with the imported labels adopted. */
function labeled(): { projectId: string; task: Task } {
  const { projectId } = unwrap(
    rooms.labeling.projects.create(rooms.actor, {
      name: 'Drugs',
      purposeId,
      collectionId,
      adoptImported: true,
    }),
  );
  const documentId = documentOf('robles').id;
  const query = { projectId, documentId, from: null, direction: 'next' as const };
  const task = unwrap(rooms.labeling.tasks.open(rooms.actor, query)) as Task;
  return { projectId, task };
}
const taskNow = (projectId: string): Task =>
  unwrap(
    rooms.labeling.tasks.open(rooms.actor, {
      projectId,
      documentId: documentOf('robles').id,
      from: null,
      direction: 'next',
    }),
  ) as Task;
const covered = ({ text, annotations }: Task): string[] =>
  annotations.map(({ start, end, label }) => `${label}: ${text.slice(start, end)}`);

describe('a passage', () => {
  it('is replaced, the index with it, and what lies behind it moves', () => {
    const requestId = request();
    const { id } = documentOf('robles');
    const done = unwrap(rectify(requestId, passage('1961', '17 March 1962')));
    expect(done).toMatchObject({
      request: { state: 'closed', outcome: 'rectified' },
      setAside: 1,
      shifted: 1,
    });
    const after = TEXT.replace('1961', '17 March 1962');
    expect(textOf(id)).toBe(after);
    expect(documentOf('robles').length).toBe(after.length);
    const spans = rooms.corpus.sourceSpans([documentOf('robles').rowid]);
    expect(
      [...(spans.get(documentOf('robles').rowid) ?? [])].map(({ start, end, label }) => [
        label,
        after.slice(start, end),
      ]),
    ).toEqual([
      ['HEAD', 'Born'],
      ['DRUG', 'warfarin'],
    ]);
    const search = (query: string) =>
      unwrap(
        rooms.governance.gate.search(
          { actor: rooms.actor, purposeId, operation: 'read', subjectId: subject() },
          query,
        ),
      );
    expect(search('March 1962')).toEqual([id]);
    expect(search('Born 1961')).toEqual([]);
  });

  it('sets marks on it aside as an event, opens the task again, and undo and redo hold', () => {
    const { projectId, task } = labeled();
    const { start } = passage('Bern', '') as { start: number };
    const edited = unwrap(
      rooms.labeling.tasks.apply(rooms.actor, task, task.revision, [
        { do: 'add', span: { start, end: start + 4, label: 'HEAD' } },
      ]),
    );
    unwrap(rooms.labeling.tasks.complete(rooms.actor, task, true));
    const requestId = request();
    const preview = unwrap(
      rooms.governance.rectification.preview(rooms.actor, requestId, [
        passage('Bern', 'Biel/Bienne'),
      ]),
    );
    // The preview took everything back.
    expect(taskNow(projectId).completed).toBe(true);
    expect(textOf(task.documentId)).toBe(TEXT);

    const done = unwrap(rectify(requestId, passage('Bern', 'Biel/Bienne')));
    const { shifted, setAside, reopened } = done;
    expect(preview).toMatchObject({ shifted, setAside, reopened });
    expect({ setAside, reopened }).toEqual({ setAside: 1, reopened: 1 });
    const now = taskNow(projectId);
    expect(now.completed).toBe(false);
    expect(now.revision).toBeGreaterThan(edited.revision);
    expect(covered(now)).toEqual(['HEAD: Born', 'DATE: 1961', 'DRUG: warfarin']);
    // An editor that was open meanwhile hears of it.
    expect(rooms.labeling.tasks.apply(rooms.actor, task, edited.revision, [])).toMatchObject({
      error: { code: 'STALE_EDIT' },
    });

    const undone = unwrap(rooms.labeling.tasks.undo(rooms.actor, task, now.revision));
    expect(covered({ ...now, ...undone })).toContain('HEAD: Biel/Bienne');
    const redone = unwrap(rooms.labeling.tasks.redo(rooms.actor, task, undone.revision));
    expect(covered({ ...now, ...redone })).toEqual(covered(now));
  });

  it('moves and drops suggestions', () => {
    const { projectId, task } = labeled();
    const at = (words: string) => {
      const start = TEXT.indexOf(words);
      return { start, end: start + words.length, label: 'DRUG', score: 0.8 };
    };
    rooms.labeling.suggestions.put(projectId, task.documentId, 'mdl_0000000001', [
      at('Kessler'),
      at('daily'),
    ]);
    const done = unwrap(rectify(request(), passage('Martin Kessler', 'Ann-Kathrin Kessler-Vogt')));
    expect(done.setAside).toBe(1);
    const { text, suggestions } = taskNow(projectId);
    expect(suggestions.map(({ start, end }) => text.slice(start, end))).toEqual(['daily']);
  });

  it.each(['type', 'surrogate'] as const)(
    'is made again in a copy (%s), labels and findings too',
    async (mode) => {
      const run = unwrap(
        await rooms.deid.run(rooms.actor, { collectionId, purposeId, mode }, quietRun()),
      );
      const copy = rooms.store.db.get<{ id: string; rowid: number; name: string }>(
        'SELECT id, rowid, name FROM document WHERE derived_from = ?',
        [documentOf('robles').id],
      );
      const before = textOf(copy?.id ?? '');
      const done = unwrap(
        rectify(request(), passage('Martin Kessler', 'Ann Vogt'), passage('daily', 'twice a day')),
      );
      expect(done.copies).toEqual([
        { documentId: copy?.id, collection: run.collection, state: 'remade' },
      ]);
      const after = textOf(copy?.id ?? '');
      expect(after).toContain('twice a day');
      expect(after).not.toContain('Vogt');
      expect(after).not.toBe(before);
      const findings = rooms.store.db.all<{ start: number; end: number; replacement: string }>(
        'SELECT start, end, replacement FROM deid_finding WHERE document_rowid = ? ORDER BY ordinal',
        [copy?.rowid ?? 0],
      );
      expect(findings.length).toBeGreaterThan(1);
      for (const { start, end, replacement } of findings)
        expect(after.slice(start, end)).toBe(replacement);
      const spans = [...(rooms.corpus.sourceSpans([copy?.rowid ?? 0]).get(copy?.rowid ?? 0) ?? [])];
      const drug = spans.find(({ label }) => label === 'DRUG');
      expect(after.slice(drug?.start, drug?.end)).toBe('warfarin');
      const holdings = unwrap(
        rooms.governance.rectification.holdings(request(), { cursor: null, limit: 10 }),
      );
      expect(
        holdings.items.map(({ kind, corrections, outOfDate }) => [kind, corrections, outOfDate]),
      ).toEqual([
        ['original', 2, false],
        ['deidentified', 0, false],
      ]);
    },
  );

  it('says of a copy it cannot make again that it is out of date', async () => {
    unwrap(
      await rooms.deid.run(rooms.actor, { collectionId, purposeId, mode: 'type' }, quietRun()),
    );
    const copy = rooms.store.db.get<{ id: string; rowid: number }>(
      'SELECT id, rowid FROM document WHERE derived_from = ?',
      [documentOf('robles').id],
    );
    rooms.governance.texts.replace(copy?.rowid ?? 0, 'Somebody wrote this by hand.');
    const done = unwrap(rectify(request(), passage('daily', 'twice a day')));
    expect(done.copies[0]?.state).toBe('outOfDate');
    const { items } = unwrap(
      rooms.governance.rectification.holdings(request(), { cursor: null, limit: 10 }),
    );
    expect(items.map(({ outOfDate }) => outOfDate)).toEqual([false, true]);
  });

  it('stops frozen datasets that hold the old words, and names them', () => {
    const { projectId, task } = labeled();
    unwrap(rooms.labeling.tasks.complete(rooms.actor, task, true));
    const snapshot = unwrap(
      rooms.labeling.snapshots.freeze(rooms.actor, {
        projectId,
        name: 'Frozen',
        split: { dev: 0, test: 0, seed: 1 },
        documents: 'finished',
      }),
    );
    const done = unwrap(rectify(request(), passage('1961', '1962')));
    expect(done.snapshots).toEqual([{ snapshotId: snapshot.snapshotId, name: 'Frozen' }]);
    expect(
      rooms.labeling.snapshots.open(snapshot.snapshotId, {
        actor: rooms.actor,
        operation: 'train',
      }),
    ).toMatchObject({ error: { code: 'SNAPSHOT_CHANGED' } });
  });
});

describe('what is not a passage', () => {
  it('corrects a number, a field and a name; reports of imports follow', () => {
    const { id, rowid } = documentOf('robles');
    rooms.store.db.run("UPDATE import_batch SET report = json_set(report, '$.issues', json(?))", [
      JSON.stringify([
        { file: 'robles.ann', line: 1, severity: 'warning', code: 'x', message: 'y' },
      ]),
    ]);
    unwrap(
      rectify(
        request(),
        { kind: 'identifier', scheme: 'nhc', expected: '4711', replacement: '9911' },
        { kind: 'metadata', documentId: id, field: 'ward', expected: null, replacement: '7' },
        { kind: 'name', documentId: id, expected: 'robles', replacement: 'sanz' },
      ),
    );
    expect(rooms.governance.subjects.byKey('4711')).toBeUndefined();
    expect(rooms.governance.subjects.byKey('9911')).toBeDefined();
    expect(documentOf('sanz').rowid).toBe(rowid);
    expect(rooms.corpus.imports({ cursor: null, limit: 1 }).items[0]?.issues[0]?.file).toBe(
      'sanz.ann',
    );
  });

  it.each([
    ['STALE_EDIT', { kind: 'identifier', scheme: 'nhc', expected: '1', replacement: '2' }],
    ['CONFLICT', { kind: 'identifier', scheme: 'nhc', expected: '4711', replacement: '4712' }],
    ['BAD_INPUT', { kind: 'identifier', scheme: 'nhc', expected: '4711', replacement: '4711' }],
  ] as const)('refuses with %s', (code, correction) => {
    expect(rectify(request(), correction)).toMatchObject({ error: { code } });
    expect(rooms.governance.subjects.byKey('4711')).toBeDefined();
  });

  it('is refused once the erasure of the person was ordered', async () => {
    const requestId = request();
    const erasure = unwrap(
      rooms.governance.requests.open(rooms.actor, { kind: 'erasure', subject: { key: '4711' } }),
    ).requestId;
    const order = { requestId: erasure, confirmation: '4711' };
    await expect(
      rooms.governance.erasure.erase(rooms.actor, order, (stage) => {
        if (stage === 'deleting') throw new Error('the lights go out');
      }),
    ).rejects.toThrow('the lights go out');
    expect(rectify(requestId, passage('daily', 'twice a day'))).toMatchObject({
      error: { code: 'CONFLICT' },
    });
  });

  it('refuses a cut inside a character, an overlap, and another person’s text; nothing is half done', () => {
    const requestId = request();
    const sound = passage('daily', 'twice a day');
    const cut = {
      ...passage('e\u0301', ''),
      end: TEXT.indexOf('e\u0301') + 1,
      expected: 'e',
    } as Correction;
    const other = { ...sound, documentId: documentOf('other').id } as Correction;
    const overlap = passage('daily. Lives', 'x');
    for (const [wrong, code] of [
      [cut, 'SPAN_INVALID'],
      [overlap, 'SPAN_INVALID'],
      [other, 'NOT_FOUND'],
    ] as const) {
      expect(rectify(requestId, sound, wrong)).toMatchObject({ error: { code } });
    }
    expect(textOf(documentOf('robles').id)).toBe(TEXT);
    expect(unwrap(rooms.governance.requests.get(requestId)).state).toBe('open');
  });
});

describe('history', () => {
  it('keeps what was there, commits to it in the log, and goes with the person', async () => {
    const requestId = request();
    const done = unwrap(rectify(requestId, passage('Born 1961 in Bern', 'Born 1962 in Genf')));
    const [version] = unwrap(
      rooms.governance.rectification.versions(rooms.actor, requestId, { cursor: null, limit: 5 }),
    ).items;
    expect(version).toMatchObject({ before: 'Born 1961 in Bern', after: 'Born 1962 in Genf' });
    const { salt } = rooms.store.db.get<{ salt: Buffer }>('SELECT salt FROM rectification') as {
      salt: Buffer;
    };
    const leaf = rooms.audit.leaf(done.leaf)?.body;
    expect(leaf?.commitments).toEqual({
      before: commitment(salt, Buffer.from('Born 1961 in Bern')),
      after: commitment(salt, Buffer.from('Born 1962 in Genf')),
    });
    expect(JSON.stringify(leaf)).not.toContain('Bern');
    // The person is told what stood there.
    const asked = unwrap(
      rooms.governance.requests.open(rooms.actor, { kind: 'access', subject: { key: '4711' } }),
    ).requestId;
    const { parts } = unwrap(rooms.governance.access.collect(rooms.actor, asked));
    expect(parts.find(({ what }) => what === 'corrections')?.rows).toMatchObject([
      [done.request.closedAt, 'passage', null, 'Born 1961 in Bern', 'Born 1962 in Genf'],
    ]);
    // The readings are registered with the request in the purpose's place.
    expect(
      rooms.store.db.get(
        "SELECT count(*) AS n FROM gate_decision WHERE purpose_id = ? AND operation = 'rectification'",
        [requestId],
      ),
    ).toEqual({ n: 1 });

    const erasure = unwrap(
      rooms.governance.requests.open(rooms.actor, { kind: 'erasure', subject: { key: '4711' } }),
    );
    const certificate = unwrap(
      await rooms.governance.erasure.erase(rooms.actor, {
        requestId: erasure.requestId,
        confirmation: '4711',
      }),
    );
    expect(certificate.deleted).toContainEqual({ table: 'rectification', rows: 1 });
    const needles = ['Born 1961 in Bern', 'Born 1962 in Genf'].flatMap(needleForms);
    expect(scanForNeedles(rooms.store, needles).hits).toEqual([]);
  });
});
