import * as library from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { readTokenizer, trainWordPiece } from '../../../../main/compute/tokenizers/index.ts';

const { Tokenizer } = library as unknown as {
  Tokenizer: new (
    tokenizer: unknown,
    config: unknown,
  ) => {
    encode(text: string): { ids: number[] };
    decode(ids: number[], options: { skip_special_tokens: boolean }): string;
  };
};

const TEXTS = [
  'Die Patientin klagt über Kopfschmerzen. Die Kopfschmerzen begannen am Montag.',
  'El paciente refiere dolor torácico. El dolor torácico cedió.',
  '患者主诉头痛。患者否认发热。',
];
const parse = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

describe('a WordPiece vocabulary learned from texts', () => {
  it('is the same bytes each time and keeps to its size', async () => {
    const options = { vocabularySize: 80, lowercase: false };
    const [first, second] = [
      await trainWordPiece(TEXTS, options),
      await trainWordPiece(TEXTS, options),
    ];
    expect(first).toEqual(second);
    expect(readTokenizer(first).vocabularySize).toBe(80);
  });

  it('holds frequent words whole and leaves nothing of its texts unknown', async () => {
    const files = await trainWordPiece(TEXTS, { vocabularySize: 400, lowercase: true });
    const tokenizer = readTokenizer(files);
    expect(tokenizer.idOf('kopfschmerzen')).toBeDefined();
    expect(tokenizer.idOf('toracico')).toBeDefined();
    for (const text of TEXTS)
      expect([...tokenizer.encode(text).ids]).not.toContain(tokenizer.special.unk);
    expect(tokenizer.special).toEqual({ pad: 0, unk: 1, cls: 2, sep: 3, mask: 4 });
  });

  it('counts overlapping pairs without losing any', async () => {
    const files = await trainWordPiece(['aaaa aaaa aaa'], { vocabularySize: 20, lowercase: false });
    const tokenizer = readTokenizer(files);
    const ids = [...tokenizer.encode('aaaa aaa').ids].map((id) => tokenizer.tokenOf(id));
    expect(ids).toEqual(['aaaa', 'aaa']);
  });

  it('loads in @huggingface/tokenizers, which reads the text back', async () => {
    const files = await trainWordPiece(TEXTS, { vocabularySize: 400, lowercase: false });
    const reference = new Tokenizer(
      parse(files['tokenizer.json']),
      parse(files['tokenizer_config.json']),
    );
    const text = 'Die Patientin klagt über dolor torácico.';
    const { ids } = reference.encode(text);
    const own = readTokenizer(files);
    expect([...own.frame(own.encode(text)).ids]).toEqual(ids);
    expect(reference.decode(ids, { skip_special_tokens: true })).toBe(text);
  });

  it('stops when asked to', async () => {
    function* endless(): Iterable<string> {
      for (let i = 0; ; i++) yield `word${i} `.repeat(50);
    }
    const training = trainWordPiece(endless(), {
      vocabularySize: 400,
      lowercase: false,
      breathe: () => {
        throw new Error('enough');
      },
    });
    await expect(training).rejects.toThrow('enough');
  });
});
