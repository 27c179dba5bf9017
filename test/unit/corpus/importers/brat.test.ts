import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeBrat } from '../../../../main/corpus/exporters/brat.ts';
import { createGraphemes } from '../../../../shared/domain/graphemes.ts';
import { readAll, sourceOf, type Files } from '../../../fakes/sources.ts';

const read = (files: Files) => readAll('brat', sourceOf(files));
const codes = (parsed: Awaited<ReturnType<typeof read>>) => parsed.issues.map(({ code }) => code);

describe('brat', () => {
  it('counts code points: an emoji before a name moves it by two units', async () => {
    const { documents, issues } = await read({
      'a.txt': 'Hi 😊 Ada',
      'a.ann': 'T1\tNAME 5 8\tAda\n',
    });
    expect(issues).toEqual([]);
    expect(documents[0]?.spans).toEqual([
      { start: 6, end: 9, label: 'NAME', attributes: { id: 'T1' } },
    ]);
  });

  it('finds out when a tool counted UTF-16 units, CRLF as one, or the byte order mark', async () => {
    const utf16 = await read({ 'a.txt': '😊😊 Ada', 'a.ann': 'T1\tNAME 5 8\tAda\n' });
    const crlf = await read({ 'a.txt': 'é\r\nx\r\nAda', 'a.ann': 'T1\tNAME 4 7\tAda\n' });
    const mark = await read({ 'a.txt': '\ufeffIst Ada da', 'a.ann': 'T1\tNAME 5 8\tAda\n' });
    for (const { documents, issues } of [utf16, crlf, mark]) {
      const [document] = documents;
      const [span] = document?.spans ?? [];
      expect(document?.text.slice(span?.start, span?.end)).toBe('Ada');
      expect(issues.map(({ code, severity }) => [code, severity])).toEqual([
        ['spanTextDiffers', 'warning'],
      ]);
    }
    expect(mark.documents[0]?.text.startsWith('Ist')).toBe(true);
  });

  it('keeps the pieces of a discontinuous span, attributes, relations and notes', async () => {
    const { documents, issues } = await read({
      'a.txt': 'left and right lung',
      'a.ann':
        'T1\tORGAN 0 4;15 19\tleft lung\nT2\tORGAN 9 19\tright lung\nA1\tNegated T2\nA2\tSide T2 right\nR1\tOf Arg1:T1 Arg2:T2\n#1\tNote T1  keep me\n*\tEquiv T1 T2\n',
    });
    expect(issues.map(({ code }) => code)).toEqual(['discontinuousSpan', 'spanOverlaps']);
    expect(documents[0]?.spans).toEqual([
      { start: 0, end: 4, label: 'ORGAN', attributes: { id: 'T1', fragment: '1/2' } },
      {
        start: 9,
        end: 19,
        label: 'ORGAN',
        attributes: { id: 'T2', values: { Negated: true, Side: 'right' } },
      },
      { start: 15, end: 19, label: 'ORGAN', attributes: { id: 'T1', fragment: '2/2' } },
    ]);
    expect(documents[0]?.metadata['_brat']).toBe(
      'R1\tOf Arg1:T1 Arg2:T2\n#1\tNote T1  keep me\n*\tEquiv T1 T2',
    );
  });

  it('names every bad line and imports the rest', async () => {
    const text = 'Ada e\u0301 Bea';
    const parsed = await read({
      'notes/a.txt': text,
      'notes/a.ann': [
        'T1\tNAME 0 3\tAda',
        'T2\tNAME 90 93\tZoe',
        'T3\tACCENT 4 5\te',
        'T4\tNAME 3 3\t',
        'T1\tNAME 7 10\tBea',
        'this is nothing',
        'T5\tNAME 7 10\tLea',
        'T6\tNAME 7 10\tBea',
      ].join('\n'),
      'notes/b.ann': 'T1\tNAME 0 1\tx\n',
      'notes/annotation.conf': '[entities]\nNAME\n',
      'notes/readme.pdf': '%PDF',
    });
    expect(parsed.documents.map(({ name }) => name)).toEqual(['notes/a']);
    expect(parsed.documents[0]?.spans.map(({ start, end }) => [start, end])).toEqual([
      [0, 3],
      [7, 10],
      [7, 10],
    ]);
    const places = parsed.issues.map(({ code, file, line }) => [code, file, line]);
    expect(places).toEqual(
      expect.arrayContaining([
        ['spanOutOfRange', 'notes/a.ann', 2],
        ['spanCutsGrapheme', 'notes/a.ann', 3],
        ['spanOutOfRange', 'notes/a.ann', 4],
        ['badAnnotationLine', 'notes/a.ann', 5],
        ['badAnnotationLine', 'notes/a.ann', 6],
        ['spanTextDiffers', 'notes/a.ann', 7],
        ['spanOverlaps', 'notes/a.ann', 8],
        ['annotationWithoutText', 'notes/b.ann', null],
        ['unsupportedFile', 'notes/readme.pdf', null],
      ]),
    );
    expect(parsed.issues.some(({ file }) => file.endsWith('annotation.conf'))).toBe(false);
    expect(parsed.rejected).toBe(1);
  });

  it('says at which byte and line a text is not UTF-8', async () => {
    const bytes = Buffer.concat([
      Buffer.from('línea\nse'),
      Buffer.from([0xf1]),
      Buffer.from('or\n'),
    ]);
    const parsed = await read({ 'a.txt': bytes, 'b.txt': 'fine' });
    expect(parsed.documents.map(({ name }) => name)).toEqual(['b']);
    expect(parsed.issues[0]).toMatchObject({ code: 'unreadableEncoding', file: 'a.txt', line: 2 });
    expect(parsed.issues[0]?.message).toContain('Byte 9');
    const told = await readAll('brat', sourceOf({ 'a.txt': bytes.subarray(7) }), {
      encoding: 'windows-1252',
    });
    expect(told.documents[0]?.text).toBe('señor\n');
  });

  it('leaves an empty document out', async () => {
    expect(codes(await read({ 'a.txt': ' \n' }))).toEqual(['emptyDocument']);
  });

  it('reads back exactly what it wrote, whatever the text', async () => {
    const piece = fc.constantFrom(
      'a',
      'é',
      'e\u0301',
      '😊',
      '👩‍👩‍👧',
      '中',
      ' ',
      '\t',
      '\r\n',
      '\n',
      'ع',
      '🇩🇪',
      '.',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { minLength: 1, maxLength: 40 }).map((pieces) => `x${pieces.join('')}`),
        fc.array(fc.tuple(fc.nat(40), fc.nat(40), fc.constantFrom('NAME', 'DATE')), {
          maxLength: 6,
        }),
        async (text, wanted) => {
          const graphemes = createGraphemes(text);
          const spans = wanted
            .map(([a, b, label]) => ({
              start: graphemes.floor(Math.min(a, b)),
              end: graphemes.ceil(Math.max(a, b)),
              label,
              attributes: null,
            }))
            // brat's lines cannot hold a newline: such spans come back in pieces.
            .filter(({ start, end }) => end > start && !/[\r\n]/.test(text.slice(start, end)));
          const { documents } = await read({ 'a.txt': text, 'a.ann': writeBrat({ text, spans }) });
          const places = (of: readonly { start: number; end: number; label: string }[]) =>
            of.map(({ start, end, label }) => `${start}-${end} ${label}`).sort();
          expect(documents[0]?.text).toBe(text);
          expect(places(documents[0]?.spans ?? [])).toEqual(places(spans));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('writes what it read again, ids, pieces, attributes and foreign lines included', async () => {
    const ann =
      'T3\tORGAN 0 4;15 19\tleft lung\nT7\tORGAN 9 19\tright lung\nA1\tNegated T7\nR1\tOf Arg1:T3 Arg2:T7\n';
    const { documents } = await read({ 'a.txt': 'left and right lung', 'a.ann': ann });
    const [document] = documents;
    if (document === undefined) throw new Error('no document');
    expect(writeBrat(document)).toBe(ann);
  });
});
