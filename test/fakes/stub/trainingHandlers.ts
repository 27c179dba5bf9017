import {
  ENCODER_PRESETS,
  PRETRAINING_PRESETS,
  Recipe,
  TAGGER_PRESETS,
  type RecipeOrder,
} from '../../../shared/contract/index.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
import { digest } from './fixtures.ts';
import { trained } from './modelHandlers.ts';
import { baseOf, reportOf } from './trainingFixtures.ts';

/** The name of what was handed over: the folder's or the archive's, as the intake keeps it. */
function handed(intakeId: string, context: StubContext): { name: string; bytes: number } {
  const files = context.intakes.get(intakeId);
  if (!files || files.size === 0) throw new Refusal('SOURCE_NOT_FOUND', 'Nothing was handed over.');
  const [first] = files.keys();
  return {
    name: first!.replace(/\.zip$/, ''),
    bytes: [...files.values()].reduce((a, b) => a + b, 0),
  };
}
const inspected = async (intakeId: string, context: StubContext) => {
  await context.progress('inspecting', 5, 'files');
  const { name, bytes } = handed(intakeId, context);
  return reportOf(name, bytes, context.vault.bases);
};

function resolved(order: RecipeOrder): Recipe {
  if (!('preset' in order)) return order;
  const { preset, ...changes } = order;
  const presets: Readonly<Record<string, object>> = {
    ...TAGGER_PRESETS,
    ...ENCODER_PRESETS,
    ...PRETRAINING_PRESETS,
  };
  const parsed = Recipe.safeParse({ ...presets[preset], ...changes });
  if (!parsed.success) throw new Refusal('RECIPE_INVALID', parsed.error.message);
  return parsed.data;
}

const tableOf = (sweepId: string, { vault }: StubContext) => {
  const found = vault.sweeps.find(({ sweep }) => sweep.sweepId === sweepId);
  if (!found) throw new Refusal('NOT_FOUND', 'There is no such sweep.');
  return found;
};

export const trainingHandlers: HandlersOf<
  | 'recipe.preview'
  | 'base.inspect'
  | 'base.import'
  | 'base.list'
  | 'base.get'
  | 'base.remove'
  | 'sweep.start'
  | 'sweep.resume'
  | 'sweep.list'
  | 'sweep.get'
  | 'sweep.promote'
> = {
  'recipe.preview'({ recipe: order }, { vault }) {
    const recipe = resolved(order);
    const missing =
      recipe.architecture === 'encoder' &&
      !vault.bases.some(({ base }) => base.baseId === recipe.base);
    return {
      recipe,
      preset: 'preset' in order ? order.preset : null,
      sha256: digest(JSON.stringify(recipe)),
      problems: [
        ...(missing
          ? [
              {
                severity: 'error' as const,
                code: 'baseMissing' as const,
                field: 'base',
                message: 'There is no such base.',
              },
            ]
          : []),
        {
          severity: 'warning' as const,
          code: 'noTest' as const,
          field: 'testAtEnd',
          message: 'The snapshot has no test documents.',
        },
      ].slice(0, missing || ('testAtEnd' in recipe && recipe.testAtEnd) ? 2 : 0),
    };
  },
  'base.inspect': ({ source }, context) =>
    inspected(source.kind === 'intake' ? source.intakeId : '', context),
  async 'base.import'({ source, name, licence, inferenceOnly }, context) {
    const intakeId = source.kind === 'intake' ? source.intakeId : '';
    const report = await inspected(intakeId, context);
    if (report.verdict === 'refused' || (report.verdict === 'inferenceOnly' && !inferenceOnly)) {
      throw new Refusal('MODEL_BLOCKED', 'This model cannot be used here.');
    }
    const base = {
      ...baseOf(context.vault.bases.length + 1, report),
      name: name ?? report.name,
      licence: report.licence ?? licence ?? null,
    };
    context.vault.bases.unshift({ base, report });
    context.intakes.delete(intakeId);
    context.changed('bases', 'audit');
    return { base, report };
  },
  'base.list': (_, { vault }) => ({ items: vault.bases.map(({ base }) => base) }),
  'base.get'({ baseId }, { vault }) {
    const found = vault.bases.find(({ base }) => base.baseId === baseId);
    if (!found) throw new Refusal('NOT_FOUND', 'There is no such base.');
    return found;
  },
  'base.remove'({ baseId }, context) {
    const at = context.vault.bases.findIndex(({ base }) => base.baseId === baseId);
    const found = context.vault.bases[at];
    if (!found) throw new Refusal('NOT_FOUND', 'There is no such base.');
    if (found.base.runs > 0) throw new Refusal('CONFLICT', 'A run that can go on started from it.');
    context.vault.bases.splice(at, 1);
    context.changed('bases', 'audit');
    return {};
  },
  async 'sweep.start'(_, context) {
    await context.progress('training', 12, 'steps');
    const [first] = context.vault.sweeps;
    if (!first) throw new Refusal('SNAPSHOT_EMPTY', 'The snapshot holds no document.');
    context.changed('sweeps', 'runs');
    return first;
  },
  async 'sweep.resume'({ sweepId }, context) {
    await context.progress('training', 12, 'steps');
    return tableOf(sweepId, context);
  },
  'sweep.list': (_, { vault }) => ({ items: vault.sweeps.map(({ sweep }) => sweep) }),
  'sweep.get': ({ sweepId }, context) => tableOf(sweepId, context),
  async 'sweep.promote'({ sweepId, runId }, context) {
    const { trials } = tableOf(sweepId, context);
    const trial = trials.find((each) => each.runId === runId);
    const result = await trained(context.vault.runs[0]!.runId, context);
    if (trial) Object.assign(trial, { state: 'promoted' });
    context.changed('sweeps', 'models');
    return result;
  },
};
