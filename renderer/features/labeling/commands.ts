/**
 * What can be done in the labeling room, as entries of the one table of actions: palette, key sheet and
 * keyboard are projections of it. Single letters act on the text, digits label.
 */
import type { Model } from '../../../shared/contract/index.ts';
import { t } from '../../messages/index.ts';
import type { Command } from '../../state/index.ts';
import type { CaretMove, LabelingBench } from './bench.svelte.ts';

/** What the screen does itself. */
export interface ScreenActs {
  readonly completeAndNext: () => void;
  readonly openField: (kind: 'find' | 'go') => void;
  readonly suggest: (modelId: string) => void;
  readonly create: () => void;
  readonly mayCreate: boolean;
}

/** Follows the bench: to be called where it is tracked. */
export function labelingCommands(
  bench: LabelingBench,
  usable: readonly Model[],
  acts: ScreenActs,
): readonly Command[] {
  const { task } = bench;
  const group = t('room.labeling');
  const open = task !== null;
  const command = (
    id: string,
    title: string,
    keys: readonly string[],
    run: () => void,
    more: Partial<Command> = {},
  ): Command => ({ id: `labeling.${id}`, title, group, keys, run, enabled: open, ...more });
  const quiet = { quiet: true };
  // A note that is withheld is not the end of the way.
  const moving = { enabled: open || bench.failure !== null };
  return [
    command('next', t('labeling.next'), ['J'], () => void bench.go('next'), moving),
    command('previous', t('labeling.previous'), ['K'], () => void bench.go('previous'), moving),
    command('complete', t('labeling.completeNext'), ['Mod+Enter'], acts.completeAndNext),
    command('undo', undoTitle(bench), ['U', 'Mod+Z'], () => void bench.undo(), {
      enabled: open && task.undo !== null,
    }),
    command('redo', redoTitle(bench), ['Shift+U', 'Mod+Shift+Z'], () => void bench.redo(), {
      enabled: open && task.redo !== null,
    }),
    command('find', t('labeling.find'), ['/'], () => acts.openField('find')),
    command('go', t('labeling.goTo'), ['G'], () => acts.openField('go')),
    command(
      'nextSuggestion',
      t('labeling.nextSuggestion'),
      ['Tab'],
      () => bench.select(bench.suggestionAt(1)),
      { enabled: bench.textFocused && bench.suggestionAt(1) !== null },
    ),
    command(
      'previousSuggestion',
      t('labeling.previousSuggestion'),
      ['Shift+Tab'],
      () => bench.select(bench.suggestionAt(-1)),
      { enabled: bench.textFocused && bench.suggestionAt(-1) !== null },
    ),
    command('accept', t('labeling.accept'), ['Enter'], () => void bench.acceptSelected(), {
      enabled: bench.selected !== null && 'suggestionId' in bench.selected,
    }),
    command(
      'remove',
      t('labeling.rejectOrRemove'),
      ['X', 'Delete', 'Backspace'],
      () => void bench.removeSelected(),
      { enabled: bench.markId !== null },
    ),
    command('acceptAll', t('labeling.acceptAll'), ['Shift+Enter'], () => void bench.acceptAll(), {
      enabled: !bench.asking && (task?.suggestions.length ?? 0) > 0,
    }),
    command(
      'clear',
      t('labeling.clear'),
      ['Escape'],
      () => bench.collapse(bench.selection.focus),
      quiet,
    ),
    ...usable.map((model, index) =>
      command(
        `suggest.${model.modelId}`,
        t('labeling.suggestWith', { model: model.name }),
        index === 0 ? ['S'] : [],
        () => acts.suggest(model.modelId),
      ),
    ),
    ...bench.labels.map((label) =>
      command(
        `label.${label.id}`,
        t('labeling.mark', { label: label.name }),
        label.key ? [label.key] : [],
        () => void bench.applyLabel(label.id),
        quiet,
      ),
    ),
    ...caretMoves(bench).flatMap(({ id, title, keys, run }) => [
      command(`caret.${id}`, title, keys, () => run(false), quiet),
      command(
        `extend.${id}`,
        t('labeling.extend', { move: title }),
        shifted(keys),
        () => run(true),
        quiet,
      ),
    ]),
    command('newProject', t('labeling.newProject'), [], acts.create, {
      enabled: acts.mayCreate,
    }),
  ];
}

interface Move {
  readonly id: string;
  readonly title: string;
  readonly keys: readonly string[];
  readonly run: (extend: boolean) => void;
}

function caretMoves(bench: LabelingBench): readonly Move[] {
  const by =
    (move: CaretMove) =>
    (extend: boolean): void =>
      bench.move(move, extend);
  return [
    { id: 'left', title: t('labeling.caret.left'), keys: ['ArrowLeft'], run: by('left') },
    { id: 'right', title: t('labeling.caret.right'), keys: ['ArrowRight'], run: by('right') },
    {
      id: 'up',
      title: t('labeling.caret.up'),
      keys: ['ArrowUp'],
      run: (extend) => bench.moveLine(-1, extend),
    },
    {
      id: 'down',
      title: t('labeling.caret.down'),
      keys: ['ArrowDown'],
      run: (extend) => bench.moveLine(1, extend),
    },
    {
      id: 'wordBack',
      title: t('labeling.caret.wordBack'),
      keys: ['B', 'Mod+ArrowLeft'],
      run: by('wordLeft'),
    },
    {
      id: 'wordForward',
      title: t('labeling.caret.wordForward'),
      keys: ['W', 'Mod+ArrowRight'],
      run: by('wordRight'),
    },
    {
      id: 'lineStart',
      title: t('labeling.caret.lineStart'),
      keys: ['Home'],
      run: by('lineStart'),
    },
    { id: 'lineEnd', title: t('labeling.caret.lineEnd'), keys: ['End'], run: by('lineEnd') },
  ];
}

const shifted = (keys: readonly string[]): readonly string[] =>
  keys.map((key) => (key.startsWith('Mod+') ? `Mod+Shift+${key.slice(4)}` : `Shift+${key}`));

const undoTitle = ({ task }: LabelingBench): string =>
  task?.undo ? t('labeling.undoCount', { count: task.undo.count }) : t('labeling.undo');
const redoTitle = ({ task }: LabelingBench): string =>
  task?.redo ? t('labeling.redoCount', { count: task.redo.count }) : t('labeling.redo');
