/** What every suite prints with: the machine first, then one line per number, with its bound. */
import { cpus, totalmem, type } from 'node:os';

export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Undefined where the number is for information. */
  readonly bound?: { readonly most: number } | { readonly least: number };
  readonly note?: string;
}

export const machine = (): string =>
  `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ` +
  `${Math.round(totalmem() / 2 ** 30)} GiB, ${type()}, Node ${process.version}`;

export function holds({ value, bound }: Measure): boolean {
  if (!bound) return true;
  return 'most' in bound ? value <= bound.most : value >= bound.least;
}

export function print(suite: string, measures: readonly Measure[]): void {
  process.stdout.write(`\n${suite}\n${machine()}\n`);
  for (const measure of measures) {
    const { name, value, unit, bound, note = '' } = measure;
    const limit = !bound ? '' : 'most' in bound ? `<= ${bound.most}` : `>= ${bound.least}`;
    const shown = value >= 100 ? value.toFixed(0) : value.toPrecision(3);
    const verdict = !bound ? '' : holds(measure) ? 'ok' : 'MISSED';
    process.stdout.write(
      `  ${name.padEnd(46)} ${shown.padStart(8)} ${unit.padEnd(8)} ${limit.padEnd(10)} ${verdict.padEnd(7)} ${note}\n`,
    );
  }
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};
