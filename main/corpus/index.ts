// The face of the corpus: documents come in here, are listed here, and are read here for a purpose. Rooms
// above take texts from the gate and the labels that came with an import from `sourceSpans`.
import type { Actor, AuditLog, Governance } from '../governance/index.ts';
import type { Clock, Random } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import type { Result } from '../../shared/kernel/result.ts';
import {
  createCorpusRepository,
  type CollectionRow,
  type NewDocument,
  type SourceSpan,
} from './corpusRepository.ts';
import { createDocuments, type Documents } from './documents.ts';
import { createImporter, type Importer } from './import.ts';
import { textSha256 } from './intoVault.ts';
import type { Run } from './opening.ts';
import { preflight, type Preflight } from './preflight.ts';
import { openFolder } from './sources/folder.ts';
import { createIntakes, type IntakeLimits, type Intakes } from './sources/intake.ts';
import type { ImportReport, ImportSettings, Source } from './types.ts';

export interface CorpusDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly governance: Governance;
  readonly intakeLimits?: IntakeLimits;
}

/** A document that another room makes out of one that is there. */
export interface DerivedDocument extends Pick<
  NewDocument,
  'collectionId' | 'name' | 'subjectId' | 'language' | 'category' | 'metadata'
> {
  /** The document it was made from; erased with it. */
  readonly derivedFrom: string;
  readonly text: string;
  /** Labels of the original at their places in this text. */
  readonly spans: readonly SourceSpan[];
}

export interface Corpus {
  readonly intakes: Intakes;
  /**
   * The files of an intake or of a place on this machine, not yet read. Fails with SOURCE_NOT_FOUND,
   * NO_PERMISSION, NOT_FOUND (an intake that is gone), BAD_INPUT (one that is not complete).
   */
  source(actor: Actor, wanted: ImportSettings['source']): Result<Source>;
  readonly documents: Documents;
  /** Writes nothing. Fails as `import` does. */
  preflight(actor: Actor, settings: ImportSettings, run: Run): Promise<Result<Preflight>>;
  import: Importer['run'];
  /** Newest first; an import that was cut short shows what it had committed. */
  imports(page: { readonly cursor: string | null; readonly limit: number }): {
    readonly items: ImportReport[];
    readonly next: string | null;
    readonly total: number;
  };
  collection(collectionId: string): CollectionRow | undefined;
  collectionNamed(name: string): CollectionRow | undefined;
  /** Labels that came with imports, by frequency. */
  labels(collectionId: string): readonly { readonly label: string; readonly count: number }[];
  sourceSpans(rowids: readonly number[]): ReadonlyMap<number, readonly SourceSpan[]>;
  /** Inside the caller's transaction, both. */
  createDerivedCollection(actor: Actor, name: string, derivedFrom: string): string;
  /** Names are unique inside a collection; a second of the same name is a defect and throws. */
  putDerived(document: DerivedDocument): { readonly rowid: number };
}

export function createCorpus(deps: CorpusDeps): Corpus {
  const { store, clock, random, audit, governance } = deps;
  const repository = createCorpusRepository(store);
  const intakes = createIntakes(deps, deps.intakeLimits);
  const importer = createImporter({ store, clock, random, audit, governance, repository, intakes });

  return {
    intakes,
    source: (actor, wanted) =>
      wanted.kind === 'path'
        ? openFolder(wanted.path)
        : intakes.source(actor.userId, wanted.intakeId),
    documents: createDocuments({ store, gate: governance.gate, repository }),
    preflight: (actor, settings, run) =>
      preflight({ repository, intakes, clock }, actor, settings, run),
    import: importer.run,
    imports({ cursor, limit }) {
      const rows = repository.imports(cursor, limit + 1);
      const items = rows.slice(0, limit);
      const next = rows.length > limit ? (items.at(-1)?.importId ?? null) : null;
      return { items, next, total: repository.countImports() };
    },
    collection: repository.collection,
    collectionNamed: repository.collectionNamed,
    labels: (collectionId) =>
      repository.labels(collectionId).map(({ label, n }) => ({ label, count: n })),
    sourceSpans: repository.spansOfAll,
    createDerivedCollection(actor, name, derivedFrom) {
      const id = random.newId('collection');
      const at = clock.now();
      repository.insertCollection({
        id,
        name,
        at,
        kind: 'deidentified',
        derivedFrom,
        actor: actor.userId,
      });
      return id;
    },
    putDerived({ text, spans, ...document }) {
      const rowid = repository.insertDocument({
        ...document,
        id: random.newId('document'),
        kind: 'deidentified',
        length: text.length,
        sha256: textSha256(text),
        importId: null,
        at: clock.now(),
      });
      governance.texts.put(rowid, text);
      for (const [annotator, own] of Map.groupBy(spans, (span) => span.annotator)) {
        repository.addSpans(rowid, own, annotator);
      }
      return { rowid };
    },
  };
}

export { corpusFollower } from './follower.ts';
export { writeBrat, type BratDocument } from './exporters/brat.ts';
export type { CollectionRow, SourceSpan } from './corpusRepository.ts';
export type { DocumentPage, DocumentQuery, DocumentRead, Documents } from './documents.ts';
export { openPlace, type OpenedSource, type ReadSettings, type Run } from './opening.ts';
export { openFolder } from './sources/folder.ts';
export type { Preflight } from './preflight.ts';
export type { IntakeLimits, Intakes } from './sources/intake.ts';
export type { ImportReport, ImportSettings, Source, SourceFile } from './types.ts';
