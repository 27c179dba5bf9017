// Numbers that stand for a person: record numbers by the word before them, national and financial
// identifiers by shape, checksum and word. No checksum alone makes a finding (see evidence.ts).
import { chineseId, dni, iban, ibanLength, kvnr, luhn, nhs, steuerId } from '../checksums.ts';
import { scoreOf } from '../evidence.ts';
import type { DeidLabel, Finding } from '../types.ts';
import { any, END, hasBefore, matches, NUMBER_START, pattern, START } from './patterns.ts';

const SEPARATOR = String.raw`[\s:：.#º°ª№=（(-]{0,6}`;
/** Digits in groups, perhaps with a few capital letters around. */
const VALUE = String.raw`(?<value>(?:[A-Z]{1,4}[-/ ]?)?\d(?:[ ./-]?[A-Z0-9]){2,24})`;

const RECORD_WORDS = any([
  String.raw`N\.?\s?H\.?\s?C`,
  'CIPA',
  'CIP',
  'SIP',
  'TSI',
  'NASS',
  'NUSS?',
  'NSS',
  String.raw`(?:n[.º°]{0,2}\s?(?:de\s)?)?historia(?:\scl[íi]nica)?`,
  String.raw`(?:n[.º°ª]{0,3}|n[úu]mero)\s?(?:de\s)?(?:seguridad\ssocial|afiliaci[óo]n|tarjeta|p[óo]liza|cliente|expediente|episodio|contrato|pr[ée]stamo)`,
  'episodio',
  'id(?:entificador)?\\sdel?\\spaciente',
  'MRN',
  String.raw`(?:medical\s|patient\s|hospital\s|health\s)?record\s?(?:no|number|nr|num)?`,
  String.raw`(?:patient|hospital|case|customer|client|claim|policy|member|file|loan|reference|ref|agreement|encounter|episode|visit)\s?(?:id|no|number|nr|num|ref)`,
  'CRN',
  String.raw`(?:Fall|Patienten|Pat|Aufnahme|Kunden|Akten|Vertrags|Versicherten|Darlehens|Mitglieds|Vorgangs)[-.\s]{0,2}(?:nummer|nr|id|zeichen)`,
  '(?:病案|住院|门诊|病历|就诊|登记|影像|客户|患者|合同|贷款|保单|医保|检查|编)号码?',
  '(?:客户|患者|病案|病历|贷款|合同|档案)编号',
]);
const RECORD = pattern(`${START}${RECORD_WORDS}${SEPARATOR}${VALUE}${END}`, 'i');

const LICENSE_WORDS = any([
  String.raw`N[º°.]{0,2}\s?Col(?:egiad[oa])?`,
  'colegiad[oa]',
  'GMC',
  'NMC',
  'NPI',
  'DEA',
  'LANR',
  'BSNR',
  'license\\s?(?:no|number)?',
  '执业证号',
]);
const LICENSE = pattern(`${START}${LICENSE_WORDS}${SEPARATOR}${VALUE}${END}`, 'i');

const compact = (text: string): string => text.replace(/[\s.-]/g, '').toUpperCase();

interface Numbered {
  readonly rule: string;
  readonly label: DeidLabel;
  readonly expression: RegExp;
  readonly prior: number;
  /** Written in the groups that are usual for it, which random digits are not. */
  readonly groupedPrior?: number;
  readonly words: RegExp;
  readonly check?: { readonly valid: (id: string) => boolean; readonly ratio: number };
}

/** Ratios are one over the random pass of the full rule. */
const NUMBERED: readonly Numbered[] = [
  {
    rule: 'id.dni',
    label: 'NATIONAL_ID',
    expression: pattern(
      String.raw`${START}(?:\d{2}\.?\d{3}\.?\d{3}|[XYZ][ -]?\d{7})[ -]?[A-Z]${END}`,
      'i',
    ),
    prior: 0.15,
    words: /\b(?:dni|nie|nif|documento|identidad|pasaporte)\b/iu,
    check: { valid: dni, ratio: 23 },
  },
  {
    rule: 'id.chinese',
    label: 'NATIONAL_ID',
    expression: pattern(String.raw`(?<!\d)[1-9]\d{5}(?:19|20)\d{9}[\dX](?![\dX])`, 'i'),
    prior: 0.1,
    words: /身份证/u,
    check: { valid: chineseId, ratio: 5000 },
  },
  {
    rule: 'id.nhs',
    label: 'NATIONAL_ID',
    expression: pattern(String.raw`${NUMBER_START}\d{3}[ -]?\d{3}[ -]?\d{4}${END}`),
    prior: 0.01,
    words: /\bNHS\b/iu,
    check: { valid: nhs, ratio: 11 },
  },
  {
    rule: 'id.steuer',
    label: 'NATIONAL_ID',
    expression: pattern(String.raw`${NUMBER_START}[1-9]\d(?:[ ]?\d{3}){3}${END}`),
    prior: 0.003,
    groupedPrior: 0.01,
    words: /(?:steuer|\bIdNr|\bTIN\b)/iu,
    check: { valid: steuerId, ratio: 270 },
  },
  {
    rule: 'id.kvnr',
    label: 'NATIONAL_ID',
    expression: pattern(`${START}[A-Z]\\d{9}${END}`),
    prior: 0.05,
    words: /(?:kvnr|krankenvers|versichert)/iu,
    check: { valid: kvnr, ratio: 10 },
  },
  {
    rule: 'id.ssn',
    label: 'NATIONAL_ID',
    expression: pattern(
      String.raw`${NUMBER_START}(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}${END}`,
    ),
    prior: 0.05,
    words: /\b(?:ssn|social\ssecurity)\b/iu,
  },
  {
    rule: 'id.nino',
    label: 'NATIONAL_ID',
    expression: pattern(
      String.raw`${START}(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]${END}`,
    ),
    prior: 0.6,
    words: /\b(?:nino|national\sinsurance)\b/iu,
  },
  {
    rule: 'account.iban',
    label: 'ACCOUNT',
    expression: pattern(
      String.raw`${START}[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?${END}`,
    ),
    prior: 0.3,
    words: /\b(?:iban|cuenta|account|konto)/iu,
    check: { valid: iban, ratio: 97 },
  },
  {
    rule: 'card',
    label: 'CARD',
    expression: pattern(
      String.raw`${NUMBER_START}(?:3[47]\d{2}[ -]?\d{6}[ -]?\d{5}|[2-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{1,7})${END}`,
    ),
    prior: 0.03,
    groupedPrior: 0.3,
    words: /(?:card|tarjeta|karte|visa|mastercard|amex|卡号|银行卡)/iu,
    check: { valid: luhn, ratio: 10 },
  },
  {
    rule: 'account.labeled',
    label: 'ACCOUNT',
    expression: pattern(String.raw`(?<!\d|\d[.,])\d(?:[ -]?\d){5,22}(?!\d|[.,]\d)`),
    prior: 0.004,
    words:
      /(?:\baccount\b|\ba\/c\b|\bsort\scode\b|\bcuenta\b|\bkonto(?:nummer|nr)?\b|账户|账号|卡号)[^\n]{0,12}$/iu,
  },
  {
    rule: 'account.sortCode',
    label: 'ACCOUNT',
    expression: pattern(String.raw`${NUMBER_START}\d{2}-\d{2}-\d{2}[ ,;/]{1,3}\d{8}${END}`),
    prior: 0.7,
    words: /\b(?:account|sort)\b/iu,
  },
  {
    // Grouped or long numbers that stand behind a Chinese word for an account.
    rule: 'account.chinese',
    label: 'ACCOUNT',
    expression: pattern(String.raw`(?<=(?:账户|账号|卡号|卡)[:：\s]?)\d(?: ?\d){11,22}(?!\d)`),
    prior: 0.7,
    words: /账/u,
  },
];

export function* findIdentifiers(text: string): Generator<Finding> {
  const hasDigit = ({ groups }: RegExpExecArray): number | null =>
    (groups?.['value']?.match(/\d/g)?.length ?? 0) >= 3 ? 0.95 : null;
  yield* matches(text, RECORD, 'RECORD_NUMBER', 'record.labeled', hasDigit);
  yield* matches(text, LICENSE, 'LICENSE_NUMBER', 'license.labeled', hasDigit);
  for (const { rule, label, expression, prior, groupedPrior, words, check } of NUMBERED) {
    yield* matches(text, expression, label, rule, ({ index, 0: shown }) => {
      const id = compact(shown);
      if (rule === 'account.iban' && ibanLength(id.slice(0, 2)) !== id.length) return null;
      const checksum = check === undefined ? null : { passed: check.valid(id), ratio: check.ratio };
      const shape = groupedPrior !== undefined && /[ -]/.test(shown) ? groupedPrior : prior;
      return scoreOf({ prior: shape, checksum, context: hasBefore(text, index, words) });
    });
  }
}
