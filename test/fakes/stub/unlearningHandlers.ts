// Models that people left: told from the models of the fixture, decided in memory.
import type {
  Model,
  UnlearningCase,
  UnlearningCertificate,
} from '../../../shared/contract/index.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
import { at, digest, id } from './fixtures.ts';
import type { StubVault } from './fixtures.ts';

const certificates = new WeakMap<StubVault, UnlearningCertificate[]>();
const successors = new WeakMap<StubVault, Map<string, string>>();
let decisionDays = 14;

const certificatesOf = (vault: StubVault): UnlearningCertificate[] => {
  const known = certificates.get(vault) ?? [];
  certificates.set(vault, known);
  return known;
};
const successorsOf = (vault: StubVault): Map<string, string> => {
  const known = successors.get(vault) ?? new Map<string, string>();
  successors.set(vault, known);
  return known;
};

const mark = ({ modelId, name, runId, sha256 }: Model) => ({ modelId, name, runId, sha256 });

function find({ vault }: Pick<StubContext, 'vault'>, modelId: string): Model {
  const model = vault.models.find((each) => each.modelId === modelId);
  if (!model) throw new Refusal('NOT_FOUND', 'There is no such model.');
  return model;
}

const LEFT: UnlearningCase['left'] = [
  { at: at(3), ground: 'withdrawal', people: 1 },
  { at: at(1), ground: 'erasure', people: 2 },
];

function caseOf(vault: StubVault, model: Model): UnlearningCase {
  const left = model.state === 'valid' ? [] : LEFT;
  const successorId = successorsOf(vault).get(model.modelId);
  const successor = vault.models.find((each) => each.modelId === successorId);
  const [before] = [...successorsOf(vault)].find(([, after]) => after === model.modelId) ?? [];
  const predecessor = vault.models.find((each) => each.modelId === before);
  return {
    model,
    since: model.state === 'valid' ? null : at(3),
    decideBy: model.state === 'stale' ? at(-11) : null,
    left,
    documents: model.state === 'valid' ? 0 : 7,
    retraining: {
      obstacle:
        model.state === 'superseded' || model.state === 'destroyed'
          ? model.state
          : left.length === 0
            ? 'nobodyLeft'
            : null,
      exactness: 'weights',
      documents: 23,
      people: 5,
      seconds: 143,
      shards: null,
      runId: null,
    },
    predecessor: predecessor ? mark(predecessor) : null,
    successor: successor ? { ...mark(successor), state: successor.state } : null,
    certificates: certificatesOf(vault).filter(
      (each) => each.model.modelId === model.modelId || each.successor?.modelId === model.modelId,
    ),
  };
}

const certify = (
  vault: StubVault,
  body: Pick<UnlearningCertificate, 'decision' | 'model'> & Partial<UnlearningCertificate>,
): UnlearningCertificate => {
  const number = certificatesOf(vault).length + 1;
  const certificate: UnlearningCertificate = {
    certificateId: id('unl', number),
    at: at(0),
    successor: null,
    recipeSha256: null,
    data: null,
    left: LEFT,
    exactness: null,
    shards: [],
    notes: [],
    destruction: null,
    auditSeq: 300 + number,
    sha256: digest(`unlearning${number}`),
    ...body,
  };
  certificatesOf(vault).unshift(certificate);
  return certificate;
};

export const unlearningHandlers: HandlersOf<
  | 'unlearning.list'
  | 'unlearning.get'
  | 'unlearning.block'
  | 'unlearning.retrain'
  | 'unlearning.destroy'
  | 'unlearning.policy'
  | 'unlearning.setPolicy'
> = {
  'unlearning.list': (_, { vault }) => ({
    items: vault.models
      .filter(({ state }) => state !== 'valid')
      .map((model) => caseOf(vault, model)),
  }),
  'unlearning.get': ({ modelId }, context) => caseOf(context.vault, find(context, modelId)),
  'unlearning.block'({ modelId }, context) {
    const model = find(context, modelId);
    model.state = 'blocked';
    model.stateReason = 'by the steward';
    context.changed('models', 'audit');
    return caseOf(context.vault, model);
  },
  async 'unlearning.retrain'({ modelId, old }, context) {
    const { vault } = context;
    const model = find(context, modelId);
    await context.progress('training', 1008, 'steps');
    const run = vault.runs.find((each) => each.runId === model.runId);
    if (!run) throw new Refusal('NOT_FOUND', 'There is no such run.');
    const fresh: Model = {
      ...model,
      modelId: id('mdl', 40 + vault.models.length),
      sha256: digest(`without${modelId}`),
      createdAt: at(0),
      state: 'valid',
      stateReason: null,
      subjects: 5,
      documents: 23,
    };
    vault.models.unshift(fresh);
    successorsOf(vault).set(modelId, fresh.modelId);
    model.state = 'superseded';
    model.stateReason = 'trained again without them';
    const certificate = certify(vault, {
      decision: 'retrained',
      model: mark(model),
      successor: mark(fresh),
      recipeSha256: run.recipeSha256,
      data: {
        before: digest('manifest'),
        after: digest('manifest, without'),
        documentsBefore: 30,
        documentsAfter: 23,
        peopleBefore: 8,
        peopleAfter: 5,
      },
      exactness: 'weights',
    });
    if (old === 'destroy') {
      model.state = 'destroyed';
      certify(vault, destruction(model));
    }
    context.changed('models', 'runs', 'audit');
    return { run, model: fresh, certificate };
  },
  async 'unlearning.destroy'({ modelId, confirmation }, context) {
    const model = find(context, modelId);
    if (confirmation !== model.name) {
      throw new Refusal('CONFIRMATION_MISMATCH', 'That is not the name of the model.');
    }
    await context.progress('proving', 4, 'files');
    model.state = 'destroyed';
    model.stateReason = 'by the steward';
    context.changed('models', 'audit');
    return certify(context.vault, destruction(model));
  },
  'unlearning.policy': () => ({ decisionDays }),
  'unlearning.setPolicy'(policy, context) {
    decisionDays = policy.decisionDays;
    context.changed('models', 'audit');
    return { decisionDays };
  },
};

const destruction = (model: Model): Parameters<typeof certify>[1] => ({
  decision: 'destroyed',
  model: mark(model),
  destruction: {
    files: 3,
    bytes: 2_481_152,
    scan: { bytes: 48_234_496, files: 21, needles: 132, hits: 0 },
  },
});
