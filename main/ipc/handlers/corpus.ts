// The corpus over the wire.
import { mayCall, type DocumentRow } from '../../../shared/contract/index.ts';
import type { Corpus } from '../../corpus/index.ts';
import { ok } from '../../../shared/kernel/result.ts';
import type { Handlers } from './types.ts';

type CorpusName =
  | 'intake.begin'
  | 'intake.append'
  | 'intake.discard'
  | 'corpus.preflight'
  | 'corpus.import'
  | 'corpus.imports'
  | 'collection.list'
  | 'corpus.list'
  | 'document.read';

export function corpusHandlers({
  corpus,
}: {
  readonly corpus: Corpus;
}): Pick<Handlers, CorpusName> {
  return {
    'intake.begin': ({ label }, { session }) =>
      ok(corpus.intakes.begin(session.actor.userId, label)),
    'intake.append': (input, { session }) => corpus.intakes.append(session.actor.userId, input),
    'intake.discard'({ intakeId }, { session }) {
      corpus.intakes.discard(session.actor.userId, intakeId);
      return ok({});
    },
    'corpus.preflight': (settings, context) =>
      corpus.preflight(context.session.actor, settings, context),
    async 'corpus.import'(settings, context) {
      context.title('name' in settings.collection ? settings.collection.name : '');
      const imported = await corpus.import(context.session.actor, settings, context);
      // Batches may have been stored also where the whole failed.
      context.changed('documents', 'subjects');
      if (imported.ok) {
        const { collectionId, documents, subjects } = imported.value;
        context.note({
          object: collectionId,
          counts: { ...documents, subjectsCreated: subjects.created },
        });
      }
      return imported;
    },
    'corpus.imports'(page, { session: { actor } }) {
      const reports = corpus.imports(page);
      return ok(
        mayCall('document.read', actor.roles)
          ? reports
          : { ...reports, items: reports.items.map((each) => ({ ...each, issues: [] })) },
      );
    },
    'collection.list': () => ok({ items: corpus.documents.collections().slice(0, 500) }),
    'corpus.list'(query, { session: { actor } }) {
      const page = corpus.documents.list(actor, query);
      return page.ok && !mayCall('document.read', actor.roles)
        ? ok({ ...page.value, items: page.value.items.map(unnamed) })
        : page;
    },
    'document.read'({ documentId, purposeId }, { session, note }) {
      note({ object: documentId, purposeId });
      return corpus.documents.read(session.actor, documentId, purposeId);
    },
  };
}

/** For those who may not read: names of files and numbers of records tell of people, too. */
const unnamed = (row: DocumentRow): DocumentRow => ({
  ...row,
  name: row.documentId,
  subjectKey: null,
});
