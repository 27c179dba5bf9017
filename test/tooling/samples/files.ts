/** Lays the corpus out as files: brat for labeled notes, one small example per other format, tables, README. */
import { createOffsetMap } from '../../../shared/domain/offsets.ts';
import { createRandom } from '../../../shared/domain/random.ts';
import { sortSpans } from '../../../shared/domain/spans.ts';
import { encodeSpans } from '../../../shared/domain/tagSchemes.ts';
import { addDays } from './dates.ts';
import { buildCorpus, isoDay, SEED } from './corpus.ts';
import type { SampleNote } from './corpus.ts';
import { LABELS } from './note.ts';
import { readme } from './readme.ts';

/** Path below `resources/samples` and contents of every file. */
export function buildFiles(): ReadonlyMap<string, string> {
  const notes = buildCorpus();
  const files = new Map<string, string>();
  for (const note of notes) {
    if (note.split === 'formats') continue;
    const path =
      note.split === 'unlabeled'
        ? `unlabeled/${note.name}`
        : `${note.split}/${note.category}/${note.name}`;
    files.set(`${path}.txt`, note.text);
    if (note.split !== 'unlabeled') files.set(`${path}.ann`, bratAnnotations(note));
  }
  for (const split of ['train', 'dev']) files.set(`${split}/annotation.conf`, bratSchema());
  files.set('metadata.csv', metadataTable(notes));
  files.set('consent.csv', consentTable(notes));

  const examples = notes.filter((note) => note.split === 'formats');
  files.set('formats/conll/notes.conll', conllColumns(examples));
  files.set('formats/jsonl/notes.jsonl', jsonLines(examples));
  files.set('formats/csv/notes.csv', csvTable(examples));
  for (const note of examples) files.set(`formats/text/${note.name}.txt`, note.text);
  files.set('README.md', readme(notes));
  // Offsets count every byte: no checkout may turn line ends.
  files.set('.gitattributes', '* -text\n');
  return files;
}

/** brat counts characters, which its readers take for code points. */
function bratAnnotations(note: SampleNote): string {
  const offsets = createOffsetMap(note.text);
  return sortSpans(note.spans)
    .map((span, index) => {
      const range = offsets.convertRange(span, 'utf16', 'codePoint');
      if (range === null) throw new Error(`${note.name}: a span cuts a code point`);
      const text = note.text.slice(span.start, span.end);
      return `T${index + 1}\t${span.label} ${range.start} ${range.end}\t${text}\n`;
    })
    .join('');
}

const bratSchema = (): string =>
  ['[entities]', ...LABELS, '', '[relations]', '', '[events]', '', '[attributes]', ''].join('\n');

const csvField = (text: string): string =>
  /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
const csvLines = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(csvField).join(',')}\n`).join('');

const metadataTable = (notes: readonly SampleNote[]): string =>
  csvLines([
    ['file', 'split', 'language', 'category', 'kind', 'record_number', 'written_on'],
    ...notes
      .filter((note) => note.split !== 'formats')
      .map((note) => [
        `${note.split}/${note.split === 'unlabeled' ? '' : `${note.category}/`}${note.name}.txt`,
        note.split,
        note.language,
        note.category,
        note.kind,
        note.recordNumber,
        isoDay(note.writtenOn),
      ]),
  ]);

/**
 * Decisions in the order in which they happened. About nine in ten agreed and still do; some withdrew
 * later (two rows), some refused, some were never asked (no row). All people of the unlabeled notes agreed.
 */
function consentTable(notes: readonly SampleNote[]): string {
  const random = createRandom(SEED - 1);
  const firstNote = new Map<string, SampleNote>();
  for (const note of notes) {
    if (note.split !== 'formats' && !firstNote.has(note.recordNumber)) {
      firstNote.set(note.recordNumber, note);
    }
  }
  const rows: { day: string; cells: readonly string[] }[] = [];
  for (const [recordNumber, note] of firstNote) {
    const roll = random.below(100);
    const outcome =
      note.split === 'unlabeled' || roll < 90
        ? 'given'
        : roll < 95
          ? 'withdrawn'
          : roll < 98
            ? 'refused'
            : 'never';
    const asked = isoDay(addDays(note.writtenOn, random.below(10)));
    const add = (decision: string, day: string): void =>
      void rows.push({ day, cells: [recordNumber, decision, '1', day] });
    if (outcome === 'given' || outcome === 'withdrawn') add('given', asked);
    if (outcome === 'refused') add('refused', asked);
    if (outcome === 'withdrawn') {
      add('withdrawn', isoDay(addDays(note.writtenOn, 30 + random.below(200))));
    }
  }
  rows.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
  return csvLines([
    ['record_number', 'decision', 'notice_version', 'date'],
    ...rows.map((row) => row.cells),
  ]);
}

/** Words, numbers, single signs; every Han character by itself, since Chinese writes no spaces. */
const TOKEN = /\p{Script=Han}|[\p{L}\p{M}]+|\p{N}+|[^\s\p{L}\p{N}]/gu;

/** Four columns, IOB2; a blank line between lines of the note, which stand in for sentences. */
function conllColumns(notes: readonly SampleNote[]): string {
  const documents = notes.map((note) => {
    const tokens = [...note.text.matchAll(TOKEN)].map((match) => ({
      text: match[0],
      start: match.index,
      end: match.index + match[0].length,
    }));
    const { tags } = encodeSpans(note.spans, tokens, 'IOB2');
    const rows = tokens.map((token, i) => {
      const gap = note.text.slice(tokens[i - 1]?.end ?? 0, token.start);
      return `${gap.includes('\n') ? '\n' : ''}${token.text} -X- _ ${tags[i]}\n`;
    });
    return `-DOCSTART- -X- _ O\n\n${rows.join('')}\n`;
  });
  return documents.join('');
}

const jsonLines = (notes: readonly SampleNote[]): string =>
  notes
    .map(
      (note) =>
        `${JSON.stringify({
          id: note.name,
          text: note.text,
          spans: sortSpans(note.spans),
          metadata: {
            language: note.language,
            category: note.category,
            record_number: note.recordNumber,
            written_on: isoDay(note.writtenOn),
          },
        })}\n`,
    )
    .join('');

const csvTable = (notes: readonly SampleNote[]): string =>
  csvLines([
    ['id', 'language', 'record_number', 'written_on', 'text'],
    ...notes.map((note) => [
      note.name,
      note.language,
      note.recordNumber,
      isoDay(note.writtenOn),
      note.text,
    ]),
  ]);
