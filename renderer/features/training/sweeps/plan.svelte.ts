/** A sweep before it begins: what all trials share, what varies, and how much may be spent. */
import { SweepPlan, type WireError } from '../../../../shared/contract/index.ts';
import { locale } from '../../../messages/index.ts';
import { getApp } from '../../../state/index.ts';
import { launch } from '../launch.ts';
import { issuesByPath } from '../recipe/issues.ts';
import { read } from '../recipe/written.ts';
import { Start } from '../start/start.svelte.ts';
import { around, dimensionOf, searchable, type Dimension, type Searchable } from './space.ts';

export class Plan {
  readonly start = new Start();
  readonly #app = getApp();
  #space = $state.raw<readonly Dimension[] | null>(null);
  trials = $state('18');
  minutes = $state('30');
  name = $state('');
  busy = $state(false);
  fault = $state.raw<WireError | null>(null);

  /** Until the person changes it, the space is the neighborhood of the recipe. */
  readonly space: readonly Dimension[] = $derived(this.#space ?? this.#usual());
  readonly open: readonly Searchable[] = $derived(
    searchable(this.start.draft.architecture).filter(
      (setting) =>
        this.start.draft.settings.some(({ path }) => path === setting) &&
        !this.space.some((each) => each.setting === setting),
    ),
  );
  readonly #checked = $derived(
    SweepPlan.safeParse(
      {
        recipe: this.start.draft.order ?? this.start.draft.document,
        space: this.space.map((each) =>
          dimensionOf(this.start.draft.architecture, each, locale.current),
        ),
        trials: read(this.trials, 'number', locale.current),
        budgetMinutes: read(this.minutes, 'number', locale.current),
      },
      { reportInput: true },
    ),
  );
  readonly issues = $derived(issuesByPath(this.#checked));
  /** What is wrong with each row of the space. */
  readonly wrongAt: ReadonlyMap<number, string> = $derived.by(() => {
    const found = new Map<number, string>();
    for (const issue of this.#checked.error?.issues ?? []) {
      const [at, index] = issue.path;
      if (at !== 'space' || typeof index !== 'number' || found.has(index)) continue;
      const [sentence = ''] = issuesByPath({ error: { issues: [issue] } }).values();
      found.set(index, sentence);
    }
    return found;
  });
  readonly ready: boolean = $derived(
    this.start.ready && this.#checked.success && this.space.length > 0 && !this.busy,
  );

  put(index: number, change: Partial<Dimension>): void {
    this.#space = this.space.map((each, at) => (at === index ? { ...each, ...change } : each));
  }
  drop(index: number): void {
    this.#space = this.space.filter((_, at) => at !== index);
  }
  add(setting: Searchable): void {
    this.#space = [...this.space, this.#around(setting)];
  }
  /** Another architecture has other settings. */
  forget(): void {
    this.#space = null;
  }

  async begin(): Promise<boolean> {
    const snapshotId = this.start.snapshot?.snapshotId;
    const plan = this.#checked.data;
    if (snapshotId === undefined || plan === undefined || !this.ready) return false;
    const name = this.name.trim();
    this.busy = true;
    this.fault = await launch(this.#app, 'sweep.start', {
      snapshotId,
      plan,
      ...(name !== '' && { name }),
    });
    this.busy = false;
    return this.fault === null;
  }

  #usual(): readonly Dimension[] {
    const usual: Readonly<Record<string, readonly Searchable[]>> = {
      tagger: ['learningRate', 'dropout', 'hidden'],
      encoder: ['learningRate', 'batchSize', 'warmup'],
      pretraining: ['learningRate', 'batchSize'],
    };
    return (usual[this.start.draft.architecture] ?? []).map((setting) => this.#around(setting));
  }
  #around(setting: Searchable): Dimension {
    const { draft } = this.start;
    return around(draft.architecture, setting, draft.at(setting), locale.current);
  }
}
