// Erasure on real encrypted vaults: proven over random layouts, red when any step is broken, resumable.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createGovernance, type Governance } from '../../../main/governance/index.ts';
import { canonicalJson } from '../../../main/platform/index.ts';
import type { SealedId, Store } from '../../../main/store/index.ts';
import { fill, scanned, type Filled } from './filled.ts';
import { createDomainRandom } from './layout.ts';
import {
  createHouse,
  furnish,
  person,
  putDocument,
  TESTER,
  type House,
} from '../../unit/governance/house.ts';
import { unwrap } from '../../../shared/kernel/result.ts';

let houses: House[] = [];
const open = async (): Promise<House> => {
  const house = await createHouse();
  houses.push(house);
  return house;
};
afterEach(() => {
  for (const house of houses) house.dispose();
  houses = [];
});

const erase = (governance: Governance, { requestId, key }: Filled) =>
  governance.erasure.erase(TESTER, { requestId, confirmation: key });

describe('erasing a person', () => {
  it('writes a certificate that the log commits to, and knows the person no more', async () => {
    const house = await open();
    const filled = fill(house, createDomainRandom(7));
    const counted = house.store.db.get<{ n: number }>('SELECT count(*) AS n FROM document');
    const stages: string[] = [];
    const certificate = unwrap(
      await house.governance.erasure.erase(
        TESTER,
        { requestId: filled.requestId, confirmation: filled.key },
        (stage) => void stages.push(stage),
      ),
    );
    expect(stages).toEqual([
      'ordering',
      'deleting',
      'compacting',
      'rekeying',
      'proving',
      'closing',
    ]);

    const { sha256, ...body } = certificate;
    expect(createHash('sha256').update(canonicalJson(body)).digest('hex')).toBe(sha256);
    const leaf = house.audit.leaf(certificate.certificateLeaf)?.body;
    expect(leaf).toMatchObject({ action: 'erasure.certify', commitments: { certificate: sha256 } });
    expect(house.audit.leaf(certificate.orderLeaf)?.body?.action).toBe('erasure.order');
    expect(certificate.orderLeaf).toBeLessThan(certificate.certificateLeaf);
    expect((await house.audit.verify()).intact).toBe(true);

    const rows = Object.fromEntries(certificate.deleted.map(({ table, rows: n }) => [table, n]));
    const left = house.store.db.get<{ n: number }>('SELECT count(*) AS n FROM document');
    expect(rows['document']).toBe((counted?.n ?? 0) - (left?.n ?? 0));
    expect(rows).toMatchObject({ subject: 1, subject_identifier: 1, consent_event: 1 });
    expect(rows['text']).toBe(rows['document']);
    expect(rows['search']).toBe(rows['document']);

    expect(house.governance.subjects.byKey(filled.key)).toBeUndefined();
    expect(unwrap(house.governance.requests.get(filled.requestId))).toMatchObject({
      state: 'closed',
      outcome: 'erased',
      subjectId: null,
      subjectKey: null,
    });
    expect(unwrap(house.governance.erasure.certificate(filled.requestId))).toEqual(certificate);
    const again = await erase(house.governance, filled);
    expect(!again.ok && again.error.code).toBe('REQUEST_CLOSED');
    // The person may not come back by an import.
    expect(house.governance.subjects.findOrCreate('record', filled.key)).toEqual({ erased: true });
    expect(house.governance.subjects.findOrCreate('customer', filled.key)).toMatchObject({
      created: true,
    });
  });

  it('asks for the record number and does nothing without it', async () => {
    const house = await open();
    const filled = fill(house, createDomainRandom(3));
    const refused = await house.governance.erasure.erase(TESTER, {
      requestId: filled.requestId,
      confirmation: 'yes',
    });
    expect(!refused.ok && refused.error.code).toBe('CONFIRMATION_MISMATCH');
    expect(house.governance.subjects.byKey(filled.key)).toBe(filled.victim);
    expect(unwrap(house.governance.requests.get(filled.requestId)).state).toBe('open');
  });

  it('closes what else the person had asked for', async () => {
    const house = await open();
    const filled = fill(house, createDomainRandom(4));
    const { requests } = house.governance;
    const subject = { subjectId: filled.victim };
    const access = unwrap(requests.open(TESTER, { kind: 'access', subject }));
    const second = unwrap(requests.open(TESTER, { kind: 'erasure', subject }));
    unwrap(await erase(house.governance, filled));
    for (const { requestId } of [access, second]) {
      expect(unwrap(requests.get(requestId))).toMatchObject({
        state: 'closed',
        outcome: 'personErased',
        subjectId: null,
      });
    }
    expect(requests.unanswered(10)).toEqual([]);
  });

  it('previews what goes exactly', async () => {
    const house = await open();
    const filled = fill(house, createDomainRandom(5));
    const preview = unwrap(house.governance.erasure.preview(filled.requestId));
    expect(preview.confirmation).toBe(filled.key);
    const going = Object.fromEntries(preview.goes.map(({ what, count }) => [what, count]));
    const certificate = unwrap(await erase(house.governance, filled));
    const rows = Object.fromEntries(certificate.deleted.map(({ table, rows: n }) => [table, n]));
    expect((going['documents'] ?? 0) + (going['deidentified'] ?? 0)).toBe(rows['document']);
    expect(going['spans']).toBe(rows['source_span']);
    expect(going['indexEntries']).toBe(rows['search']);
    expect(going['identifiers']).toBe(1);
    expect(going['consents']).toBe(1);
  });

  it('removes the terms of deleted texts from the index', async () => {
    const house = await open();
    const key = 'MRN-7781233';
    const victim = person(house, key);
    const other = person(house, 'MRN-1000001');
    putDocument(house, {
      name: 'a',
      text: 'The word 魑魅魍魎 stands only here.',
      subjectId: victim,
    });
    putDocument(house, { name: 'b', text: 'Nothing of note.', subjectId: other });
    // Terms are stored without the prefix they share with the one before; the rest is there as it is.
    const terms = (): number =>
      house.store.db
        .all<{ block: Buffer }>('SELECT block FROM document_search_data')
        .filter(({ block }) => block.includes('魍魎')).length;
    expect(terms()).toBe(1);
    const request = unwrap(
      house.governance.requests.open(TESTER, { kind: 'erasure', subject: { key } }),
    );
    unwrap(
      await house.governance.erasure.erase(TESTER, {
        requestId: request.requestId,
        confirmation: key,
      }),
    );
    expect(terms()).toBe(0);
  });
});

describe('a proof that cannot be given', () => {
  const broken = async (
    seed: number,
    spoil: (house: House, filled: Filled) => Partial<Store> | void,
    after?: (house: House, filled: Filled) => void,
  ) => {
    const house = await open();
    const filled = fill(house, createDomainRandom(seed));
    const changes = spoil(house, filled) ?? {};
    const store: Store = { ...house.store, ...changes };
    const governance = createGovernance({ ...house, store, scanFolders: () => [] });
    const result = await governance.erasure.erase(
      TESTER,
      { requestId: filled.requestId, confirmation: filled.key },
      (stage) => {
        if (stage === 'proving') after?.(house, filled);
      },
    );
    return { house, filled, governance, result };
  };
  const unproven = ({ result, governance, filled, house }: Awaited<ReturnType<typeof broken>>) => {
    expect(!result.ok && result.error.code).toBe('ERASURE_UNPROVEN');
    expect(unwrap(governance.requests.get(filled.requestId)).state).toBe('failed');
    expect(governance.erasure.unfinished()).toEqual([filled.requestId]);
    expect(governance.erasure.certificate(filled.requestId).ok).toBe(false);
    expect(house.audit.list({ limit: 1 }).items[0]?.action).toBe('erasure.unproven');
  };

  it('a rebuild left out, where pages keep deleted bytes', async () => {
    const spoil = (house: House) => house.store.db.exec('PRAGMA secure_delete=OFF');
    unproven(
      await broken(11, (house) => {
        spoil(house);
        return { vacuum: () => house.store.checkpoint() };
      }),
    );
    // The same pages with the rebuild are clean: it is the missing step that turned the proof red.
    const whole = await broken(11, (house) => void spoil(house));
    expect(whole.result.ok).toBe(true);
  });

  it('a stray copy in a table nobody thought of', async () => {
    unproven(
      await broken(12, (house, { markers }) => {
        house.store.db.exec('CREATE TABLE cache (id INTEGER PRIMARY KEY, value TEXT)');
        house.store.db.run('INSERT INTO cache (value) VALUES (?)', [
          `${markers[1]} and more`.toLowerCase(),
        ]);
        const note = house.store.db.get<{ text: string }>(
          'SELECT t.text FROM document_text t JOIN document d ON d.rowid = t.document_rowid WHERE d.subject_id IS NOT NULL AND d.name LIKE ?',
          ['NHC-%'],
        );
        house.store.db.run('INSERT INTO cache (value) VALUES (?)', [note?.text ?? '']);
      }),
    );
  });

  it.each(['utf8', 'utf16le'] as const)(
    'a stray file beside the database, in %s',
    async (encoding) => {
      unproven(
        await broken(
          13,
          () => undefined,
          (house, { key }) =>
            writeFileSync(join(house.test.folder, 'export.tmp'), Buffer.from(`x${key}x`, encoding)),
        ),
      );
    },
  );

  it('an identifier in a job title', async () => {
    unproven(
      await broken(14, (house, { key }) => {
        house.store.db.run(
          "INSERT INTO job (id, procedure, title, state, started_at, keeps, actor) VALUES ('job_1', 'x', ?, 'done', '', '', '')",
          [`Export of ${key}`],
        );
      }),
    );
  });

  it('a folder outside the vault', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'cloister-stray-'));
    try {
      const house = await open();
      const filled = fill(house, createDomainRandom(15));
      const governance = createGovernance({ ...house, scanFolders: () => [outside] });
      writeFileSync(join(outside, 'crash.dmp'), `....${filled.key}....`);
      const first = await erase(governance, filled);
      expect(!first.ok && first.error.params).toMatchObject({ where: 'crash.dmp' });

      // Once the trace is gone, the order is carried to its end; only the proof is repeated.
      rmSync(join(outside, 'crash.dmp'));
      const preview = unwrap(governance.erasure.preview(filled.requestId));
      expect(preview).toMatchObject({ confirmation: filled.key, goes: [] });
      const certificate = unwrap(await erase(governance, filled));
      expect(certificate.scan.hits).toBe(0);
      expect(certificate.deleted.some(({ table }) => table === 'document')).toBe(true);
      expect(governance.erasure.unfinished()).toEqual([]);
    } finally {
      rmSync(outside, { recursive: true, force: true });
    }
  });
});

describe('people who share words', () => {
  it('does not fail over a name, a letterhead or a number that others have too', async () => {
    const house = await open();
    const key = '4711';
    const victim = person(house, key);
    const other = person(house, '9000001');
    const letterhead =
      'University Hospital of Springfield, Department of Cardiology, 12 Long Street';
    const same = `${letterhead}\nPatient: Maria Schmidt. Brother: Hans Schmidt.`;
    putDocument(house, {
      name: 'maria.txt',
      text: `${same}\nAtrial fibrillation since 2019, on apixaban.`,
      subjectId: victim,
    });
    putDocument(house, {
      name: 'hans.txt',
      text: `${same}\nHis sister has 4711 and ${'9'.repeat(8)}.`,
      subjectId: other,
    });
    const request = unwrap(
      house.governance.requests.open(TESTER, { kind: 'erasure', subject: { key } }),
    );
    const certificate = unwrap(
      await house.governance.erasure.erase(TESTER, {
        requestId: request.requestId,
        confirmation: key,
      }),
    );
    expect(certificate.scan.hits).toBe(0);
    expect(certificate.scan.needles).toBeGreaterThan(2);
    const order = house.audit.leaf(certificate.orderLeaf)?.body;
    expect(order?.counts?.['sharedNeedles']).toBeGreaterThan(0);
    expect(order?.counts?.['shortNames']).toBe(1);
    // The neighbor's note is whole.
    expect(house.governance.subjects.row(other)?.documents).toBe(1);
  });
});

describe('followers', () => {
  it('are asked, run inside the transaction, and name the models that went stale', async () => {
    const house = await open();
    const filled = fill(house, createDomainRandom(21));
    let stale = false;
    const seen: boolean[] = [];
    house.governance.follow({
      name: 'models',
      erase(subjectId) {
        seen.push(house.store.db.inTransaction && subjectId === filled.victim);
        stale = true;
        return [{ table: 'model_event', rows: 1 }];
      },
      models: () => [
        { modelId: 'mdl_0000000001', name: 'Tagger', state: stale ? 'stale' : 'valid' },
      ],
    });
    expect(unwrap(house.governance.erasure.preview(filled.requestId)).models).toEqual([
      { modelId: 'mdl_0000000001', name: 'Tagger', state: 'valid' },
    ]);
    const certificate = unwrap(await erase(house.governance, filled));
    expect(seen).toEqual([true]);
    expect(certificate.models).toEqual([
      { modelId: 'mdl_0000000001', name: 'Tagger', state: 'stale' },
    ]);
    expect(certificate.deleted).toContainEqual({ table: 'model_event', rows: 1 });
  });

  it('an error in one of them leaves everything as it was, and the order stands', async () => {
    const house = await open();
    const filled = fill(house, createDomainRandom(22));
    let fails = true;
    house.governance.follow({
      name: 'models',
      erase() {
        if (fails) throw new Error('the disk is gone');
        return [];
      },
    });
    await expect(erase(house.governance, filled)).rejects.toThrow('the disk is gone');
    expect(house.governance.subjects.byKey(filled.key)).toBe(filled.victim);
    expect(unwrap(house.governance.requests.get(filled.requestId)).state).toBe('ordered');
    // The gate does not wait for the order to be carried out.
    const summary = unwrap(
      house.governance.gate.summary({
        actor: TESTER,
        purposeId: filled.purposeId,
        operation: 'read',
        subjectId: filled.victim,
      }),
    );
    expect(summary.permitted).toBe(0);
    fails = false;
    expect((await erase(house.governance, filled)).ok).toBe(true);
  });

  it('sealed files of access packs and of training checkpoints go with the person', async () => {
    const house = await open();
    const filled = fill(house, createDomainRandom(23));
    const { db, sealed } = house.store;
    const pack = sealed.put('report', [Buffer.from('pack')]);
    db.run(
      "INSERT INTO report (id, kind, title, created_at, subject_id, actor) VALUES ('rep_1', 'accessPack', 'Pack', '', ?, '')",
      [filled.victim],
    );
    db.run(
      "INSERT INTO report_file (report_id, name, media_type, sealed_id, bytes, sha256) VALUES ('rep_1', 'a', 'b', ?, 4, '')",
      [pack.id],
    );
    const files = (): number => readdirSync(join(house.test.folder, 'sealed')).length;
    expect(files()).toBe(1);
    const certificate = unwrap(await erase(house.governance, filled));
    expect(certificate.files).toBe(1);
    expect(sealed.get(pack.id as SealedId)).toBeUndefined();
    expect(files()).toBe(0);
  });
});

describe('after a restart', () => {
  it('the order is shown and can be finished by another process', async () => {
    const house = await open();
    const filled = fill(house, createDomainRandom(31));
    await expect(
      house.governance.erasure.erase(
        TESTER,
        { requestId: filled.requestId, confirmation: filled.key },
        (stage) => {
          if (stage === 'compacting') throw new Error('the lights go out');
        },
      ),
    ).rejects.toThrow('the lights go out');
    const vault = await house.test.reopen();
    const { governance } = furnish(vault.store, house.clock, house.random);
    expect(unwrap(governance.requests.get(filled.requestId))).toMatchObject({
      state: 'ordered',
      subjectId: null,
    });
    expect(governance.erasure.unfinished()).toEqual([filled.requestId]);
    const certificate = unwrap(await erase(governance, filled));
    expect(certificate.scan.needles).toBeGreaterThan(5);
    expect(scanned(vault.store, filled.markers).hits).toEqual([]);
  });
});
