// A checksum is evidence, not proof: one in ten random numbers passes Luhn. A score is the probability that
// follows from the prior of a shape, the likelihood ratio of its checksum, and the words around it.

export interface Evidence {
  /** How often the bare shape is the thing, 0 to 1. */
  readonly prior: number;
  /** One over the share of random strings that pass; null where there is no checksum. */
  readonly checksum?: { readonly passed: boolean; readonly ratio: number } | null;
  /** A word near it names the thing. */
  readonly context?: boolean;
}

/** A label such as "NHS number:" before it. */
const CONTEXT_RATIO = 400;
/** Typing errors occur in real notes: a failed check speaks against a number, it does not rule it out. */
const FAILED_RATIO = 0.1;
const MOST = 0.99;

export function scoreOf({ prior, checksum = null, context = false }: Evidence): number {
  let odds = prior / (1 - prior);
  if (checksum !== null) odds *= checksum.passed ? checksum.ratio : FAILED_RATIO;
  if (context) odds *= CONTEXT_RATIO;
  return Math.min(MOST, Math.round((odds / (1 + odds)) * 100) / 100);
}
