// A vault with people, consents, labeled notes and a frozen snapshot, for tests of the rooms around
// models. Everything but compute is the real thing.
import { createCorpus } from '../../main/corpus/index.ts';
import { createEvaluations } from '../../main/evaluation/index.ts';
import { createAuditLog, createGovernance, type Actor } from '../../main/governance/index.ts';
import { createLabeling, labelingFollower, type Snapshots } from '../../main/labeling/index.ts';
import { createModels, type LaneTiming, type LaunchCompute } from '../../main/models/index.ts';
import { createClock, type Clock } from '../../main/platform/index.ts';
import { createReports } from '../../main/reports/index.ts';
import { createServing } from '../../main/serving/index.ts';
import type { Store } from '../../main/store/index.ts';
import { createTraining } from '../../main/training/index.ts';
import type { Span } from '../../shared/domain/spans.ts';
import { ok, unwrap } from '../../shared/kernel/result.ts';
import { toInstant } from '../../shared/kernel/time.ts';
import { createHash } from 'node:crypto';
import { createTestVault } from './openVault.ts';

export interface LabeledNote {
  /** The record number; left out, the place in the list names the person. */
  readonly record?: string;
  readonly text: string;
  readonly spans: readonly Span[];
}

export interface HouseOptions {
  readonly train: readonly LabeledNote[];
  readonly dev: readonly LabeledNote[];
  readonly launch: LaunchCompute;
  readonly timing?: Partial<LaneTiming>;
  /** Splits the notes of `train` by people; left out, `dev` is the development split. */
  readonly split?: { readonly dev: number; readonly test: number; readonly seed: number };
  /** Nobody tells the rooms of a withdrawal, and nobody asks the gate again: to see a test fail. */
  readonly deaf?: boolean;
}

type Split = 'train' | 'dev';

export type TrainingHouse = Awaited<ReturnType<typeof createTrainingHouse>>;

/** Every note is another person's, who gave consent; record numbers are `train-0`, `train-1`, ... */
export async function createTrainingHouse(options: HouseOptions) {
  const real = createClock();
  /** Time that a test let pass. */
  let passed = 0;
  const clock: Clock = {
    nowMs: () => real.nowMs() + passed,
    now: () => toInstant(real.nowMs() + passed),
    monotonicMs: () => real.monotonicMs() + passed,
  };
  const test = await createTestVault({ clock });
  const { random } = test;
  const { user } = test.vault;
  const actor: Actor = { userId: user.id, name: user.name, roles: user.roles };

  function open(store: Store) {
    const audit = createAuditLog({ store, clock, random, appVersion: '0.0.0' });
    const base = { store, clock, random, audit };
    const governance = createGovernance(base);
    const corpus = createCorpus({ ...base, governance });
    const models = createModels({
      ...base,
      corpus,
      governance,
      users: () => [user],
      subjectRef: governance.subjects.subjectRef,
      launchCompute: options.launch,
      ...(options.timing && { timing: options.timing }),
    });
    const labeling = createLabeling({
      ...base,
      governance,
      corpus,
      users: () => [user],
      isModelUsable: (modelId) => models.predictors.require(modelId).ok,
    });
    const { compute } = models;
    const snapshots = options.deaf === true ? deafened(labeling.snapshots) : labeling.snapshots;
    const training = createTraining({
      ...{ ...base, snapshots, models, bases: models.bases, compute },
      mayTrain: governance.register.assessments.mayTrain,
    });
    const evaluation = createEvaluations({ ...base, snapshots, models, compute });
    const serving = createServing({
      predictors: models.predictors,
      compute,
      gate: governance.gate,
      labeling,
    });
    const reports = createReports({ ...base, governance, labeling, models, training, evaluation });
    governance.follow(labelingFollower(base));
    governance.follow(models.follower);
    governance.follow(training.follower);
    governance.follow(reports.follower);
    if (options.deaf !== true) {
      governance.onConsentLost(models.consentLost);
      governance.onConsentLost(training.consentLost);
      governance.subjects.onStopped(training.useStopped);
    }
    return { ...base, governance, labeling, models, training, evaluation, serving, reports };
  }
  let rooms = open(test.vault.store);
  const { governance, labeling, store } = rooms;

  const { purposeId } = unwrap(
    governance.purposes.declare(actor, {
      name: 'Train a de-identifier',
      description: 'Finds personal data in the notes of ward 7, so that it can be replaced.',
      operations: ['read', 'label', 'train', 'evaluate', 'suggest', 'export'],
      categories: ['health'],
      basis: { article6: '6(1)(a)', article9: '9(2)(a)', piplSeparateConsent: false },
      noticeVersion: '1',
      retentionDays: null,
    }),
  );
  const subjects: Record<Split, string[]> = { train: [], dev: [] };
  const documents: Record<Split, string[]> = { train: [], dev: [] };

  /** As an import would leave it: documents, people, and labels that came along. */
  function importNotes(split: Split): string {
    const collectionId = random.newId('collection');
    const { db } = store;
    const now = clock.now();
    store.transaction(() => {
      db.run('INSERT INTO collection (id, name, created_at, kind, actor) VALUES (?, ?, ?, ?, ?)', [
        collectionId,
        `Notes, ${split}`,
        now,
        'original',
        actor.userId,
      ]);
      options[split].forEach(({ text, spans, record }, index) => {
        const id = random.newId('document');
        const person = governance.subjects.findOrCreate('record', record ?? `${split}-${index}`);
        if ('erased' in person) throw new Error('Nobody is erased yet');
        const { lastInsertRowid } = db.run(
          `INSERT INTO document (id, collection_id, name, subject_id, language, category, kind, length, sha256, imported_at)
           VALUES (?, ?, ?, ?, 'de', 'health', 'original', ?, ?, ?)`,
          [id, collectionId, `note ${index}`, person.subjectId, text.length, sha256(text), now],
        );
        governance.texts.put(Number(lastInsertRowid), text);
        spans.forEach(({ start, end, label }, ordinal) =>
          db.run(
            'INSERT INTO source_span (document_rowid, ordinal, start, end, label, annotator) VALUES (?, ?, ?, ?, ?, ?)',
            [lastInsertRowid, ordinal, start, end, label, 'import'],
          ),
        );
        subjects[split].push(person.subjectId);
        documents[split].push(id);
      });
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
    return unwrap(
      labeling.projects.create(actor, {
        name: `Ward 7, ${split}`,
        purposeId,
        collectionId,
        adoptImported: true,
      }),
    ).projectId;
  }
  const projectId = importNotes('train');
  const devProjectId = importNotes('dev');
  const { snapshotId } = unwrap(
    labeling.snapshots.freeze(actor, {
      projectId,
      name: 'Notes of November',
      documents: 'finished',
      split: options.split ?? { devProjectId },
    }),
  );

  return {
    actor,
    purposeId,
    projectId,
    devProjectId,
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
    pass: (ms: number) => void (passed += ms),
    /** A minute passes, and with it the person's consent. */
    expire(subjectId: string) {
      const expiresAt = toInstant(clock.nowMs() + 30_000);
      unwrap(
        rooms.governance.consent.record(actor, {
          purposeId,
          subjects: { subjectIds: [subjectId] },
          decision: 'given',
          channel: 'paper',
          evidence: '',
          expiresAt,
        }),
      );
      passed += 60_000;
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

const deafened = (snapshots: Snapshots): Snapshots => ({
  ...snapshots,
  open(...asked) {
    const opened = snapshots.open(...asked);
    return opened.ok ? ok({ ...opened.value, recheck: () => ({ lost: [] }) }) : opened;
  },
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
