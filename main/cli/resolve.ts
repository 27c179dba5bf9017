// People know things by name, the contract by identifier. Where an option is left out and there is only
// one candidate, that one is meant; otherwise the choice is shown.
import { usage } from './failure.ts';
import type { Session } from './session.ts';

interface Candidate {
  readonly id: string;
  readonly name: string;
}

function pick(
  what: string,
  flag: string,
  wanted: string | undefined,
  all: readonly Candidate[],
): string {
  const list = all.map(({ id, name }) => `  ${id}  ${name}`).join('\n');
  if (all.length === 0) throw usage(`There is no ${what} in this vault yet.`, 'NOT_FOUND');
  if (wanted === undefined) {
    if (all.length === 1) return (all[0] as Candidate).id;
    throw usage(`Which ${what}? Say ${flag} NAME or its identifier:\n${list}`);
  }
  const found = all.filter(({ id, name }) => id === wanted || name === wanted);
  if (found.length === 1) return (found[0] as Candidate).id;
  if (found.length > 1) {
    throw usage(`Several are called "${wanted}"; use the identifier:\n${list}`, 'CONFLICT');
  }
  throw usage(`There is no ${what} "${wanted}". There are:\n${list}`, 'NOT_FOUND');
}

type Finder = (session: Session, wanted: string | undefined) => Promise<string>;

export const findCollection: Finder = async (session, wanted) => {
  const { items } = await session.call('collection.list', {});
  const all = items.map(({ collectionId, name }) => ({ id: collectionId, name }));
  return pick('collection', '--collection', wanted, all);
};

/** Retired purposes count only when named. */
export const findPurpose: Finder = async (session, wanted) => {
  const { items } = await session.call('purpose.list', {});
  const all = items
    .filter(({ state }) => wanted !== undefined || state === 'active')
    .map(({ purposeId, name }) => ({ id: purposeId, name }));
  return pick('purpose', '--purpose', wanted, all);
};

export const findProject: Finder = async (session, wanted) => {
  const { items } = await session.call('project.list', {});
  const all = items.map(({ projectId, name }) => ({ id: projectId, name }));
  return pick('project', '--project', wanted, all);
};

export const findSnapshot: Finder = async (session, wanted) => {
  const { items } = await session.call('snapshot.list', {});
  const all = items.map(({ snapshotId, name }) => ({ id: snapshotId, name }));
  return pick('snapshot', '--snapshot', wanted, all);
};

export const findModel: Finder = async (session, wanted) => {
  const { items } = await session.call('model.list', {});
  const all = items.map(({ modelId, name }) => ({ id: modelId, name }));
  return pick('model', '--model', wanted, all);
};

/** Bases that cannot be trained, or may not be used any more, count only when named. */
export const findBase: Finder = async (session, wanted) => {
  const { items } = await session.call('base.list', {});
  const all = items
    .filter(({ verdict, state }) =>
      wanted !== undefined ? true : verdict === 'trainable' && state === 'valid',
    )
    .map(({ baseId, name }) => ({ id: baseId, name }));
  return pick('base', '--base', wanted, all);
};

export const findSweep: Finder = async (session, wanted) => {
  const { items } = await session.call('sweep.list', {});
  const all = items.map(({ sweepId, name }) => ({ id: sweepId, name }));
  return pick('sweep', '--sweep', wanted, all);
};

export const findRun: Finder = async (session, wanted) => {
  const { items } = await session.call('run.list', {});
  const all = items
    .filter(({ resumable }) => wanted !== undefined || resumable)
    .map(({ runId, name }) => ({ id: runId, name }));
  return pick('run that can be resumed', '--run', wanted, all);
};

/** By identifier or by the name within its collection. */
export async function findDocument(
  session: Session,
  wanted: string,
  collectionId: string | null,
): Promise<string> {
  if (/^doc_[0-9A-Za-z]{8,40}$/.test(wanted)) return wanted;
  const found: Candidate[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listDocuments>> = await listDocuments(
      session,
      collectionId,
      cursor,
    );
    for (const { documentId, name } of page.items) {
      if (name === wanted) found.push({ id: documentId, name });
    }
    cursor = page.next;
  } while (cursor !== null);
  if (found.length === 0) throw usage(`There is no document "${wanted}".`, 'NOT_FOUND');
  return pick('document', '--document', wanted, found);
}

const listDocuments = (session: Session, collectionId: string | null, cursor: string | null) =>
  session.call('corpus.list', { collectionId, cursor, limit: 500 });

/** An identifier is taken as such, anything else as a record or customer number. */
export const subjectOf = (wanted: string): { subjectId: string } | { key: string } =>
  /^sub_[0-9A-Za-z]{8,40}$/.test(wanted) ? { subjectId: wanted } : { key: wanted };
