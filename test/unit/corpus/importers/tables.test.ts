import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../../../main/corpus/importers/index.ts';
import { readAll, sourceOf } from '../../../fakes/sources.ts';

const csv = (content: string | Uint8Array, options = {}) =>
  readAll('csv', sourceOf({ 'a.csv': content }), options);
const jsonl = (content: string, name = 'a.jsonl') =>
  readAll('jsonl', sourceOf({ [name]: content }));

describe('CSV', () => {
  it('takes the text column, keeps the others, quotes and newlines exactly', async () => {
    const { documents, columns, issues } = await csv(
      'id;note;intent\n7;"Hello ""you""\r\nthere";greet\n',
    );
    expect(issues).toEqual([]);
    expect(columns).toEqual(['id', 'note', 'intent']);
    expect(documents).toMatchObject([
      { name: 'a.csv#7', text: 'Hello "you"\r\nthere', metadata: { id: '7', intent: 'greet' } },
    ]);
  });

  it('finds the longest column where none has a telling name, and obeys the option', async () => {
    const content = 'a,b\nx,a longer piece of writing\ny,another one of them\n';
    expect((await csv(content)).documents[0]?.text).toBe('a longer piece of writing');
    const chosen = await csv(content, { csv: { textColumn: 'a', delimiter: null } });
    expect(chosen.documents[0]?.text).toBe('x');
    const missing = await csv(content, { csv: { textColumn: 'q', delimiter: null } });
    expect(missing.issues).toMatchObject([{ code: 'missingText', field: 'q' }]);
  });

  it('leaves bad rows out by line and goes on', async () => {
    const bytes = Buffer.concat([
      Buffer.from('text,label\ngood,1\nonly\n'),
      Buffer.from([0xe9]),
      Buffer.from('t,2\n,3\nfine,4\nbroken" quote,5\nlast,6\n'),
    ]);
    const parsed = await csv(bytes);
    expect(parsed.documents.map(({ text }) => text)).toEqual(['good', 'fine', 'last']);
    expect(
      parsed.issues
        .map(({ code, line }) => [code, line])
        .sort((a, b) => Number(a[1]) - Number(b[1])),
    ).toEqual([
      ['badColumnCount', 3],
      ['unreadableEncoding', 4],
      ['emptyDocument', 5],
      ['badCsv', 7],
    ]);
  });

  it('says where a quote that never closes began', async () => {
    const parsed = await csv('text\ngood\n"open\nrest\n');
    expect(parsed.documents.map(({ text }) => text)).toEqual(['good']);
    expect(parsed.issues).toMatchObject([{ code: 'badCsv', line: 3 }]);
  });

  it('reads UTF-16 by its mark and gb18030 by option', async () => {
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('text\nüber\n', 'utf16le')]);
    expect((await csv(wide)).documents[0]?.text).toBe('über');
    const chinese = Buffer.from([0x74, 0x65, 0x78, 0x74, 0x0a, 0xb2, 0xa1, 0xc8, 0xcb, 0x0a]);
    expect((await csv(chinese, { encoding: 'gb18030' })).documents[0]?.text).toBe('病人');
    expect((await csv(chinese)).issues[0]?.code).toBe('unreadableEncoding');
  });
});

describe('JSON lines', () => {
  it('reads the shapes of doccano, Prodigy and Label Studio', async () => {
    const { documents, issues } = await jsonl(
      [
        '{"text":"Ada in Rome","label":[[0,3,"PER"],[7,11,"LOC"]],"meta":{"ward":3}}',
        '{"text":"Ada","entities":[{"id":5,"start_offset":0,"end_offset":3,"label":"PER"}],"relations":[]}',
        '{"text":"😊 Ada","spans":[{"start":2,"end":5,"label":"PER"}],"_input_hash":-1,"tokens":[]}',
        '{"id":9,"data":{"note":"Ada"},"annotations":[{"result":[{"value":{"start":"0","end":"3","labels":["PER","PATIENT"]}}]}]}',
        '{"text":"Where is my card?","label":["card","lost"]}',
      ].join('\n'),
    );
    expect(
      documents.map(({ text, spans }) =>
        spans.map(({ start, end, label }) => `${label}:${text.slice(start, end)}`),
      ),
    ).toEqual([['PER:Ada', 'LOC:Rome'], ['PER:Ada'], ['PER:Ada'], ['PATIENT:Ada', 'PER:Ada'], []]);
    expect(documents[0]?.metadata).toEqual({ ward: '3' });
    expect(documents[3]?.name).toBe('a.jsonl#9');
    expect(documents[4]?.metadata['label']).toBe('card; lost');
    expect(issues.map(({ code }) => code)).toEqual(['spanOverlaps']);
  });

  it('leaves bad lines out by number, without quoting them', async () => {
    const parsed = await jsonl(
      '{"text":"one"}\n{"text": SECRET\n{"title":"x"}\n{"text":" "}\n{"text":"\\ud800"}\n{"text":"two","spans":[{"start":0,"end":99,"label":"A"},{"start":"x"}]}\n',
    );
    expect(parsed.documents.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(parsed.issues.map(({ code, line }) => [code, line])).toEqual([
      ['badJson', 2],
      ['missingText', 3],
      ['emptyDocument', 4],
      ['unreadableEncoding', 5],
      ['badAnnotationLine', 6],
      ['spanOutOfRange', 6],
    ]);
    expect(JSON.stringify(parsed.issues)).not.toContain('SECRET');
  });

  it('reads an array over several lines and says where it breaks', async () => {
    expect((await jsonl('[\n {"text":"a"},\n {"text":"b"}\n]', 'a.json')).documents).toHaveLength(
      2,
    );
    const broken = await jsonl('[\n {"text":"a"},\n {"text" "b"}\n]', 'a.json');
    expect(broken.issues).toMatchObject([{ code: 'badJson', line: 3 }]);
  });
});

describe('what format a source is in', () => {
  it('goes by names, then by the first lines, and does not guess', () => {
    expect(detectFormat(sourceOf({ 'a.txt': 'x', 'a.ann': '' }), 'auto')).toBe('brat');
    expect(detectFormat(sourceOf({ 'a.txt': 'Rome I-LOC\nis O\n\nbig O\n' }), 'auto')).toBe(
      'conll',
    );
    expect(detectFormat(sourceOf({ 'a.txt': 'Just a note.' }), 'auto')).toBe('text');
    expect(detectFormat(sourceOf({ 'c.json': '[]', 'train.csv': 'text\nabc\n' }), 'auto')).toBe(
      'csv',
    );
    expect(detectFormat(sourceOf({ 'blob.bin': new Uint8Array([0, 1, 2]) }), 'auto')).toBeNull();
  });
});
