// Whose a found name, number or contact is, as far as the words around it say: the person the note is about,
// somebody who works there, or somebody else. Where nothing says it, it is somebody else's.
import type { PeopleFinder } from '../governance/index.ts';
import { fold } from './propagation.ts';
import { recognize } from './recognize.ts';
import type { DeidLabel, Finding } from './types.ts';

export type Whose = 'subject' | 'staff' | 'other';
export interface PersonalFinding extends Finding {
  readonly whose: Whose;
}

/** What leads to one human being. Dates, ages, places and institutions alone do not. */
const PERSONAL: ReadonlySet<DeidLabel> = new Set([
  'NAME',
  'RECORD_NUMBER',
  'NATIONAL_ID',
  'LICENSE_NUMBER',
  'PHONE',
  'EMAIL',
  'ADDRESS',
  'ACCOUNT',
  'CARD',
]);

/** Field words that announce the person the note is about, right before the value. */
const SUBJECT_FIELD =
  /(?:paciente|patient(?:in)?(?:\s+name)?|nombre(?:\s+y\s+apellidos)?|apellidos?|name|vorname|nachname|familienname|surname|(?:first|last|full)\s+name|customer|client[ea]?|cliente|kund(?:e|in)|titular|borrower|applicant|complainant|reclamante|beschwerdeführer(?:in)?|prestatari[oa]|kreditnehmer(?:in)?|antragsteller(?:in)?|姓名|患者|病人|客户|申请人|借款人|投诉人)\s*[:：]?\s*$/iu;

const STAFF_FIELD =
  /(?:m[ée]dic[oa](?:\s+responsable)?|responsable(?:\s+cl[íi]nico)?|remitido\s+por|firmado(?:\s+por)?|fdo\.?|firma|v[ºo°]\s?b[ºo°]|solicitante|autor|enfermer[oa]|gestora?|analista|signed(?:\s+by)?|author|prepared\s+by|reported\s+by|seen\s+by|consultant|physician|gp|officer|relationship\s+manager|advis[eo]r|approved\s+by|requested\s+by|referr(?:ed|er)(?:\s+by)?|arzt|ärztin|sachbearbeit(?:ung|er|erin)|berater(?:in)?|gez\.?|unterschrift|erstellt\s+von|befunder(?:in)?|zuweis(?:ung|er|erin)|pflegefachkraft|送检|审核|报告|记录|签名|签字|医师|医生|主任|护士|客户经理|经办人?|责任护士|主管医师|主治医师?|主刀|受理人?|会诊|值班|报告者)\s*[:：]?\s*$/iu;
/** A title that is a profession; Mr and Frau are none. */
const STAFF_TITLE =
  /(?:\bDr(?:a|s|\.?ª)?\.?|\bProf\.?|\bDoctora?|\bSister|\bNurse|\bSchwester|\bPfleger(?:in)?|\bOberarzt|\bmed\.)\s*$/iu;
const STAFF_TITLE_AFTER = /^(?:医生|医师|副主任|主任|主治|住院医师|护士长|护士|教授|经理|大夫)/u;
const STAFF_RULES: ReadonlySet<string> = new Set(['name.signature', 'name.by']);
const LOOK_BACK = 40;

/** Names, numbers and contacts of people, in order of the text. */
export function findPeople(text: string): PersonalFinding[] {
  const found = recognize(text).filter(({ label }) => PERSONAL.has(label));
  const named = found.filter(({ label, rule }) => label === 'NAME' && rule !== 'name.repeated');
  const first = new Map(named.map((finding) => [finding, whoseByWords(text, finding)]));
  const partsOf = (whose: Whose): string[][] =>
    named
      .filter((finding) => first.get(finding) === whose)
      .map(({ start, end }) => nameParts(text.slice(start, end)));
  const subject = partsOf('subject');
  const staff = partsOf('staff');

  return found.map((finding): PersonalFinding => {
    if (finding.label === 'LICENSE_NUMBER') return { ...finding, whose: 'staff' };
    if (finding.label !== 'NAME') return { ...finding, whose: 'other' };
    const words = nameParts(text.slice(finding.start, finding.end));
    const said = first.get(finding);
    if (said === 'subject' || isPartOf(words, subject)) return { ...finding, whose: 'subject' };
    if (said === 'staff' || isPartOf(words, staff)) return { ...finding, whose: 'staff' };
    return { ...finding, whose: 'other' };
  });
}

function whoseByWords(text: string, { start, end, rule }: Finding): Whose {
  const before = text.slice(Math.max(0, start - LOOK_BACK), start);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  const untitled = line.replace(STAFF_TITLE, '');
  if (untitled !== line) return 'staff';
  if (SUBJECT_FIELD.test(line)) return 'subject';
  if (STAFF_FIELD.test(line) || STAFF_RULES.has(rule)) return 'staff';
  return STAFF_TITLE_AFTER.test(text.slice(end, end + 4)) ? 'staff' : 'other';
}

const WORD = /[\p{L}\p{M}'’-]+/gu;
const HAN = /\p{sc=Han}/u;

/** Folded words of a name; a Han name is one word. */
export function nameParts(name: string): string[] {
  if (HAN.test(name)) return [name.trim()];
  return (name.match(WORD) ?? []).map(fold).filter((word) => word.length > 1);
}

/** Whether a name says no more than one of the others: `Robles` of `Elena Robles Sanz`. */
export function isPartOf(words: readonly string[], names: readonly (readonly string[])[]): boolean {
  return (
    words.length > 0 &&
    names.some((name) => words.every((word) => name.some((part) => part === word)))
  );
}

/** What governance looks for other people with. */
export const peopleFinder: PeopleFinder = {
  find: findPeople,
  isSamePerson: (name, others) => isPartOf(nameParts(name), others.map(nameParts)),
};
