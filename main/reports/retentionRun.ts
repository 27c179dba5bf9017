/*
 * The report of a deletion run: what was deleted and by which rule, what was left and why, and the search that
 * shows it. It holds numbers and grounds, no names: it stays when the people are long gone.
 */
import type { RetentionRun } from '../../shared/contract/index.ts';
import { canonicalJson } from '../platform/index.ts';
import { factList, table } from './facts.ts';
import { html } from './html.ts';
import { figures, page } from './page.ts';
import type { NewReport } from './reportArchive.ts';

export const retentionRunTitle = ({ startedAt }: RetentionRun): string =>
  `Deletion run ${startedAt.slice(0, 10)}`;

const SKIPPED: Readonly<Record<RetentionRun['skipped'][number]['reason'], string>> = {
  held: 'A legal hold was set meanwhile',
  notDueAnyMore: 'No longer due when its turn came',
  gone: 'Gone already: erased, or deleted with the document it was copied from',
};
const STARTS: Readonly<Record<RetentionRun['groups'][number]['start'], string>> = {
  import: 'import',
  documentDate: 'the date of the document',
  consentEnd: 'the end of consent',
};

/** @param by the name of who ordered it. */
export function retentionRunFiles(run: RetentionRun, by: string): NewReport['files'] {
  const { scan } = run;
  const body = page({
    title: retentionRunTitle(run),
    kind: 'deletion run',
    lead: html`Ordered by ${by} at ${run.startedAt}, completed at ${run.completedAt}. Number of the
    order in the audit log: ${run.orderLeaf}.`,
    top: figures([
      { value: String(run.ordered), name: 'documents ordered' },
      { value: String(run.deleted), name: 'deleted', detail: `and ${run.copies} copies of them` },
      { value: String(run.staleModels), name: 'models became stale' },
      { value: scan === null ? null : String(scan.hits), name: 'traces found' },
    ]),
    sections: [
      {
        title: 'Why',
        body: table({
          caption: 'What decided, by documents',
          columns: [
            { title: 'Category', heads: true, cell: ({ category }) => category },
            { title: 'Last purpose', cell: ({ purpose }) => purpose ?? 'none' },
            { title: 'Period', cell: ({ days, start }) => `${days} days from ${STARTS[start]}` },
            { title: 'Ground', cell: ({ ground }) => ground || 'declared with the purpose' },
            { title: 'Documents', numeric: true, cell: ({ documents }) => documents },
          ],
          rows: run.groups,
        }),
      },
      {
        title: 'What stayed',
        body:
          run.skipped.length === 0
            ? html`<p>Nothing that was ordered.</p>`
            : factList(
                run.skipped.map(({ reason, count }) => ({
                  name: SKIPPED[reason],
                  value: String(count),
                })),
              ),
      },
      {
        title: 'Rows deleted',
        body: factList(run.rows.map(({ table: name, rows }) => ({ name, value: String(rows) }))),
      },
      {
        title: 'Proof',
        body:
          scan === null
            ? html`<p>The search is not done.</p>`
            : html`<p>
                Index and file were rebuilt and the key was changed. Then ${scan.needles} pieces of
                ${scan.documents} of the deleted documents were searched for in ${scan.bytes} bytes:
                the decrypted image of the database and ${scan.files} files. Found: ${scan.hits}.
              </p>`,
      },
    ],
    foot: html`Copies of the vault made before this run still hold the documents until they are
    destroyed. In a restored copy they are due again at once.`,
  });
  return [
    { name: 'deletion-run.html', mediaType: 'text/html; charset=utf-8', content: body },
    {
      name: 'deletion-run.json',
      mediaType: 'application/json',
      content: canonicalJson({ ...run }),
    },
  ];
}
