// A vault with people, consents, labeled notes and a frozen snapshot, for tests of the rooms around
// models. Governance, gate, store and audit log are the real ones; the snapshot is read by a small
// stand-in over the real gate, so that these tests do not depend on how labels come about.
import { createHash } from 'node:crypto';
import { createAuditLog, createGovernance } from '../../main/governance/index.ts';
import type { Actor } from '../../main/governance/index.ts';
import type { SnapshotReader } from '../../main/labeling/index.ts';
import type { Store } from '../../main/store/index.ts';
import { createModels, type LaunchCompute, type LaneTiming } from '../../main/models/index.ts';
import { createTraining } from '../../main/training/index.ts';
import { createEvaluations } from '../../main/evaluation/index.ts';
import type { Snapshot } from '../../shared/contract/index.ts';
import type { Span } from '../../shared/domain/spans.ts';
import { ok, unwrap } from '../../shared/kernel/result.ts';
import { createTestVault, type TestVault } from './openVault.ts';

export interface LabeledNote {
  readonly id?: string;
  readonly text: string;
  readonly spans: readonly Span[];
}

export interface HouseOptions {
  readonly train: readonly LabeledNote[];
  readonly dev: readonly LabeledNote[];
  readonly test?: readonly LabeledNote[];
  readonly launch: LaunchCompute;
  readonly timing?: Partial<LaneTiming>;
}

export type TrainingHouse = Awaited<ReturnType<typeof createTrainingHouse>>;

const SPLITS = ['train', 'dev', 'test'] as const;
type Split = (typeof SPLITS)[number];

/** Every note is another person's, who gave consent. Ids: `doc_train0000`, people in the same order. */
export async function createTrainingHouse(options: HouseOptions) {
  const test: TestVault = await createTestVault();
  const { clock, random } = test;
  const { user } = test.vault;
  const actor: Actor = { userId: user.id, name: user.name, roles: user.roles };
  let rooms = open(test.vault.store);

  function open(store: Store) {
    const audit = createAuditLog({ store, clock, random, appVersion: '0.0.0' });
    const base = { store, clock, random, audit };
    const governance = createGovernance(base);
    const models = createModels({
      ...base,
      subjectRef: governance.subjects.subjectRef,
      launchCompute: options.launch,
      ...(options.timing && { timing: options.timing }),
    });
    const snapshots = standIn(base.store, governance);
    const { compute } = models;
    const training = createTraining({ ...base, snapshots, models, compute });
    const evaluation = createEvaluations({ ...base, snapshots, models, compute });
    governance.follow(training.follower);
    governance.follow(models.follower);
    governance.onConsentLost(models.consentLost);
    governance.onConsentLost(training.consentLost);
    return { ...base, governance, models, snapshots, training, evaluation };
  }

  const { governance, store } = rooms;
  const purpose = unwrap(
    governance.purposes.declare(actor, {
      name: 'Train a tagger',
      description: 'Finds personal data in notes of ward 7.',
      operations: ['read', 'label', 'train', 'evaluate', 'suggest'],
      categories: ['health'],
      basis: { article6: '6(1)(a)', article9: '9(2)(a)', piplSeparateConsent: false },
      noticeVersion: '1',
      retentionDays: null,
    }),
  );
  const { purposeId } = purpose;
  const collectionId = random.newId('collection');
  const projectId = random.newId('project');
  const snapshotId = random.newId('snapshot');
  const subjects: Record<Split, string[]> = { train: [], dev: [], test: [] };
  const documents: Record<Split, string[]> = { train: [], dev: [], test: [] };
  const notes = { train: options.train, dev: options.dev, test: options.test ?? [] };

  store.transaction(() => {
    const now = clock.now();
    const { db } = store;
    db.run('INSERT INTO collection (id, name, created_at, kind, actor) VALUES (?, ?, ?, ?, ?)', [
      collectionId,
      'Notes',
      now,
      'original',
      actor.userId,
    ]);
    const labels = [
      ...new Set(
        SPLITS.flatMap((split) =>
          notes[split].flatMap(({ spans }) => spans.map(({ label }) => label)),
        ),
      ),
    ];
    db.run(
      'INSERT INTO project (id, name, purpose_id, collection_id, labels, created_at, actor) VALUES (?, ?, ?, ?, ?, ?, ?)',
      [projectId, 'Ward 7', purposeId, collectionId, JSON.stringify(labels), now, actor.userId],
    );
    let position = 0;
    const splits: Snapshot['splits'] = [];
    for (const split of SPLITS) {
      for (const { text } of notes[split]) {
        const number = documents[split].length;
        const id = `doc_${split}${String(number).padStart(4, '0')}`;
        const person = governance.subjects.findOrCreate('record', `${split}-${number}`);
        if ('erased' in person) throw new Error('nobody is erased yet');
        const { lastInsertRowid } = db.run(
          `INSERT INTO document (id, collection_id, name, subject_id, language, category, kind, length, sha256, imported_at)
           VALUES (?, ?, ?, ?, 'de', 'health', 'original', ?, ?, ?)`,
          [id, collectionId, id, person.subjectId, text.length, sha256(text), now],
        );
        governance.texts.put(Number(lastInsertRowid), text);
        subjects[split].push(person.subjectId);
        documents[split].push(id);
        position += 1;
      }
      if (notes[split].length > 0) {
        splits.push({
          split,
          documents: notes[split].length,
          subjects: notes[split].length,
          spans: notes[split].reduce((sum, { spans }) => sum + spans.length, 0),
          characters: notes[split].reduce((sum, { text }) => sum + text.length, 0),
        });
      }
    }
    const counts = new Map<string, number>();
    for (const { label } of SPLITS.flatMap((split) => notes[split]).flatMap(({ spans }) => spans)) {
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    const summary = {
      splits,
      labels: [...counts].map(([label, count]) => ({ label, count })),
      leftOut: [{ reason: 'noLabels', count: 2 }],
    };
    db.run(
      `INSERT INTO snapshot (id, name, project_id, purpose_id, policy_sha256, manifest_sha256, summary, created_at, actor)
       VALUES (?, 'Frozen notes', ?, ?, ?, ?, ?, ?, ?)`,
      [
        snapshotId,
        projectId,
        purposeId,
        sha256('policy'),
        sha256('manifest'),
        JSON.stringify(summary),
        now,
        actor.userId,
      ],
    );
    position = 0;
    for (const split of SPLITS) {
      notes[split].forEach(({ text, spans }, index) => {
        const row = db.get<{ rowid: number }>('SELECT rowid FROM document WHERE id = ?', [
          documents[split][index] ?? '',
        ]);
        db.run(
          'INSERT INTO snapshot_document (snapshot_id, position, document_rowid, split, text_sha256, spans) VALUES (?, ?, ?, ?, ?, ?)',
          [snapshotId, position, row?.rowid ?? 0, split, sha256(text), JSON.stringify(spans)],
        );
        position += 1;
      });
    }
  });
  unwrap(
    governance.consent.record(actor, {
      purposeId,
      subjects: { collectionId },
      decision: 'given',
      channel: 'paper',
      evidence: '',
      expiresAt: null,
    }),
  );

  return {
    actor,
    purposeId,
    projectId,
    collectionId,
    snapshotId,
    subjects,
    documents,
    get rooms() {
      return rooms;
    },
    withdraw(...subjectIds: readonly string[]) {
      return unwrap(
        rooms.governance.consent.withdraw(actor, {
          purposeId,
          subjects: { subjectIds },
          reason: 'changed their mind',
        }),
      );
    },
    /** Closes the vault and opens it again, as a restart of the core would. */
    async restart() {
      rooms.models.close();
      rooms = open((await test.reopen()).store);
    },
    dispose() {
      rooms.models.close();
      test.dispose();
    },
  };
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Reads a frozen snapshot through the gate. */
function standIn(store: Store, governance: ReturnType<typeof createGovernance>) {
  const list = (): Snapshot[] =>
    store.db
      .all<Record<string, string>>(
        `SELECT snapshot.*, project.name AS project, purpose.name AS purpose FROM snapshot
         JOIN project ON project.id = snapshot.project_id JOIN purpose ON purpose.id = snapshot.purpose_id`,
      )
      .map((row) => ({
        snapshotId: row['id'] ?? '',
        name: row['name'] ?? '',
        projectId: row['project_id'] ?? '',
        project: row['project'] ?? '',
        purposeId: row['purpose_id'] ?? '',
        purpose: row['purpose'] ?? '',
        createdAt: row['created_at'] ?? '',
        manifestSha256: row['manifest_sha256'] ?? '',
        policySha256: row['policy_sha256'] ?? '',
        ...(JSON.parse(row['summary'] ?? '{}') as Pick<Snapshot, 'splits' | 'labels' | 'leftOut'>),
      }));
  return {
    list,
    open(
      snapshotId: string,
      { actor, operation }: { actor: Actor; operation: 'train' | 'evaluate' },
    ) {
      const snapshot = list().find((one) => one.snapshotId === snapshotId) as Snapshot;
      const rows = store.db.all<{ id: string; split: Split; spans: string }>(
        `SELECT document.id, split, spans FROM snapshot_document JOIN document ON document.rowid = document_rowid
         WHERE snapshot_id = ? ORDER BY position`,
        [snapshotId],
      );
      const opened = governance.gate.open({
        actor,
        purposeId: snapshot.purposeId,
        operation,
        documentIds: rows.map(({ id }) => id),
      });
      if (!opened.ok) return opened;
      const gate = opened.value;
      const reader: SnapshotReader = {
        snapshot,
        policySha256: gate.policySha256,
        *documents(split: Split) {
          for (const row of rows.filter((one) => one.split === split)) {
            const read = gate.read(row.id);
            if (!read.ok) continue;
            const { text, subjectId } = read.value;
            yield { documentId: row.id, subjectId, text, spans: JSON.parse(row.spans) as Span[] };
          }
        },
        withheld: () => gate.withheld,
        recheck: () => gate.recheck(),
      } as SnapshotReader;
      return ok(reader);
    },
  };
}
