// A name that is known from one place is a name everywhere in the note: in capitals, without its accents, one
// part of it alone. Text and names are compared folded; folding keeps one unit per unit, so offsets stay.
import type { Finding } from './types.ts';

/** Lower case without diacritics, unit by unit. Combining marks of decomposed text stay in place. */
export function fold(text: string): string {
  let folded = '';
  for (const unit of text) {
    folded += foldUnit(unit);
  }
  return folded;
}

const FOLDED = new Map<string, string>();

function foldUnit(unit: string): string {
  if (unit <= '\u007f') return unit.toLowerCase();
  let folded = FOLDED.get(unit);
  if (folded === undefined) {
    const base = unit.normalize('NFD').charAt(0).toLowerCase();
    folded = base.length === unit.length ? base : unit;
    FOLDED.set(unit, folded);
  }
  return folded;
}

/** Parts of names that are words of the language too; alone they stay. */
const COMMON_WORDS = new Set(
  'de del la las los van von der den y e i da do dos di paz rosa campo luz mar sol rey reyes cruz santa san mercedes dolores pilar rio sierra costa leon blanco bueno calvo delgado moreno rubio cabeza pie mano may will mark grant young long short brown green white black gray hill wood lang klein gross jung alt weiss schwarz may june april august dr med prof hospital bank general nord sud'.split(
    ' ',
  ),
);
const MIN_PART = 3;
const PART = /[\p{L}\p{M}'’-]+/gu;
const HAN = /\p{sc=Han}/u;

export function* propagateNames(text: string, found: readonly Finding[]): Generator<Finding> {
  const wholes = new Map<string, number>();
  const parts = new Map<string, number>();
  for (const { start, end, label, score } of found) {
    if (label !== 'NAME') continue;
    const name = text.slice(start, end);
    const keep = (into: Map<string, number>, word: string): void =>
      void into.set(word, Math.max(into.get(word) ?? 0, score));
    if (HAN.test(name)) {
      if (name.length >= 2) keep(wholes, name);
      continue;
    }
    const words = name.match(PART) ?? [];
    for (const word of words) {
      const folded = fold(word);
      if (word.length >= MIN_PART && !COMMON_WORDS.has(folded)) keep(parts, folded);
    }
  }
  if (wholes.size === 0 && parts.size === 0) return;
  for (const [name, score] of wholes) {
    for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) {
      yield { start: at, end: at + name.length, label: 'NAME', rule: 'name.repeated', score };
    }
  }
  if (parts.size === 0) return;
  const folded = fold(text);
  for (const { 0: word, index } of folded.matchAll(PART)) {
    const score = parts.get(word) ?? parts.get(word.replace(/['’]s$/, ''));
    // A part in lower case is more often the common word.
    if (score === undefined || !/^\p{Lu}/u.test(text.slice(index, index + 2))) continue;
    const end = index + word.replace(/['’]s$/, '').length;
    yield { start: index, end, label: 'NAME', rule: 'name.repeated', score: Math.min(score, 0.8) };
  }
}
