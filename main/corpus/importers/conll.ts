// CoNLL columns: a token and its tag per line, an empty line after each sentence. The format does not hold
// the text, so the join rule is ours and is recorded: one blank between tokens, one newline between
// sentences. `-DOCSTART-` begins a document; a file without it has a document per sentence, because the
// file draws no other border. Tags are read as conlleval reads them, which covers IOB1, IOB2, BIOES, BILOU.
import { decodeSpans, unknownTags, type TagScheme } from '../../../shared/domain/tagSchemes.ts';
import { guarded } from '../reading/guard.ts';
import { readLines } from '../reading/lines.ts';
import {
  documentItem,
  issue,
  issueItem,
  type ImportIssue,
  type ParsedItem,
  type ReadOptions,
  type Source,
  type SourceFile,
} from '../types.ts';
import { looksLikeConll } from './detect.ts';
import { checkSpans } from './spanChecks.ts';

export const JOIN_RULE = 'tokens: one blank; sentences: one newline';
const DOCUMENT_START = '-DOCSTART-';

interface Row {
  readonly token: string;
  readonly tag: string;
  readonly line: number;
}

export async function* readConll(source: Source, options: ReadOptions): AsyncGenerator<ParsedItem> {
  for (const file of source.files) {
    if (source.files.length > 1 && !looksLikeConll(file, options.encoding)) {
      yield issueItem(
        issue(
          'warning',
          'unsupportedFile',
          { file: file.name },
          'It has no columns with tags. It was passed over.',
        ),
      );
      continue;
    }
    yield* guarded(file, readFile(file, options));
  }
}

function* readFile(file: SourceFile, options: ReadOptions): Generator<ParsedItem> {
  const usage = { begins: false, insideAfterOutside: false, ends: false, units: false };
  let columns: number | null = null;
  let marked = false;
  let index = 0;
  let sentences: Row[][] = [];
  let sentence: Row[] = [];
  let previous = 'O';

  const closeSentence = (): void => {
    if (sentence.length > 0) sentences.push(sentence);
    sentence = [];
    previous = 'O';
  };
  function* closeDocument(): Generator<ParsedItem> {
    closeSentence();
    if (sentences.length === 0) return;
    index += 1;
    const name = `${file.name}#${index}`;
    const built = buildDocument(sentences, file.name);
    const metadata = { joinRule: JOIN_RULE, tagScheme: schemeOf(usage) };
    sentences = [];
    for (const found of built.issues) yield issueItem(found);
    yield documentItem({
      name,
      text: built.text,
      spans: built.spans,
      metadata,
      file: file.name,
      line: built.line,
    });
  }

  for (const line of readLines(file, options)) {
    const at = { file: file.name, line: line.number };
    if (line.problem !== null) {
      yield issueItem(issue('error', line.problem.code, at, line.problem.message));
      if (line.problem.code === 'lineTooLong') continue;
    }
    if (line.text.trim() === '') {
      closeSentence();
      if (!marked) yield* closeDocument();
      continue;
    }
    const fields = line.text.includes('\t') ? line.text.split('\t') : line.text.trim().split(/ +/);
    const token = (fields[0] ?? '').trim();
    if (token === DOCUMENT_START) {
      yield* closeDocument();
      marked = true;
      continue;
    }
    columns ??= fields.length;
    let tag = (fields.at(-1) ?? '').trim();
    if (fields.length !== columns || fields.length < 2 || token === '') {
      yield issueItem(
        issue(
          'error',
          'badColumnCount',
          at,
          `${fields.length} columns instead of ${columns}. ${token === '' ? 'The row was left out.' : 'Its word was kept without a label.'}`,
        ),
      );
      tag = 'O';
      if (token === '') continue;
    } else if (unknownTags([tag]).length > 0) {
      yield issueItem(
        issue(
          'error',
          'badTag',
          { ...at, field: tag },
          'The last column is no tag such as O, B-X or I-X. The word was kept without a label.',
        ),
      );
      tag = 'O';
    }
    noteUsage(usage, previous, tag);
    previous = tag;
    sentence.push({ token, tag, line: line.number });
  }
  yield* closeDocument();
  if (index === 0) {
    yield issueItem(
      issue('error', 'emptyDocument', { file: file.name }, 'It holds no words. It was left out.'),
      true,
    );
  }
}

function buildDocument(sentences: readonly (readonly Row[])[], file: string) {
  let text = '';
  const issues: ImportIssue[] = [];
  const candidates = [];
  for (const rows of sentences) {
    if (text !== '') text += '\n';
    const tokens = rows.map(({ token }, index) => {
      if (index > 0) text += ' ';
      const start = text.length;
      text += token;
      return { start, end: text.length };
    });
    const lineAt = new Map(tokens.map(({ start }, index) => [start, rows[index]?.line ?? null]));
    for (const span of decodeSpans(
      rows.map(({ tag }) => tag),
      tokens,
    )) {
      candidates.push({
        span: { ...span, attributes: null },
        line: lineAt.get(span.start) ?? null,
      });
    }
  }
  // Joining cannot make spans overlap or cut a pair of units, but a token may begin with a combining mark.
  const checked = checkSpans(text, candidates, file);
  issues.push(...checked.issues);
  return { text, spans: checked.spans, issues, line: sentences[0]?.[0]?.line ?? null };
}

interface Usage {
  /** B used where no chunk of the same label ends just before: IOB2 does, IOB1 never. */
  begins: boolean;
  /** I used where nothing is open: IOB1 does, IOB2 never. */
  insideAfterOutside: boolean;
  ends: boolean;
  units: boolean;
}

function noteUsage(usage: Usage, previous: string, tag: string): void {
  const prefix = tag.charAt(0);
  const label = tag.slice(1);
  const touches = previous !== 'O' && previous.slice(1) === label;
  if (prefix === 'B' && !touches) usage.begins = true;
  if (prefix === 'I' && !touches) usage.insideAfterOutside = true;
  if (prefix === 'E' || prefix === 'S') usage.ends = true;
  if (prefix === 'L' || prefix === 'U') usage.units = true;
}

const schemeOf = (usage: Usage): TagScheme | 'mixed' =>
  usage.units
    ? 'BILOU'
    : usage.ends
      ? 'BIOES'
      : usage.insideAfterOutside
        ? usage.begins
          ? 'mixed'
          : 'IOB1'
        : 'IOB2';
