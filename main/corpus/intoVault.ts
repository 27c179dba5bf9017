// One parsed document into the vault, inside the caller's transaction: new, unchanged, changed or refused.
// A document is known by its name inside its collection. A text that other work stands on is never replaced.
import { guessLanguage } from '../../shared/domain/language.ts';
import { createHash } from 'node:crypto';
import { sameSpan } from '../../shared/domain/spans.ts';
import type { Subjects, TextStore } from '../governance/index.ts';
import type { Random } from '../platform/index.ts';
import type { CorpusRepository, KnownDocument, SourceSpan } from './corpusRepository.ts';
import {
  issue,
  type ImportIssue,
  type ImportSettings,
  type ParsedDocument,
  type ParsedSpan,
} from './types.ts';

export interface IntoVaultDeps {
  readonly repository: CorpusRepository;
  readonly subjects: Subjects;
  readonly texts: TextStore;
  readonly random: Random;
}

export interface ImportTarget {
  readonly collectionId: string;
  readonly importId: string;
  readonly at: string;
  readonly settings: Pick<ImportSettings, 'annotator' | 'category' | 'language'>;
  /** Null where notes are not linked to people. */
  readonly scheme: string | null;
}

export interface Written {
  readonly outcome: 'added' | 'unchanged' | 'changed' | 'rejected';
  readonly subject: 'none' | 'linked' | 'created';
  readonly spans: number;
  readonly issues: readonly ImportIssue[];
}

export function writeDocument(
  deps: IntoVaultDeps,
  target: ImportTarget,
  document: ParsedDocument,
  /** Of the person, as the note says it. */
  identifier: string | null,
): Written {
  const { repository, texts, random } = deps;
  const { text, name, spans, metadata } = document;
  const at = { file: document.file, line: document.line };
  const issues: ImportIssue[] = [];
  const rejected = (found: ImportIssue): Written => ({
    outcome: 'rejected',
    subject: 'none',
    spans: 0,
    issues: [...issues, found],
  });

  const sha256 = textSha256(text);
  const { annotator } = target.settings;
  const known = repository.known(target.collectionId, name);
  const stored =
    known === undefined
      ? []
      : repository.spans(known.rowid).filter((span) => span.annotator === annotator);
  const sameText = known?.sha256 === sha256;
  const sameLabels = sameSpans(stored, spans);
  // Labels of another annotator over the same text harm nobody.
  const harmless = sameText && (sameLabels || stored.length === 0);
  if (known !== undefined && !harmless && repository.inUse(known.rowid)) {
    return rejected(
      issue(
        'error',
        'duplicateName',
        at,
        'A document of this name is already stored with other content, and labels, a snapshot or a de-identified copy stand on it. It was left as it is. Import the new version into another collection.',
      ),
    );
  }

  const { scheme } = target;
  const subject =
    scheme === null || identifier === null ? null : deps.subjects.findOrCreate(scheme, identifier);
  if (subject !== null && 'erased' in subject) {
    return rejected(
      issue(
        'error',
        'erasedSubject',
        at,
        'It is about a person whose erasure was carried out. It was left out. Lift this only with a new legal basis.',
      ),
    );
  }
  if (subject === null && scheme !== null) {
    issues.push(
      issue(
        'warning',
        'subjectNotFound',
        at,
        'The person it is about was not found. It was imported without one; purposes that need consent withhold it.',
      ),
    );
  }
  const linked = subject === null ? 'none' : subject.created ? 'created' : 'linked';
  if (known === undefined) {
    const rowid = repository.insertDocument({
      id: random.newId('document'),
      collectionId: target.collectionId,
      name,
      subjectId: subject?.subjectId ?? null,
      language: target.settings.language ?? guessLanguage(text),
      category: target.settings.category,
      kind: 'original',
      derivedFrom: null,
      length: text.length,
      sha256,
      metadata,
      importId: target.importId,
      at: target.at,
    });
    texts.put(rowid, text);
    repository.addSpans(rowid, spans, annotator);
    return { outcome: 'added', subject: linked, spans: spans.length, issues };
  }

  if (sameText && sameLabels) {
    const relinked = relink(repository, known, subject?.subjectId ?? null);
    const outcome = relinked ? 'changed' : 'unchanged';
    return { outcome, subject: linked, spans: 0, issues };
  }
  if (!sameText) {
    texts.replace(known.rowid, text);
    repository.updateText({
      rowid: known.rowid,
      length: text.length,
      sha256,
      metadata,
      importId: target.importId,
      at: target.at,
    });
  }
  // The offsets of all annotators belong to the old text.
  repository.deleteSpans(known.rowid, sameText ? annotator : null);
  repository.addSpans(known.rowid, spans, annotator);
  relink(repository, known, subject?.subjectId ?? null);
  return { outcome: 'changed', subject: linked, spans: spans.length, issues };
}

export const textSha256 = (text: string): string =>
  createHash('sha256').update(text, 'utf8').digest('hex');

/** A person found on a second import is linked; a link once made is not moved by an import. */
function relink(
  repository: CorpusRepository,
  known: KnownDocument,
  subjectId: string | null,
): boolean {
  if (known.subject_id !== null || subjectId === null) return false;
  repository.link(known.rowid, subjectId);
  return true;
}

function sameSpans(stored: readonly SourceSpan[], parsed: readonly ParsedSpan[]): boolean {
  return (
    stored.length === parsed.length &&
    stored.every((span, index) => {
      const other = parsed[index];
      return (
        other !== undefined &&
        sameSpan(span, other) &&
        JSON.stringify(span.attributes) === JSON.stringify(other.attributes)
      );
    })
  );
}
