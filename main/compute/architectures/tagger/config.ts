/** Everything that fixes a tagger besides its weights; stored in the bundle's config.json. */
export interface TaggerConfig {
  readonly architecture: 'tagger';
  /** Grows when features or graph change meaning; a bundle of another version is refused. */
  readonly version: 1;
  /** Span labels in a fixed order; tags are O, then B-x and I-x of each. */
  readonly labels: readonly string[];
  /** Rows of the hashed feature table, row 0 being padding. */
  readonly buckets: number;
  readonly embeddingDim: number;
  readonly hidden: number;
  /** Dilation of each convolution of width 3; their sum is how far a token sees to each side. */
  readonly dilations: readonly number[];
  /** Independent stacks of convolutions over the same features, whose scores are averaged. */
  readonly towers: number;
  /** Divides the logits before probabilities are formed; fitted on development notes. */
  readonly temperature: number;
}

export const reach = (config: TaggerConfig): number =>
  config.dilations.reduce((sum, dilation) => sum + dilation, 0);

export const tagNames = (labels: readonly string[]): string[] => [
  'O',
  ...labels.flatMap((label) => [`B-${label}`, `I-${label}`]),
];
