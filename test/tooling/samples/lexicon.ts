/** What a language brings: names and places for two disjoint worlds, words for slots, kinds of note. */
import type { NoteKind } from './note.ts';

/**
 * Training and development notes share no name, street, town or institution: what the development score
 * shows is how well a model reads, not what it remembers.
 */
export interface World {
  /** What the patterns of the language turn into towns, streets and institutions. */
  readonly stems: readonly string[];
  readonly men: readonly string[];
  readonly women: readonly string[];
  readonly surnames: readonly string[];
  readonly streets: readonly string[];
  readonly towns: readonly string[];
  readonly hospitals: readonly string[];
  readonly banks: readonly string[];
  readonly employers: readonly string[];
  /** Under `.example`. */
  readonly domains: readonly string[];
}

export type NamedPlace = 'streets' | 'towns' | 'hospitals' | 'banks' | 'employers';

export interface MedicalCase {
  readonly complaint: string;
  readonly study: string;
  readonly finding: string;
  readonly diagnosis: string;
  readonly drug: string;
}

export interface Lexicon {
  readonly train: World;
  readonly dev: World;
  /** `#` stands for a stem. */
  readonly patterns: Readonly<Record<NamedPlace, readonly string[]>>;
  /** What a clinical note is about: complaint, examination and diagnosis that belong together. */
  readonly cases: readonly MedicalCase[];
  /** Unlabeled words by slot. */
  readonly words: Readonly<Record<string, readonly string[]>>;
  /** How a house is written, from street and number. */
  readonly address: (street: string, number: number, flat: number) => readonly string[];
  /** How an age is written, with its unit. */
  readonly age: (years: number) => readonly string[];
  /** The same before a noun, where the language tells them apart. */
  readonly ageBeforeNoun?: (years: number) => string;
  /** Full names in the forms in which a note may write them. */
  readonly fullName: (given: string, surnames: readonly string[]) => readonly string[];
  /** How one refers to somebody already introduced. */
  readonly shortName: (given: string, surnames: readonly string[]) => readonly string[];
  readonly kinds: readonly NoteKind[];
}

/** The world with everything its stems and the patterns of its language give, beside what is listed. */
export function populate(world: World, patterns: Lexicon['patterns']): World {
  const named = (kind: NamedPlace): string[] => [
    ...world[kind],
    ...patterns[kind].flatMap((pattern) => world.stems.map((stem) => pattern.replace('#', stem))),
  ];
  return {
    ...world,
    streets: named('streets'),
    towns: named('towns'),
    hospitals: named('hospitals'),
    banks: named('banks'),
    employers: named('employers'),
  };
}
