// How a note finds its person: a column, or the first group of a pattern in the text. A pattern is written
// by a person and may take exponential time (catastrophic backtracking), so it runs under a watchdog: tried
// on hostile strings before the import, and bounded on every batch of notes during it. The watchdog is a
// thread of the engine's own; starting one costs a millisecond, hence batches.
import { createContext, Script } from 'node:vm';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { ParsedDocument, SubjectMapping } from './types.ts';

export interface SubjectMatcher {
  readonly scheme: string;
  /** The identifiers, null where a note has none. Fails with MAPPING_INVALID when it takes too long. */
  find(
    documents: readonly Pick<ParsedDocument, 'text' | 'metadata'>[],
  ): Result<readonly (string | null)[]>;
}

const BATCH_LIMIT_MS = 2_000;
const PROBE_LIMIT_MS = 100;
const PROBE_LENGTH = 2_000;
/** Runs of these are what nested repetitions choke on; the mismatch at the end makes them try everything. */
const PROBES = ['a', 'A', '0', ' ', '-', '.', ':', 'ab', 'a ', 'Aa ', '0 ', '病'];
const MAX_IDENTIFIER = 200;

/** Null where notes are not linked to people. Fails with MAPPING_INVALID. */
export function createSubjectMatcher(mapping: SubjectMapping): Result<SubjectMatcher | null> {
  if (mapping.by === 'none') return ok(null);
  if (mapping.by === 'column') {
    const { column, scheme } = mapping;
    return ok({
      scheme,
      find: (documents) => ok(documents.map(({ metadata }) => clean(metadata[column]))),
    });
  }
  const compiled = compile(mapping.pattern);
  if (!compiled.ok) return compiled;
  const run = underWatchdog(compiled.value);
  for (const probe of PROBES) {
    const hostile = `${probe.repeat(PROBE_LENGTH / probe.length)}\u0000`;
    if (run([hostile], PROBE_LIMIT_MS) === 'late' && run([hostile], BATCH_LIMIT_MS) === 'late') {
      return tooSlow(); // Twice: on a busy machine the first 100 ms may have gone to somebody else.
    }
  }
  return ok({
    scheme: mapping.scheme,
    find(documents) {
      const found = run(
        documents.map(({ text }) => text),
        BATCH_LIMIT_MS,
      );
      return found === 'late' ? tooSlow() : ok(found.map(clean));
    },
  });
}

function compile(pattern: string): Result<RegExp> {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'mu');
  } catch {
    return failure(
      'MAPPING_INVALID',
      'The pattern that finds the person is no valid regular expression. Nothing was imported. Check its brackets and escapes.',
      { field: 'pattern' },
    );
  }
  // An alternative that matches the empty text tells how many groups there are.
  const groups = (new RegExp(`${pattern}|`, 'mu').exec('')?.length ?? 1) - 1;
  if (groups === 0) {
    return failure(
      'MAPPING_INVALID',
      'The pattern that finds the person has no group. Nothing was imported. Put brackets around the identifier, as in NHC: (\\d+).',
      { field: 'pattern' },
    );
  }
  return ok(expression);
}

type Watched = (
  texts: readonly string[],
  limitMs: number,
) => readonly (string | undefined)[] | 'late';

function underWatchdog(expression: RegExp): Watched {
  const context = createContext(Object.create(null) as object);
  const script = new Script('texts.map((text) => expression.exec(text)?.[1])');
  return (texts, timeout) => {
    Object.assign(context, { expression, texts });
    try {
      return script.runInContext(context, { timeout }) as (string | undefined)[];
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'late';
      throw error;
    } finally {
      Object.assign(context, { texts: [] });
    }
  };
}

const tooSlow = () =>
  failure(
    'MAPPING_INVALID',
    'The pattern that finds the person takes too long on some texts. What was imported before is kept. Avoid a repetition inside a repetition, as in (\\d+)+.',
    { field: 'pattern' },
  );

function clean(value: string | undefined): string | null {
  const trimmed = value?.trim() ?? '';
  return trimmed === '' || trimmed.length > MAX_IDENTIFIER ? null : trimmed;
}
