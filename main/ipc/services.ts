// Where the rooms are put together over one open vault. Built from the bottom up; where an act must reach
// upwards (an erasure, a withdrawal), the upper room registers itself with governance here.
import { corpusFollower, createCorpus, type Corpus } from '../corpus/index.ts';
import { createDeid, deidFollower, peopleFinder, type Deid } from '../deid/index.ts';
import { createEvaluations, type Evaluations } from '../evaluation/index.ts';
import {
  createAuditLog,
  createBackups,
  createGovernance,
  createOrders,
  createStaff,
  type AuditLog,
  type Backups,
  type Governance,
  type KeptHeads,
  type Orders,
  type Staff,
} from '../governance/index.ts';
import { createLabeling, labelingFollower, type Labeling } from '../labeling/index.ts';
import { createModels, type LaunchCompute, type Models } from '../models/index.ts';
import { scratchFolders, type Clock, type Random } from '../platform/index.ts';
import { createReports, type Reports } from '../reports/index.ts';
import { createServing, type Serving } from '../serving/index.ts';
import type { OpenVault, Store, VaultFiles } from '../store/index.ts';
import { createTraining, type Training } from '../training/index.ts';

export interface Services {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly backups: Backups;
  readonly governance: Governance;
  readonly staff: Staff;
  readonly orders: Orders;
  readonly corpus: Corpus;
  readonly deid: Deid;
  readonly labeling: Labeling;
  readonly models: Models;
  readonly training: Training;
  readonly evaluation: Evaluations;
  readonly serving: Serving;
  readonly reports: Reports;
}

export interface ServicesDeps {
  readonly vault: OpenVault;
  readonly files: Pick<VaultFiles, 'readBackup'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly appVersion: string;
  readonly launchCompute: LaunchCompute;
  readonly onComputeRestart: (attempt: number) => void;
  readonly keptHeads?: KeptHeads;
}

export function createServices(deps: ServicesDeps): Services {
  const { clock, random, launchCompute, onComputeRestart, appVersion } = deps;
  const { store } = deps.vault;
  const { keptHeads } = deps;
  const audit = createAuditLog({
    ...{ store, clock, random, appVersion },
    ...(keptHeads && { keptHeads }),
  });
  const base = { store, clock, random, audit };

  const governance = createGovernance({ ...base, scanFolders: () => scratchFolders() });
  const { keys } = deps.vault;
  const { policies } = governance;
  const passphraseBits = () => policies.limits().passphraseBits;
  const staff = createStaff(base, { keys, passphraseBits });
  const orders = createOrders(base, { keys });
  const backups = createBackups({
    ...base,
    vault: deps.vault,
    files: deps.files,
    log: audit,
    appVersion,
    mostHours: () => policies.limits().backupEveryHours,
  });
  const corpus = createCorpus({ ...base, governance });
  const models = createModels({
    ...base,
    corpus,
    governance,
    users: () => deps.vault.keys.users(),
    subjectRef: governance.subjects.subjectRef,
    launchCompute,
    onComputeRestart,
  });
  const deid = createDeid({ ...base, governance, corpus });
  const labeling = createLabeling({
    ...base,
    governance,
    corpus,
    users: () => deps.vault.keys.users(),
    isModelUsable: (modelId) => models.predictors.require(modelId).ok,
  });
  const { snapshots } = labeling;
  const { compute } = models;
  const training = createTraining({
    ...{ ...base, snapshots, models, bases: models.bases, compute },
    mayTrain: governance.register.assessments.mayTrain,
    scanFolders: () => scratchFolders(),
  });
  const evaluation = createEvaluations({ ...base, snapshots, models, compute });
  const serving = createServing({
    predictors: models.predictors,
    compute,
    gate: governance.gate,
    labeling,
  });
  const reports = createReports({ ...base, governance, labeling, models, training, evaluation });

  governance.redactions.findWith(peopleFinder);
  governance.follow(corpusFollower(base));
  governance.follow(deidFollower({ ...base, governance }));
  governance.follow(labelingFollower(base));
  governance.follow(models.follower);
  governance.follow(training.follower);
  governance.follow(reports.follower);
  governance.onConsentLost(models.consentLost);
  governance.onConsentLost(training.consentLost);
  governance.subjects.onStopped(training.useStopped);

  return {
    ...base,
    backups,
    governance,
    staff,
    orders,
    corpus,
    deid,
    labeling,
    models,
    training,
    evaluation,
    serving,
    reports,
  };
}
