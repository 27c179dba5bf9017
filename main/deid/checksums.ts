// National and financial identifiers: the rules of their authorities as pure functions over the digits and
// letters alone (separators stripped). Each also says how to complete a number, so that a surrogate of a
// valid number is valid. Sources: ISO/IEC 7812 (Luhn), ISO 13616 (IBAN), ISO 7064 (mod 11,10; 97-10),
// GB 11643 (China), Orden INT/738/2006 (Spain), NHS Data Dictionary, §139b AO (Germany), SGB V §290.

const digitsOf = (text: string): number[] => [...text].map(Number);
const all = (pattern: RegExp, text: string): boolean => pattern.test(text);

/** From the right, every second digit doubled. */
export function luhn(number: string): boolean {
  if (!all(/^\d{2,}$/, number)) return false;
  return luhnSum(number) % 10 === 0;
}

function luhnSum(number: string): number {
  let sum = 0;
  digitsOf(number)
    .reverse()
    .forEach((digit, index) => {
      const value = index % 2 === 1 ? digit * 2 : digit;
      sum += value > 9 ? value - 9 : value;
    });
  return sum;
}

export const completeLuhn = (number: string): string => {
  const body = number.slice(0, -1);
  return body + String((10 - (luhnSum(`${body}0`) % 10)) % 10);
};

/** Registered lengths (SWIFT IBAN registry). */
const IBAN_LENGTH: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AL: 28,
  AT: 20,
  BA: 20,
  BE: 16,
  BG: 22,
  CH: 21,
  CY: 28,
  CZ: 24,
  DE: 22,
  DK: 18,
  EE: 20,
  ES: 24,
  FI: 18,
  FR: 27,
  GB: 22,
  GR: 27,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IS: 26,
  IT: 27,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  MC: 27,
  MT: 31,
  NL: 18,
  NO: 15,
  PL: 28,
  PT: 25,
  RO: 24,
  RS: 22,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  TR: 26,
  UA: 29,
};

export const ibanLength = (country: string): number | undefined => IBAN_LENGTH[country];

/** Letters count from A = 10. */
const expand = (text: string): string =>
  text.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));

function mod97(text: string): number {
  let rest = 0;
  for (const digit of expand(text)) rest = (rest * 10 + Number(digit)) % 97;
  return rest;
}

export const iban = (number: string): boolean =>
  all(/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/, number) &&
  IBAN_LENGTH[number.slice(0, 2)] === number.length &&
  mod97(number.slice(4) + number.slice(0, 4)) === 1;

export const completeIban = (number: string): string => {
  const country = number.slice(0, 2);
  const body = number.slice(4);
  const check = 98 - mod97(`${body}${country}00`);
  return country + String(check).padStart(2, '0') + body;
};

const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';
const dniNumber = (id: string): number =>
  Number(id.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter))));

/** DNI: 8 digits and a letter; NIE: X, Y or Z, 7 digits and a letter. */
export const dni = (id: string): boolean =>
  all(/^[XYZ\d]\d{7}[A-Z]$/, id) && DNI_LETTERS.charAt(dniNumber(id) % 23) === id.at(-1);

export const completeDni = (id: string): string =>
  id.slice(0, -1) + DNI_LETTERS.charAt(dniNumber(id) % 23);

/** Ten digits; a remainder of one makes a number that is never issued. */
export function nhs(number: string): boolean {
  if (!all(/^\d{10}$/, number)) return false;
  return nhsCheck(number) === Number(number.at(-1));
}

function nhsCheck(number: string): number {
  const sum = digitsOf(number.slice(0, 9)).reduce(
    (total, digit, index) => total + digit * (10 - index),
    0,
  );
  const check = 11 - (sum % 11);
  return check === 11 ? 0 : check;
}

/** Where the check would be ten, the digit before it moves on until the number can exist. */
export function completeNhs(number: string): string {
  for (let last = 0; last < 10; last += 1) {
    const moved = (Number(number.charAt(8)) + last) % 10;
    const body = number.slice(0, 8) + String(moved);
    const check = nhsCheck(`${body}0`);
    if (check < 10) return body + String(check);
  }
  return number;
}

const CN_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const cnCheck = (id: string): string =>
  '10X98765432'.charAt(
    digitsOf(id.slice(0, 17)).reduce(
      (sum, digit, index) => sum + digit * (CN_WEIGHTS[index] ?? 0),
      0,
    ) % 11,
  );

/** Region digit, a birth date that exists, and the check character. */
export function chineseId(id: string): boolean {
  if (!all(/^[1-9]\d{16}[\dX]$/, id)) return false;
  const [year, month, day] = [id.slice(6, 10), id.slice(10, 12), id.slice(12, 14)].map(Number);
  const born = year ?? 0;
  if (born < 1900 || born >= 2100 || !isDay(born, month ?? 0, day ?? 0)) return false;
  return cnCheck(id) === id.at(-1);
}

export const completeChineseId = (id: string): string => id.slice(0, 17) + cnCheck(id);

export const isDay = (year: number, month: number, day: number): boolean => {
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
};

function iso7064Mod11(digits: readonly number[]): number {
  let product = 10;
  for (const digit of digits) {
    const sum = (digit + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10;
}

/** Exactly one of the first ten digits occurs two or three times, never three in a row. */
export function steuerId(number: string): boolean {
  if (!all(/^[1-9]\d{10}$/, number)) return false;
  const body = number.slice(0, 10);
  const repeated = [...Map.groupBy(body, (digit) => digit).values()].filter(
    ({ length }) => length > 1,
  );
  if (repeated.length !== 1 || (repeated[0]?.length ?? 0) > 3) return false;
  if (/(\d)\1\1/.test(body)) return false;
  return iso7064Mod11(digitsOf(body)) === Number(number.at(-1));
}

/** Letter and nine digits; the letter counts as two digits, weights 1 and 2 in turn, digit sums. */
export const kvnr = (id: string): boolean =>
  all(/^[A-Z]\d{9}$/, id) && kvnrCheck(id) === Number(id.at(-1));

function kvnrCheck(id: string): number {
  const letter = String(id.charCodeAt(0) - 64).padStart(2, '0');
  const sum = digitsOf(letter + id.slice(1, 9)).reduce((total, digit, index) => {
    const product = digit * (index % 2 === 0 ? 1 : 2);
    return total + Math.floor(product / 10) + (product % 10);
  }, 0);
  return sum % 10;
}

export const completeKvnr = (id: string): string => id.slice(0, 9) + String(kvnrCheck(id));
