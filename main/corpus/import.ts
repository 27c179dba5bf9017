// The import: documents go into the vault in whole batches, each one transaction, so that a crash or a
// cancellation leaves only whole batches behind and an import that is run again finds what is already there.
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { Actor, AuditLog, Governance } from '../governance/index.ts';
import type { Clock, Random } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import type { CorpusRepository } from './corpusRepository.ts';
import { writeDocument, type ImportTarget, type Written } from './intoVault.ts';
import { breathe, createIssueList, openSource, type Run } from './opening.ts';
import type { Intakes } from './sources/intake.ts';
import { createSubjectMatcher } from './subjectMapping.ts';
import { issue, type ImportReport, type ImportSettings, type ParsedDocument } from './types.ts';

export interface ImportDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly governance: Pick<Governance, 'subjects' | 'texts'>;
  readonly repository: CorpusRepository;
  readonly intakes: Intakes;
}

/** A commit costs a wait for the disk; a batch is what a crash may cost. */
const BATCH_DOCUMENTS = 250;
const BATCH_CHARACTERS = 4 * 1024 * 1024;

interface Counts {
  readonly documents: { added: number; unchanged: number; changed: number; rejected: number };
  spans: number;
  readonly subjects: { linked: number; created: number; withoutSubject: number };
}

export interface Importer {
  /**
   * Fails with SOURCE_NOT_FOUND, NO_PERMISSION, NOT_FOUND, FORMAT_UNKNOWN, MAPPING_INVALID, CONFLICT (the
   * collection holds de-identified copies), NOTHING_IMPORTED (with the report's counts), CANCELLED (whole
   * batches are kept). Throws the store's faults, such as DISK_FULL, after whole batches.
   */
  run(actor: Actor, settings: ImportSettings, run: Run): Promise<Result<ImportReport>>;
}

export function createImporter(deps: ImportDeps): Importer {
  const { store, clock, random, audit, repository } = deps;
  const writing = {
    repository,
    random,
    subjects: deps.governance.subjects,
    texts: deps.governance.texts,
  };

  return {
    async run(actor, settings, run) {
      const opened = openSource(actor, settings, deps);
      if (!opened.ok) return opened;
      const matcher = createSubjectMatcher(settings.subjects);
      if (!matcher.ok) return matcher;
      const chosen = chooseCollection(repository, settings);
      if (!chosen.ok) return chosen;

      const startedAt = clock.now();
      const importId = random.newId('import');
      const issues = createIssueList();
      const names = new Set<string>();
      const counts: Counts = {
        documents: { added: 0, unchanged: 0, changed: 0, rejected: 0 },
        spans: 0,
        subjects: { linked: 0, created: 0, withoutSubject: 0 },
      };
      let collection = chosen.value;
      let batch: ParsedDocument[] = [];
      let characters = 0;

      const reportNow = (): ImportReport => ({
        importId,
        collectionId: collection.id ?? '',
        collection: collection.name,
        format: opened.value.format,
        startedAt,
        finishedAt: clock.now(),
        ...structuredClone(counts),
        issues: issues.listed(),
        issueCount: issues.count(),
      });

      /** The report grows with every batch, so that it tells the truth also after a crash. */
      const commit = (finished: boolean): Result<void> => {
        const documents = batch;
        batch = [];
        characters = 0;
        if (documents.length === 0 && !collection.open) return ok(undefined);
        const identifiers = matcher.value?.find(documents) ?? ok([]);
        if (!identifiers.ok) return identifiers;
        store.transaction(() => {
          const ensured = ensureCollection(collection, startedAt, actor);
          const collectionId = ensured.id;
          if (!ensured.open) {
            const { format } = opened.value;
            repository.insertImport({
              id: importId,
              collectionId,
              format,
              at: startedAt,
              actor: actor.userId,
            });
          }
          collection = { ...ensured, open: true };
          const target: ImportTarget = {
            collectionId,
            importId,
            at: clock.now(),
            settings,
            scheme: matcher.value?.scheme ?? null,
          };
          documents.forEach((document, index) => {
            const identifier = identifiers.value[index] ?? null;
            const written = writeDocument(writing, target, document, identifier);
            tally(counts, written);
            for (const found of written.issues) issues.add(found);
          });
          repository.updateImport(importId, reportNow(), finished);
        });
        return ok(undefined);
      };

      /** What is read is also written: a batch at hand is whole. Refusals have no leaf of their own otherwise. */
      const cancelled = (): Result<never> => {
        const committed = commit(true);
        if (!committed.ok) return committed;
        const { added, changed } = counts.documents;
        if (collection.id !== null) {
          audit.append({
            action: 'corpus.import.cancelled',
            actor: actor.userId,
            object: { type: 'collection', id: collection.id },
            counts: { ...counts.documents },
          });
        }
        return failure(
          'CANCELLED',
          `Cancelled. ${added + changed} documents were stored before and are kept; import again to go on.`,
          { documents: added + changed },
        );
      };

      for await (const item of opened.value.items()) {
        if (item.kind === 'issue') {
          issues.add(item.issue);
          if (item.rejects === true) counts.documents.rejected += 1;
        } else if (item.kind === 'document') {
          const { name, file, line, text } = item.document;
          if (names.has(name)) {
            counts.documents.rejected += 1;
            issues.add(
              issue(
                'error',
                'duplicateName',
                { file, line },
                'Another row of this source has the same name. This one was left out.',
              ),
            );
          } else {
            names.add(name);
            batch.push(item.document);
            characters += text.length;
          }
        }
        if (batch.length < BATCH_DOCUMENTS && characters < BATCH_CHARACTERS) continue;
        const committed = commit(false);
        if (!committed.ok) return committed;
        run.progress(opened.value.progress('import'));
        await breathe();
        if (run.signal.aborted) return cancelled();
      }
      if (run.signal.aborted) return cancelled();
      const committed = commit(true);
      if (!committed.ok) return committed;
      run.progress(opened.value.progress('import'));

      const { added, unchanged, changed } = counts.documents;
      if (added + unchanged + changed === 0) {
        const first = issues.listed()[0];
        return failure(
          'NOTHING_IMPORTED',
          `No document of "${opened.value.label}" could be imported; ${issues.count()} problems were found. Nothing was stored.${first === undefined ? '' : ` The first: ${first.file}${first.line === null ? '' : `, line ${first.line}`}: ${first.message}`}`,
          { source: opened.value.label, issues: issues.count() },
        );
      }
      if (settings.source.kind === 'intake') {
        deps.intakes.discard(actor.userId, settings.source.intakeId);
      }
      return ok(reportNow());
    },
  };

  function ensureCollection(
    collection: ChosenCollection,
    at: string,
    actor: Actor,
  ): ChosenCollection & { readonly id: string } {
    if (collection.id !== null) return { ...collection, id: collection.id };
    const id = random.newId('collection');
    const { name } = collection;
    repository.insertCollection({
      id,
      name,
      at,
      kind: 'original',
      derivedFrom: null,
      actor: actor.userId,
    });
    return { ...collection, id };
  }
}

interface ChosenCollection {
  /** Null until the first batch makes it. */
  readonly id: string | null;
  readonly name: string;
  /** Whether the import's row is written. */
  readonly open: boolean;
}

export function chooseCollection(
  repository: CorpusRepository,
  { collection }: Pick<ImportSettings, 'collection'>,
): Result<ChosenCollection> {
  const row =
    'collectionId' in collection
      ? repository.collection(collection.collectionId)
      : repository.collectionNamed(collection.name);
  if (row === undefined) {
    return 'name' in collection
      ? ok({ id: null, name: collection.name, open: false })
      : failure('NOT_FOUND', 'There is no such collection. Nothing was imported.');
  }
  if (row.kind !== 'original') {
    return failure(
      'CONFLICT',
      `"${row.name}" holds de-identified copies; originals do not go into it. Nothing was imported. Choose another collection.`,
      { collection: row.name },
    );
  }
  return ok({ id: row.id, name: row.name, open: false });
}

function tally(counts: Counts, { outcome, subject, spans }: Written): void {
  counts.documents[outcome] += 1;
  counts.spans += spans;
  if (outcome === 'rejected') return;
  if (subject === 'none') counts.subjects.withoutSubject += 1;
  else counts.subjects.linked += 1;
  if (subject === 'created') counts.subjects.created += 1;
}
