// What a model proposes for a task, until a person accepts or rejects it. A suggestion is never a label: only
// the event of a person makes it one.
import { sameSpan, type Span } from '../../shared/domain/spans.ts';
import type { Clock, Random } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import { foldTask } from './fold.ts';
import type { TaskRepository } from './taskRepository.ts';

export interface SuggestedSpan extends Span {
  /** 0 to 1. */
  readonly score: number;
}

export interface Suggestions {
  /**
   * Replaces what the model suggested for this task before. Spans that a person rejected do not come back.
   * Returns how many are stored; 0 where the document is gone.
   */
  put(
    projectId: string,
    documentId: string,
    modelId: string,
    spans: readonly SuggestedSpan[],
  ): number;
}

export function createSuggestions(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly repository: TaskRepository;
}): Suggestions {
  const { store, clock, random, repository } = deps;
  return {
    put: (projectId, documentId, modelId, spans) =>
      store.transaction(() => {
        const place = repository.place(documentId);
        if (place === undefined) return 0;
        const { rowid } = place;
        const { rejected } = foldTask(repository.events(projectId, rowid));
        const fresh = spans.filter((span) => !rejected.some((refused) => sameSpan(refused, span)));
        repository.dropSuggestions(projectId, rowid, modelId);
        for (const { start, end, label, score } of fresh) {
          const id = random.newId('suggestion');
          repository.insertSuggestion({
            id,
            projectId,
            rowid,
            modelId,
            start,
            end,
            label,
            score,
            at: clock.now(),
          });
        }
        return fresh.length;
      }),
  };
}
