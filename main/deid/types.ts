// What de-identification finds, and what one rule is.
import type { Range } from '../../shared/domain/spans.ts';

export const DEID_LABELS = [
  'NAME',
  'DATE',
  'AGE',
  'RECORD_NUMBER',
  'NATIONAL_ID',
  'LICENSE_NUMBER',
  'PHONE',
  'EMAIL',
  'URL',
  'IP_ADDRESS',
  'ADDRESS',
  'POSTCODE',
  'PLACE',
  'ORGANIZATION',
  'ACCOUNT',
  'CARD',
] as const;
export type DeidLabel = (typeof DEID_LABELS)[number];

export interface Finding extends Range {
  readonly label: DeidLabel;
  /** Which rule, as shown beside the finding, e.g. `date.numeric`. */
  readonly rule: string;
  /** 0 to 1. A matter of evidence: shape, checksum, words around it. */
  readonly score: number;
}

/** One rule file. Pure; patterns are bounded, so that no text takes more than linear time. */
export type Recognizer = (text: string) => Iterable<Finding>;

/** Findings below it are not replaced. */
export const THRESHOLD = 0.5;
