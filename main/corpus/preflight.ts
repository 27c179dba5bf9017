// Reads everything and writes nothing: what was brought, what is wrong with it and where, what will happen.
import { ok, type Result } from '../../shared/kernel/result.ts';
import type { OutputOf } from '../../shared/contract/index.ts';
import type { Actor } from '../governance/index.ts';
import type { Clock } from '../platform/index.ts';
import type { CorpusRepository } from './corpusRepository.ts';
import { chooseCollection } from './import.ts';
import { textSha256 } from './intoVault.ts';
import { breathe, createIssueList, openSource, type Run } from './opening.ts';
import type { Intakes } from './sources/intake.ts';
import { createSubjectMatcher } from './subjectMapping.ts';
import { issue, type ImportSettings, type ParsedDocument } from './types.ts';

export type Preflight = OutputOf<'corpus.preflight'>;

const EXAMPLES = 5;
const PAUSE_EVERY = 200;

/** Fails as the import would, before anything is read to the end. */
export async function preflight(
  deps: {
    readonly repository: CorpusRepository;
    readonly intakes: Intakes;
    readonly clock: Clock;
  },
  actor: Actor,
  settings: ImportSettings,
  run: Run,
): Promise<Result<Preflight>> {
  const opened = openSource(actor, settings, deps);
  if (!opened.ok) return opened;
  const matcher = createSubjectMatcher(settings.subjects);
  if (!matcher.ok) return matcher;
  const collection = chooseCollection(deps.repository, settings);
  if (!collection.ok) return collection;

  const issues = createIssueList();
  const names = new Set<string>();
  const labels = new Map<string, number>();
  const columns = new Set<string>();
  const people = new Set<string>();
  let documents = 0;
  let spans = 0;
  let alreadyKnown = 0;
  let found = 0;
  let waiting: ParsedDocument[] = [];
  const lookForPeople = (): Result<void> => {
    const values = matcher.value?.find(waiting) ?? ok([]);
    if (!values.ok) return values;
    waiting = [];
    for (const value of values.value) {
      if (value === null) continue;
      found += 1;
      people.add(value);
    }
    return ok(undefined);
  };
  for await (const item of opened.value.items()) {
    if (item.kind === 'issue') issues.add(item.issue);
    else if (item.kind === 'columns') item.columns.forEach((name) => columns.add(name));
    else {
      const { document } = item;
      if (names.has(document.name)) {
        issues.add(
          issue(
            'error',
            'duplicateName',
            document,
            'Another row of this source has the same name. This one will be left out.',
          ),
        );
        continue;
      }
      names.add(document.name);
      documents += 1;
      spans += document.spans.length;
      for (const { label } of document.spans) labels.set(label, (labels.get(label) ?? 0) + 1);
      for (const key of Object.keys(document.metadata)) if (!key.startsWith('_')) columns.add(key);
      const { id } = collection.value;
      const known = id === null ? undefined : deps.repository.known(id, document.name);
      if (known?.sha256 === textSha256(document.text)) alreadyKnown += 1;
      if (matcher.value !== null) waiting.push(document);
      if (documents % PAUSE_EVERY === 0) {
        const looked = lookForPeople();
        if (!looked.ok) return looked;
        run.progress(opened.value.progress('read'));
        await breathe();
        run.signal.throwIfAborted();
      }
    }
  }
  const looked = lookForPeople();
  if (!looked.ok) return looked;
  return ok({
    format: opened.value.format,
    files: opened.value.files,
    documents,
    spans,
    alreadyKnown,
    labels: [...labels]
      .map(([label, count]) => ({ label: label.slice(0, 100), count }))
      .sort((a, b) => b.count - a.count)
      .slice(0, 500),
    columns: [...columns].map((name) => name.slice(0, 200)).slice(0, 200),
    subjects: {
      found,
      distinct: people.size,
      examples: [...people].slice(0, EXAMPLES).map((value) => value.slice(0, 60)),
    },
    issues: issues.listed(),
    issueCount: issues.count(),
  });
}
