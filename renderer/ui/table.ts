import type { Snippet } from 'svelte';

/** One column of a DataTable: text for most, a snippet where the cell holds more than words. */
export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** A CSS grid track, e.g. `minmax(12ch, 2fr)`. */
  readonly width?: string;
  /** Width of the table in pixels below which the column is left out; the rest stays readable. */
  readonly from?: number;
  readonly align?: 'start' | 'end';
  readonly mono?: boolean;
  readonly text?: (row: Row) => string;
  readonly cell?: Snippet<[Row]>;
}
