/** What a tokenizer puts around one sequence: special tokens and segment ids. */
import { fault } from '../fault.ts';
import type { PostProcessorConfig } from './tokenizerJson.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface FramePart {
  readonly id: number;
  readonly typeId: number;
}

/** Special tokens before and after a sequence, and the segment id of the sequence itself. */
export interface Frame {
  readonly before: readonly FramePart[];
  readonly after: readonly FramePart[];
  readonly typeId: number;
}

const BARE: Frame = { before: [], after: [], typeId: 0 };

/** @throws Fault 'bad-model' when the template names a token that the vocabulary lacks. */
export function createFrame(
  config: PostProcessorConfig | null | undefined,
  vocabulary: Vocabulary,
): Frame {
  if (!config) return BARE;
  switch (config.type) {
    case 'ByteLevel':
      return BARE;
    case 'BertProcessing':
    case 'RobertaProcessing':
      return {
        before: [{ id: vocabulary.get(config.cls[0]) ?? config.cls[1], typeId: 0 }],
        after: [{ id: vocabulary.get(config.sep[0]) ?? config.sep[1], typeId: 0 }],
        typeId: 0,
      };
    case 'TemplateProcessing':
      return template(config, vocabulary);
    case 'Sequence':
      return config.processors
        .map((inner) => createFrame(inner, vocabulary))
        .reduce(
          (inner, outer) => ({
            before: [...outer.before, ...inner.before],
            after: [...inner.after, ...outer.after],
            typeId: outer.typeId,
          }),
          BARE,
        );
  }
}

function template(
  config: Extract<PostProcessorConfig, { type: 'TemplateProcessing' }>,
  vocabulary: Vocabulary,
): Frame {
  const before: FramePart[] = [];
  const after: FramePart[] = [];
  let typeId: number | null = null;
  config.single.forEach((item, i) => {
    if ('Sequence' in item) {
      if (typeId !== null)
        throw fault(
          'bad-model',
          'tokenizer.json: post_processor.single repeats the sequence, which no encoder here takes.',
        );
      typeId = (item as { Sequence: { type_id: number } }).Sequence.type_id;
      return;
    }
    const { id: name, type_id } = item.SpecialToken as { id: string; type_id: number };
    const known = vocabulary.get(name);
    const ids = known !== undefined ? [known] : config.special_tokens?.[name]?.ids;
    if (!ids)
      throw fault(
        'bad-model',
        `tokenizer.json: post_processor.single.${i} names ${JSON.stringify(name)}, which is not in the vocabulary.`,
      );
    for (const id of ids) (typeId === null ? before : after).push({ id, typeId: type_id });
  });
  return { before, after, typeId: typeId ?? 0 };
}
