/**
 * The sample corpus: invented people in four languages, one to four notes each. Everything follows from
 * one seed; a person's own generator is seeded by their place, so that another template for one leaves the
 * notes about the others as they were.
 */
import { createRandom } from '../../../shared/domain/random.ts';
import type { Random } from '../../../shared/domain/random.ts';
import { chinese } from './languages/chinese.ts';
import { addDays, isoDay, writeDate, yearsBetween } from './dates.ts';
import type { Day } from './dates.ts';
import { english } from './languages/english.ts';
import { german } from './languages/german.ts';
import { account, digits, phone, postcode } from './identifiers.ts';
import type { Language } from './identifiers.ts';
import { populate } from './lexicon.ts';
import type { Lexicon, World } from './lexicon.ts';
import { writeNote } from './note.ts';
import type { Filler, NoteKind, SampleLabel, Slots, WrittenNote } from './note.ts';
import { spanish } from './languages/spanish.ts';

export const SEED = 20261123;

const LEXICONS: Readonly<Record<Language, Lexicon>> = {
  en: english,
  es: spanish,
  de: german,
  zh: chinese,
};
const LANGUAGES: readonly Language[] = ['en', 'es', 'de', 'zh'];

export type Split = 'train' | 'dev' | 'unlabeled' | 'formats';

export interface SampleNote extends WrittenNote {
  /** Without folder and extension, e.g. `es-discharge-07`. */
  readonly name: string;
  readonly split: Split;
  readonly language: Language;
  readonly category: NoteKind['category'];
  readonly kind: string;
  readonly recordNumber: string;
  readonly writtenOn: Day;
}

interface Person {
  readonly male: boolean;
  readonly given: string;
  readonly surnames: readonly string[];
  readonly birth: Day;
  readonly recordNumber: string;
  readonly town: string;
  readonly address: string;
  readonly postcode: string;
  readonly phone: string;
  readonly email: string;
  readonly account: string;
}

/** People per language, and how many notes each has: one to four. */
const PLAN: Readonly<Record<Split, Readonly<Record<NoteKind['category'], readonly number[]>>>> = {
  train: {
    clinical: [2, 3, 2, 1, 4, 2, 3, 2, 1, 3, 4, 1, 2, 4, 3, 2],
    bank: [2, 3, 2, 4, 1, 3, 2, 4, 2, 2],
  },
  dev: { clinical: [2, 1, 2, 1, 2], bank: [2, 1, 1] },
  unlabeled: { clinical: [1, 1], bank: [1] },
  formats: { clinical: [1, 1], bank: [1] },
};

export function buildCorpus(): SampleNote[] {
  const notes: SampleNote[] = [];
  const taken = new Set<string>();
  LANGUAGES.forEach((language, l) => {
    (Object.keys(PLAN) as Split[]).forEach((split, s) => {
      // The two worlds share no name; unlabeled notes are read as new ones are, so they use the second.
      const lexicon = LEXICONS[language];
      const own = split === 'train' || split === 'formats' ? lexicon.train : lexicon.dev;
      const world = populate(own, lexicon.patterns);
      const numbers = new Map<string, number>();
      for (const category of ['clinical', 'bank'] as const) {
        const kinds = lexicon.kinds.filter((kind) => kind.category === category);
        let nextKind = 0;
        PLAN[split][category].forEach((count, p) => {
          const random = createRandom(
            SEED + l * 1_000_000 + s * 100_000 + p * 100 + (category === 'bank' ? 50 : 0),
          );
          const person = inventPerson(language, lexicon, world, category, random, taken);
          const first = inventDay(random, 2024, 2026);
          for (let n = 0; n < count; n += 1) {
            const kind = kinds[nextKind % kinds.length]!;
            nextKind += 1;
            const number = (numbers.get(kind.name) ?? 0) + 1;
            numbers.set(kind.name, number);
            const writtenOn = addDays(first, n * 40 + random.below(30));
            const slots = fillSlots({
              language,
              lexicon,
              world,
              category,
              person,
              writtenOn,
              random,
            });
            notes.push({
              ...writeNote(kind, slots, person, random),
              name: `${language}-${kind.name}-${String(number).padStart(2, '0')}`,
              split,
              language,
              category,
              kind: kind.name,
              recordNumber: person.recordNumber,
              writtenOn,
            });
          }
        });
      }
    });
  });
  return notes;
}

const inventDay = (random: Random, from: number, to: number): Day =>
  addDays({ year: from, month: 1, day: 1 }, random.below((to - from) * 365));

/** Spanish people carry two surnames, the others one. */
const inventSurnames = (language: Language, world: World, random: Random): string[] =>
  random.shuffle(world.surnames).slice(0, language === 'es' ? 2 : 1);

function inventPerson(
  language: Language,
  lexicon: Lexicon,
  world: World,
  category: NoteKind['category'],
  random: Random,
  taken: Set<string>,
): Person {
  const male = random.below(2) === 0;
  const given = random.pick(male ? world.men : world.women);
  const surnames = inventSurnames(language, world, random);
  let recordNumber: string;
  do {
    recordNumber = inventRecordNumber(language, category, random);
  } while (taken.has(recordNumber));
  taken.add(recordNumber);
  return {
    male,
    given,
    surnames,
    birth: inventDay(random, 1932, 2004),
    recordNumber,
    town: random.pick(world.towns),
    address: inventAddress(lexicon, world, random),
    postcode: postcode(language, random),
    phone: phone(language, random),
    email: inventEmail(given, surnames[0]!, world, random),
    account: account(language, random),
  };
}

/** Shapes differ by language and institution, so that no two systems hand out the same number. */
function inventRecordNumber(
  language: Language,
  category: NoteKind['category'],
  random: Random,
): string {
  if (category === 'bank') return `${{ en: 3, es: 4, de: 5, zh: 6 }[language]}${digits(random, 8)}`;
  switch (language) {
    case 'en':
      return `4${digits(random, 5)}`;
    case 'es':
      return `2${digits(random, 6)}`;
    case 'de':
      return `80${digits(random, 6)}`;
    case 'zh':
      return `0${digits(random, 9)}`;
  }
}

const inventAddress = (lexicon: Lexicon, world: World, random: Random): string =>
  random.pick(
    lexicon.address(random.pick(world.streets), 1 + random.below(140), 1 + random.below(6)),
  );

function inventEmail(given: string, surname: string, world: World, random: Random): string {
  const plain = (text: string): string =>
    text
      .toLowerCase()
      .replaceAll('ß', 'ss')
      .normalize('NFD')
      .replace(/[^a-z]/g, '');
  const letters = (): string => random.pick([...'bcdfghjklmnpqrstwxyz']);
  const [a, b] = [
    plain(given) || letters() + letters(),
    plain(surname) || letters() + letters() + letters(),
  ];
  const user = random.pick([
    `${a}.${b}`,
    `${a[0]}.${b}`,
    `${b}${digits(random, 2)}`,
    `${a}_${b}`,
    `${a}${1950 + random.below(55)}`,
  ]);
  return `${user}@${random.pick(world.domains)}.example`;
}

interface Scene {
  readonly language: Language;
  readonly lexicon: Lexicon;
  readonly world: World;
  readonly category: NoteKind['category'];
  readonly person: Person;
  readonly writtenOn: Day;
  readonly random: Random;
}

function fillSlots(scene: Scene): Slots {
  const { language, lexicon, world, category, person, writtenOn, random } = scene;
  const labeled = (label: SampleLabel, text: string): Filler => ({ label, text });
  const date = (day: Day): Filler => labeled('DATE', writeDate(day, language, random));

  const stranger = () => {
    const male = random.below(2) === 0;
    return {
      male,
      given: random.pick(male ? world.men : world.women),
      surnames: inventSurnames(language, world, random),
    };
  };
  const staff = new Map(['doctor', 'doctor2', 'doctor3'].map((slot) => [slot, stranger()]));
  const doctorOf = (slot: string) =>
    staff.get(slot === 'doctorShort' || slot === 'doctorSurname' ? 'doctor' : slot);
  /** Staff sign in plain order, without shouting. */
  const plainName = ({ given, surnames }: { given: string; surnames: readonly string[] }): string =>
    lexicon.fullName(given, surnames)[0]!;
  const relative = {
    ...stranger(),
    ...(random.below(10) < 6 ? { surnames: person.surnames } : {}),
  };
  const [hospital, hospital2] = random.shuffle(world.hospitals) as [string, string];
  const [bank, bank2] = random.shuffle(world.banks) as [string, string];
  const [branch, elsewhere] = random.shuffle(world.towns) as [string, string];
  const years = yearsBetween(person.birth, writtenOn);
  const medical = random.pick(lexicon.cases);
  /** The drug of the case first, then what else people take. */
  const drugs = [
    medical.drug,
    ...random.shuffle(lexicon.cases.map((entry) => entry.drug).filter((d) => d !== medical.drug)),
  ];
  let nextDrug = 0;
  const officePhone = phone(language, random);
  const office = random.pick(world.domains);

  const words = Object.fromEntries(
    Object.entries(lexicon.words).map(([slot, list]) => [slot, () => random.pick(list)]),
  );
  return {
    ...words,
    complaint: () => medical.complaint,
    study: () => medical.study,
    finding: () => medical.finding,
    diagnosis: () => medical.diagnosis,
    drug: () => drugs[nextDrug++ % drugs.length]!,
    title: (next) =>
      random.pick(lexicon.words[doctorOf(next)?.male === false ? 'titleOfWomen' : 'titleOfMen']!),
    relation: () =>
      random.pick(lexicon.words[relative.male ? 'relationOfMen' : 'relationOfWomen']!),
    name: () => labeled('NAME', random.pick(lexicon.fullName(person.given, person.surnames))),
    short: () => labeled('NAME', random.pick(lexicon.shortName(person.given, person.surnames))),
    surname: () => labeled('NAME', person.surnames[0]!),
    relative: () => labeled('NAME', plainName(relative)),
    doctor: () => labeled('NAME', plainName(staff.get('doctor')!)),
    doctor2: () => labeled('NAME', plainName(staff.get('doctor2')!)),
    doctor3: () => labeled('NAME', plainName(staff.get('doctor3')!)),
    doctorShort: () => {
      const { given, surnames } = staff.get('doctor')!;
      return labeled('NAME', random.pick(lexicon.shortName(given, surnames)));
    },
    doctorSurname: () => labeled('NAME', staff.get('doctor')!.surnames[0]!),
    birth: () => labeled('DATE', writeFullDate(person.birth, language, random)),
    date: () => date(addDays(writtenOn, -random.below(3))),
    date2: () => date(addDays(writtenOn, 1 + random.below(20))),
    before: () => date(addDays(writtenOn, -5 - random.below(400))),
    age: () => labeled('AGE', random.pick(lexicon.age(years))),
    ageAdj: () => labeled('AGE', lexicon.ageBeforeNoun?.(years) ?? random.pick(lexicon.age(years))),
    record: () => labeled('RECORD_NUMBER', person.recordNumber),
    phone: () => labeled('PHONE', person.phone),
    email: () => labeled('EMAIL', person.email),
    phoneOffice: () => labeled('PHONE', officePhone),
    emailOffice: () =>
      labeled(
        'EMAIL',
        `${random.pick(['info', 'service', 'contact', 'office', 'team'])}@${office}.example`,
      ),
    address: () =>
      labeled(
        'ADDRESS',
        category === 'clinical' ? person.address : inventAddress(lexicon, world, random),
      ),
    addressHome: () => labeled('ADDRESS', person.address),
    postcode: () =>
      labeled('POSTCODE', category === 'clinical' ? person.postcode : postcode(language, random)),
    postcodeHome: () => labeled('POSTCODE', person.postcode),
    city: () => labeled('PLACE', category === 'clinical' ? person.town : branch),
    cityHome: () => labeled('PLACE', person.town),
    city2: () => labeled('PLACE', elsewhere),
    hospital: () => labeled('ORGANIZATION', hospital),
    hospital2: () => labeled('ORGANIZATION', hospital2),
    bank: () => labeled('ORGANIZATION', bank),
    bank2: () => labeled('ORGANIZATION', bank2),
    employer: () => labeled('ORGANIZATION', random.pick(world.employers)),
    account: () => labeled('ACCOUNT', person.account),
    account2: () => labeled('ACCOUNT', account(language, random)),
  };
}

/** A birth date without its year would be none. */
function writeFullDate(day: Day, language: Language, random: Random): string {
  for (;;) {
    const text = writeDate(day, language, random);
    if (text.includes(String(day.year))) return text;
  }
}

export { isoDay };
