import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { createGraphemes } from '../../../shared/domain/graphemes.ts';
import { createOffsetMap } from '../../../shared/domain/offsets.ts';
import { checkSpan, overlappingPairs } from '../../../shared/domain/spans.ts';
import { decodeTags, strictMode } from '../../../shared/domain/tagSchemes.ts';
import { buildCorpus } from '../../tooling/samples/corpus.ts';
import { buildFiles } from '../../tooling/samples/files.ts';
import { iban, isIban, withLuhn } from '../../tooling/samples/identifiers.ts';
import { LABELS } from '../../tooling/samples/note.ts';
import { RECORD_PATTERN } from '../../tooling/samples/readme.ts';

const root = fileURLToPath(new URL('../../../resources/samples/', import.meta.url));
const notes = buildCorpus();
const labeled = notes.filter((note) => note.split === 'train' || note.split === 'dev');

describe('the committed samples', () => {
  let files: ReadonlyMap<string, string>;
  beforeAll(() => {
    files = buildFiles();
  });

  it('are what the generator writes, byte for byte', () => {
    const committed = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll('\\', '/'))
      .map((path) => path.slice(path.indexOf('resources/samples/') + 'resources/samples/'.length))
      .map((path) => path.replace(/^\/+/, ''));
    expect(committed.sort()).toEqual([...files.keys()].sort());
    for (const [name, contents] of files) {
      if (readFileSync(root + name, 'utf8') !== contents) expect.fail(`${name} differs`);
    }
  });

  it('hold brat offsets that cut the text out in code points', () => {
    let astral = 0;
    for (const [name, contents] of files) {
      if (!name.endsWith('.ann')) continue;
      const points = [...files.get(name.replace(/\.ann$/, '.txt'))!];
      for (const line of contents.trimEnd().split('\n')) {
        const [, place, text] = line.split('\t');
        const [label, start, end] = place!.split(' ');
        expect(LABELS).toContain(label);
        expect(points.slice(Number(start), Number(end)).join('')).toBe(text);
      }
      if (points.some((point) => point.length > 1)) astral += 1;
    }
    expect(astral).toBeGreaterThan(5);
  });

  it('give every other format the same content', () => {
    const examples = notes.filter((note) => note.split === 'formats');
    const lines = files.get('formats/jsonl/notes.jsonl')!.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { text: string }).text)).toEqual(
      examples.map((note) => note.text),
    );
    const tags = files
      .get('formats/conll/notes.conll')!
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('-DOCSTART-'))
      .map((line) => line.split(' ').at(-1)!);
    expect(decodeTags(tags, strictMode('IOB2')).map((chunk) => chunk.label)).toEqual(
      examples.flatMap((note) => note.spans.map((span) => span.label)),
    );
  });

  it('tell of consent: nine in ten given, some withdrawn, some refused, some never asked', () => {
    const rows = files
      .get('consent.csv')!
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
    const last = new Map(rows.map(([record, decision]) => [record!, decision!]));
    const people = new Set(labeled.map((note) => note.recordNumber));
    const count = (decision: string): number =>
      [...people].filter((record) => (last.get(record) ?? 'never') === decision).length;
    expect(count('given') / people.size).toBeGreaterThan(0.84);
    expect(count('given') / people.size).toBeLessThan(0.96);
    for (const decision of ['withdrawn', 'refused', 'never']) {
      expect(count(decision)).toBeGreaterThan(0);
    }
    const days = rows.map((row) => row[3]!);
    expect(days).toEqual([...days].sort());
  });
});

describe('the corpus', () => {
  it('is large and spread as promised', () => {
    expect(labeled.length).toBeGreaterThanOrEqual(160);
    const people = new Map<string, number>();
    for (const note of labeled) {
      people.set(note.recordNumber, (people.get(note.recordNumber) ?? 0) + 1);
    }
    expect(people.size).toBeGreaterThanOrEqual(100);
    expect([...people.values()].filter((n) => n > 1).length).toBeGreaterThan(30);
    expect(notes.filter((note) => note.split === 'unlabeled').length).toBe(12);
    for (const split of ['train', 'dev']) {
      for (const language of ['en', 'es', 'de', 'zh']) {
        const part = labeled.filter((n) => n.split === split && n.language === language);
        const labels = new Set(part.flatMap((note) => note.spans.map((span) => span.label)));
        expect(labels.size).toBe(LABELS.length);
        expect(new Set(part.map((note) => note.kind)).size).toBe(7);
      }
    }
    expect(new Set(notes.map((note) => note.text)).size).toBe(notes.length);
  });

  it('holds sound spans only', () => {
    for (const note of notes) {
      const graphemes = createGraphemes(note.text);
      const offsets = createOffsetMap(note.text);
      expect(overlappingPairs(note.spans)).toEqual([]);
      for (const span of note.spans) {
        expect(checkSpan(span, graphemes)).toBeNull();
        const text = note.text.slice(span.start, span.end);
        expect(text).toBe(text.trim());
        expect(text).not.toContain('\n');
        expect(offsets.convertRange(span, 'utf16', 'codePoint')).not.toBeNull();
      }
      expect(note.text).not.toMatch(/[{}[\]|]|undefined/);
    }
  });

  it('links every note to its person by the pattern of the README', () => {
    for (const note of notes) {
      expect(new RegExp(RECORD_PATTERN, 'mu').exec(note.text)?.[1]).toBe(note.recordNumber);
    }
  });

  it('marks every mention of the record number', () => {
    for (const note of notes) {
      const marked = note.spans.filter((span) => span.label === 'RECORD_NUMBER').length;
      expect(note.text.split(note.recordNumber).length - 1).toBe(marked);
    }
  });

  it('shares no name, institution, street or town between train and dev', () => {
    const values = (split: string, label: string): Set<string> =>
      new Set(
        labeled
          .filter((note) => note.split === split)
          .flatMap((note) =>
            note.spans
              .filter((span) => span.label === label)
              .map((span) => note.text.slice(span.start, span.end)),
          ),
      );
    for (const label of ['NAME', 'ORGANIZATION', 'PLACE', 'ADDRESS', 'EMAIL', 'RECORD_NUMBER']) {
      const train = values('train', label);
      expect([...values('dev', label)].filter((value) => train.has(value))).toEqual([]);
    }
  });

  it('uses account numbers with valid check digits and addresses under .example', () => {
    for (const note of notes) {
      for (const span of note.spans) {
        const text = note.text.slice(span.start, span.end);
        if (span.label === 'EMAIL') expect(text).toMatch(/^[a-z0-9._]+@[a-z-]+\.example$/);
        if (span.label !== 'ACCOUNT') continue;
        if (/^[A-Z]/.test(text)) expect(isIban(text)).toBe(true);
        else if (note.language === 'zh') {
          const compact = text.replaceAll(' ', '');
          expect(withLuhn(compact.slice(0, -1))).toBe(compact);
        }
      }
    }
    // The example of ISO 13616 and a card number of the payment industry's test range.
    expect(iban('GB', 'WEST12345698765432')).toBe('GB82WEST12345698765432');
    expect(withLuhn('424242424242424')).toBe('4242424242424242');
  });

  it('is complete on disk', () => {
    expect(existsSync(`${root}README.md`)).toBe(true);
  });
});
