// All rules over one text.
import { findAges } from './recognizers/ages.ts';
import { findContacts } from './recognizers/contacts.ts';
import { findDates } from './recognizers/dates.ts';
import { findIdentifiers } from './recognizers/identifiers.ts';
import { findNames } from './recognizers/names.ts';
import { findPlaces } from './recognizers/places.ts';
import { propagateNames } from './propagation.ts';
import { resolveFindings } from './resolve.ts';
import type { Finding, Recognizer } from './types.ts';

/** Raise on every change of a rule: it goes into the report of a run. */
export const RULES_VERSION = 1;

const RECOGNIZERS: readonly Recognizer[] = [
  findContacts,
  findIdentifiers,
  findDates,
  findAges,
  findPlaces,
  findNames,
];

/** Disjoint findings in order of the text. */
export function recognize(text: string): Finding[] {
  const found = RECOGNIZERS.flatMap((recognizer) => [...recognizer(text)]);
  // Only names that held against the other rules are looked for elsewhere.
  const first = resolveFindings(text, found);
  const repeated = [...propagateNames(text, first)];
  return repeated.length === 0 ? first : resolveFindings(text, [...found, ...repeated]);
}
