// What the proof of an erasure will look for, taken while the person is still there. Only what has to go: a
// text that stays on a ground of Art. 17(3) is no trace, and what it says is none either.
import type { Journal } from './erasureRecord.ts';
import type { ErasureRepository } from './erasureRepository.ts';
import type { GateRepository } from '../gate/gateRepository.ts';
import { chooseNeedles } from './needles.ts';
import type { Subjects } from '../subjects.ts';

export interface Going {
  readonly subjectId: string;
  readonly subjectKey: string;
  /** The documents that go, copies included. */
  readonly documents: readonly { readonly rowid: number; readonly id: string }[];
  /** Whether anything stays. */
  readonly partly: boolean;
}

export function createTakeNeedles(deps: {
  readonly texts: GateRepository;
  readonly subjects: Pick<Subjects, 'identifiers'>;
  readonly repository: ErasureRepository;
}): (going: Going) => Journal {
  const { texts, subjects, repository } = deps;

  return ({ subjectId, subjectKey, documents, partly }) => {
    const rowids = documents.map(({ rowid }) => rowid);
    const isGoing = new Set(rowids);
    const own = texts.ownTexts(subjectId).filter(({ rowid }) => isGoing.has(rowid));
    const byRowid = new Map(own.map((row) => [row.rowid, row.text ?? '']));
    const versions = repository.versionsOf(subjectId, rowids, partly);
    const replaced = texts
      .versions(subjectId)
      .filter(({ id }) => versions.has(id))
      .flatMap(({ before }) => before ?? []);
    const identifiers = subjects.identifiers(subjectId).map(({ value }) => value);
    const names = [
      ...(partly ? [] : [...identifiers, ...repository.ownNames(subjectId)]),
      ...repository.documentNames(rowids),
      ...replaced.filter((words) => words.length <= LONGEST_NAME),
      ...repository
        .findings(rowids)
        .map(({ document_rowid, start, end }) =>
          (byRowid.get(document_rowid) ?? '').slice(start, end),
        ),
    ];

    function* staying(): IterableIterator<string> {
      for (const { text } of texts.textsBeside(rowids)) yield text;
      if (partly) yield* identifiers;
      yield* repository.staying(subjectId, rowids, partly);
    }

    const needles = chooseNeedles(
      {
        names,
        texts: [
          ...own.map(({ text }) => text ?? ''),
          ...replaced.filter((words) => words.length > LONGEST_NAME),
          ...repository.wordsAbout(subjectId, partly),
        ],
        keys: partly ? [] : [Buffer.from(subjectId, 'utf8'), repository.refKey(subjectId)],
      },
      staying(),
    );
    return {
      subjectId,
      subjectKey,
      documents: documents.map(({ id }) => id),
      needles: needles.forms.map((form) => form.toString('base64')),
      count: needles.count,
      shared: needles.shared,
      tooShort: needles.tooShort,
    };
  };
}

/** Longer ones are searched for in stretches, as texts are. */
const LONGEST_NAME = 48;
