/**
 * The tag schemes of other people's models, read as IOB2. Their classes come in any order and scheme
 * (IOB2, IO, BIOES, BILOU); decoding here knows O, then B-x and I-x of each label.
 */
export interface SchemeReading {
  readonly labels: readonly string[];
  /** For each tag of IOB2, the classes that mean it. */
  readonly columns: readonly (readonly number[])[];
}

const BEGINS = 'BSU';
const PREFIXED = /^([BIESLU])[-_](.+)$/s;
/** Where a scheme does not tell begin from inside, going on is preferred by a hair. */
const HAIR = 1e-4;

export function columnsOf(classes: readonly string[]): SchemeReading {
  const parsed = classes.map((name) => {
    if (name === 'O') return null;
    const match = PREFIXED.exec(name);
    return match
      ? { kind: match[1] as string, label: match[2] as string }
      : { kind: '', label: name };
  });
  const labels = [...new Set(parsed.flatMap((entry) => entry?.label ?? []))];
  const outside = parsed.flatMap((entry, index) => (entry === null ? [index] : []));
  const columns = labels.flatMap((label) => {
    const own = parsed.flatMap((entry, index) =>
      entry?.label === label ? [{ kind: entry.kind, index }] : [],
    );
    const pick = (begins: boolean): number[] => {
      const found = own.filter(({ kind }) => kind !== '' && BEGINS.includes(kind) === begins);
      return (found.length > 0 ? found : own).map(({ index }) => index);
    };
    return [pick(true), pick(false)];
  });
  return { labels, columns: [outside, ...columns] };
}

/** Scores of the IOB2 tags: the best of the classes that mean each. */
export function gatherColumns(
  scores: Float32Array,
  classes: number,
  columns: SchemeReading['columns'],
): Float32Array {
  if (columns.length === classes && columns.every((own, tag) => own.length === 1 && own[0] === tag))
    return scores;
  const rows = scores.length / classes;
  const out = new Float32Array(rows * columns.length);
  for (let row = 0; row < rows; row++)
    columns.forEach((own, tag) => {
      let best = -Infinity;
      for (const column of own) best = Math.max(best, scores[row * classes + column] as number);
      const shared = tag % 2 === 1 && own.join() === columns[tag + 1]?.join();
      out[row * columns.length + tag] = shared ? best - HAIR : best;
    });
  return out;
}
