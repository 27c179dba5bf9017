/**
 * Documents as what an encoder sees: sub-words cut into overlapping windows that count every token once,
 * and the positions that carry a class. A text longer than the model is never cut short.
 */
import { createHash } from 'node:crypto';
import { IGNORED, type Sequence } from '../architectures/encoder/index.ts';
import { fault } from '../fault.ts';
import type { ModelBundle, WireDocument, WireSpan } from '../protocol.ts';
import type { Alignment } from '../../../shared/contract/recipe.ts';
import { tagsOf, unitsOf, type Encoding, type Tokenizer, type Unit } from '../tokenizers/index.ts';

export interface EncoderText {
  readonly id: string;
  readonly encoding: Encoding;
  readonly units: readonly Unit[];
}

/** A text with what is to be learned from it. */
export interface LabeledText extends EncoderText {
  readonly spans: readonly WireSpan[];
  /** Class of each unit, or the one class of the whole text. */
  readonly classes: Int32Array;
}

/** A stretch of tokens of one text, with special tokens around it; ends are exclusive. */
export interface Window extends Sequence {
  readonly text: number;
  readonly from: number;
  /** The tokens it speaks for; over the windows of a text these ranges tile it. */
  readonly ownFrom: number;
  readonly ownTo: number;
  /** Special tokens before `from`. */
  readonly lead: number;
}

export interface EncoderSet {
  readonly texts: readonly LabeledText[];
  readonly windows: readonly Window[];
  readonly tokens: number;
  readonly spans: number;
  readonly misaligned: number;
  readonly overlapping: number;
  /** Documents without any token, which were left out. */
  readonly skipped: number;
}

export interface ReadingSettings {
  readonly task: 'spans' | 'documents';
  readonly alignment: Alignment;
  readonly maxTokens: number;
  readonly overlap: number;
}

/** @throws Fault 'bad-data' for a label the schema lacks, a span outside its text, a missing label. */
export function readDocuments(
  documents: readonly WireDocument[],
  labels: readonly string[],
  tokenizer: Tokenizer,
  settings: ReadingSettings,
): EncoderSet {
  const index = new Map(labels.map((label, position) => [label, position]));
  const known = (id: string, label: string | undefined): number => {
    if (label === undefined)
      throw fault('bad-data', `Document ${id} has no label. Give it one, or leave it out.`);
    const position = index.get(label);
    if (position === undefined)
      throw fault('bad-data', `Document ${id} has the label "${label}", which the schema lacks.`);
    return position;
  };
  let [spanCount, misaligned, overlapping] = [0, 0, 0];
  const texts = documents.map(({ id, text, spans, label }): LabeledText => {
    const encoding = encode(tokenizer, text, settings);
    if (settings.task === 'documents')
      return { id, encoding, units: [], spans: [], classes: Int32Array.of(known(id, label)) };
    for (const span of spans) {
      known(id, span.label);
      if (!(span.start >= 0 && span.start < span.end && span.end <= text.length))
        throw fault(
          'bad-data',
          `Document ${id} has a span ${span.start}-${span.end} outside its text.`,
        );
    }
    const aligned = tagsOf(text, encoding, spans, labels, settings.alignment);
    const { units } = aligned;
    spanCount += spans.length;
    misaligned += aligned.misaligned;
    overlapping += aligned.overlapping;
    return {
      id,
      encoding,
      units,
      spans,
      classes: Int32Array.from(units, ({ position }) => aligned.tags[position] as number),
    };
  });
  const kept = texts.filter(({ encoding }) => encoding.ids.length > 0);
  return {
    texts: kept,
    windows: cutWindows(kept, tokenizer, settings),
    tokens: kept.reduce((sum, { encoding }) => sum + encoding.ids.length, 0),
    spans: spanCount,
    misaligned,
    overlapping,
    skipped: texts.length - kept.length,
  };
}

/** How spans meet tokens says nothing about a class of the whole text, which is read as it always is. */
const encode = (
  tokenizer: Tokenizer,
  text: string,
  { task, alignment }: Pick<ReadingSettings, 'task' | 'alignment'>,
): Encoding =>
  tokenizer.encode(text, { characters: task === 'spans' && alignment === 'characters' });

/** Texts without labels, for prediction. */
export function readTexts(
  documents: readonly { readonly id: string; readonly text: string }[],
  tokenizer: Tokenizer,
  settings: Pick<ReadingSettings, 'task' | 'alignment'>,
): EncoderText[] {
  return documents.map(({ id, text }) => {
    const encoding = encode(tokenizer, text, settings);
    const units = settings.task === 'spans' ? unitsOf(text, encoding, settings.alignment) : [];
    return { id, encoding, units };
  });
}

/** The windows of all texts, each with the special tokens that the tokenizer's template asks for. */
export function cutWindows(
  texts: readonly (EncoderText & { readonly classes?: Int32Array })[],
  tokenizer: Tokenizer,
  { task, maxTokens, overlap }: ReadingSettings,
): Window[] {
  return texts.flatMap(({ encoding, units, classes }, text): Window[] => {
    const length = encoding.ids.length;
    if (length === 0) return [];
    let unit = 0;
    return tokenizer
      .windows(encoding, { maxTokens, overlap })
      .map(({ from, to, ownFrom, ownTo }) => {
        const { ids, typeIds, special } = tokenizer.frame(encoding, from, to);
        const lead = Math.max(0, special.indexOf(0));
        const labels =
          task === 'documents'
            ? Int32Array.of(classes?.[0] ?? IGNORED)
            : new Int32Array(ids.length).fill(IGNORED);
        if (task === 'spans' && classes)
          for (; unit < units.length && (units[unit] as Unit).position < ownTo; unit++)
            labels[(units[unit] as Unit).position - from + lead] = classes[unit] as number;
        return {
          text,
          ids,
          types: typeIds.some((type) => type !== 0) ? typeIds : null,
          labels,
          share: task === 'documents' ? (ownTo - ownFrom) / length : 1,
          ...{ from, ownFrom, ownTo, lead },
        };
      });
  });
}

/** Ties a checkpoint to its data and to the model it starts from. */
export function hashRun(base: ModelBundle, ...sets: readonly (readonly WireDocument[])[]): string {
  const hash = createHash('sha256');
  for (const [path, bytes] of Object.entries(base.files).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(path).update('\0').update(createHash('sha256').update(bytes).digest());
  for (const documents of sets) {
    hash.update(`\n${documents.length}\n`);
    for (const { id, text, spans, label } of documents)
      hash.update(JSON.stringify([id, text, spans, label]));
  }
  return hash.digest('hex');
}
