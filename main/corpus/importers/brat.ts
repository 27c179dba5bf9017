// brat standoff (brat.nlplab.org/standoff.html): X.txt beside X.ann, offsets in code points, end exclusive.
// T lines become spans; their attributes (A) go with them. Relations, events, normalizations, notes and
// equivalences are kept line by line for the exporter. A discontinuous span becomes one span per fragment,
// tied together by `fragment`, because a stored span is one stretch.
import type { JsonValue } from '../../platform/index.ts';
import { guarded } from '../reading/guard.ts';
import { readLines } from '../reading/lines.ts';
import { readText } from '../reading/text.ts';
import {
  documentItem,
  issue,
  issueItem,
  type ParsedItem,
  type ParsedSpan,
  type ReadOptions,
  type Source,
  type SourceFile,
} from '../types.ts';
import { checkSpans, type Candidate } from './spanChecks.ts';
import { chooseUnit, sameCovered, UNIT_NAME } from './units.ts';

/** Where lines that are no spans are kept in a document's metadata. */
export const BRAT_LINES = '_brat';

/** Configuration of the tool, not of the data. */
const IGNORED = /(?:^|\/)(?:annotation|visual|tools|kb_shortcuts)\.conf$|\.stats_cache$/;

interface TextBound {
  readonly id: string;
  readonly label: string;
  readonly fragments: readonly { readonly start: number; readonly end: number }[];
  readonly covered: string;
  readonly line: number;
}

export async function* readBrat(source: Source, options: ReadOptions): AsyncGenerator<ParsedItem> {
  const annotations = new Map<string, SourceFile>();
  const texts: SourceFile[] = [];
  for (const file of source.files) {
    if (file.name.endsWith('.ann')) annotations.set(stem(file.name), file);
    else if (file.name.endsWith('.txt')) texts.push(file);
    else if (!IGNORED.test(file.name)) {
      yield issueItem(
        issue(
          'warning',
          'unsupportedFile',
          { file: file.name },
          'brat has texts (.txt) and annotations (.ann). This file was passed over.',
        ),
      );
    }
  }
  for (const file of texts) {
    const name = stem(file.name);
    const annotation = annotations.get(name);
    annotations.delete(name);
    yield* guarded(file, readPair(name, file, annotation, options));
  }
  for (const file of annotations.values()) {
    yield issueItem(
      issue(
        'error',
        'annotationWithoutText',
        { file: file.name },
        `There is no "${stem(file.name)}.txt" beside it. Its annotations were left out. Add the text and import again.`,
      ),
      true,
    );
  }
}

function* readPair(
  name: string,
  file: SourceFile,
  annotation: SourceFile | undefined,
  options: ReadOptions,
): Generator<ParsedItem> {
  const read = readText(file, options.encoding);
  if (!read.ok) {
    const at = { file: file.name, line: read.line };
    yield issueItem(issue('error', read.code, at, read.message), true);
    return;
  }
  const { text } = read;
  if (text.trim() === '') {
    yield issueItem(
      issue('error', 'emptyDocument', { file: file.name }, 'It holds no text. It was left out.'),
      true,
    );
    return;
  }
  let spans: readonly ParsedSpan[] = [];
  const metadata: Record<string, string> = {};
  if (annotation !== undefined) {
    const parsed = parseAnnotations(annotation, options);
    for (const found of parsed.issues) yield issueItem(found);
    const placed = placeSpans(read, parsed.textBounds, parsed.attributes, annotation.name);
    for (const found of placed.issues) yield issueItem(found);
    spans = placed.spans;
    if (parsed.others.length > 0) metadata[BRAT_LINES] = parsed.others.join('\n');
  }
  yield documentItem({ name, text, spans, metadata, file: file.name, line: null });
}

const T_LINE = /^(T\d+\S*)\t(\S+) (-?\d+ -?\d+(?:;-?\d+ -?\d+)*)(?:\t(.*))?$/s;
const A_LINE = /^[AM]\d+\S*\t(\S+) (\S+)(?: (.*))?$/s;
/** Relations, events, normalizations, notes, equivalences: kept as they stand. */
const OTHER_LINE = /^(?:[REN]\d+\S*|#\d*\S*|\*)\t./s;

function parseAnnotations(file: SourceFile, options: ReadOptions) {
  const textBounds: TextBound[] = [];
  const attributes = new Map<string, Record<string, JsonValue>>();
  const others: string[] = [];
  const issues = [];
  const seen = new Set<string>();
  for (const line of readLines(file, options)) {
    const at = { file: file.name, line: line.number };
    if (line.problem !== null) {
      issues.push(issue('error', line.problem.code, at, line.problem.message));
      continue;
    }
    if (line.text.trim() === '') continue;
    const bound = T_LINE.exec(line.text);
    if (bound !== null) {
      const [, id = '', label = '', places = '', covered = ''] = bound;
      if (seen.has(id)) {
        issues.push(
          issue(
            'error',
            'badAnnotationLine',
            at,
            `The identifier ${id} was already used. This line was left out.`,
          ),
        );
        continue;
      }
      seen.add(id);
      const fragments = places.split(';').map((place) => {
        const [start = 0, end = 0] = place.split(' ').map(Number);
        return { start, end };
      });
      textBounds.push({ id, label, fragments, covered, line: line.number });
      continue;
    }
    const attribute = A_LINE.exec(line.text);
    if (attribute !== null) {
      const [, key = '', target = '', value] = attribute;
      // Attributes of events and relations have no span to go with; they stay lines.
      if (target.startsWith('T')) {
        const known = attributes.get(target) ?? {};
        known[key] = value ?? true;
        attributes.set(target, known);
      } else others.push(line.text);
      continue;
    }
    if (OTHER_LINE.test(line.text)) others.push(line.text);
    else {
      issues.push(
        issue(
          'error',
          'badAnnotationLine',
          at,
          'This is no line of brat standoff. It was left out.',
        ),
      );
    }
  }
  return { textBounds, attributes, others, issues };
}

function placeSpans(
  { text, marked }: { readonly text: string; readonly marked: boolean },
  textBounds: readonly TextBound[],
  attributes: ReadonlyMap<string, Record<string, JsonValue>>,
  file: string,
) {
  const issues = [];
  // Only contiguous spans repeat their exact text; fragments are joined with a blank.
  const evidence = textBounds.flatMap(({ fragments: [first, second], covered }) =>
    first === undefined || second !== undefined ? [] : [{ ...first, covered }],
  );
  const unit = chooseUnit(text, evidence, 'codePoint', marked);
  if (unit.unit !== 'codePoint') {
    issues.push(
      issue(
        'warning',
        'spanTextDiffers',
        { file },
        `The offsets fit the text when counted in ${UNIT_NAME[unit.unit]}, not in code points. They were read so.`,
      ),
    );
  }
  const candidates: Candidate[] = [];
  for (const bound of textBounds) {
    const { id, label, fragments, covered, line } = bound;
    const at = { file, line, field: label };
    const places = fragments.map((fragment) => unit.convert(fragment));
    const own = attributes.get(id);
    if (places.some((place) => place === null)) {
      issues.push(
        issue(
          'error',
          'spanOutOfRange',
          at,
          `The span ${id} lies outside the text. It was left out; its document is imported.`,
        ),
      );
      continue;
    }
    const slices = places.map((place) =>
      place === null ? '' : text.slice(place.start, place.end),
    );
    if (!sameCovered(slices.join(' '), covered) && !covered.startsWith(`${slices.join(' ')}\t`)) {
      issues.push(
        issue(
          'warning',
          'spanTextDiffers',
          at,
          `The text of ${id} in the annotation file is not the text at its place. The place was trusted; look at the span.`,
        ),
      );
    }
    if (places.length > 1) {
      issues.push(
        issue(
          'warning',
          'discontinuousSpan',
          at,
          `${id} has ${places.length} pieces. Each was imported as a span of its own.`,
        ),
      );
    }
    places.forEach((place, index) => {
      if (place === null) return;
      const extra: Record<string, JsonValue> = { id };
      if (places.length > 1) extra['fragment'] = `${index + 1}/${places.length}`;
      if (own !== undefined) extra['values'] = own;
      candidates.push({ span: { ...place, label, attributes: extra }, line });
    });
  }
  const checked = checkSpans(text, candidates, file);
  return { spans: checked.spans, issues: [...issues, ...checked.issues] };
}

const stem = (name: string): string => name.replace(/\.(?:txt|ann)$/, '');
