/** Random texts out of what breaks offsets, and random spans over their grapheme clusters. */
import fc from 'fast-check';
import type { Span } from '../../../../shared/domain/spans.ts';

const PIECES = [
  ...['hello', 'World', 'señor', 'Mu\u0308ller', 'café', 'cafe\u0301', 'İstanbul', 'ΟΔΟΣ', 'Σ'],
  ...['👨‍👩‍👧', '🏳️‍🌈', '🇩🇪', '👍🏽', '1️⃣', '🙂', '\ufe0f'],
  ...['ﬁ', '①', '½', 'ｅ', 'Ｈ', '～', 'ẛ̣', 'ǆ', 'ｶﾞ', '㍿'],
  ...['中文', '𠀀', 'ภาษาไทย', 'مُحَمَّد', 'שָׁלוֹם', '한국', '\u1112\u1161\u11ab', 'हिन्दी'],
  ...['\r\n', '\n', '\r', '\t', ' ', '  ', '      ', '\u00a0', '\u3000', '\u2028', '\x85'],
  ...['\u200b', '\u200d', '\u00ad', '\ufeff', '\0', '\u0001', '\ufffd', '\ud83d', '\udc4d'],
  ...['1234', '12.5', '29.05.25', '’s', "'ll", '...', '#', '##', '▁', '_', 'a_b', '--', '+49'],
  ...['<mask>', '[MASK]', '</s>', ' [SEP] ', '<unk>'],
];

const WHOLE = fc.constantFrom(...PIECES);

export const randomText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: WHOLE },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
      { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(''));

export const LABELS = ['NAME', 'DATE', 'PLACE'];

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

export interface Labeled {
  readonly text: string;
  readonly spans: readonly Span[];
}

/** Spans over whole clusters, not overlapping, without blanks at their ends, as the workbench stores them. */
export const labeledText: fc.Arbitrary<Labeled> = randomText.chain((text) => {
  const clusters = [...segmenter.segment(text)].filter(({ segment }) => segment.trim() !== '');
  const cuts = fc.uniqueArray(fc.nat(Math.max(0, 2 * clusters.length - 1)), { maxLength: 8 });
  return cuts.map((chosen) => {
    const spans: Span[] = [];
    const ordered = chosen.toSorted((a, b) => a - b);
    for (let i = 0; i + 1 < ordered.length; i += 2) {
      // Even cuts stand before a cluster, odd ones behind it; a span needs one of each.
      const first = clusters[((ordered[i] as number) + 1) >> 1];
      const last = clusters[((ordered[i + 1] as number) - 1) >> 1];
      if (!first || !last || last.index < first.index) continue;
      const end = last.index + last.segment.length;
      spans.push({ start: first.index, end, label: LABELS[i % LABELS.length] as string });
    }
    return { text, spans };
  });
});
