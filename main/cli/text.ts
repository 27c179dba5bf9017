// Laying out results: tables with aligned digits, bars, durations, a curve in one line. Widths count cells
// of the terminal: a Chinese character takes two.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const INVISIBLE = /[\p{Mn}\p{Me}\p{Cf}]/u;

export function cells(text: string): number {
  let width = 0;
  for (const character of text)
    width += INVISIBLE.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** Control characters of a hostile file name must not reach the terminal. */
export const printable = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- control characters are the point
  text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');

export const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - cells(text)));
export const padStart = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - cells(text))) + text;

export type Cell = string | number | null;

/** Numbers stand right-aligned under their heading, texts left. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) =>
    row.map((cell) => (cell === null ? '–' : printable(String(cell)))),
  );
  const numeric = headings.map(
    (_, column) =>
      rows.some((row) => typeof row[column] === 'number') &&
      rows.every(
        (row) => typeof row[column] !== 'string' || /^[\d.,%\s]*$/.test(String(row[column])),
      ),
  );
  const widths = headings.map((heading, column) =>
    Math.max(cells(heading), ...texts.map((row) => cells(row[column] ?? ''))),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => (numeric[column] ? padStart : padEnd)(text, widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(headings), ...texts.map(line)].join('\n');
}

/** Two columns without a heading: what is what. */
export function facts(entries: readonly (readonly [string, Cell])[]): string {
  const width = Math.max(...entries.map(([name]) => cells(name)));
  return entries
    .map(
      ([name, value]) =>
        `${padEnd(name, width)}  ${value === null ? '–' : printable(String(value))}`,
    )
    .join('\n');
}

export const fixed = (value: number, digits = 4): string => value.toFixed(digits);

export function bar(fraction: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, '0');
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`;
}

export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let value = count;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit += 1) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

const LEVELS = '▁▂▃▄▅▆▇█';

/** A curve in one line, thinned to `width` by averaging. */
export function sparkline(values: readonly number[], width = 40): string {
  if (values.length === 0) return '';
  const step = Math.max(1, values.length / width);
  const thinned: number[] = [];
  for (let at = 0; at < values.length; at += step) {
    const slice = values.slice(Math.floor(at), Math.max(Math.floor(at) + 1, Math.floor(at + step)));
    thinned.push(slice.reduce((sum, value) => sum + value, 0) / slice.length);
  }
  const [low, high] = [Math.min(...thinned), Math.max(...thinned)];
  return thinned
    .map((value) =>
      LEVELS.charAt(
        high === low ? 0 : Math.round(((value - low) / (high - low)) * (LEVELS.length - 1)),
      ),
    )
    .join('');
}
