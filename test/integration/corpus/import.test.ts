// The import against a real encrypted vault: what goes in, what a second time changes, what a crash leaves.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unwrap } from '../../../shared/kernel/result.ts';
import { erasedIdentifierHmac } from '../../../main/governance/subjects.ts';
import {
  giveConsent,
  openRooms,
  quietRun,
  settingsFor,
  type OpenRooms,
} from '../../fakes/rooms.ts';

const MEDDOCAN = fileURLToPath(new URL('../../../../shared/data/meddocan', import.meta.url));
const here = existsSync(MEDDOCAN);
if (!here)
  process.stderr.write('Skipped: tests with ../shared/data/meddocan, the folder is missing.\n');
const BY_NHC = { by: 'pattern', pattern: String.raw`NHC: ?(\d+)`, scheme: 'nhc' } as const;

let rooms: OpenRooms;
let folder: string;
beforeEach(async () => {
  rooms = await openRooms();
  folder = mkdtempSync(join(tmpdir(), 'cloister-notes-'));
});
afterEach(() => {
  rooms.vault.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const write = (name: string, text: string, ann = ''): void => {
  writeFileSync(join(folder, `${name}.txt`), text);
  writeFileSync(join(folder, `${name}.ann`), ann);
};
const counts = ({ documents }: { documents: Record<string, number> }) => documents;

describe('import', () => {
  it('stores texts exactly, links people, lists bad rows, and is idempotent', async () => {
    write('a', 'NHC: 1\r\nAda 😊 e\u0301\t ', 'T1\tNAME 8 11\tAda\nT2\tNAME 900 901\tx\n');
    write('b', 'NHC: 1\nsecond note\u0000 with NUL');
    write('c', 'nobody');
    const first = await rooms.bring(folder, 'Notes', { subjects: BY_NHC });
    expect(counts(first)).toEqual({ added: 3, unchanged: 0, changed: 0, rejected: 0 });
    expect(first.subjects).toEqual({ linked: 2, created: 1, withoutSubject: 1 });
    expect(first.issues.map(({ code, file, line }) => [code, file, line])).toEqual([
      ['spanOutOfRange', 'a.ann', 2],
      ['subjectNotFound', 'c.txt', null],
    ]);
    const purposeId = rooms.purpose();
    const { items } = unwrap(
      rooms.corpus.documents.list(rooms.actor, { ...everything, purposeId }),
    );
    const texts = items.map(({ documentId }) =>
      unwrap(rooms.corpus.documents.read(rooms.actor, documentId, purposeId)),
    );
    expect(texts.map(({ text }) => text)).toEqual([
      'NHC: 1\r\nAda 😊 e\u0301\t ',
      'NHC: 1\nsecond note\u0000 with NUL',
      'nobody',
    ]);
    expect(texts[0]?.spans).toEqual([{ start: 8, end: 11, label: 'NAME', annotator: 'import' }]);

    const second = await rooms.bring(folder, 'Notes', { subjects: BY_NHC });
    expect(counts(second)).toEqual({ added: 0, unchanged: 3, changed: 0, rejected: 0 });
    expect(second.subjects.created).toBe(0);
  });

  it('replaces a changed text and its labels, and finds it by the new words alone', async () => {
    write('a', 'the old wording', 'T1\tX 4 7\told\n');
    await rooms.bring(folder, 'Notes');
    write('a', 'a new wording', 'T1\tX 2 5\tnew\n');
    expect(counts(await rooms.bring(folder, 'Notes'))).toMatchObject({ changed: 1 });
    const purposeId = rooms.purpose();
    const search = (words: string) =>
      unwrap(rooms.corpus.documents.list(rooms.actor, { ...everything, purposeId, search: words }))
        .items.length;
    expect([search('old wording'), search('new wording')]).toEqual([0, 1]);
  });

  it('leaves a text alone that labels stand on, and says so', async () => {
    write('a', 'Ada', 'T1\tX 0 3\tAda\n');
    const { collectionId } = await rooms.bring(folder, 'Notes');
    unwrap(
      rooms.labeling.projects.create(rooms.actor, {
        name: 'P',
        purposeId: rooms.purpose(),
        collectionId,
        adoptImported: true,
      }),
    );
    write('a', 'Bea', 'T1\tX 0 3\tBea\n');
    write('b', 'new');
    const again = await rooms.bring(folder, 'Notes');
    expect(counts(again)).toMatchObject({ added: 1, rejected: 1 });
    expect(again.issues).toMatchObject([{ code: 'duplicateName', file: 'a.txt' }]);
    const other = await rooms.bring(folder, 'Notes', { annotator: 'second' });
    expect(counts(other)).toMatchObject({ rejected: 1, unchanged: 1 });
  });

  it('does not bring an erased person back', async () => {
    rooms.store.db.run('INSERT INTO erased_identifier (hmac, at, order_id) VALUES (?, ?, ?)', [
      erasedIdentifierHmac({ store: rooms.store, random: rooms.vault.random }, 'nhc', '7'),
      '2026-01-01T00:00:00.000Z',
      'ord_00000000',
    ]);
    write('a', 'NHC: 7');
    write('b', 'NHC: 8');
    const report = await rooms.bring(folder, 'Notes', { subjects: BY_NHC });
    expect(counts(report)).toMatchObject({ added: 1, rejected: 1 });
    expect(report.issues).toMatchObject([{ code: 'erasedSubject', file: 'a.txt' }]);
    expect(JSON.stringify(report.issues)).not.toContain('NHC');
  });

  it('writes nothing where nothing can be imported, and in a preflight', async () => {
    write('a', ' ');
    const refused = await rooms.corpus.import(
      rooms.actor,
      settingsFor(folder, 'Notes'),
      quietRun(),
    );
    expect(refused).toMatchObject({ ok: false, error: { code: 'NOTHING_IMPORTED' } });
    write('b', 'NHC: 3', 'T1\tX 0 3\tNHC\n');
    const seen = unwrap(
      await rooms.corpus.preflight(
        rooms.actor,
        settingsFor(folder, 'Notes', { subjects: BY_NHC }),
        quietRun(),
      ),
    );
    expect(seen).toMatchObject({
      format: 'brat',
      documents: 1,
      spans: 1,
      labels: [{ label: 'X', count: 1 }],
      subjects: { found: 1, distinct: 1, examples: ['3'] },
      issueCount: 1,
    });
    expect(rooms.corpus.documents.collections()).toEqual([]);
    expect(rooms.store.db.get('SELECT count(*) AS n FROM subject')).toEqual({ n: 0 });
  });

  it('keeps whole batches when cancelled and says how many in the log', async () => {
    for (let at = 0; at < 600; at += 1) writeFileSync(join(folder, `n${at}.txt`), `note ${at}`);
    const controller = new AbortController();
    const run = { signal: controller.signal, progress: () => controller.abort() };
    const stopped = await rooms.corpus.import(rooms.actor, settingsFor(folder, 'Notes'), run);
    expect(stopped).toMatchObject({
      ok: false,
      error: { code: 'CANCELLED', params: { documents: 250 } },
    });
    expect(rooms.corpus.documents.collections()).toMatchObject([{ documents: 250 }]);
    expect(rooms.audit.list({ limit: 1 }).items[0]).toMatchObject({
      action: 'corpus.import.cancelled',
    });
    expect(counts(await rooms.bring(folder, 'Notes'))).toMatchObject({
      added: 350,
      unchanged: 250,
    });
  });

  it('leaves only whole batches behind when its process is killed', async () => {
    for (let at = 0; at < 1500; at += 1)
      writeFileSync(join(folder, `n${at}.txt`), `NHC: ${at} note`);
    rooms.vault.vault.close();
    const child = fileURLToPath(new URL('./importChild.ts', import.meta.url));
    const script = spawn(process.execPath, [child, rooms.vault.folder, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve) => script.stdout.once('data', () => resolve()));
    const gone = new Promise((resolve) => script.once('exit', resolve));
    script.kill('SIGKILL');
    await gone;
    const vault = await rooms.vault.reopen();
    const stored = vault.store.db.get<{ n: number }>('SELECT count(*) AS n FROM document')?.n ?? 0;
    expect(stored).toBeGreaterThan(0);
    expect(stored % 250).toBe(0);
    const { db } = vault.store;
    expect(db.get('SELECT count(*) AS n FROM document_text')).toEqual({ n: stored });
    expect(db.get('SELECT count(*) AS n FROM subject')).toEqual({ n: stored });
    const report = db.get<{ report: string }>('SELECT report FROM import_batch')?.report ?? '{}';
    expect((JSON.parse(report) as { documents: { added: number } }).documents.added).toBe(stored);
    expect(vault.store.check()).toEqual([]);
  });

  it('shows what the gate permits, page by page', async () => {
    for (let at = 0; at < 7; at += 1) write(`n${at}`, `NHC: ${at} note`);
    const { collectionId } = await rooms.bring(folder, 'Notes', { subjects: BY_NHC });
    const purposeId = rooms.purpose('consent');
    giveConsent(rooms, purposeId, collectionId);
    const { subjectIds } = rooms.governance.subjects.select({ keys: ['2'] });
    unwrap(
      rooms.governance.consent.withdraw(rooms.actor, {
        purposeId,
        subjects: { subjectIds },
        reason: '',
      }),
    );
    const list = (more: object) =>
      unwrap(rooms.corpus.documents.list(rooms.actor, { ...everything, purposeId, ...more }));
    const all = list({ limit: 4 });
    expect(all.items.map(({ access }) => access)).toEqual([
      'permitted',
      'permitted',
      'withheld',
      'permitted',
    ]);
    expect(all.items[2]).toMatchObject({
      subjectKey: null,
      subjectId: null,
      withheldStep: 'basis',
    });
    expect(all).toMatchObject({ total: 7, withheld: { total: 1 } });
    expect(list({ limit: 4, cursor: all.next }).items).toHaveLength(3);
    expect(list({ access: 'withheld' }).items.map(({ name }) => name)).toEqual(['n2']);
    const withheld = all.items[2]?.documentId ?? '';
    expect(rooms.corpus.documents.read(rooms.actor, withheld, purposeId)).toMatchObject({
      error: { code: 'GATE_DENIED' },
    });
    expect(list({ search: 'note' }).total).toBe(6);
  });

  it.skipIf(!here)(
    'brings 250 real notes of ../shared/data/meddocan in, every span on its text',
    async () => {
      const report = await rooms.bring(join(MEDDOCAN, 'dev'), 'Dev', { subjects: BY_NHC });
      expect(counts(report)).toEqual({ added: 250, unchanged: 0, changed: 0, rejected: 0 });
      expect(report.spans).toBe(5801);
      expect(
        report.issues.every(
          ({ message }) =>
            message.includes('behind the byte order mark') || message.includes('was not found'),
        ),
      ).toBe(true);
    },
  );
});

const everything = {
  cursor: null,
  limit: 100,
  collectionId: null,
  purposeId: null,
  search: '',
  access: 'all',
} as const;

describe('the corpus as a follower of erasure', () => {
  it('takes the names of a person out of import reports', async () => {
    mkdirSync(join(folder, 'ward'));
    writeFileSync(join(folder, 'ward/Ada Lovelace.txt'), 'NHC: 5 text');
    writeFileSync(join(folder, 'ward/Ada Lovelace.ann'), 'T1\tX 50 51\tx\n');
    await rooms.bring(folder, 'Notes', { subjects: BY_NHC });
    const { corpusFollower } = await import('../../../main/corpus/index.ts');
    const subjectId = rooms.governance.subjects.byKey('5') ?? '';
    const follower = corpusFollower(rooms);
    expect(follower.erase?.(subjectId)).toEqual([{ table: 'import_batch', rows: 1 }]);
    expect(JSON.stringify(rooms.corpus.imports({ cursor: null, limit: 10 }))).not.toContain(
      'Lovelace',
    );
    expect(follower.erase?.(subjectId)).toEqual([{ table: 'import_batch', rows: 0 }]);
  });
});
