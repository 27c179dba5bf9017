// One correction carried out on everything that hangs on the words: the text and its places, the copies made
// from it, the name, the field, the number. Whoever calls holds the transaction.
import { createHash } from 'node:crypto';
import type { Correction, RectificationPreview } from '../../../shared/contract/index.ts';
import { changedPassage, replacePassage } from '../../../shared/domain/textChange.ts';
import type { Actor } from '../context.ts';
import type { MovedPlaces, SubjectFollower, TextChange } from '../followers.ts';
import type { GateRepository, TextRow } from '../gate/gateRepository.ts';
import type { RectificationRepository } from './rectificationRepository.ts';

export type Reach = Omit<RectificationPreview, 'corrections'>;

export interface Person {
  readonly subjectId: string;
  readonly requestId: string;
  readonly actor: Actor;
  readonly at: string;
}

export interface Done {
  readonly moved: readonly MovedPlaces[];
  readonly copies: Reach['copies'];
  /** Of the documents whose words or fields changed. */
  readonly rowids: readonly number[];
}

export interface CorrectionActs {
  /** `rowid`: the document it is about; null for a number of the person. */
  change(person: Person, correction: Correction): Done & { readonly rowid: number | null };
}

export function createCorrectionActs(deps: {
  readonly texts: Pick<GateRepository, 'ownText' | 'replaceText'>;
  readonly followers: readonly SubjectFollower[];
  readonly repository: RectificationRepository;
}): CorrectionActs {
  const { texts, followers, repository } = deps;

  const withText = (row: TextRow, text: string): void => {
    texts.replaceText(row.rowid, text);
    repository.describe(row.rowid, text.length, sha256Of(text));
  };

  function moveAll(change: TextChange): MovedPlaces {
    const moved = followers.flatMap((follower) => follower.moved?.(change) ?? []);
    return {
      shifted: moved.reduce((sum, { shifted }) => sum + shifted, 0),
      setAside: moved.flatMap(({ setAside }) => setAside),
      reopened: moved.reduce((sum, { reopened }) => sum + reopened, 0),
    };
  }

  /** Every copy made from the text, and what moved in it. */
  function remakeCopies(
    person: Person,
    row: TextRow,
    before: string,
    after: string,
  ): {
    readonly copies: Reach['copies'];
    readonly moved: MovedPlaces[];
    readonly rowids: number[];
  } {
    const moved: MovedPlaces[] = [];
    const rowids: number[] = [];
    const copies = repository.copies(row.id).map((copy): Reach['copies'][number] => {
      rowids.push(copy.rowid);
      const own = texts.ownText(person.subjectId, copy.id);
      const text = own?.text ?? '';
      const remade = firstOf(followers, (follower) =>
        follower.remake?.({
          rowid: copy.rowid,
          documentId: copy.id,
          subjectId: copy.subject_id,
          language: copy.language,
          text,
          original: { documentId: row.id, before, after },
        }),
      );
      if (own === undefined || remade === undefined) {
        return { documentId: copy.id, collection: copy.collection, state: 'outOfDate' };
      }
      repository.madeFrom(copy.rowid, sha256Of(after));
      const passage = changedPassage(text, remade);
      if (passage !== null) {
        withText(own, remade);
        const { actor, at } = person;
        moved.push(
          moveAll({
            rowid: copy.rowid,
            documentId: copy.id,
            passage,
            before: text,
            after: remade,
            actor,
            at,
          }),
        );
      }
      return { documentId: copy.id, collection: copy.collection, state: 'remade' };
    });
    return { copies, moved, rowids };
  }

  function change(
    person: Person,
    correction: Correction,
  ): Done & { readonly rowid: number | null } {
    const { subjectId, actor, at } = person;
    if (correction.kind === 'identifier') {
      const { scheme, expected, replacement } = correction;
      repository.changeIdentifier(subjectId, scheme, expected, replacement);
      return { moved: [], copies: [], rowids: [], rowid: null };
    }
    const row = texts.ownText(subjectId, correction.documentId) as TextRow;
    const { rowid } = row;
    if (correction.kind === 'name') {
      const { expected, replacement } = correction;
      repository.rename(rowid, replacement);
      for (const follower of followers) {
        follower.renamed?.({ rowid, before: expected, after: replacement });
      }
      return { moved: [], copies: [], rowids: [], rowid };
    }
    if (correction.kind === 'metadata') {
      const { [correction.field]: _before, ...rest } = metadataOf(row);
      const { replacement } = correction;
      repository.setMetadata(
        rowid,
        replacement === null ? rest : { ...rest, [correction.field]: replacement },
      );
      return { moved: [], copies: [], rowids: [rowid], rowid };
    }
    const before = row.text ?? '';
    const after = replacePassage(before, correction);
    withText(row, after);
    const { start, end, replacement } = correction;
    const own = moveAll({
      rowid,
      documentId: row.id,
      passage: { start, end, inserted: replacement.length },
      before,
      after,
      actor,
      at,
    });
    const { copies, moved, rowids } = remakeCopies(person, row, before, after);
    return { moved: [own, ...moved], copies, rowids: [rowid, ...rowids], rowid };
  }

  return { change };
}

const sha256Of = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

export const metadataOf = ({ metadata }: TextRow): Record<string, string> =>
  JSON.parse(metadata) as Record<string, string>;

function firstOf<T, R>(items: readonly T[], of: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = of(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
