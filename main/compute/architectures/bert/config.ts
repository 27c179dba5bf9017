/** A BERT encoder's dimensions, and the config.json that Hugging Face libraries read them from. */
export interface BertConfig {
  readonly vocabulary: number;
  /** Longest sequence in tokens, special tokens included. */
  readonly maxTokens: number;
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly intermediate: number;
  /** Id of the padding token. */
  readonly pad: number;
}

/** As in the published models; float32 adds it to variances of order one without effect. */
export const LAYER_NORM_EPSILON = 1e-12;
/** Segments A and B, as in the published models; sequences here are all A. */
export const TOKEN_TYPES = 2;
/** Deviation of fresh weights (Devlin et al. 2019). */
export const INITIALIZER_RANGE = 0.02;

export const huggingFaceConfig = (config: BertConfig): Record<string, unknown> => ({
  architectures: ['BertModel'],
  model_type: 'bert',
  vocab_size: config.vocabulary,
  hidden_size: config.hidden,
  num_hidden_layers: config.layers,
  num_attention_heads: config.heads,
  intermediate_size: config.intermediate,
  max_position_embeddings: config.maxTokens,
  type_vocab_size: TOKEN_TYPES,
  hidden_act: 'gelu',
  layer_norm_eps: LAYER_NORM_EPSILON,
  initializer_range: INITIALIZER_RANGE,
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
  position_embedding_type: 'absolute',
  pad_token_id: config.pad,
});
