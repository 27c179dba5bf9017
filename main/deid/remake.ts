// A de-identified copy after its original was corrected: made again with the same mode, the surrogates of the
// person the same as before. Only a copy that these rules would have made from the old text is made again; of
// any other nobody could say what else would change.
import { createHmac } from 'node:crypto';
import type { CopyOfText, Governance } from '../governance/index.ts';
import type { Random } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import { applyFindings, byType, type Applied } from './apply.ts';
import { createDeidRepository } from './deidRepository.ts';
import { localeOf } from './language.ts';
import { recognize } from './recognize.ts';
import { createMemoryBook, createSurrogates, type Book } from './surrogates/index.ts';
import type { DeidMode } from './deid.ts';

const SECRET = 'deidSurrogates';

export interface TextOfPerson {
  readonly text: string;
  readonly language: string | null;
  readonly subjectId: string | null;
  readonly documentId: string;
}

export interface Transform {
  /** @param keep whether new surrogates of the person are remembered. */
  (document: TextOfPerson, mode: DeidMode, keep: boolean): Applied;
}

export function createTransform(deps: {
  readonly store: Pick<Store, 'db'>;
  readonly random: Random;
  readonly subjects: Pick<Governance['subjects'], 'subjectRef'>;
}): { readonly transform: Transform; readonly secret: () => Buffer } {
  const repository = createDeidRepository(deps.store);
  const secret = (): Buffer => repository.secret(SECRET, () => deps.random.bytes(32));

  /** The person's own key goes in: once erasure destroys it, nobody can repeat the surrogates. */
  function keyOf({ subjectId, documentId }: TextOfPerson): Buffer {
    const person = subjectId === null ? documentId : deps.subjects.subjectRef(subjectId);
    return createHmac('sha256', secret()).update(person).digest();
  }

  return {
    secret,
    transform(document, mode, keep) {
      const { text, language, subjectId } = document;
      const findings = recognize(text);
      if (mode === 'type') return applyFindings(text, findings, byType);
      const key = keyOf(document);
      const hash = (original: string): Buffer =>
        createHmac('sha256', key).update(original).digest();
      const stored: Book | null = subjectId === null ? null : repository.book(subjectId, hash);
      const book = keep && stored !== null ? stored : createMemoryBook(stored);
      const locale = localeOf(text, language);
      return applyFindings(text, findings, createSurrogates(text, findings, { key, book, locale }));
    },
  };
}

export function createRemake(
  store: Pick<Store, 'db'>,
  transform: Transform,
): (copy: CopyOfText) => string | undefined {
  const repository = createDeidRepository(store);
  return ({ rowid, text, language, subjectId, original }) => {
    const { documentId } = original;
    const of = (whole: string): TextOfPerson => ({ text: whole, language, subjectId, documentId });
    const mode = (['type', 'surrogate'] as const).find(
      (each) => transform(of(original.before), each, false).text === text,
    );
    if (mode === undefined) return undefined;
    const remade = transform(of(original.after), mode, true);
    repository.replaceFindings(rowid, remade.findings);
    return remade.text;
  };
}
