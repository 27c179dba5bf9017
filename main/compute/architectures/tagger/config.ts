/** Everything that fixes a tagger besides its weights; stored in the bundle's config.json. */
interface CommonConfig {
  readonly architecture: 'tagger';
  /** Grows when features or graph change meaning; a bundle of another version is refused. */
  readonly version: 1;
  /** In a fixed order; for spans the tags are O, then B-x and I-x of each. */
  readonly labels: readonly string[];
  /** Rows of the hashed feature table, row 0 being padding. */
  readonly buckets: number;
  readonly embeddingDim: number;
  readonly hidden: number;
  /** Dilation of each convolution of width 3; their sum is how far a token sees to each side. */
  readonly dilations: readonly number[];
  /** Independent stacks of convolutions over the same features, whose scores are averaged. */
  readonly towers: number;
  /** Divides the logits before probabilities are formed; fitted on development documents. */
  readonly temperature: number;
}

export interface TaggerConfig extends CommonConfig {
  readonly task?: 'spans';
  /** Set when the graph also gives scores of neighboring tags. */
  readonly crf?: boolean;
}

export interface ClassifierConfig extends CommonConfig {
  readonly task: 'documents';
  /** Tokens of the longest window; a longer document is several windows whose scores are averaged. */
  readonly window: number;
}

export const reach = ({ dilations }: Pick<CommonConfig, 'dilations'>): number =>
  dilations.reduce((sum, dilation) => sum + dilation, 0);

export const tagNames = (labels: readonly string[]): string[] => [
  'O',
  ...labels.flatMap((label) => [`B-${label}`, `I-${label}`]),
];
