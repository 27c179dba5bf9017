import { describe, expect, it } from 'vitest';
import {
  readConfig,
  writeConfig,
  type OwnConfig,
} from '../../../../../main/compute/architectures/encoder/index.ts';

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const OWN: OwnConfig = {
  version: 1,
  task: 'spans',
  alignment: 'words',
  maxTokens: 128,
  overlap: 32,
  temperature: 1.5,
};

describe('config.json', () => {
  it('keeps what the base says and replaces what is about labels', () => {
    const base = readConfig(
      bytes({
        model_type: 'bert',
        architectures: ['BertForMaskedLM'],
        hidden_size: 384,
        id2label: { 0: 'LABEL_0', 1: 'LABEL_1' },
        num_labels: 2,
        problem_type: 'regression',
      }),
    );
    const written = readConfig(writeConfig(base, ['O', 'B-X', 'I-X'], OWN));
    expect(written.json).toMatchObject({
      model_type: 'bert',
      architectures: ['BertForTokenClassification'],
      hidden_size: 384,
      label2id: { O: 0, 'B-X': 1, 'I-X': 2 },
    });
    expect(written.json).not.toHaveProperty('num_labels');
    expect(written.json).not.toHaveProperty('problem_type');
    expect(written.classes).toEqual(['O', 'B-X', 'I-X']);
    expect(written.own).toEqual(OWN);
  });

  it.each([
    ['xlm-roberta', 'XLMRobertaForSequenceClassification'],
    ['distilbert', 'DistilBertForSequenceClassification'],
    ['deberta-v2', 'DebertaV2ForSequenceClassification'],
    ['modernbert', 'ModernBertForSequenceClassification'],
  ])('names the class of %s where the base does not', (type, name) => {
    const written = writeConfig(readConfig(bytes({ model_type: type })), ['a', 'b'], {
      ...OWN,
      task: 'documents',
    });
    expect(readConfig(written).json['architectures']).toEqual([name]);
  });

  it('knows that RoBERTa counts positions from two', () => {
    const positions = { max_position_embeddings: 514 };
    expect(readConfig(bytes({ model_type: 'roberta', ...positions })).longest).toBe(512);
    expect(readConfig(bytes({ model_type: 'bert', ...positions })).longest).toBe(514);
    expect(readConfig(bytes({ model_type: 'bert' })).longest).toBe(Infinity);
  });

  it.each([
    [undefined, /lacks a readable config.json/],
    [new TextEncoder().encode('{'), /lacks a readable config.json/],
    [bytes({ hidden_size: 3 }), /what kind of model/],
    [bytes([]), /what kind of model/],
  ])('refuses what is none (%#)', (broken, message) => {
    expect(() => readConfig(broken)).toThrow(message);
  });
});
