/** What a person decides before a training: the snapshot, the recipe, the name; and what the core says to it. */
import type {
  Base,
  RecipeProblem,
  Snapshot,
  WireError,
} from '../../../../shared/contract/index.ts';
import { getApp, useQuery } from '../../../state/index.ts';
import { launch } from '../launch.ts';
import { RecipeDraft } from '../recipe/draft.svelte.ts';

export class Start {
  readonly draft = new RecipeDraft();
  snapshotId = $state<string | null>(null);
  name = $state('');
  /** Refused before it began. */
  fault = $state.raw<WireError | null>(null);
  busy = $state(false);

  readonly #app = getApp();
  readonly snapshots = useQuery('snapshot.list', () => ({}), ['snapshots']);
  readonly bases = useQuery('base.list', () => ({}), ['bases', 'models']);
  readonly preview = useQuery(
    'recipe.preview',
    () => {
      const recipe = this.draft.order;
      return recipe === null
        ? null
        : { recipe, ...(this.snapshot && { snapshotId: this.snapshot.snapshotId }) };
    },
    ['bases', 'snapshots', 'models'],
  );

  readonly snapshot: Snapshot | null = $derived(
    this.snapshots.data?.items.find(({ snapshotId }) => snapshotId === this.snapshotId) ??
      this.snapshots.data?.items[0] ??
      null,
  );
  readonly base: Base | null = $derived(
    this.bases.data?.items.find(({ baseId }) => baseId === this.draft.at('base')) ?? null,
  );
  readonly trainable: readonly Base[] = $derived(
    (this.bases.data?.items ?? []).filter(
      ({ verdict, state }) => verdict === 'trainable' && state === 'valid',
    ),
  );
  /** Sequences are about as many as documents: long ones are cut into windows. */
  readonly sequences: number | null = $derived(
    this.snapshot?.splits.find(({ split }) => split === 'train')?.documents ?? null,
  );
  readonly problems: readonly RecipeProblem[] = $derived(this.preview.data?.problems ?? []);
  readonly ready: boolean = $derived(
    this.snapshot !== null &&
      this.draft.recipe !== null &&
      this.preview.error === null &&
      !this.problems.some(({ severity }) => severity === 'error') &&
      !this.busy,
  );

  /** Takes over what an earlier run was made with. */
  async like(runId: string): Promise<void> {
    const found = await this.#app.client.call('run.get', { runId, points: 10 });
    if (!found.ok) {
      this.fault = found.error;
      return;
    }
    this.draft.load(JSON.stringify(found.value.run.recipe));
    this.snapshotId = found.value.run.snapshotId;
  }

  /** Fine-tunes the base named. */
  on(baseId: string): void {
    this.draft.choose('encoder', 'classic');
    this.draft.set('base', baseId);
  }

  /** True once the core has taken the job. */
  async begin(): Promise<boolean> {
    const recipe = this.draft.order;
    const snapshotId = this.snapshot?.snapshotId;
    if (recipe === null || snapshotId === undefined || !this.ready) return false;
    const name = this.name.trim();
    this.busy = true;
    this.fault = await launch(this.#app, 'train.run', {
      snapshotId,
      recipe,
      ...(name !== '' && { name }),
    });
    this.busy = false;
    return this.fault === null;
  }
}
