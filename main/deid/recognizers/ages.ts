// Ages of people. A length of time is not an age: "for 7 years", "hace 3 años", "3 años de evolución" stay.
import type { Finding } from '../types.ts';
import { any, END, matches, NUMBER_START, pattern, START } from './patterns.ts';

const NUMBER = String.raw`(?:1[01]\d|[1-9]?\d)`;
const SPANISH = any([
  'un',
  'una',
  'dos',
  'tres',
  'cuatro',
  'cinco',
  'seis',
  'siete',
  'ocho',
  'nueve',
  'diez',
  'once',
  'doce',
  'trece',
  'catorce',
  'quince',
  'dieciséis',
  'diecisiete',
  'dieciocho',
  'diecinueve',
  'veinte',
  'veinti\\p{L}{2,6}',
  '(?:treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa)(?:\\sy\\s\\p{L}{2,6})?',
]);
const DURATION_BEFORE =
  /(?:hace|durante|tras|cada|últimos|ultimos|próximos|primeros|unos|más de|mas de|menos de|casi|evolución de|seguimiento de|for|over|past|last|next|after|every|within|seit|nach|vor|über|während|alle|近|约|历时)\s?(?:las?|los|the|unos)?\s?$/iu;
const DURATION_AFTER =
  /^\s?(?:de (?:evolución|seguimiento|duración|antigüedad|tratamiento|historia)|después|antes|más tarde|later|ago|history|previous|earlier|later|before|following|zuvor|später|lang|前|来|后)/iu;

const SPANISH_AGE = pattern(
  String.raw`${START}(?:${NUMBER}|${SPANISH})\s(?:años?|meses|mes|días|semanas)(?:\sy\s(?:medio|\d{1,2}\s(?:meses|mes|días)))?(?:\sde\sedad)?${END}`,
  'i',
);
/** `(75 a.)`, `de 77 a.` */
const SPANISH_SHORT = pattern(String.raw`(?<=[(,]\s?|${START}de\s)${NUMBER}\sa\.(?=[),\s])`);
/** Months, weeks and days are ages only of the very young, and only where it is said. */
const SPANISH_PERSON =
  /(?:var[óo]n|mujer|hombre|niñ[oa]|paciente|lactante|edad|recién nacid[oa]|neonato|bebé|hij[oa]|herman[oa])(?:[^.\n]{0,40}?\sde)?[\s:(]{1,3}$/iu;
const ENGLISH_AGE = pattern(
  String.raw`${NUMBER_START}(?<value>${NUMBER}[\s-](?:years?|yrs?|y|months?|weeks?)(?:[\s-]old)?|${NUMBER}\s?(?:y\/?o|yo))${END}`,
  'i',
);
const ENGLISH_AGED = pattern(`${START}(?:aged?|age:?)\\s{1,2}(?<value>${NUMBER})${END}`, 'i');
const ENGLISH_PERSON =
  /(?:(?:mr|mrs|ms|miss|dr)\.?\s[^.\n]{1,40},|man|woman|boy|girl|lady|gentleman|patient|male|female|aged?|\bis|\bwas|\()\s?(?:a\s|an\s|aged\s)?[,:]?\s?$/iu;
const GERMAN_AGE = pattern(
  String.raw`${NUMBER_START}(?<value>${NUMBER}(?:\sJahre?n?(?:\salt)?|-?jährig(?:e[rnsm]?)?|\sJ\.))`,
  'i',
);
const CHINESE_AGE = pattern(String.raw`(?<!\d)${NUMBER}\s?(?:周岁|岁|个月大|月龄)`);
const LABELED = pattern(
  `${START}(?:edad|age|alter|年龄)\\s?[:：]?\\s{0,3}(?<value>${NUMBER}(?:\\s(?:años|meses|días|semanas|years|Jahre))?)${END}`,
  'i',
);

export function* findAges(text: string): Generator<Finding> {
  const around = (index: number, length: number) => ({
    before: text.slice(Math.max(0, index - 60), index),
    after: text.slice(index + length, index + length + 30),
  });
  yield* matches(text, LABELED, 'AGE', 'age.labeled', 0.95);
  yield* matches(text, SPANISH_AGE, 'AGE', 'age.spanish', ({ index, 0: found }) => {
    const { before, after } = around(index, found.length);
    if (/de edad$/iu.test(found)) return 0.95;
    if (DURATION_AFTER.test(after) || DURATION_BEFORE.test(before)) return null;
    if (SPANISH_PERSON.test(before)) return 0.95;
    return /años?/iu.test(found) ? 0.6 : null;
  });
  yield* matches(text, SPANISH_SHORT, 'AGE', 'age.spanish', 0.8);
  yield* matches(text, ENGLISH_AGED, 'AGE', 'age.english', 0.9);
  yield* matches(text, ENGLISH_AGE, 'AGE', 'age.english', ({ index, 0: found }) => {
    const { before, after } = around(index, found.length);
    if (/old$|y\/?o$/iu.test(found)) return 0.95;
    if (DURATION_AFTER.test(after) || DURATION_BEFORE.test(before)) return null;
    if (ENGLISH_PERSON.test(before) || /^\s?(?:\)|,\s?(?:male|female))/iu.test(after)) return 0.85;
    // `Underhill, Lucinda, 54 yrs` and `Clinical details: 57 yrs,`
    return /[,:]\s$/u.test(before) && /^(?:[,.)]|\s*$|\s*\n)/u.test(after) ? 0.7 : null;
  });
  yield* matches(text, GERMAN_AGE, 'AGE', 'age.german', ({ index, 0: found }) => {
    const { before, after } = around(index, found.length);
    if (/jährig|alt$/iu.test(found)) return 0.9;
    if (DURATION_AFTER.test(after) || DURATION_BEFORE.test(before)) return null;
    return /(?:patient(?:in)?|herr|frau|alter|mann|kind|[,(])[^.\n]{0,40}$/iu.test(before)
      ? 0.75
      : null;
  });
  yield* matches(text, CHINESE_AGE, 'AGE', 'age.chinese', 0.95);
}
