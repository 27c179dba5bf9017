import { describe, expect, it } from 'vitest';
import { readAll, sourceOf } from '../../../fakes/sources.ts';

const read = (content: string | Uint8Array, name = 'a.conll') =>
  readAll('conll', sourceOf({ [name]: content }));
const covered = (parsed: Awaited<ReturnType<typeof read>>) =>
  parsed.documents.flatMap(({ text, spans }) =>
    spans.map(({ start, end, label }) => `${label}:${text.slice(start, end)}`),
  );

describe('CoNLL columns', () => {
  it('reads IOB1 as CoNLL-2003 has it, with documents and neighbors told apart', async () => {
    const parsed = await read(
      '-DOCSTART- -X- O O\n\nSilicon NNP - I-ORG\nBank NNP - I-ORG\nAda NNP - B-ORG\nsaid VBD - O\n\nRome NNP - I-LOC\n\n-DOCSTART- -X- O O\n\nEnd NN - O\n',
    );
    expect(parsed.issues).toEqual([]);
    expect(parsed.documents.map(({ name, text }) => [name, text])).toEqual([
      ['a.conll#1', 'Silicon Bank Ada said\nRome'],
      ['a.conll#2', 'End'],
    ]);
    expect(covered(parsed)).toEqual(['ORG:Silicon Bank', 'ORG:Ada', 'LOC:Rome']);
    expect(parsed.documents[0]?.metadata['tagScheme']).toBe('IOB1');
  });

  it('reads IOB2, BIOES and BILOU by their own letters', async () => {
    for (const [tags, scheme] of [
      [['B-X', 'I-X', 'O', 'B-Y'], 'IOB2'],
      [['B-X', 'E-X', 'O', 'S-Y'], 'BIOES'],
      [['B-X', 'L-X', 'O', 'U-Y'], 'BILOU'],
    ] as const) {
      const parsed = await read(tags.map((tag, at) => `w${at}\t${tag}`).join('\n'));
      expect(covered(parsed)).toEqual(['X:w0 w1', 'Y:w3']);
      expect(parsed.documents[0]?.metadata['tagScheme']).toBe(scheme);
    }
  });

  it('makes a document of every sentence where the file draws no other border', async () => {
    const parsed = await read('a\tO\n\n\nb\tB-X\n');
    expect(parsed.documents.map(({ text }) => text)).toEqual(['a', 'b']);
  });

  it('keeps the word of a bad row and names the row', async () => {
    const bytes = Buffer.concat([
      Buffer.from('Ada\tB-N\nbad\nLea\tQ-N\nB'),
      Buffer.from([0xff]),
      Buffer.from('a\tO\n'),
    ]);
    const parsed = await read(bytes);
    expect(parsed.issues.map(({ code, line }) => [code, line])).toEqual([
      ['badColumnCount', 2],
      ['badTag', 3],
      ['unreadableEncoding', 4],
    ]);
    expect(parsed.documents[0]?.text).toBe('Ada bad Lea B\ufffda');
    expect(covered(parsed)).toEqual(['N:Ada']);
  });

  it('passes over files of a folder that are no columns', async () => {
    const parsed = await readAll(
      'conll',
      sourceOf({ 'a.txt': 'x\tO\ny\tB-Z\n', 'README.txt': 'The data set is described here.\n' }),
    );
    expect(parsed.documents).toHaveLength(1);
    expect(parsed.issues).toMatchObject([{ code: 'unsupportedFile', file: 'README.txt' }]);
  });
});
