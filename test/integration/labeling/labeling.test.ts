// Labeling over a real vault: what is acknowledged is stored, what is stored can be taken back, what is
// frozen is what the gate permits.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Edit, Task } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { Fault } from '../../../main/platform/index.ts';
import { giveConsent, openRooms, roomsOver, type OpenRooms } from '../../fakes/rooms.ts';

const BY_NHC = { by: 'pattern', pattern: String.raw`NHC: ?(\d+)`, scheme: 'nhc' } as const;
const NOTES = 12;

let rooms: OpenRooms;
let folder: string;
let collectionId: string;
let purposeId: string;

beforeEach(async () => {
  rooms = await openRooms();
  folder = mkdtempSync(join(tmpdir(), 'cloister-labels-'));
  for (let at = 0; at < NOTES; at += 1) {
    writeFileSync(join(folder, `n${at}.txt`), `NHC: ${at}\nAda 😊 met e\u0301 Bea in Rome.`);
    writeFileSync(
      join(folder, `n${at}.ann`),
      at < 8 ? 'T1\tNAME 7 10\tAda\nT2\tPLACE 25 29\tRome\n' : '',
    );
  }
  ({ collectionId } = await rooms.bring(folder, 'Notes', { subjects: BY_NHC }));
  purposeId = rooms.purpose('consent');
  giveConsent(rooms, purposeId, collectionId);
});
afterEach(() => {
  rooms.vault.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const create = (adoptImported: boolean, name = `Project ${adoptImported}`) =>
  unwrap(
    rooms.labeling.projects.create(rooms.actor, { name, purposeId, collectionId, adoptImported }),
  );
const open = (projectId: string, more: object = {}): Task => {
  const query = {
    projectId,
    documentId: null,
    from: null,
    direction: 'nextOpen' as const,
    ...more,
  };
  const task = unwrap(rooms.labeling.tasks.open(rooms.actor, query));
  if (task === null) throw new Error('The queue is empty');
  return task;
};
const apply = (task: Task, revision: number, ...edits: Edit[]) =>
  rooms.labeling.tasks.apply(rooms.actor, task, revision, edits);
const withdraw = (key: string): void => {
  const { subjectIds } = rooms.governance.subjects.select({ keys: [key] });
  unwrap(
    rooms.governance.consent.withdraw(rooms.actor, {
      purposeId,
      subjects: { subjectIds },
      reason: '',
    }),
  );
};

describe('projects', () => {
  it('take their labels from the import and count imported labels as finished work', () => {
    const project = create(true);
    expect(project.labels.map(({ id, key }) => [id, key])).toEqual([
      ['NAME', '1'],
      ['PLACE', '2'],
    ]);
    expect(project).toMatchObject({ documents: NOTES, completed: 8, annotations: 16, withheld: 0 });
    withdraw('3');
    expect(rooms.labeling.projects.list(rooms.actor)).toMatchObject([{ withheld: 1 }]);
    const task = open(project.projectId, { documentId: null, from: null, direction: 'next' });
    expect(task.annotations.map(({ annotator, origin }) => [annotator, origin])).toEqual([
      ['import', 'import'],
      ['import', 'import'],
    ]);
    expect(task.undo).toBeNull();
  });

  it('are refused without labels, with a name twice, and for a purpose that does not cover labeling', () => {
    create(true, 'P');
    const again = { name: 'P', purposeId, collectionId, adoptImported: true };
    expect(rooms.labeling.projects.create(rooms.actor, again)).toMatchObject({
      error: { code: 'CONFLICT' },
    });
    const reading = unwrap(
      rooms.governance.purposes.declare(rooms.actor, {
        name: 'Reading',
        description: '',
        operations: ['read'],
        categories: ['health'],
        basis: { article6: '6(1)(e)', article9: '9(2)(h)', piplSeparateConsent: false },
        noticeVersion: '',
        retentionDays: null,
      }),
    );
    expect(
      rooms.labeling.projects.create(rooms.actor, {
        ...again,
        name: 'Q',
        purposeId: reading.purposeId,
      }),
    ).toMatchObject({ error: { code: 'GATE_DENIED' } });
  });
});

describe('tasks', () => {
  it('walk the queue in order, past finished and withheld documents, and begin again at its end', () => {
    const { projectId } = create(true);
    withdraw('9');
    const first = open(projectId);
    expect(first).toMatchObject({ name: 'n8', position: 9, of: NOTES });
    const second = open(projectId, { from: first.documentId });
    expect(second.name).toBe('n10');
    unwrap(rooms.labeling.tasks.complete(rooms.actor, second, true));
    const third = open(projectId, { from: second.documentId });
    expect(open(projectId, { from: third.documentId }).name).toBe('n8');
    expect(open(projectId, { from: second.documentId, direction: 'previous' }).name).toBe('n8');
    const listed = unwrap(
      rooms.labeling.tasks.list(rooms.actor, { projectId, offset: 8, limit: 3 }),
    );
    expect(
      listed.items.map(({ name, position, completed }) => [name, position, completed]),
    ).toEqual([
      ['n8', 9, false],
      ['n10', 11, true],
    ]);
    const withheld = rooms.corpus.documents.list(rooms.actor, {
      cursor: null,
      limit: 100,
      collectionId,
      purposeId,
      search: '',
      access: 'withheld',
    });
    const [gone] = unwrap(withheld).items;
    expect(
      rooms.labeling.tasks.open(rooms.actor, {
        projectId,
        documentId: gone?.documentId ?? '',
        from: null,
        direction: 'next',
      }),
    ).toMatchObject({ error: { code: 'GATE_DENIED' } });
  });

  it('store an edit, take it back, put it again, across a restart', async () => {
    const { projectId } = create(false);
    const task = open(projectId);
    const added = unwrap(
      apply(task, task.revision, { do: 'add', span: { start: 7, end: 10, label: 'NAME' } }),
    );
    expect(added.undo).toEqual({ label: 'add', count: 1 });
    expect(added.annotations[0]?.annotator).toBe('Tester');
    const id = added.annotations[0]?.annotationId ?? '';
    const changed = unwrap(
      apply(
        task,
        added.revision,
        { do: 'change', annotationId: id, span: { start: 7, end: 10, label: 'PLACE' } },
        { do: 'add', span: { start: 0, end: 3, label: 'NAME' } },
      ),
    );
    const undone = unwrap(rooms.labeling.tasks.undo(rooms.actor, task, changed.revision));
    expect(undone.annotations).toEqual(added.annotations);
    const redone = unwrap(rooms.labeling.tasks.redo(rooms.actor, task, undone.revision));
    expect(redone.annotations).toEqual(changed.annotations);
    expect(rooms.labeling.tasks.redo(rooms.actor, task, redone.revision)).toMatchObject({
      error: { code: 'NOTHING_TO_UNDO' },
    });
    const { vault } = rooms;
    rooms = { ...rooms, ...roomsOver(await vault.reopen(), vault.clock, vault.random) };
    const again = open(projectId, { documentId: task.documentId });
    expect(again.annotations).toEqual(changed.annotations);
    const back = unwrap(rooms.labeling.tasks.undo(rooms.actor, task, again.revision));
    expect(back.annotations).toEqual(added.annotations);
  });

  it('refuse an edit of an older state, and all edits where one is bad', () => {
    const { projectId } = create(false);
    const task = open(projectId);
    const fine: Edit = { do: 'add', span: { start: 7, end: 10, label: 'NAME' } };
    const bad = (span: { start: number; end: number; label: string }): Edit => ({
      do: 'add',
      span,
    });
    for (const [edit, reason] of [
      [bad({ start: 11, end: 12, label: 'NAME' }), 'cutsGrapheme'],
      [bad({ start: 18, end: 19, label: 'NAME' }), 'cutsGrapheme'],
      [bad({ start: 5, end: 5, label: 'NAME' }), 'empty'],
      [bad({ start: 5, end: 900, label: 'NAME' }), 'outOfRange'],
      [bad({ start: 0, end: 3, label: 'OTHER' }), 'unknownLabel'],
      [fine, 'duplicate'],
      [{ do: 'remove', annotationId: 'ann_00000000' }, 'noSuchAnnotation'],
      [{ do: 'accept', suggestionId: 'sug_00000000' }, 'noSuchSuggestion'],
    ] as const) {
      expect(apply(task, task.revision, fine, edit)).toMatchObject({
        error: { code: 'SPAN_INVALID', params: { reason, index: 1 } },
      });
    }
    expect(open(projectId, { documentId: task.documentId }).revision).toBe(0);
    unwrap(apply(task, task.revision, fine));
    expect(
      apply(task, task.revision, { do: 'add', span: { start: 0, end: 3, label: 'NAME' } }),
    ).toMatchObject({
      error: { code: 'STALE_EDIT' },
    });
  });

  it('stop accepting labels the moment consent is withdrawn', () => {
    const { projectId } = create(false);
    const task = open(projectId);
    withdraw('0');
    expect(
      apply(task, task.revision, { do: 'add', span: { start: 0, end: 3, label: 'NAME' } }),
    ).toMatchObject({
      error: { code: 'GATE_DENIED' },
    });
  });

  it('turn suggestions into labels only when a person says so, and do not repeat a refused one', () => {
    const { projectId } = create(false);
    const task = open(projectId);
    const ada = { start: 7, end: 10, label: 'NAME', score: 0.9 };
    const nhc = { start: 0, end: 3, label: 'NAME', score: 0.4 };
    const put = () =>
      rooms.labeling.suggestions.put(projectId, task.documentId, 'mdl_00000000', [ada, nhc]);
    expect(put()).toBe(2);
    const shown = open(projectId, { documentId: task.documentId });
    expect(shown.annotations).toEqual([]);
    const [second, first] = shown.suggestions;
    if (first === undefined || second === undefined) throw new Error('no suggestions');
    const decided = unwrap(
      apply(
        task,
        0,
        { do: 'accept', suggestionId: first.suggestionId },
        { do: 'reject', suggestionId: second.suggestionId },
      ),
    );
    expect(decided.annotations).toMatchObject([
      { start: 7, end: 10, origin: 'suggestion', annotator: 'Tester' },
    ]);
    expect(decided.suggestions).toEqual([]);
    expect(put()).toBe(1);
    expect(open(projectId, { documentId: task.documentId }).suggestions).toEqual([]);
    const undone = unwrap(rooms.labeling.tasks.undo(rooms.actor, task, decided.revision));
    expect(undone.annotations).toEqual([]);
  });

  it('keep every acknowledged label when the process is killed', async () => {
    const { projectId } = create(false);
    rooms.vault.vault.close();
    const child = fileURLToPath(new URL('./labelChild.ts', import.meta.url));
    const script = spawn(process.execPath, [child, rooms.vault.folder, projectId], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let acknowledged = 0;
    await new Promise<void>((resolve) => {
      script.stdout.on('data', (chunk: Buffer) => {
        acknowledged += chunk.toString().split('\n').length - 1;
        if (acknowledged >= 25) resolve();
      });
    });
    const gone = new Promise((resolve) => script.once('close', resolve));
    script.kill('SIGKILL');
    await gone;
    const vault = await rooms.vault.reopen();
    const stored =
      vault.store.db.get<{ n: number }>(
        `SELECT count(*) AS n FROM annotation_event WHERE type = 'add'`,
      )?.n ?? 0;
    expect(acknowledged).toBeGreaterThanOrEqual(25);
    expect(stored).toBeGreaterThanOrEqual(acknowledged);
    // One more may have been stored whose answer the kill swallowed.
    expect(stored).toBeLessThanOrEqual(acknowledged + 1);
    expect(vault.store.check()).toEqual([]);
  });
});

describe('snapshots', () => {
  const freeze = (projectId: string, split: object = { dev: 0.25, test: 0, seed: 1 }) =>
    rooms.labeling.snapshots.freeze(rooms.actor, { projectId, name: 'S', split } as never);

  it('freeze finished documents the gate permits, people apart, and say what was left out', () => {
    const { projectId } = create(true);
    withdraw('2');
    const snapshot = unwrap(freeze(projectId));
    expect(snapshot.splits.reduce((sum, { documents }) => sum + documents, 0)).toBe(7);
    expect(snapshot.splits.map(({ split }) => split)).toEqual(['train', 'dev']);
    expect(snapshot.leftOut).toEqual(
      expect.arrayContaining([
        { reason: 'consentWithdrawn', count: 1 },
        { reason: 'unfinished', count: 4 },
      ]),
    );
    expect(unwrap(freeze(projectId)).manifestSha256).toBe(snapshot.manifestSha256);
    expect(unwrap(freeze(projectId, { dev: 0.5, test: 0, seed: 2 })).manifestSha256).not.toBe(
      snapshot.manifestSha256,
    );
  });

  it('give texts through the gate alone, leave out who withdrew since, and notice before a model is kept', () => {
    const { projectId } = create(true);
    const { snapshotId } = unwrap(freeze(projectId, { dev: 0, test: 0, seed: 1 }));
    const by = { actor: rooms.actor, operation: 'train' } as const;
    const reader = unwrap(rooms.labeling.snapshots.open(snapshotId, by));
    const texts = [...reader.documents('train')];
    expect(texts).toHaveLength(8);
    expect(texts[0]?.spans.map(({ start, end }) => texts[0]?.text.slice(start, end))[0]).toBe(
      'Ada',
    );
    expect(reader.recheck().lost).toEqual([]);
    withdraw('1');
    expect(reader.recheck().lost).toMatchObject([{ step: 'basis', reason: 'consentWithdrawn' }]);
    const later = unwrap(rooms.labeling.snapshots.open(snapshotId, by));
    expect([...later.documents('train')]).toHaveLength(7);
    expect(later.withheld()).toMatchObject([{ reason: 'consentWithdrawn', count: 1 }]);
  });

  it('are refused when a text is not the frozen one, before and while it is read', () => {
    const { projectId } = create(true);
    const { snapshotId } = unwrap(freeze(projectId, { dev: 0, test: 0, seed: 1 }));
    const by = { actor: rooms.actor, operation: 'train' } as const;
    const reader = unwrap(rooms.labeling.snapshots.open(snapshotId, by));
    rooms.store.db.run(`UPDATE document SET sha256 = 'changed' WHERE name = 'n1'`);
    expect(() => [...reader.documents('train')]).toThrow(Fault);
    expect(rooms.labeling.snapshots.open(snapshotId, by)).toMatchObject({
      error: { code: 'SNAPSHOT_CHANGED' },
    });
  });

  it('take another project as the development split and nobody twice', () => {
    const { projectId } = create(true, 'A');
    const dev = create(true, 'B');
    expect(freeze(projectId, { devProjectId: dev.projectId })).toMatchObject({
      error: { code: 'SNAPSHOT_EMPTY', params: { subjectInDev: 8 } },
    });
  });

  it('say that nothing is finished, and stop for a retired purpose', () => {
    const { projectId } = create(false);
    expect(freeze(projectId)).toMatchObject({
      error: { code: 'SNAPSHOT_EMPTY', params: { unfinished: NOTES } },
    });
    unwrap(rooms.governance.purposes.retire(rooms.actor, purposeId, 'over'));
    expect(freeze(projectId)).toMatchObject({ error: { code: 'PURPOSE_RETIRED' } });
  });
});
