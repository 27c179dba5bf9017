/** What the documents screen shows: filters, the list under the chosen purpose, and the open document. */
import type { Collection, DocumentRow, OutputOf } from '../../../shared/contract/index.ts';
import { getApp, usePaged, useQuery } from '../../state/index.ts';

export type OpenDocument = OutputOf<'document.read'>;
export type DocumentSpan = OpenDocument['spans'][number];
export type Access = 'all' | 'permitted' | 'withheld';

export class DocumentsView {
  readonly #app = getApp();
  collectionId = $state<string | null>(null);
  search = $state('');
  access = $state<Access>('all');
  span = $state.raw<DocumentSpan | null>(null);

  readonly #searched = debounced(() => this.search.trim(), 250);

  readonly collections = useQuery('collection.list', () => ({}), ['documents', 'deid', 'subjects']);
  readonly imports = useQuery('corpus.imports', () => ({ limit: 20 }), ['documents']);
  readonly list = usePaged(
    'corpus.list',
    () => ({
      collectionId: this.collectionId,
      purposeId: this.purposeId,
      search: this.purposeId === null ? '' : this.#searched(),
      access: this.purposeId === null ? 'all' : this.access,
    }),
    ['documents', 'consent', 'subjects', 'purposes', 'deid'],
  );
  readonly open = useQuery(
    'document.read',
    () => {
      const documentId = this.openId;
      const purposeId = this.purposeId;
      return documentId === null || purposeId === null ? null : { documentId, purposeId };
    },
    ['documents', 'consent', 'subjects', 'purposes'],
  );

  get purposeId(): string | null {
    return this.#app.purposes.chosenId;
  }
  /** The address holds the open document: `#/documents/doc_…`. */
  get openId(): string | null {
    const [first] = this.#app.route.rest;
    return first?.startsWith('doc_') ? first : null;
  }
  get comparing(): boolean {
    return this.#app.route.rest[1] === 'deid';
  }
  get openRow(): DocumentRow | null {
    return (
      this.open.data?.document ??
      this.list.rows.find((row) => row.documentId === this.openId) ??
      null
    );
  }
  get collection(): Collection | null {
    const all = this.collections.data?.items ?? [];
    return all.find((each) => each.collectionId === this.collectionId) ?? null;
  }
  get filtered(): boolean {
    return this.search !== '' || this.access !== 'all' || this.collectionId !== null;
  }

  show(row: DocumentRow): void {
    this.span = null;
    this.#app.route.go('documents', row.documentId);
  }

  step(by: 1 | -1): void {
    const rows = this.list.rows;
    const at = rows.findIndex((row) => row.documentId === this.openId);
    const next = rows[at + by];
    if (next) this.show(next);
  }

  close(): void {
    this.span = null;
    this.#app.route.go('documents');
  }

  reset(): void {
    this.search = '';
    this.access = 'all';
    this.collectionId = null;
  }
}

/** Follows a value once it has rested; typing asks the gate once, not per letter. */
function debounced(source: () => string, restMs: number): () => string {
  let settled = $state('');
  $effect(() => {
    const value = source();
    const timer = setTimeout(() => (settled = value), value === '' ? 0 : restMs);
    return () => clearTimeout(timer);
  });
  return () => settled;
}
