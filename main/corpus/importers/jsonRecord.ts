// One JSON object to one document, in the shapes that annotation tools write: doccano (`label` triples,
// `entities` with start_offset), Prodigy and spaCy (`spans`), Label Studio (`data`, `annotations[].result`),
// and the free forms seen in public sets. What is neither text nor span becomes metadata.
import type { JsonValue } from '../../platform/index.ts';
import { issue, type ImportIssue, type ParsedDocument } from '../types.ts';
import { badSpan, checkSpans, isStorable, type Candidate } from './spanChecks.ts';
import { chooseUnit, sameCovered, UNIT_NAME } from './units.ts';

export interface RecordPlace {
  readonly file: string;
  readonly line: number;
}

export interface RecordRead {
  readonly document: ParsedDocument | null;
  readonly issues: readonly ImportIssue[];
}

type Json = Readonly<Record<string, unknown>>;

const TEXT_KEYS = [
  'text',
  'full_text',
  'content',
  'note',
  'body',
  'sentence',
  'column_data',
  'data',
];
const SPAN_KEYS = ['spans', 'entities', 'label', 'labels', 'column_label', 'annotations', 'tags'];
const NAME_KEYS = ['name', 'file_name', 'document_id', 'doc_id', 'id'];
const START_KEYS = ['start', 'start_offset', 'start_position', 'begin', 'startOffset'];
const END_KEYS = ['end', 'end_offset', 'end_position', 'stop', 'endOffset'];
const LABEL_KEYS = ['label', 'type', 'entity_type', 'tag', 'entity_group', 'class'];
const COVERED_KEYS = ['text', 'entity_value', 'covered_text', 'word'];
const META_KEYS = ['meta', 'metadata'];
/** Made from the text by the tool that wrote the file, or read elsewhere. */
const DERIVED_KEYS = new Set(['tokens', 'masked', 'predictions', 'drafts', 'relations']);

export function readRecord(record: unknown, place: RecordPlace): RecordRead {
  const reject = (
    code: 'badJson' | 'missingText' | 'emptyDocument' | 'unreadableEncoding',
    message: string,
  ): RecordRead => ({
    document: null,
    issues: [issue('error', code, place, message)],
  });
  if (!isObject(record)) return reject('badJson', 'This is no JSON object. The row was left out.');

  const { text, textKey, data } = findText(record);
  if (text === null) {
    return reject(
      'missingText',
      `It has none of the fields ${TEXT_KEYS.join(', ')}. The row was left out.`,
    );
  }
  if (text.trim() === '') return reject('emptyDocument', 'It holds no text. The row was left out.');
  if (!isStorable(text)) {
    return reject(
      'unreadableEncoding',
      'The text holds half of a surrogate pair, which no encoding can store. The row was left out.',
    );
  }

  const issues: ImportIssue[] = [];
  const found = findSpans(record, place, issues);
  const prodigy = '_input_hash' in record || 'tokens' in record;
  const unit = chooseUnit(text, found.ranges, prodigy ? 'codePoint' : 'utf16');
  if (unit.unit !== 'utf16' && unit.unit !== 'codePoint') {
    issues.push(
      issue(
        'warning',
        'spanTextDiffers',
        place,
        `The offsets fit the text when counted in ${UNIT_NAME[unit.unit]}. They were read so.`,
      ),
    );
  }
  const candidates: Candidate[] = [];
  const rejected = record['answer'] === 'reject' || record['answer'] === 'ignore';
  if (rejected && found.ranges.length > 0) {
    issues.push(
      issue(
        'warning',
        'badAnnotationLine',
        place,
        'The file marks these spans as rejected. They were left out.',
      ),
    );
  }
  for (const range of rejected ? [] : found.ranges) {
    const at = unit.convert(range);
    if (at === null) {
      issues.push(badSpan('outOfRange', range, place));
      continue;
    }
    if (range.covered !== null && !sameCovered(text.slice(at.start, at.end), range.covered)) {
      issues.push(
        issue(
          'warning',
          'spanTextDiffers',
          { ...place, field: range.label },
          `The text given for ${range.label} ${range.start}-${range.end} is not the text at its place. The place was trusted; look at the span.`,
        ),
      );
    }
    candidates.push({
      span: { ...at, label: range.label, attributes: range.attributes },
      line: place.line,
    });
  }
  const checked = checkSpans(text, candidates, place.file);
  const metadata = findMetadata(record, data, textKey, found.usedKeys);
  if (found.documentLabels.length > 0) metadata['label'] = found.documentLabels.join('; ');
  const name = NAME_KEYS.map((key) => record[key]).find(
    (value): value is string | number => typeof value === 'string' || typeof value === 'number',
  );
  return {
    document: {
      name: `${place.file}#${String(name ?? place.line).slice(0, 400)}`,
      text,
      spans: checked.spans,
      metadata,
      ...place,
    },
    issues: [...issues, ...checked.issues],
  };
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function findText(record: Json): { text: string | null; textKey: string; data: Json | null } {
  for (const key of TEXT_KEYS) {
    const value = record[key];
    if (typeof value === 'string') return { text: value, textKey: key, data: null };
    // Label Studio keeps the text one level down, under a name of the project's own.
    if (key === 'data' && isObject(value)) {
      const inner = findText(value);
      if (inner.text !== null) return { ...inner, textKey: key, data: value };
      const first = Object.entries(value).find(([, item]) => typeof item === 'string');
      if (first !== undefined) return { text: String(first[1]), textKey: key, data: value };
    }
  }
  return { text: null, textKey: '', data: null };
}

interface FoundSpan {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly covered: string | null;
  readonly attributes: Readonly<Record<string, JsonValue>> | null;
}

function findSpans(record: Json, place: RecordPlace, issues: ImportIssue[]) {
  const ranges: FoundSpan[] = [];
  const documentLabels: string[] = [];
  const usedKeys = new Set<string>();
  const bad = (key: string): void => {
    issues.push(
      issue(
        'error',
        'badAnnotationLine',
        { ...place, field: key },
        `An entry of "${key}" is no span with start, end and label. It was left out.`,
      ),
    );
  };
  for (const key of SPAN_KEYS) {
    const value = record[key];
    if (typeof value === 'string' && (key === 'label' || key === 'labels')) {
      documentLabels.push(value);
      usedKeys.add(key);
    }
    if (!Array.isArray(value)) continue;
    usedKeys.add(key);
    for (const entry of value as readonly unknown[]) {
      if (typeof entry === 'string') documentLabels.push(entry);
      else if (isObject(entry) && Array.isArray(entry['result'])) {
        if (entry['was_cancelled'] === true) continue;
        for (const result of entry['result'] as readonly unknown[]) {
          if (!isObject(result) || !isObject(result['value'])) continue;
          const choices: unknown = result['value']['choices'];
          if (Array.isArray(choices)) documentLabels.push(...choices.map(String));
          else ranges.push(...spansOf(result['value'], () => bad(key)));
        }
      } else ranges.push(...spansOf(entry, () => bad(key)));
    }
  }
  return { ranges, documentLabels, usedKeys };
}

/** One entry may carry several labels (Label Studio); each is a span of its own. */
function spansOf(entry: unknown, bad: () => void): FoundSpan[] {
  if (Array.isArray(entry)) {
    const [start, end, label] = entry as readonly unknown[];
    if (isOffset(start) && isOffset(end) && isLabel(label)) {
      return [{ start: Number(start), end: Number(end), label, covered: null, attributes: null }];
    }
  } else if (isObject(entry)) {
    const start = first(entry, START_KEYS);
    const end = first(entry, END_KEYS);
    const listed = entry['labels'];
    const labels = Array.isArray(listed)
      ? (listed as readonly unknown[])
      : [first(entry, LABEL_KEYS)];
    if (isOffset(start) && isOffset(end) && labels.length > 0 && labels.every(isLabel)) {
      const covered = first(entry, COVERED_KEYS);
      const id = entry['id'];
      return labels.map((label) => ({
        start: Number(start),
        end: Number(end),
        label,
        covered: typeof covered === 'string' ? covered : null,
        attributes: typeof id === 'string' || typeof id === 'number' ? { id } : null,
      }));
    }
  }
  bad();
  return [];
}

const first = (entry: Json, keys: readonly string[]): unknown =>
  keys.map((key) => entry[key]).find((value) => value !== undefined);

/** Label Studio's documentation writes offsets as strings, its files as numbers. */
const isOffset = (value: unknown): value is number | string =>
  typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));

const isLabel = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 100;

function findMetadata(
  record: Json,
  data: Json | null,
  textKey: string,
  usedKeys: ReadonlySet<string>,
): Record<string, string> {
  const metadata: Record<string, string> = {};
  const keep = (source: Json): void => {
    for (const [key, value] of Object.entries(source)) {
      if (value === null || value === undefined || key.length > 100) continue;
      metadata[key] = typeof value === 'string' ? value : JSON.stringify(value);
    }
  };
  keep(
    Object.fromEntries(
      Object.entries(record).filter(
        ([key]) =>
          key !== textKey &&
          !usedKeys.has(key) &&
          !META_KEYS.includes(key) &&
          !DERIVED_KEYS.has(key),
      ),
    ),
  );
  if (data !== null) {
    keep(Object.fromEntries(Object.entries(data).filter(([key]) => !TEXT_KEYS.includes(key))));
  }
  for (const key of META_KEYS) {
    const value = record[key];
    if (isObject(value)) keep(value);
  }
  return metadata;
}
