import { describe, expect, it } from 'vitest';
import * as check from '../../../main/deid/checksums.ts';
import { createKeyed } from '../../../main/deid/surrogates/keyed.ts';
import { replaceAge, replaceNumber } from '../../../main/deid/surrogates/numbers.ts';
import { createRandom } from '../../../shared/domain/random.ts';

/** Published examples: ISO 7812 test cards, ISO 13616 registry, NHS, BOE, BZSt, GKV, GB 11643. */
const VALID: readonly (readonly [(id: string) => boolean, string])[] = [
  [check.luhn, '4111111111111111'],
  [check.luhn, '378282246310005'],
  [check.iban, 'GB82WEST12345698765432'],
  [check.iban, 'DE89370400440532013000'],
  [check.iban, 'ES9121000418450200051332'],
  [check.dni, '12345678Z'],
  [check.dni, 'X1234567L'],
  [check.nhs, '9434765919'],
  [check.chineseId, '11010519491231002X'],
  [check.steuerId, '86095742719'],
  [check.steuerId, '47036892816'],
  [check.kvnr, 'A123456780'],
];

describe('checksums', () => {
  it.each(VALID)('%o accepts %s and no other digit in any one place', (valid, id) => {
    expect(valid(id)).toBe(true);
    let accepted = 0;
    for (let at = 0; at < id.length; at += 1) {
      for (let digit = 0; digit < 10; digit += 1) {
        const other = id.slice(0, at) + String(digit) + id.slice(at + 1);
        if (other !== id && /\d/.test(id.charAt(at)) && valid(other)) accepted += 1;
      }
    }
    // KVNR and the Steuer-ID's repetition rule let a few single errors through; most schemes let none.
    expect(accepted).toBeLessThanOrEqual(valid === check.kvnr ? 6 : 2);
  });

  it('passes the share of random numbers that the arithmetic says', () => {
    const random = createRandom(7);
    const share = (valid: (id: string) => boolean, length: number): number => {
      let passed = 0;
      for (let run = 0; run < 40_000; run += 1) {
        let id = String(1 + random.below(9));
        while (id.length < length) id += String(random.below(10));
        if (valid(id)) passed += 1;
      }
      return passed / 40_000;
    };
    expect(share(check.luhn, 16)).toBeCloseTo(0.1, 1);
    expect(share(check.nhs, 10)).toBeCloseTo(0.091, 1);
    expect(share(check.steuerId, 11)).toBeLessThan(0.006);
    expect(share(check.chineseId, 18)).toBeLessThan(0.001);
  });

  it('refuses what the shape forbids', () => {
    expect(check.chineseId('110105194902310021')).toBe(false); // 31 February
    expect(check.steuerId('11111111111')).toBe(false);
    expect(check.iban('DE8937040044053201300')).toBe(false);
    expect(check.iban('XX82WEST12345698765432')).toBe(false);
  });
});

describe('surrogate numbers', () => {
  const keyed = createKeyed(Buffer.alloc(32, 1));
  it.each([
    ['ACCOUNT', 'ES91 2100 0418 4502 0005 1332', check.iban],
    ['CARD', '4111-1111-1111-1111', check.luhn],
    ['NATIONAL_ID', '12345678-Z', check.dni],
    ['NATIONAL_ID', 'X1234567L', check.dni],
    ['NATIONAL_ID', '943 476 5919', check.nhs],
    ['NATIONAL_ID', '11010519491231002X', check.chineseId],
    ['NATIONAL_ID', '86 095 742 719', check.steuerId],
    ['NATIONAL_ID', 'A123456780', check.kvnr],
  ] as const)('of %s %s keep form and check', (label, original, valid) => {
    const made = replaceNumber(keyed, label, original);
    expect(made).not.toBe(original);
    expect(made.replace(/[A-Z0-9]/g, '#')).toBe(original.replace(/[A-Z0-9]/g, '#'));
    expect(valid(made.replace(/[^A-Z0-9]/g, ''))).toBe(true);
    expect(replaceNumber(keyed, label, original)).toBe(made);
  });

  it('keep what says which kind of number it is', () => {
    expect(replaceNumber(keyed, 'PHONE', '+34 612 345 678')).toMatch(/^\+34 \d{3} \d{3} \d{3}$/);
    expect(replaceNumber(keyed, 'RECORD_NUMBER', '00123')).toMatch(/^\d{5}$/);
  });

  it('call everybody above 89 ninety and keep adults and children apart', () => {
    expect(replaceAge(keyed, '97 años')).toBe('90 años');
    for (let age = 1; age < 90; age += 1) {
      const moved = Number(replaceAge(keyed, String(age)));
      expect(Math.abs(moved - age)).toBeLessThanOrEqual(3);
      expect(moved).toBeGreaterThanOrEqual(1);
      expect(moved).toBeLessThanOrEqual(89);
    }
  });
});
