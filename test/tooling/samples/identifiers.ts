/**
 * Numbers that look real and belong to nobody. Every family comes from a range that is reserved for
 * fiction or that its authority has never assigned, and carries a valid checksum where one exists:
 * - United Kingdom: telephone numbers that Ofcom reserves for drama; postcode areas beginning with X;
 *   sort codes 00-00-xx.
 * - Germany: telephone numbers that the Bundesnetzagentur reserves for media; postcodes 00xxx; bank codes
 *   that begin with 0.
 * - Spain: numbers 555 xxx xxx and postcodes 53xxx to 59xxx, which are outside the plans; bank code 0000.
 * - China: mobile prefixes 12x and postcodes 98xxxx, which are outside the plans; card numbers beginning
 *   with 999, which ISO/IEC 7812 leaves to no international issuer.
 * - E-mail and web: the top-level domain `example` (RFC 2606).
 */
import type { Random } from '../../../shared/domain/random.ts';

export type Language = 'en' | 'es' | 'de' | 'zh';

export const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => random.below(10)).join('');

/** Fills every `#` with a digit. */
export const pattern = (random: Random, shape: string): string =>
  shape.replaceAll('#', () => String(random.below(10)));

export function phone(language: Language, random: Random): string {
  switch (language) {
    case 'en':
      return pattern(
        random,
        random.pick([
          '020 7946 0###',
          '01632 960###',
          '01632 960 ###',
          '07700 900###',
          '07700 900 ###',
          '+44 7700 900###',
          '(0113) 496 0###',
        ]),
      );
    case 'es':
      return pattern(
        random,
        random.pick(['555 ### ###', '555 ## ## ##', '555######', '+34 555 ### ###', '555-###-###']),
      );
    case 'de':
      return pattern(
        random,
        random.pick([
          '030 23125 ###',
          '030/23125###',
          '040 66969 ###',
          '0221 4710 ###',
          '069 90009 ###',
          '089 99998 ###',
          '0171 39200##',
          '+49 30 23125###',
          '(040) 66969-###',
        ]),
      );
    case 'zh':
      return pattern(
        random,
        random.pick([
          '121########',
          '122 #### ####',
          '125-####-####',
          '+86 128########',
          '127########',
        ]),
      );
  }
}

export function postcode(language: Language, random: Random): string {
  switch (language) {
    case 'en': {
      const letter = (): string => random.pick([...'ABDEFGHJLNPQRSTUWXYZ']);
      return `X${letter()}${1 + random.below(29)} ${random.below(10)}${letter()}${letter()}`;
    }
    case 'es':
      return `${random.pick(['53', '54', '55', '56', '57', '58', '59'])}${digits(random, 3)}`;
    case 'de':
      return `00${digits(random, 3)}`;
    case 'zh':
      return `98${digits(random, 4)}`;
  }
}

export function account(language: Language, random: Random): string {
  switch (language) {
    case 'en':
      return random.pick([
        () => grouped(iban('GB', `XMPL0000${digits(random, 2)}${digits(random, 8)}`)),
        () => `00-00-${digits(random, 2)} ${digits(random, 8)}`,
        () => iban('GB', `XMPL0000${digits(random, 2)}${digits(random, 8)}`),
      ])();
    case 'es': {
      const [branch, number] = [digits(random, 4), digits(random, 10)];
      const bban = `0000${branch}${ccc(`0000${branch}`, number)}${number}`;
      return random.pick([grouped(iban('ES', bban)), iban('ES', bban)]);
    }
    case 'de': {
      const bban = `0${digits(random, 7)}${digits(random, 10)}`;
      return random.pick([grouped(iban('DE', bban)), iban('DE', bban)]);
    }
    case 'zh': {
      const number = withLuhn(`999${digits(random, 15)}`);
      return random.pick([number, grouped(number)]);
    }
  }
}

const grouped = (text: string): string => text.replace(/(.{4})(?=.)/g, '$1 ');

/** Check digits of ISO 13616: the number moved behind with letters as 10 … 35 leaves 1 modulo 97. */
export function iban(country: string, bban: string): string {
  const check = 98 - remainder97(`${bban}${country}00`);
  return `${country}${String(check).padStart(2, '0')}${bban}`;
}

export const isIban = (text: string): boolean => {
  const compact = text.replaceAll(' ', '');
  return remainder97(compact.slice(4) + compact.slice(0, 4)) === 1;
};

function remainder97(text: string): number {
  let remainder = 0;
  for (const character of text) {
    for (const digit of String(parseInt(character, 36))) {
      remainder = (remainder * 10 + Number(digit)) % 97;
    }
  }
  return remainder;
}

/** The two check digits of a Spanish account: bank with branch, then account number, modulo 11. */
function ccc(bankAndBranch: string, number: string): string {
  const weights = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];
  const digit = (text: string): number => {
    const sum = [...text.padStart(10, '0')].reduce((s, d, i) => s + Number(d) * weights[i]!, 0);
    const check = 11 - (sum % 11);
    return check === 11 ? 0 : check === 10 ? 1 : check;
  };
  return `${digit(bankAndBranch)}${digit(number)}`;
}

export function withLuhn(payload: string): string {
  const sum = [...payload].reverse().reduce((total, character, i) => {
    const doubled = Number(character) * (i % 2 === 0 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${payload}${(10 - (sum % 10)) % 10}`;
}
