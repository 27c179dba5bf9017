/*
 * Facts for reports. Each comes with its evidence, a hash or a leaf of the audit log, where there is one;
 * what is not known says so. A report never fills a gap with a phrase.
 */
import { html, type Html } from './html.ts';

/** The JSON twin spells a gap like this too. */
export const MISSING = 'MISSING';

export interface Fact {
  readonly name: string;
  /** Null where nobody has said it. */
  readonly value: string | number | null;
  readonly sha256?: string;
  /** Leaf in the audit log. */
  readonly auditSeq?: number | null;
}

/** As stored in the JSON twin. */
export const plainFact = ({ name, value, sha256, auditSeq }: Fact) => ({
  name,
  value: value ?? MISSING,
  ...(sha256 !== undefined && { sha256 }),
  ...(auditSeq !== undefined && auditSeq !== null && { auditSeq }),
});

export const missing = html`<span class="missing">${MISSING}</span>`;

export const leaf = (seq: number | null | undefined): Html | null =>
  seq === null || seq === undefined ? null : html` <span class="leaf">leaf ${seq}</span>`;

export const factList = (facts: readonly Fact[]): Html =>
  html`<dl class="facts">
    ${facts.map(
      ({ name, value, sha256, auditSeq }) =>
        html`<dt>${name}</dt>
          <dd>
            ${value === null ? missing : value}${sha256 && html` <code>${sha256}</code>`}${leaf(auditSeq)}
          </dd>`,
    )}
  </dl>`;

export interface Column<Row> {
  readonly title: string;
  readonly numeric?: boolean;
  /** Heads its row. */
  readonly heads?: boolean;
  readonly plot?: boolean;
  cell(row: Row): Html | string | number | null;
}

export function table<Row>(options: {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly foot?: readonly Row[];
}): Html {
  const { caption, columns, rows, foot = [] } = options;
  const line = (row: Row): Html =>
    html`<tr>
      ${columns.map((column) => {
        const content = column.cell(row);
        const shown = content === null ? missing : content;
        if (column.heads) return html`<th scope="row">${shown}</th>`;
        return html`<td class="${column.numeric ? 'n' : column.plot ? 'plot' : ''}">${shown}</td>`;
      })}
    </tr>`;
  return html`<div class="scroll">
    <table class="${columns.length <= 3 ? 'slim' : ''}">
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(
            ({ title, numeric }) =>
              html`<th scope="col" class="${numeric ? 'n' : ''}">${title}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map(line)}
      </tbody>
      ${
        foot.length > 0 &&
        html`<tfoot>
          ${foot.map(line)}
        </tfoot>`
      }
    </table>
  </div>`;
}

export const fixed = (value: number, digits = 3): string => value.toFixed(digits);
export const count = (value: number): string => value.toLocaleString('en-US');
export const plural = (value: number, noun: string, many = `${noun}s`): string =>
  `${count(value)} ${value === 1 ? noun : many}`;

/** `23 November 2026, 21:34 UTC`: one spelling on every machine, so that a report can be made again. */
export function moment(instant: string): string {
  const at = new Date(instant);
  const month = MONTHS[at.getUTCMonth()] ?? '';
  const time = instant.slice(11, 16);
  return `${at.getUTCDate()} ${month} ${at.getUTCFullYear()}, ${time} UTC`;
}
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min ${Math.round(seconds - 60 * minutes)} s`;
}

export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
