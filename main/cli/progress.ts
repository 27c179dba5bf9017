// Progress of one job on standard error: a bar that redraws itself in a terminal, a plain line now and
// then in a log file.
import type { Progress } from '../../shared/contract/index.ts';
import { bar, bytes, duration } from './text.ts';
import type { Terminal } from './terminal.ts';

export interface ProgressLine {
  show(progress: Progress, extra?: string): void;
  /** Leaves one plain line that says how it went. */
  end(text: string): void;
}

const PLAIN_EVERY_MS = 5_000;

/** `loadingModel` becomes "loading model": stages are keys of the page's messages. */
export const stageName = (stage: string): string =>
  stage.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function amount({ done, total, unit }: Progress): string {
  const show = (value: number): string => (unit === 'bytes' ? bytes(value) : String(value));
  const what = unit === 'bytes' ? '' : ` ${unit}`;
  return total === null ? `${show(done)}${what}` : `${show(done)}/${show(total)}${what}`;
}

export function createProgressLine(
  terminal: Terminal,
  label: string,
  nowMs: () => number = () => performance.now(),
): ProgressLine {
  let lastPlain = -Infinity;
  let lastStage = '';
  return {
    show(progress, extra = '') {
      const left = progress.etaSeconds === null ? '' : `  ${duration(progress.etaSeconds)} left`;
      const fraction = progress.total ? progress.done / progress.total : 0;
      if (terminal.redraws) {
        const line = [
          label,
          progress.total ? bar(fraction, 24) : '',
          `${stageName(progress.stage)} ${amount(progress)}${left}`,
          extra,
        ]
          .filter(Boolean)
          .join('  ');
        terminal.draw(line.slice(0, terminal.columns - 1));
        return;
      }
      if (progress.stage === lastStage && nowMs() - lastPlain < PLAIN_EVERY_MS) return;
      lastStage = progress.stage;
      lastPlain = nowMs();
      terminal.note(
        `${label}: ${stageName(progress.stage)} ${amount(progress)}${left} ${extra}`.trimEnd(),
      );
    },
    end(text) {
      if (terminal.redraws) terminal.draw('');
      terminal.note(`${label}: ${text}`);
    },
  };
}
