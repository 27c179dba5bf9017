/**
 * A recipe while a person makes it: a preset, what was changed of it, and what the schema says to the
 * result. The document is the only state; a field that cannot be read yet stands in it as it was typed.
 */
import {
  ENCODER_PRESETS,
  PRETRAINING_PRESETS,
  Recipe,
  TAGGER_PRESETS,
  type Architecture,
  type RecipeOrder,
} from '../../../../shared/contract/index.ts';
import { locale } from '../../../messages/index.ts';
import { issuesByPath } from './issues.ts';
import { same, valueAt, withValue, type Json } from './json.ts';
import { SETTINGS, type Setting } from './settings.ts';
import { read } from './written.ts';

/** In the order of the cards. Encoder presets lack only the base. */
export const PRESETS: Readonly<Record<Architecture, Readonly<Record<string, Json>>>> = {
  tagger: TAGGER_PRESETS,
  encoder: ENCODER_PRESETS,
  pretraining: PRETRAINING_PRESETS,
};
export const presetNames = (architecture: Architecture): readonly string[] =>
  Object.keys(PRESETS[architecture]);

/** A weight of 8 is a usual compromise; the noise that gives it is found from the data. */
const PRIVACY = { clipNorm: 1, targetEpsilon: 8 } as const;
/** Used where the number of sequences is not known. */
const SMALL_DELTA = 1e-5;

export class RecipeDraft {
  /** Null once a whole document was loaded that equals no preset. */
  preset = $state<string | null>('quick');
  document = $state.raw<Json>(TAGGER_PRESETS.quick);

  readonly architecture = $derived(architectureOf(this.document));
  /** What the marks of change are measured against. */
  readonly #origin: Json = $derived(
    this.preset === null ? {} : (PRESETS[this.architecture][this.preset] ?? {}),
  );
  readonly #checked = $derived(Recipe.safeParse(this.document, { reportInput: true }));
  /** The valid document, or null. */
  readonly recipe: Recipe | null = $derived(this.#checked.data ?? null);
  readonly issues: ReadonlyMap<string, string> = $derived(
    locale.current && issuesByPath(this.#checked),
  );
  readonly settings: readonly Setting[] = $derived(
    SETTINGS[this.architecture].filter(({ when }) => !when || when(this.at)),
  );
  /** Paths of the rows that differ from the preset. */
  readonly changed: ReadonlySet<string> = $derived(
    new Set(
      this.preset === null
        ? []
        : this.settings
            .filter(({ path }) => !same(this.at(path), valueAt(this.#origin, path)))
            .map(({ path }) => path),
    ),
  );

  /** What is sent: a preset by its name as long as nothing of it was changed. */
  get order(): RecipeOrder | null {
    const { preset, architecture, recipe } = this;
    if (recipe === null) return null;
    if (preset === null || this.changed.size > 0 || this.at('privacy') !== undefined) return recipe;
    return (
      recipe.architecture === 'encoder'
        ? { architecture, preset, base: recipe.base }
        : { architecture, preset }
    ) as RecipeOrder;
  }

  readonly at = (path: string): unknown => valueAt(this.document, path);
  readonly original = (path: string): unknown => valueAt(this.#origin, path);

  choose(architecture: Architecture, preset: string): void {
    const next = PRESETS[architecture][preset];
    if (!next) return;
    const base = this.at('base');
    this.preset = preset;
    this.document = architecture === 'encoder' ? { ...next, base: base ?? '' } : next;
  }

  set(path: string, value: unknown): void {
    const next =
      path === 'mode.kind'
        ? withValue(this.document, 'mode', modeOf(value, this.#origin))
        : withValue(this.document, path, value);
    // One label for a whole text leaves no sequence to score.
    this.document =
      path === 'task' && value === 'documents' ? withValue(next, 'crf', undefined) : next;
  }

  /** From a field, as it is written in the person's language. */
  type(setting: Setting, text: string): void {
    this.set(setting.path, read(text, setting.control, locale.current));
  }

  reset(path: string): void {
    if (path === 'mode.kind') this.set('mode', this.original('mode'));
    else this.set(path, this.original(path));
  }

  resetAll(): void {
    if (this.preset !== null) this.choose(this.architecture, this.preset);
  }

  /** `sequences` is about how many the model will learn from; delta is kept at or below one over it. */
  usePrivacy(on: boolean, sequences: number | null): void {
    const delta = sequences ? 10 ** Math.floor(-Math.log10(sequences)) : SMALL_DELTA;
    this.set('privacy', on ? { ...PRIVACY, delta } : undefined);
  }

  /** Takes a whole document; what the schema finds wrong with it is shown at its fields. False: not a recipe at all. */
  load(text: string): boolean {
    const document = parse(text);
    if (document === null) return false;
    const architecture = architectureOf(document);
    this.document = document;
    this.preset =
      presetNames(architecture).find((name) => {
        const { base: _, ...rest } = document;
        return same(sorted(rest), sorted(PRESETS[architecture][name]!));
      }) ?? null;
    return true;
  }
}

const isArchitecture = (value: unknown): value is Architecture =>
  typeof value === 'string' && Object.hasOwn(PRESETS, value);
const architectureOf = (document: Json): Architecture => {
  const named = document['architecture'];
  return isArchitecture(named) ? named : 'tagger';
};

/** What another kind of mode needs comes with it, so that choosing it is one act. */
function modeOf(kind: unknown, origin: Json): Json {
  const own = valueAt(origin, 'mode') as Json | undefined;
  if (own && own['kind'] === kind) return own;
  return kind === 'lora' ? ENCODER_PRESETS.lora.mode : { kind };
}

function parse(text: string): Json | null {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return isArchitecture((value as Json)['architecture']) ? (value as Json) : null;
  } catch {
    return null;
  }
}

const sorted = (document: Json): Json =>
  Object.fromEntries(Object.entries(document).sort(([a], [b]) => (a < b ? -1 : 1)));
