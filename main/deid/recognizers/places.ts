// Where somebody lives and where they were treated: streets, postcodes and the towns behind them, places
// that a header names, hospitals and banks by the words in their names.
import { PLACE_NAMES } from '../lexicon.ts';
import type { Finding } from '../types.ts';
import { any, END, HAS_HAN, hasBefore, matches, NUMBER_START, pattern, START } from './patterns.ts';

const CAP = String.raw`\p{Lu}[\p{L}\p{M}'’-]*`;
/** Words of a proper name with the small words between them. */
const PROPER = (most: number): string =>
  String.raw`${CAP}(?:[ \t](?:(?:de|del|la|las|los|el|y|e|i|da|do|dos|van|von|der|den|of|the|am|an|im|zu|zur|upon|on|le)[ \t]){0,3}${CAP}){0,${most}}`;

const HEADER_ADDRESS = pattern(
  String.raw`^[ \t]{0,4}(?:domicilio|dirección|address|anschrift|adresse|住址|地址|家庭住址)\s?[:：][ \t]{0,3}(?<value>[^\n]{3,120}?)(?=[ .\t]*$|,?\s(?:[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|\d{5})(?!\d))`,
  'im',
);
const SPANISH_STREET = pattern(
  String.raw`${START}(?:[Cc]\/\.?|C\\|[Cc]alle|CALLE|[Aa]v(?:da|d|enida)?\.?|AVDA\.?|[Pp]laza|[Pp]l?za?\.|[Pp]aseo|P[º.][.º]?|[Cc]amino|[Cc](?:arre)?tra?\.|[Cc]arretera|[Rr]onda|[Rr]ondilla|[Tt]raves[íi]a|[Cc]arrer|[Rr][úu]a|RUA|[Uu]rb(?:anización|\.)|[Pp]asaje|[Gg]lorieta|[Pp]asseig|[Gg]ran V[íi]a|[Cc]uesta|[Bb]arrio|[Pp]ol[íi]gono)\s?(?:(?:de|del|la|las|los|el|d['’]|nº|n\.º|s\/n)\s?){0,4}[\p{Lu}\d][\p{L}\p{M}'’ªº/-]*\.?(?:\s(?:(?:de|del|la|las|los|el|y|i|d['’])\s){0,3}[\p{Lu}][\p{L}\p{M}'’ªº-]*\.?){0,6}(?:,?\s?(?:[nN][º.°o]?\s?|n[úu]m\.?\s?|km\.?\s?)?\d[\d.,/-]{0,6}(?:\s?[A-Z])?(?![\p{L}\d])|,?\s?s\/n\.?)?(?:(?:,\s?|\s?-\s?|\s)(?:\d{1,2}\s?\.?\s?[º°ªo]?\s?-?\s?\d?[ªºo]?\s?[A-Z]?|[A-Z]|bajo|izqda?|dcha|piso\s\d{1,2})(?![\p{L}\d])){0,3}`,
);
const GERMAN_STREET = pattern(
  String.raw`${START}(?:\p{Lu}[\p{L}.-]*(?:\s\p{Lu}[\p{L}.-]*){0,2}\s?(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|chaussee|steig|pfad|hof|Straße|Weg|Platz|Allee|Gasse)|(?:Am|An der|An den|Im|In der|Auf der|Zum|Zur)\s\p{Lu}[\p{L}-]+(?:\s\p{Lu}[\p{L}-]+)?)\s\d{1,4}\s?[a-z]?(?:\s?[-–]\s?\d{1,4}[a-z]?)?(?:,\s(?:\d{1,2}\.\s?(?:OG|Stock|Etage)|EG|DG))?${END}`,
);
const ENGLISH_STREET = pattern(
  String.raw`${START}(?:(?:Flat|Unit|Apt\.?|Apartment|Suite)\s\w{1,5},?\s)?\d{1,5}[A-Z]?\s(?:${CAP}\s){1,4}(?:Road|Street|Lane|Avenue|Hill|Close|Drive|Court|Way|Place|Gardens|Terrace|Crescent|Square|Grove|Row|Mews|Walk|Park|View|Rise|Green|Parade|Boulevard|Rd|St|Ave|Ln|Dr|Blvd)${END}`,
);
/** A name does not go on over the small words that lead to it. */
const HAN_WORD = String.raw`(?:(?![到于在至由往赴转从向回住、])\p{sc=Han})`;
const CHINESE_STREET = pattern(
  String.raw`${HAN_WORD}{1,8}?(?:路|街|大道|巷|胡同|弄)(?:[\p{sc=Han}\d]{0,6}?\d{1,5}(?:号楼|号院|号|弄|栋|幢|单元|室|支弄)){1,5}(?:\d{1,4}室)?`,
);

const LABELED_POSTCODE = pattern(
  String.raw`${START}(?:C\.?P\.?|código postal|PLZ|postcode|zip(?:\scode)?|邮编|邮政编码)\s?[:：.]?\s{0,3}(?<value>\d{4,6}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})${END}`,
  'i',
);
const UK_POSTCODE = pattern(String.raw`${START}[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}${END}`);
const IN_BRACKETS = pattern(String.raw`(?<=\()\d{4,5}(?=\))`);
/** `70 Cathcart Road, Keldercombe XW27 3UW`: the town between street and postcode. */
const BEFORE_UK_POSTCODE = pattern(
  String.raw`(?<=[,\n]\s?)${PROPER(2)}(?=,?\s[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}${END})`,
);
const AFTER_UK_POSTCODE = pattern(
  String.raw`(?<=${START}[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2},?\s)${PROPER(2)}(?=[.,\n]|$)`,
  'm',
);
/** Five digits before a town; the town is a finding of its own. */
const BEFORE_TOWN = pattern(
  String.raw`${NUMBER_START}(?:[DE]-)?(?<code>\d{5})(?<gap>,?[ \t]{1,2}-?[ \t]?|\.[ \t]|-)(?<town>${PROPER(3)}(?:\/${CAP})?(?:\s\(${PROPER(2)}\))?)`,
);
const AFTER_TOWN = pattern(
  String.raw`(?<=${CAP}[,.]?\s\(?)(?:[DE]-)?(?<value>\d{5})(?=\)|\.|,|\s|$)`,
  'm',
);
const AFTER_STREET = pattern(
  String.raw`(?<=\d[ \p{L}ªº]{0,6},?\.?\s)(?<value>\d{5})(?=[,.]?\s${CAP})`,
);
const CHINESE_POSTCODE = pattern(
  String.raw`(?<![\d])[1-9]\d{5}(?=[\s\u3000]{1,2}[\p{sc=Han}]{2,8}(?:省|市|县|区|镇))`,
);
const ADDRESS_WORDS =
  /(?:calle|c\/|av|plaza|paseo|carretera|ctra|domicilio|hospital|clínica|straße|str\.|weg|platz|allee|road|street|lane|s\/n|universi|centro|servicio|km)/iu;

const HEADER_PLACE = pattern(
  String.raw`^[ \t]{0,4}(?:localidad|provincia|municipio|población|ciudad|país|lugar\sde\snacimiento|wohnort|ort|geburtsort|town|city|county|country|place\sof\sbirth|籍贯|出生地)[^:：\n]{0,30}[:：][ \t]{0,3}(?<value>[^\n:,;]{2,60}?)(?=\s?[.,;]?\s*(?:$|,|CP|C\.P))`,
  'im',
);
const KNOWN_PLACE = pattern(
  `${START}${any([...PLACE_NAMES].sort((a, b) => b.length - a.length))}${END}`,
);
const CHINESE_PLACE = pattern(
  String.raw`(?<=[\s\u3000，。：:、（(于至在\d]|^)[\p{sc=Han}]{2,5}?(?:省|市|自治区|县|镇)(?=[\s\u3000，。、）)\p{sc=Han}]|$)`,
  'm',
);

const ORGANIZATIONS: readonly (readonly [rule: string, expression: RegExp])[] = [
  [
    'spanish',
    pattern(
      String.raw`${START}(?:[Hh]ospital|Complejo|Complexo|Cl[íi]nica|Centro (?:de Salud|M[ée]dico|Hospitalario|Penitenciario|Cl[íi]nico)|Ambulatorio|Sanatorio|Policl[íi]nica|Fundaci[óo]n|Instituto|Universidad|Facultad|Residencia|Banco|Caja|Consorcio|Corporaci[óo]|Mutua)(?:\s(?:(?:de|del|la|las|los|el|y|i|en|universitari[oa]?|general|provincial|cl[íi]nico|regional)\s){0,3}(?:"[^"\n]{2,40}"|'[^'\n]{2,40}'|«[^»\n]{2,40}»|${CAP})){1,8}`,
    ),
  ],
  [
    'english',
    pattern(
      String.raw`${START}(?:${CAP}\s(?:(?:&|and|of|the)\s){0,2}){1,4}(?:Hospital|Infirmary|Clinic|Hospice|Surgery|Medical Centre|Health Centre|Medical Center|Health Center|University|Bank(?:\s(?:plc|PLC|Ltd|AG))?|Building Society|Credit Union|Finance(?:\sLtd|\splc)?|Trust|Savings)${END}(?!\s(?:de|del|\p{Lu}))`,
    ),
  ],
  [
    'german',
    pattern(
      String.raw`${START}(?:\p{Lu}[\p{L}-]*(?:klinikum|klinik|krankenhaus|hospital|kasse|bank)(?:\s(?:(?:am|an der|im|der|des|St\.)\s)?${CAP}){0,3}|(?:Klinikum|Klinik|Krankenhaus|Universitätsklinikum|Universität|Rehaklinik|Praxis|Sparkasse|Volksbank|Bank|Pflegeheim|Seniorenheim)(?:\s(?:(?:am|an der|im|der|des|für|St\.)\s)?${CAP}){1,4})${END}`,
    ),
  ],
];

const CHINESE_ORGANIZATION = pattern(
  String.raw`${HAN_WORD}{2,12}?(?:中心医院|人民医院|保健院|卫生院|卫生服务中心|医院|诊所|疗养院|信用社|农商行|商业银行|银行)(?:[\p{sc=Han}]{2,6}支行)?`,
);

export function* findPlaces(text: string): Generator<Finding> {
  yield* matches(text, HEADER_ADDRESS, 'ADDRESS', 'address.header', 0.9);
  yield* matches(text, SPANISH_STREET, 'ADDRESS', 'address.spanish', 0.85);
  yield* matches(text, GERMAN_STREET, 'ADDRESS', 'address.german', 0.85);
  yield* matches(text, ENGLISH_STREET, 'ADDRESS', 'address.english', 0.85);
  yield* matches(text, LABELED_POSTCODE, 'POSTCODE', 'postcode.labeled', 0.97);
  yield* matches(text, UK_POSTCODE, 'POSTCODE', 'postcode.uk', 0.9);
  yield* matches(text, AFTER_STREET, 'POSTCODE', 'postcode.afterStreet', 0.7);
  yield* matches(text, AFTER_TOWN, 'POSTCODE', 'postcode.afterTown', ({ index }) =>
    hasBefore(text, index, ADDRESS_WORDS, 120) ? 0.75 : null,
  );
  for (const match of text.matchAll(BEFORE_TOWN)) {
    const { code = '', gap = '', town = '' } = match.groups ?? {};
    const start = match.index + match[0].indexOf(code);
    const context = hasBefore(text, start, ADDRESS_WORDS, 120);
    const at = start + code.length + gap.length;
    const score = context ? 0.9 : 0.65;
    yield {
      start,
      end: start + code.length,
      label: 'POSTCODE',
      rule: 'postcode.beforeTown',
      score,
    };
    yield { start: at, end: at + town.length, label: 'PLACE', rule: 'place.afterPostcode', score };
  }
  yield* matches(text, IN_BRACKETS, 'POSTCODE', 'postcode.inBrackets', ({ index }) =>
    hasBefore(text, index, ADDRESS_WORDS, 120) ? 0.7 : null,
  );
  yield* matches(text, BEFORE_UK_POSTCODE, 'PLACE', 'place.beforePostcode', 0.75);
  yield* matches(text, AFTER_UK_POSTCODE, 'PLACE', 'place.afterPostcode', 0.75);
  yield* matches(text, HEADER_PLACE, 'PLACE', 'place.header', 0.9);
  yield* matches(text, KNOWN_PLACE, 'PLACE', 'place.known', 0.7);
  for (const [rule, expression] of ORGANIZATIONS) {
    yield* matches(text, expression, 'ORGANIZATION', `organization.${rule}`, 0.75);
  }
  if (!HAS_HAN.test(text)) return;
  yield* matches(text, CHINESE_STREET, 'ADDRESS', 'address.chinese', 0.85);
  yield* matches(text, CHINESE_POSTCODE, 'POSTCODE', 'postcode.chinese', 0.85);
  yield* matches(text, CHINESE_PLACE, 'PLACE', 'place.chinese', 0.6);
  yield* matches(text, CHINESE_ORGANIZATION, 'ORGANIZATION', 'organization.chinese', 0.75);
}
